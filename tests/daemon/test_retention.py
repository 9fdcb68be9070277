"""Retention through the daemon: a feed that shows an old article, a kill, a waiting writer."""

import asyncio
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from daemon.housekeeping import keep_house
from daemon.retention import STEP, Rules, retain, would_go
from daemon.settings import RetentionRule, RetentionSettings, Settings
from storage.changes import take_clock
from storage.database import Database
from storage.horizon import horizon
from storage.migration import check
from storage.retention import Standing
from tests.conftest import Serve
from tests.daemon.conftest import Bench
from tests.daemon.pages import BRIDGE_ITEM, FERRY_ITEM, Item, Page, rss
from tests.samples import NOON
from tests.sql import ask, one
from tests.storage.test_articles import numbered, write

ROOT = Path(__file__).parents[2]
DAY = timedelta(days=1)
MONTH = RetentionSettings(articles=30 * DAY)
ROWS = "SELECT article_id, title, deleted FROM newsd_article_v1 ORDER BY article_id"


def rule(keep: int | None, *, host: str = "", topic: str = "") -> RetentionRule:
    span = None if keep is None else keep * DAY
    return RetentionRule(host=host, topic=topic, keep=span)


RULES = Rules(
    RetentionSettings(
        articles=30 * DAY,
        rules=(
            rule(7, host="example.com"),
            rule(None, host="news.example.com"),
            rule(90, topic="medtop:1"),
            rule(10, topic="user:b"),
        ),
    )
)


@pytest.mark.parametrize(
    ("host", "topics", "days", "said"),
    [
        pytest.param("a.example", (), 30, "articles", id="as all are"),
        pytest.param("example.com", (), 7, "rules[1]", id="its host says"),
        pytest.param("www.example.com", (), 7, "rules[1]", id="a host under it"),
        pytest.param("news.example.com", (), None, "rules[2]", id="the longer host goes first"),
        pytest.param("notexample.com", (), 30, "articles", id="a host that only ends like it"),
        pytest.param("a.example", ("medtop:1",), 90, "rules[3]", id="its topic says"),
        pytest.param("a.example", ("user:b", "medtop:1"), 90, "rules[3]", id="the longest topic"),
        pytest.param("example.com", ("medtop:1",), 7, "rules[1]", id="a host before a topic"),
        pytest.param(None, ("user:b",), 10, "rules[4]", id="no host"),
    ],
)
def test_the_most_specific_rule_decides(
    host: str | None, topics: tuple[str, ...], days: int | None, said: str
) -> None:
    verdict = RULES.verdict(Standing(1, NOON, host, frozenset(topics)))
    assert verdict.rule == f"retention.{said}"
    assert verdict.keep == (None if days is None else days * DAY)


async def many(database: Database, number: int, *, at: datetime = NOON) -> None:
    await write(database, *(numbered(n) for n in range(1, number + 1)), now=at)


async def standing(database: Database) -> list[int]:
    rows = await ask(database, "SELECT article_id FROM newsd_article_v1 WHERE NOT deleted")
    return sorted(row[0] for row in rows)


@pytest.mark.threat("H11")
async def test_what_expired_is_not_new_again(bench: Bench, serve: Serve) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page.answer)
    await bench.follow(url)
    await bench.poll(url)
    page.body = rss([BRIDGE_ITEM, FERRY_ITEM])
    bench.now += 20 * DAY
    await bench.poll(url)
    bench.now += 11 * DAY
    gone = await retain(bench.database, MONTH, bench.now)
    assert gone["retention.articles"] == 1
    expired = [(1, "", True), (2, FERRY_ITEM.title, False)]
    assert await ask(bench.database, ROWS) == expired
    # still there; edited; under another name; under another address: none brings it back
    edited = Item("1", "Harbour bridge is open", BRIDGE_ITEM.text + " Traffic flows again.")
    renamed = Item("77", BRIDGE_ITEM.title, BRIDGE_ITEM.text, "https://post.example/a/1")
    moved = Item("78", BRIDGE_ITEM.title, BRIDGE_ITEM.text, "https://post.example/b/1")
    for items in ([BRIDGE_ITEM, FERRY_ITEM], [edited, FERRY_ITEM], [renamed], [], [moved]):
        page.body = rss(items, title=f"The Harbour Post {len(page.requests)}")
        (report,) = await bench.poll(url)
        assert report.poll.created == 0
        assert await ask(bench.database, ROWS) == expired
        await retain(bench.database, MONTH, bench.now)
    told = "SELECT kind, changed_fields FROM newsd_change_v1 WHERE seq = 3"
    assert await one(bench.database, "SELECT count(*) FROM newsd_change_v1") == 3
    assert "expired" in str(await ask(bench.database, told))


async def test_a_tombstone_waits_for_its_feed(bench: Bench, serve: Serve) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page.answer)
    await bench.follow(url)
    await bench.poll(url)
    bench.now += 31 * DAY
    await retain(bench.database, MONTH, bench.now)
    bench.now += 400 * DAY
    assert (await retain(bench.database, MONTH, bench.now))["retention.tombstones"] == 0
    page.body = rss([FERRY_ITEM])
    await bench.poll(url)
    assert (await retain(bench.database, MONTH, bench.now))["retention.tombstones"] == 1
    assert await ask(bench.database, ROWS) == [(2, FERRY_ITEM.title, False)]


