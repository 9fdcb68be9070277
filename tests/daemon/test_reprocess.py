"""Stored articles, made again by the rules of today."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from daemon import reprocess
from daemon.housekeeping import tidy
from daemon.learned import LearnedLines
from daemon.reprocess import Progress, Reprocessor, Stage
from storage.database import Database
from storage.kept import kept as kept_articles
from storage.retraction import retract
from storage.schema import article, article_origin, article_text
from tests.conftest import Serve
from tests.daemon.conftest import Bench
from tests.daemon.pages import Item, Page, rss
from tests.samples import NOON
from tests.sql import ask, one

MILL = (
    "The wheel of the old mill turned on Monday for the first time since the war, and the miller's"
    " granddaughter ground a sack of rye before breakfast."
)
WHALES = (
    "Three humpback whales were seen off Kinsale by the crew of a trawler, who switched off the"
    " engine and listened to them for an hour in the dark."
)
TRAM = (
    "The council of Harrow approved a tram line of nine stops that will carry forty thousand"
    " passengers a day once the bridge at Wembley is finished."
)
TEXTS = (
    ("The old mill turns again", MILL),
    ("Whales return to the sound", WHALES),
    ("A tram line for the suburbs", TRAM),
)
BANK = (
    "The Bank of Freeland raised its key rate by a quarter point to 4.75 percent on Thursday,"
    " Governor Ana Ruiz told reporters in Porto, warning that inflation in Norland and Westmark"
    " stays above target until June 2026 while wages in Freeland grow by 6 percent a year."
)
SAME = ("Central bank raises rates", BANK)


@pytest.fixture
async def kept(bench: Bench, serve: Serve) -> Bench:
    """A bench that has polled a feed of three articles, and another with a copy."""
    items = [Item(str(n), title, said) for n, (title, said) in enumerate(TEXTS)]
    items.append(Item("9", *SAME))
    copied = Item("c", SAME[0], SAME[1] + " It was the ninth rise.", "https://other.example/c/17")
    urls = [await serve(Page(rss(items)).answer), await serve(Page(rss([copied])).answer)]
    await bench.follow(*urls)
    for url in urls:
        await bench.poll(url)
    return bench


def again(bench: Bench) -> Reprocessor:
    learned = LearnedLines(bench.database)
    return Reprocessor(bench.database, bench.poller.workers, lambda: bench.now, learned)


async def run(bench: Bench, stage: Stage, **options: Any) -> Progress:
    return [progress async for progress in again(bench).run(stage, **options)][-1]


async def told(database: Database) -> list[tuple[str, int, list[str]]]:
    rows = await ask(
        database, "SELECT kind, article_id, changed_fields FROM newsd_change_v1 ORDER BY seq"
    )
    return [(kind, held, fields) for kind, held, fields in rows]


async def snapshot(database: Database) -> list[list[tuple[Any, ...]]]:
    """All that readers see."""
    views = (
        ("newsd_article_v1", "article_id"),
        ("newsd_article_revision_v1", "article_id, revision"),
        ("newsd_article_topic_v1", "article_id, topic_id"),
        ("newsd_story_v1", "story_id"),
        ("newsd_change_v1", "seq"),
    )
    return [await ask(database, f"SELECT * FROM {view} ORDER BY {by}") for view, by in views]


async def spoil(database: Database, table: Any, held: int, **values: Any) -> None:
    key = table.c.id if "id" in table.c else table.c.article_id
    async with database.writing() as tx:
        await tx.execute(update(table).where(key == held).values(**values))


@pytest.mark.parametrize("stage", Stage)
async def test_what_is_as_it_should_be_is_left_alone(kept: Bench, stage: Stage) -> None:
    before = await snapshot(kept.database)
    last = await run(kept, stage)
    assert (last.looked_at, last.total, last.changed) == (5, 5, 0)
    assert await snapshot(kept.database) == before


async def test_a_text_that_is_cleaned_better_is_a_revision(kept: Bench) -> None:
    await spoil(kept.database, article_text, 1, text=f"Advertisement\n{TEXTS[0][1]}")
    last = await run(kept, Stage.NORMALISE)
    assert last.changed == 1
    assert (await told(kept.database))[-1][:2] == ("revised", 1)
    shown = await ask(
        kept.database,
        "SELECT revision, text FROM newsd_article_revision_v1 WHERE article_id = 1"
        " ORDER BY revision",
    )
    assert shown == [(1, f"Advertisement\n{TEXTS[0][1]}"), (2, TEXTS[0][1])]
    assert (await run(kept, Stage.NORMALISE)).changed == 0


async def test_a_date_that_is_read_better_is_told_and_is_no_revision(kept: Bench) -> None:
    was = await one(kept.database, "SELECT published_at FROM newsd_article_v1 WHERE article_id=2")
    await spoil(kept.database, article, 2, published_at=NOON, language="fr")
    await run(kept, Stage.NORMALISE)
    is_ = await one(kept.database, "SELECT published_at FROM newsd_article_v1 WHERE article_id=2")
    assert is_ == was
    assert (
        await one(kept.database, "SELECT revision FROM newsd_article_v1 WHERE article_id=2") == 1
    )
    kind, held, _ = (await told(kept.database))[-1]
    assert (kind, held) == ("revised", 2)


async def test_a_later_entry_does_not_date_an_article_anew(bench: Bench, serve: Serve) -> None:
    page = Page(rss([Item("1", *TEXTS[0])]))
    url = await serve(page.answer)
    await bench.follow(url)
    await bench.poll(url)
    page.body = rss(
        [Item("1", TEXTS[0][0], f"{TEXTS[0][1]} Really.", date="Sat, 18 Oct 2025 11:55:00 GMT")]
    )
    await bench.poll(url)
    before = await snapshot(bench.database)
    await run(bench, Stage.NORMALISE)
    assert await snapshot(bench.database) == before


@pytest.mark.parametrize("stage", [Stage.TAG, Stage.NORMALISE])
async def test_other_topics_are_told_and_nothing_else(kept: Bench, stage: Stage) -> None:
    topics = "SELECT topic_id, score FROM newsd_article_topic_v1 WHERE article_id = 4"
    was = sorted(await ask(kept.database, topics))
    assert was
    async with kept.database.writing() as tx:
        await tx.execute(
            text("UPDATE article_topic SET topic_id = topic_id || 'x' WHERE article_id = 4")
        )
    assert (await run(kept, stage)).changed == 1
    assert (await told(kept.database))[-1][:2] == ("tagged", 4)
    assert sorted(await ask(kept.database, topics)) == was


async def test_topics_need_no_entry(kept: Bench) -> None:
    await tidy(kept.database, kept.now, keep_origins=NOON - NOON)
    async with kept.database.writing() as tx:
        assert (await tx.execute(select(article_origin))).first() is None
        await tx.execute(text("DELETE FROM article_topic"))
    was = (await run(kept, Stage.NORMALISE)).changed
    assert was > 0
    assert {kind for kind, _, _ in await told(kept.database)} == {"created", "tagged"}


async def test_a_copy_is_found_again_and_so_is_its_story(kept: Bench) -> None:
    facts = "SELECT duplicate_of, relation, story_id FROM newsd_article_v1 WHERE article_id = 5"
    was = await ask(kept.database, facts)
    assert was[0][0] == 4
    await spoil(kept.database, article, 5, duplicate_of=None, relation=None, story_id=5)
    await spoil(kept.database, article, 3, duplicate_of=1, relation="near")
    assert (await run(kept, Stage.DEDUP)).changed >= 2
    assert await ask(kept.database, facts) == was
    assert {kind for kind, _, _ in await told(kept.database)} == {"created", "merged"}
    lone = "SELECT duplicate_of FROM newsd_article_v1 WHERE article_id = 3"
    assert await ask(kept.database, lone) == [(None,)]
    assert (await run(kept, Stage.DEDUP)).changed == 0


async def test_stories_are_counted_again(kept: Bench) -> None:
    was = await ask(kept.database, "SELECT story_id, articles FROM newsd_story_v1")
    async with kept.database.writing() as tx:
        await tx.execute(text("UPDATE story SET articles = 9"))
    assert (await run(kept, Stage.DEDUP)).changed == 0
    assert await ask(kept.database, "SELECT story_id, articles FROM newsd_story_v1") == was


async def test_whoever_writes_meanwhile_is_in_nobody_s_way(
    kept: Bench, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reprocess, "PAGE", 1)
    for held in range(1, 6):
        await spoil(kept.database, article, held, title="?")
    page = Page()
    url = await serve(page.answer)
    await kept.follow(url)

    async def poll() -> None:
        for number in range(12):
            page.body = rss([Item(f"n{number}", f"Notice {number}", f"{MILL} {number}.")])
            await kept.poll(url)

    last, _ = await asyncio.gather(run(kept, Stage.NORMALISE), poll())
    assert (last.looked_at, last.changed) == (5, 5)
    seqs = [n for (n,) in await ask(kept.database, "SELECT seq FROM newsd_change_v1 ORDER BY seq")]
    assert seqs == list(range(1, 5 + 5 + 12 + 1))
    assert (await run(kept, Stage.NORMALISE)).changed == 0


async def test_marks_are_made_again_from_the_texts(kept: Bench) -> None:
    rows = "SELECT article_id, is_last, sketch FROM fingerprint ORDER BY article_id, is_last"
    was = await ask(kept.database, rows)
    async with kept.database.writing() as tx:
        await tx.execute(text("DELETE FROM fingerprint"))
        await tx.execute(text("DELETE FROM dedup_key"))
    await run(kept, Stage.DEDUP)
    assert await ask(kept.database, rows) == was


async def test_only_one_feed_is_gone_through(kept: Bench) -> None:
    for held in (1, 5):
        await spoil(kept.database, article, held, title="?")
    last = await run(kept, Stage.NORMALISE, feed_id=2)
    assert (last.looked_at, last.changed) == (1, 1)
    assert (await told(kept.database))[-1][:2] == ("revised", 5)


async def test_only_what_was_seen_lately_is_gone_through(kept: Bench) -> None:
    since = await one(
        kept.database, "SELECT max(first_seen_at) FROM newsd_article_v1 WHERE article_id = 5"
    )
    assert since
    last = await run(kept, Stage.TAG, since=kept.now.replace(second=0) - (kept.now - NOON) / 2)
    assert last.total == 1


async def test_what_somebody_else_changed_meanwhile_is_left_to_him(kept: Bench) -> None:
    await spoil(kept.database, article, 1, title="?")
    async with kept.database.reading() as tx:
        page = await kept_articles(tx, [1])
    write = await again(kept)._normalised(page)
    assert write is not None
    async with kept.database.writing() as tx:
        assert await write(tx, {1: page[0].seq + 1}, 100, kept.now) == []


async def test_a_run_that_is_broken_off_goes_on(
    kept: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reprocess, "PAGE", 2)
    for held in range(1, 6):
        await spoil(kept.database, article, held, title="?")
    run_ = again(kept).run(Stage.NORMALISE)
    first = [await anext(run_), await anext(run_)]
    await run_.aclose()
    assert (first[-1].looked_at, first[-1].changed) == (2, 2)

    rest = [progress async for progress in again(kept).run(Stage.NORMALISE)]

    assert [(p.looked_at, p.changed) for p in rest] == [(2, 2), (4, 4), (5, 5)]
    assert await ask(kept.database, "SELECT count(*) FROM reprocessing") == [(0,)]
    assert len(await told(kept.database)) == 10


KILLED = """
import asyncio, os, sys
from daemon import reprocess
from daemon.learned import LearnedLines
from daemon.settings import DigestSettings
from daemon.workers import Workers
from storage.database import Database
from storage.kept import kept as kept_articles
from tests.samples import NOON

