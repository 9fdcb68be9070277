"""What retention costs, and how long writers wait while it works.

    python -m benchmarks.retention --articles 6000 [--postgresql URL]

makes articles, lets half of them go while a writer commits an article after the other, and prints
the writer's waits beside those without retention, the bytes of an article and of its tombstone.
"""

import argparse
import asyncio
import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from time import perf_counter

import psycopg
from sqlalchemy import make_url, text

from daemon.housekeeping import tidy
from daemon.retention import retain
from daemon.settings import RetentionSettings
from storage.articles import next_article_ids, save, stage
from storage.changes import advance_clock, take_clock
from storage.database import Database
from storage.migration import upgrade
from storage.retention import count_standing
from storage.vacuum import size_of
from storage.values import (
    Article,
    Created,
    Fingerprint,
    Judged,
    Likeness,
    Marks,
    Place,
    Placed,
    Sighting,
    TaggedArticle,
    Topic,
    TopicSource,
)

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WORDS = [f"word{n}" for n in range(5000)]
SETTINGS = RetentionSettings(articles=30 * DAY)


def made(n: int, article_id: int) -> Judged:
    """An article of 280 words in both its forms, with topics and marks, as most are."""
    draw = random.Random(n)  # noqa: S311  no secret
    text = " ".join(draw.choices(WORDS, k=280))
    host = f"host{n % 50}.example"
    article = Article(
        url=f"https://{host}/news/{n}",
        canonical_url=f"https://{host}/news/{n}",
        host=host,
        site=host,
        title=" ".join(draw.choices(WORDS, k=9)),
        summary=text[:200],
        text=text,
        html=f"<p>{text}</p>",
        language="en",
        word_count=280,
    )
    mark = Fingerprint(n, -n, n, f"{n:032x}")
    topics = [
        Topic(f"medtop:{i:08}", "x", 0.5, TopicSource.LEXICON, 1, {"a": 1}) for i in range(4)
    ]
    likeness = Likeness(
        tuple(draw.sample(range(-(2**31), 2**31), 24)),
        Marks(280, draw.randbytes(280), draw.randbytes(64), draw.randbytes(32)),
        b"",
    )
    name = f"https://{host}/news/{n}"
    tagged = TaggedArticle(
        article, mark, Sighting(name, n, name, article.title), tuple(topics), likeness
    )
    return Judged(1, replace(tagged, origin=draw.randbytes(1000)), Created(article_id))


async def write(database: Database, numbers: Sequence[int], now: datetime) -> float:
    """Seconds that the transaction took, the wait for its turn included."""
    began = perf_counter()
    async with database.writing() as tx:
        ids = await next_article_ids(tx, len(numbers))
        judged = [made(n, i) for n, i in zip(numbers, ids, strict=True)]
        await stage(tx, judged, now=now)
        after = await take_clock(tx)
        placed = Placed(tuple(Place(i, i, b"\x01" * 120) for i in ids))
        told = await save(tx, judged, placed, after=after, now=now)
        await advance_clock(tx, after + len(told))
    return perf_counter() - began


async def size(database: Database) -> int:
    """Bytes of the tables with nothing to spare."""
    if database.dialect == "sqlite":
        await database.outside("VACUUM")
    else:
        await database.outside("VACUUM FULL")
    return await size_of(database)


async def waits(database: Database, first: int, stop: asyncio.Event) -> list[float]:
    """A writer that commits one article after the other."""
    found: list[float] = []
    while not stop.is_set():
        found.append(await write(database, [first + len(found)], BEGIN + 31 * DAY))
        await asyncio.sleep(0.01)
    return found


def told(name: str, found: Sequence[float]) -> None:
    """Print what a writer waited."""
    cut = quantiles(found, n=100)
    print(
        f"{name}: {len(found)} commits, p50 {cut[49] * 1e3:.1f} ms, p95 {cut[94] * 1e3:.1f} ms, "
        f"longest {max(found) * 1e3:.1f} ms"
    )


async def measure(url: str, articles: int) -> None:
    """Print the waits and the weights."""
    async with Database.open(url) as database:
        await upgrade(database)
        empty = await size(database)
        for start in range(1, articles + 1, 100):
            now = BEGIN + (0 if start <= articles // 2 else 20) * DAY
            await write(database, range(start, start + 100), now)
        stop = asyncio.Event()
        alone = asyncio.create_task(waits(database, 10_000_000, stop))
        await asyncio.sleep(5)
        stop.set()
        told("writer alone", await alone)
        stop = asyncio.Event()
        beside = asyncio.create_task(waits(database, 20_000_000, stop))
        began = perf_counter()
        gone = await retain(database, SETTINGS, BEGIN + 31 * DAY)
        took = perf_counter() - began
        stop.set()
        told("beside retention", await beside)
        went = gone["retention.articles"]
        print(f"{went} articles went in {took:.1f} s, {went / took:.0f} a second")
        await weigh(database, empty)


async def weigh(database: Database, empty: int) -> None:
    """Bytes of an article, and of what is left of it once its marks are forgotten too."""
    async with database.reading() as tx:
        kept = int((await tx.execute(text("SELECT count(*) FROM article"))).scalar_one())
        standing = await count_standing(tx)
    late = BEGIN + 400 * DAY
    before = await size(database)
    await tidy(database, late, DAY)
    await retain(database, RetentionSettings(articles=DAY, polls=None, tombstones=None), late)
    left = (await size(database) - empty) / kept
    each = (before - empty - left * (kept - standing)) / standing
    print(f"an article takes {each:.0f} bytes, its tombstone {left:.0f}")


def main() -> None:
    """Measure on a new database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=6000)
    parser.add_argument("--postgresql", metavar="URL")
    asked = parser.parse_args()
    if asked.postgresql is None:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(measure(f"sqlite:///{folder}/newsd.db", asked.articles))
        return
    with psycopg.connect(asked.postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE newsd_retention")
        try:
            url = make_url(asked.postgresql).set(database="newsd_retention")
            shown = url.render_as_string(hide_password=False)
            asyncio.run(measure(shown, asked.articles))
        finally:
            connection.execute("DROP DATABASE newsd_retention WITH (FORCE)")


if __name__ == "__main__":
    main()
