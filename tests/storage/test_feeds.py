from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage.database import Database
from storage.feeds import (
    SHARDS,
    count_feeds,
    due_feeds,
    due_times,
    find_feed,
    poll_soon,
    shard_of,
    subscriptions,
)
from storage.following import add_feeds, ingest_source, remove_feed
from storage.polls import remember_polls
from storage.values import (
    Due,
    Feed,
    NextPoll,
    Outcome,
    Plan,
    Poll,
    Subscription,
)
from tests.samples import NOON

HARBOUR = Subscription("https://harbour.example/feed", "Harbour", "https://harbour.example/")
HILLS = Subscription("https://hills.example/rss", labels=("local",))


async def add(database: Database, *wanted: Subscription, now: datetime = NOON) -> int:
    async with database.writing() as tx:
        return await add_feeds(tx, wanted, now=now)


async def found(database: Database, ref: str) -> Feed | None:
    async with database.reading() as tx:
        return await find_feed(tx, ref)


async def all_due(database: Database, before: datetime | None = None) -> list[str]:
    async with database.reading() as tx:
        return [f.url for f in await due_feeds(tx, before=before, limit=100)]


async def test_a_new_feed_is_due_at_once(database: Database) -> None:
    assert await add(database, HARBOUR, HILLS) == 2
    feed = await found(database, HARBOUR.url)
    assert feed == Feed(
        id=1,
        url=HARBOUR.url,
        shard=shard_of(HARBOUR.url),
        title="Harbour",
        site_url="https://harbour.example/",
        next_poll_at=NOON,
    )
    assert await all_due(database, NOON) == [HARBOUR.url, HILLS.url]
    assert await all_due(database, NOON - timedelta(seconds=1)) == []


async def test_feeds_are_read_in_pages_and_by_shard(database: Database) -> None:
    many = [Subscription(f"https://host{n}.example/feed") for n in range(1300)]
    assert await add(database, *many) == 1300
    async with database.reading() as tx:
        page = await due_feeds(tx, before=NOON, after_id=500, limit=3)
        assert [f.id for f in page] == [501, 502, 503]
        mine = await due_feeds(tx, before=None, limit=2000, shards={3, 4})
        assert {f.shard for f in mine} == {3, 4}
        assert await due_feeds(tx, before=None, limit=2000, shards=()) == []


async def test_what_we_follow_can_be_written_down_and_followed_again(database: Database) -> None:
    await add(database, HARBOUR, HILLS)
    async with database.reading() as tx:
        assert await subscriptions(tx) == [HARBOUR, HILLS]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("https://a.example/1", "http://A.example:80/2", id="two feeds of one host"),
        pytest.param("not a url", "not a url", id="anything has a shard"),
        pytest.param("http://[broken", "http://[broken", id="even a broken address"),
    ],
)
def test_feeds_of_one_host_fall_into_one_shard(one: str, other: str) -> None:
    assert shard_of(one) == shard_of(other)


def test_shards_are_filled_evenly_and_stay_what_they_are() -> None:
    shards = [shard_of(f"https://host{n}.example/") for n in range(25600)]
    assert set(shards) == set(range(SHARDS))
    assert max(shards.count(s) for s in range(SHARDS)) < 150
    assert shard_of("https://news.example/feed") == 12


async def polled(database: Database, feed: Feed) -> None:
    poll = Poll(feed.id, NOON, timedelta(), Outcome.EMPTY)
    async with database.writing() as tx:
        await remember_polls(tx, [(feed, poll)], replica="test")


@pytest.mark.threat("F12")
async def test_a_feed_polled_in_the_future_is_due_for_the_clock_was_set_back(
    database: Database,
) -> None:
    await add(database, HARBOUR)
    feed = await found(database, "1")
    assert feed is not None
    day = timedelta(days=1)
    plan = Plan(NextPoll.WORTH, rate=7.5)
    await polled(
        database, replace(feed, last_poll_at=NOON + day, next_poll_at=NOON + day * 2, plan=plan)
    )
    assert await all_due(database, NOON) == [HARBOUR.url]
    async with database.reading() as tx:
        (due,) = await due_times(tx, now=NOON, before=NOON + timedelta(minutes=2))
    assert (due.feed_id, due.rate, due.at < NOON) == (1, 7.5, True)
    assert await all_due(database, NOON + day) == []


async def test_when_feeds_are_due(database: Database) -> None:
    await add(database, HARBOUR)
    async with database.reading() as tx:
        assert await due_times(tx, now=NOON, before=NOON) == [Due(1, NOON, None, is_proven=False)]
        assert await due_times(tx, now=NOON, before=NOON - timedelta(seconds=1)) == []


async def test_only_feeds_that_are_polled_by_themselves_are_counted(database: Database) -> None:
    await add(database, HARBOUR, HILLS)
    async with database.writing() as tx:
        await ingest_source(tx, "archive", now=NOON)
        await remove_feed(tx, HILLS.url, now=NOON)
        assert await count_feeds(tx) == 1
        assert await count_feeds(tx, {shard_of(HARBOUR.url)}) == 1
        assert await count_feeds(tx, {shard_of(HARBOUR.url) ^ 1}) == 0


async def test_a_feed_whose_hub_has_news_is_due_and_says_why(database: Database) -> None:
    await add(database, HARBOUR, now=NOON + timedelta(hours=1))
    async with database.writing() as tx:
        await poll_soon(tx, 1, now=NOON)
    feed = await found(database, "1")
    assert feed is not None
    assert (feed.next_poll_at, feed.plan) == (NOON, Plan(NextPoll.PINGED))