async def main(url, pages):
    workers = Workers(DigestSettings(workers=1))
    reprocess.PAGE = 1
    async with Database.open(url) as database:
        again = reprocess.Reprocessor(database, workers, lambda: NOON, LearnedLines(database))
        seen = 0
        async for progress in again.run(reprocess.Stage.NORMALISE):
            seen += 1
            if seen > pages:
                os.kill(os.getpid(), 9)

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def test_killing_it_loses_nothing_and_doubles_nothing(
    kept: Bench, database_url: str
) -> None:
    for held in range(1, 6):
        await spoil(kept.database, article, held, title="?")
    for pages in (1, 2):
        command = [sys.executable, "-c", KILLED, database_url, str(pages)]
        root = Path(__file__).parents[2]
        killed = await asyncio.to_thread(subprocess.run, command, cwd=root, check=False)
        assert killed.returncode == -9
    last = await run(kept, Stage.NORMALISE)
    assert (last.looked_at, last.changed) == (5, 5)
    revised = [held for kind, held, _ in await told(kept.database) if kind == "revised"]
    assert revised == [1, 2, 3, 4, 5]
    seqs = [n for (n,) in await ask(kept.database, "SELECT seq FROM newsd_change_v1 ORDER BY seq")]
    assert seqs == list(range(1, 11))


