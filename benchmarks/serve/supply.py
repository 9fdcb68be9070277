"""Databases full of made-up articles, as large as real ones: about 1.5 kB of text each."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from storage.articles import next_article_ids, save, stage
from storage.changes import advance_clock, take_clock
from storage.database import Database
from storage.migration import upgrade
from storage.values import (
    Article,
    Change,
    Created,
    Entity,
    EntityType,
    Fingerprint,
    Judged,
    Placed,
    Published,
    Sighting,
    TaggedArticle,
    Topic,
    TopicSource,
)

POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/postgres"
NOW = datetime(2100, 1, 1, tzinfo=UTC)
_SENTENCE = "The council of the harbour town voted on Tuesday for a new bridge across the river. "
_TOPICS = tuple(
    Topic(f"medtop:{n:08d}", f"made up topic {n}", 0.7, TopicSource.LEXICON, level=n)
    for n in range(1, 4)
)
_ENTITIES = tuple(
    Entity(f"Q{n}", f"Made Up Name {n}", EntityType.PERSON, mentions=n, in_title=False)
    for n in range(1, 6)
)


@asynccontextmanager
async def sqlite() -> AsyncIterator[str]:
    """The address of a new, migrated SQLite file."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder)}/news.db"
        await _migrate(url)
        yield url


@asynccontextmanager
async def postgresql() -> AsyncIterator[str]:
    """The address of a new, migrated PostgreSQL database."""
    name = f"newsd_bench_{uuid4().hex[:8]}"
    with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            url = make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
            await _migrate(url)
            yield url
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def _migrate(url: str) -> None:
    async with Database.open(url) as database:
        await upgrade(database)


async def publish(database: Database, articles: int, now: datetime = NOW) -> list[Change]:
    """Commit new articles in one transaction, in the one write order of the daemon."""
    async with database.writing() as tx:
        judged = [_judged(n) for n in await next_article_ids(tx, articles)]
        await stage(tx, judged, now=now)
        after = await take_clock(tx)
        written = await save(tx, judged, Placed(), after=after, now=now)
        await advance_clock(tx, after + len(written))
    return written


async def fill(database: Database, articles: int, group: int = 500) -> None:
    """So many articles, in groups."""
    for first in range(0, articles, group):
        await publish(database, min(group, articles - first))


def _judged(n: int) -> Judged:
    url = f"https://news.example/{n}"
    article = Article(
        url=url,
        canonical_url=url,
        host="news.example",
        site="news.example",
        title=f"Council votes for a bridge, report {n}",
        summary=_SENTENCE * 2,
        text=f"Report {n}. " + _SENTENCE * 18,
        html="<p>" + _SENTENCE * 18 + "</p>",
        language="en",
        authors=("Made Up Name",),
        word_count=270,
        published=Published(at=NOW - timedelta(hours=1)),
    )
    mark = Fingerprint(n, -n, n, f"{n:032x}")
    sighting = Sighting(url, n, url, article.title)
    topics: Sequence[Topic] = _TOPICS
    tagged = TaggedArticle(article, mark, sighting, tuple(topics), entities=_ENTITIES)
    return Judged(1, tagged, Created(n))
