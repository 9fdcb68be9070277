"""What is old is found by the rules' words, and goes without a trace of its own."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage.changes import changes_after
from storage.database import Database
from storage.exporting import exported_after
from storage.horizon import horizon, raise_horizon
from storage.polls import remember_polls
from storage.retention import (
    article_hosts,
    count_standing,
    forget_changes,
    forget_polls,
    forget_revisions,
    forget_tombstones,
    standing,
)
from storage.retraction import expire, retract
from storage.schema import article, article_decision, article_text, changes, sighting
from storage.sightings import mark_departed
from storage.values import Change, ChangeKind
from tests.samples import NOON
from tests.sql import ask, one
from tests.storage.test_articles import count, numbered, revision, write
from tests.storage.test_polls import POLLED, followed

DAY = timedelta(days=1)
IDS, STANDING = "SELECT id FROM article WHERE", "ix_article_standing"


async def days(database: Database, *hosts: str) -> None:
    """Article n, of the n-th host, first seen on day n - 1."""
    for n, host in enumerate(hosts, 1):
        judged = numbered(n)
        kept = replace(judged.tagged.article, host=host, site=host)
        await write(
            database,
            replace(judged, tagged=replace(judged.tagged, article=kept)),
            now=NOON + (n - 1) * DAY,
        )


async def ids(database: Database, before: datetime, **how: object) -> list[int]:
    async with database.reading() as tx:
        found = await standing(tx, before=before, limit=10, **how)  # type: ignore[arg-type]
    return [one.article_id for one in found]


async def let_go(database: Database, *which: int, now: datetime = NOON) -> list[Change]:
    async with database.writing() as tx:
        return await expire(tx, dict.fromkeys(which, "retention.articles"), now=now)


async def test_articles_are_looked_through_by_age_host_and_topic(database: Database) -> None:
    await days(database, "a.example", "b.example", "a.example", "c.example")
    until = NOON + 3 * DAY
    assert await ids(database, until) == [1, 2, 3]
    assert await ids(database, until, after=(NOON, 1)) == [2, 3]
    assert await ids(database, until, hosts=["a.example"]) == [1, 3]
    assert await ids(database, until, topic="medtop:04000000") == [1, 2, 3]
    assert await ids(database, until, topic="medtop:99") == []
    async with database.reading() as tx:
        assert await article_hosts(tx) == ["a.example", "b.example", "c.example"]
        (first, *_) = await standing(tx, before=until, limit=1)
        assert first.topics == {"medtop:04000000"}


async def test_what_expired_is_told_and_looked_through_no_more(database: Database) -> None:
    await days(database, "a.example", "b.example")
    (told,) = await let_go(database, 1, 99, now=NOON + 2 * DAY)
    assert (told.seq, told.kind, told.changed_fields) == (3, ChangeKind.RETRACTED, ("expired",))
    assert await let_go(database, 1) == []
    assert await ids(database, NOON + 9 * DAY) == [2]
    async with database.reading() as tx:
        assert await count_standing(tx) == 1
    row = "SELECT title, text, host, deleted FROM newsd_article_v1 WHERE article_id = 1"
    assert await ask(database, row) == [("", "", None, True)]


async def test_a_copy_whose_original_goes_is_the_original(database: Database) -> None:
    await days(database, "a.example", "b.example", "c.example")
    async with database.writing() as tx:
        await tx.execute(
            article.update()
            .where(article.c.id > 1)
            .values(duplicate_of=1, relation="near", similarity=0.9)
        )
    told = await let_go(database, 1, now=NOON + 5 * DAY)
    assert [(c.seq, c.kind, c.article_id) for c in told] == [
        (4, ChangeKind.RETRACTED, 1),
        (5, ChangeKind.MERGED, 2),
        (6, ChangeKind.MERGED, 3),
    ]
    copies = "SELECT duplicate_of, relation, seq FROM newsd_article_v1 ORDER BY article_id"
    assert await ask(database, copies) == [(None, None, 4), (None, None, 5), (2, "near", 6)]
    assert await one(database, "SELECT n FROM clock") == 6


async def test_a_tombstone_goes_when_no_feed_shows_it_any_more(database: Database) -> None:
    await followed(database)
    await days(database, "a.example", "b.example", "c.example")
    await let_go(database, 1, 2, now=NOON)
    async with database.writing() as tx:
        await retract(tx, [3], why="asked for", now=NOON)
        # entry 2 has left its feed
        await mark_departed(tx, {1: [1, 3]}, {1: NOON})
        assert await forget_tombstones(tx, before=NOON, limit=10) == 0
        assert await forget_tombstones(tx, before=NOON + DAY, limit=10) == 1
        for table in (article, article_text, sighting, article_decision):
            assert await count(tx, table) == 2, table
        await tx.exec_driver_sql("UPDATE feed SET removed_at = added_at")
        assert await forget_tombstones(tx, before=NOON + DAY, limit=10) == 1
    # what somebody took back stays away for good
    assert await ask(database, "SELECT article_id FROM newsd_article_v1") == [(3,)]


async def test_what_expired_may_be_taken_back_for_good(database: Database) -> None:
    await days(database, "a.example")
    await let_go(database, 1)
    async with database.writing() as tx:
        assert await retract(tx, [1], why="asked for", now=NOON) == []
        assert await forget_tombstones(tx, before=NOON + DAY, limit=10) == 0
    stage = "SELECT stage FROM article_decision"
    assert await ask(database, stage) == [("retracted",)]


async def test_earlier_texts_go_by_their_age(database: Database) -> None:
    await write(database, numbered(1))
    await write(database, revision("Second"), now=NOON + DAY)
    await write(database, revision("Third"), now=NOON + 2 * DAY)
    async with database.writing() as tx:
        assert await forget_revisions(tx, before=NOON + DAY, limit=10) == 1
    shown = "SELECT revision, title FROM newsd_article_revision_v1 ORDER BY revision"
    assert await ask(database, shown) == [(2, "Second"), (3, "Third")]


async def test_old_polls_go_and_younger_stay(database: Database) -> None:
    feed = await followed(database)
    async with database.writing() as tx:
        polls = [replace(POLLED, started_at=NOON + n * DAY) for n in range(5)]
        await remember_polls(tx, [(feed, poll) for poll in polls], replica="here")
        assert await forget_polls(tx, before=NOON + 2 * DAY, limit=10) == 2
        assert await forget_polls(tx, before=NOON + 2 * DAY, limit=10) == 0
    assert await one(database, "SELECT count(*) FROM newsd_poll_v1") == 3


@pytest.mark.threat("H12")
async def test_who_reads_from_the_beginning_finds_all_that_is_kept(database: Database) -> None:
    await days(database, "a.example", "b.example", "c.example")
    await write(database, revision("Second"), now=NOON + 3 * DAY)
    await let_go(database, 2, now=NOON + 4 * DAY)
    late = NOON + 9 * DAY
    async with database.writing() as tx:
        swept = await forget_changes(tx, before=late, limit=3, now=late)
        assert (swept.looked_at, swept.gone) == (3, 2)
        swept = await forget_changes(tx, before=late, limit=3, now=late)
        assert (swept.looked_at, swept.gone) == (2, 1)
        assert (await forget_changes(tx, before=late, limit=3, now=late)).looked_at == 0
        assert await horizon(tx) == 5
        kept = await changes_after(tx, 0)
        assert [(c.seq, c.article_id) for c in kept] == [(3, 3), (4, 1)]
        found = await exported_after(tx, 0)
        assert [line["article_id"] for line in found.articles] == [3, 1]


async def test_the_last_line_goes_with_its_article(database: Database) -> None:
    await days(database, "a.example", "b.example")
    async with database.writing() as tx:
        await forget_changes(tx, before=NOON + 9 * DAY, limit=9, now=NOON)
        assert await count(tx, changes) == 2
    await let_go(database, 1)
    async with database.reading() as tx:
        assert [c.seq for c in await changes_after(tx, 0)] == [2, 3]


async def test_the_horizon_never_sinks(database: Database) -> None:
    async with database.writing() as tx:
        assert await horizon(tx) == 0
        await raise_horizon(tx, 7, NOON)
        await raise_horizon(tx, 3, NOON + DAY)
        assert await horizon(tx) == 7
    at = "SELECT seq FROM horizon"
    assert await ask(database, at) == [(7,)]


async def test_what_retention_looks_for_has_an_index(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as database, database.reading() as tx:
        for query, index in (
            (f"{IDS} NOT article.deleted ORDER BY first_seen_at, id LIMIT 9", STANDING),
            (f"{IDS} article.deleted AND changed_at < '2'", "ix_article_gone"),
            ("SELECT count(*) FROM article WHERE NOT article.deleted", STANDING),
        ):
            plan = await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")
            assert index in " / ".join(str(tuple(row)[-1]) for row in plan), query