async def test_beginning_anew_forgets_a_run_that_was_broken_off(
    kept: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reprocess, "PAGE", 2)
    run_ = again(kept).run(Stage.TAG)
    await anext(run_)
    await anext(run_)
    await run_.aclose()
    assert (await anext(again(kept).run(Stage.TAG, anew=True))).looked_at == 0


async def test_entries_are_kept_only_if_somebody_wants_them(bench: Bench, serve: Serve) -> None:
    url = await serve(Page(rss([Item("1", *TEXTS[0])])).answer)
    await bench.follow(url)
    bench.keeper = replace(bench.keeper, keeps_origins=False)
    await bench.poll(url)
    assert await ask(bench.database, "SELECT * FROM article_origin") == []


async def test_what_was_taken_back_is_not_made_again(kept: Bench) -> None:
    async with kept.database.writing() as tx:
        await retract(tx, [2], why="asked to", now=kept.now)
    assert await ask(kept.database, "SELECT 1 FROM article_origin WHERE article_id = 2") == []
    for stage in Stage:
        assert (await run(kept, stage)).looked_at == 4
    title = "SELECT title FROM newsd_article_v1 WHERE article_id = 2"
    assert await one(kept.database, title) == ""


async def test_entries_go_when_they_are_old(kept: Bench) -> None:
    month = (kept.now - NOON) * 100
    assert await tidy(kept.database, kept.now, month) == 0
    assert await tidy(kept.database, kept.now + month, month) == 5
    assert await ask(kept.database, "SELECT * FROM article_origin") == []
