import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.keep import Keeper
from daemon.settings import ScheduleSettings
from daemon.values import Digested, Failed, Gathered, News, Unchanged
from storage.database import Database
from storage.feeds import find_feed
from storage.following import add_feeds
from storage.leases import hold
from storage.values import Feed, FeedKind, Lease, Outcome, Subscription, TaggedArticle
from tests.samples import NOON, TAGGED
from tests.sql import ask, one


def digested(*articles: TaggedArticle) -> Digested:
    present = tuple(a.sighting.guid_hash for a in articles)
    return Digested(
        FeedKind.RSS, "Post", None, "en", len(articles), present, frozenset(present), articles
    )


def tagged(number: int) -> TaggedArticle:
    mark = replace(TAGGED.fingerprint, url_hash=number, content_hash=number, item_hash=number)
    sighting = replace(TAGGED.sighting, guid=str(number), guid_hash=number)
    return replace(TAGGED, fingerprint=mark, sighting=sighting)


async def feed_at(database: Database, url: str = "https://news.example/feed") -> Feed:
    async with database.writing() as tx:
        await add_feeds(tx, [Subscription(url)], now=NOON)
        feed = await find_feed(tx, url)
    assert feed is not None
    return feed


def gathered(feed: Feed, news: News, lease: Lease | None = None) -> Gathered:
    return Gathered(feed, NOON, timedelta(seconds=1), news, lease=lease)


def keeper(database: Database) -> Keeper:
    return Keeper(database, ScheduleSettings(), "test")


@pytest.mark.threat("H2")
async def test_items_validators_and_outcome_commit_together_or_not_at_all(
    database: Database,
) -> None:
    feed = await feed_at(database)
    broken = replace(TAGGED, article=replace(TAGGED.article, title=None))  # type: ignore[arg-type]  # what a bug would hand over
    with pytest.raises(Exception, match=r"(?i)null|title"):
        await keeper(database).keep([gathered(feed, digested(tagged(1), broken))], NOON)
    for view in ("article", "sighting", "poll", "change"):
        assert await one(database, f"SELECT count(*) FROM newsd_{view}_v1") == 0
    assert (await feed_at(database)).last_poll_at is None


@pytest.mark.threat("H6")
async def test_keeping_the_same_polls_twice_changes_nothing(database: Database) -> None:
    group = [gathered(await feed_at(database), digested(tagged(1), tagged(2)))]
    first = await keeper(database).keep(group, NOON)
    second = await keeper(database).keep(group, NOON)
    assert (first[0].poll.created, second[0].poll.created) == (2, 0)
    assert await one(database, "SELECT count(*) FROM newsd_article_v1") == 2
    assert await one(database, "SELECT count(*) FROM newsd_poll_v1") == 1
    assert await ask(database, "SELECT seq FROM newsd_change_v1 ORDER BY seq") == [(1,), (2,)]


@pytest.mark.parametrize("news", [Unchanged(), Failed(Outcome.TIMEOUT, "slow")])
async def test_a_poll_without_articles_never_takes_the_clock(
    database: Database, news: News
) -> None:
    feed = await feed_at(database)
    if database.dialect != "postgresql":
        pytest.skip("SQLite has one writer, clock or not")
    async with database.writing() as tx:
        await tx.exec_driver_sql("SELECT n FROM clock WHERE id = 1 FOR UPDATE")
        reports: Sequence[object] = await keeper(database).keep([gathered(feed, news)], NOON)
    assert len(reports) == 1


async def test_copies_judged_before_the_clock_moved_are_judged_again(
    database: Database,
) -> None:
    """Two replicas hold the same article at once: one creates it, the other finds it."""
    if database.dialect != "postgresql":
        pytest.skip("SQLite has one writer, so nothing can come between")
    here, there = await feed_at(database), await feed_at(database, "https://other.example/feed")

    async with database.writing() as tx:
        first = Keeper(database, ScheduleSettings(), "a")
        await first._keep(tx, [gathered(here, digested(tagged(1)))], NOON)
        # the other judges while the first has not committed, and must wait for the clock
        second = asyncio.create_task(
            keeper(database).keep([gathered(there, digested(tagged(1)))], NOON)
        )
        await _waits_for_a_lock(database)
    (report,) = await second
    assert (report.poll.created, report.poll.duplicates) == (0, 1)
    assert await one(database, "SELECT count(*) FROM newsd_article_v1") == 1
    assert await one(database, "SELECT count(*) FROM article_text") == 1


async def _waits_for_a_lock(database: Database) -> None:
    sql = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND datname = current_database()"
    )
    while not await one(database, sql):
        pass


@pytest.mark.threat("H5")
async def test_a_late_replica_cannot_write(database: Database) -> None:
    if database.dialect != "postgresql":
        pytest.skip("a SQLite database has one instance")
    feed = await feed_at(database)
    async with hold(database, "late") as holder:
        lease = holder.leases[feed.shard]
        async with database.writing() as tx:
            await tx.exec_driver_sql("UPDATE lease SET holder = 'next', epoch = epoch + 1")
        late = Keeper(database, ScheduleSettings(), "late")
        assert await late.keep([gathered(feed, digested(tagged(1)), lease)], NOON) == []
    assert await one(database, "SELECT count(*) FROM newsd_article_v1") == 0
    assert await one(database, "SELECT count(*) FROM newsd_poll_v1") == 0