async def test_of_too_many_the_oldest_go(database: Database) -> None:
    for n in range(1, 6):
        await write(database, numbered(n), now=NOON + n * DAY)
    keep = RetentionSettings(max_articles=2)
    now = NOON + 9 * DAY
    assert (await would_go(database, keep, now))["retention.max_articles"] == 3
    assert (await retain(database, keep, now))["retention.max_articles"] == 3
    assert await standing(database) == [4, 5]
    assert (await retain(database, keep, now)).get("retention.max_articles", 0) == 0


async def test_what_would_go_is_what_goes(database: Database) -> None:
    for n in range(1, 8):
        await write(database, numbered(n), now=NOON + n * DAY)
    keep = RetentionSettings(
        articles=4 * DAY,
        changes=3 * DAY,
        revisions=DAY,
        max_articles=2,
        rules=(rule(2, topic="medtop:04000000"), rule(None, host="nobody.example")),
    )
    now = NOON + 8 * DAY
    expected = {name: n for name, n in (await would_go(database, keep, now)).items() if n}
    assert expected == {"retention.rules[1]": 5}
    gone = await retain(database, keep, now)
    # an old line that only a standing article kept goes with it
    assert {name: n for name, n in gone.items() if n} == expected | {"retention.changes": 4}
    assert await standing(database) == [6, 7]
    async with database.reading() as tx:
        assert await horizon(tx) == 4


async def test_the_hourly_work_does_so_much_and_no_more(database: Database) -> None:
    await many(database, 3 * STEP)
    now = NOON + 31 * DAY
    settings = Settings(retention=MONTH)
    await keep_house(database, now, settings, most_steps=2)
    assert len(await standing(database)) == STEP
    await keep_house(database, now, settings)
    assert await standing(database) == []


async def test_writers_write_between_the_steps(database: Database) -> None:
    """No two steps follow each other while a writer waits."""
    await many(database, 5 * STEP)
    turns: list[str] = []

    async def write_on() -> None:
        while True:
            async with database.writing() as tx:
                await take_clock(tx)
                turns.append("writer")
            await asyncio.sleep(0)

    writing = asyncio.create_task(write_on())
    await retain(database, MONTH, NOON + 31 * DAY, on_gone=lambda name, _: turns.append(name))
    writing.cancel()
    steps = "".join("s" if turn == "retention.articles" else "w" for turn in turns)
    assert steps.count("s") == 5
    assert "ss" not in steps


LET_GO = """
import asyncio, sys
from datetime import timedelta
from daemon.retention import retain
from daemon.settings import RetentionSettings
from storage.database import Database
from tests.samples import NOON

async def main():
    async with Database.open(sys.argv[1]) as database:
        settings = RetentionSettings(articles=timedelta(days=30), changes=timedelta(days=30))
        told = lambda name, number: print(number, flush=True)
        await retain(database, settings, NOON + timedelta(days=31), on_gone=told)

asyncio.run(main())
"""
HALF_DONE = (
    "SELECT count(*) FROM article a LEFT JOIN article_text t ON t.article_id = a.id"
    " LEFT JOIN fingerprint f ON f.article_id = a.id LEFT JOIN sighting s ON s.article_id = a.id"
    " LEFT JOIN article_decision d ON d.article_id = a.id AND d.stage = 'expired'"
    " WHERE a.deleted AND (a.title <> '' OR t.text <> '' OR s.guid <> '' OR f.article_id > 0"
    " OR d.article_id IS NULL)"
    " OR NOT a.deleted AND (a.title = '' OR t.text = '' OR d.article_id > 0)"
)


@pytest.mark.threat("H1")
@pytest.mark.parametrize("steps", [1, 3])
async def test_a_kill_leaves_nothing_half_gone(database_url: str, steps: int) -> None:
    async with Database.open(database_url) as database:
        await many(database, 8 * STEP)
        with subprocess.Popen(
            [sys.executable, "-c", LET_GO, database_url],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},  # noqa: TID251  a child's own
        ) as process:
            assert process.stdout is not None
            told = [int(process.stdout.readline()) for _ in range(steps)]
            process.kill()
        async with database.writing() as tx:
            await take_clock(tx)  # the server may still be at the last commit
        left = await standing(database)
        assert 0 < len(left) <= 8 * STEP - sum(told)
        assert len(left) % STEP == 0
        assert await one(database, HALF_DONE) == 0
        kinds = "SELECT kind, count(*) FROM newsd_change_v1 GROUP BY kind"
        assert dict(await ask(database, kinds))["retracted"] == 8 * STEP - len(left)
        await retain(database, MONTH, NOON + 31 * DAY)
        assert await standing(database) == []
        assert await one(database, HALF_DONE) == 0
        assert await check(database) == []
