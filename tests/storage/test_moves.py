import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.database import Database
from storage.feeds import find_feed, shard_of
from storage.following import add_feeds, remove_feed
from storage.moves import adopt_move
from storage.polls import remember_polls
from storage.values import Feed, Headers, Move, NextPoll, Outcome, Poll, Subscription
from tests.samples import NOON
from tests.sql import ask

OLD, NEW = "https://old.example/feed", "https://new.example/feed"
WAITING = (
    "SELECT 1 FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
MOVE = Move(NEW, NOON - timedelta(days=2), 3)


async def follow(database: Database, url: str, *labels: str) -> Feed:
    async with database.writing() as tx:
        await add_feeds(tx, [Subscription(url, labels=labels)], now=NOON)
        feed = await find_feed(tx, url)
    assert feed is not None
    return feed


async def adopt(database: Database, feed: Feed) -> Feed:
    poll = Poll(feed.id, NOON, timedelta(seconds=1), Outcome.UNCHANGED)
    async with database.writing() as tx:
        adopted = await adopt_move(tx, replace(feed, move=MOVE), MOVE, now=NOON)
        await remember_polls(tx, [(adopted, poll)], replica="here")
    return adopted


async def read(database: Database, ref: str) -> Feed | None:
    async with database.reading() as tx:
        return await find_feed(tx, ref)


async def test_a_moved_feed_keeps_its_id(database: Database) -> None:
    feed = await follow(database, OLD, "local")
    adopted = await adopt(database, feed)
    assert adopted == replace(feed, url=NEW, shard=shard_of(NEW))
    assert await read(database, NEW) == adopted
    sql = "SELECT feed_id, url, moved_from FROM newsd_feed_v1"
    assert await ask(database, sql) == [(feed.id, NEW, OLD)]


async def test_adopting_a_move_again_changes_nothing(database: Database) -> None:
    feed = await follow(database, OLD)
    assert await adopt(database, feed) == await adopt(database, feed)


async def test_a_feed_that_moves_to_another_is_not_polled_any_more(database: Database) -> None:
    old, new = await follow(database, OLD, "local", "hills"), await follow(database, NEW, "hills")
    adopted = await adopt(database, old)
    assert adopted.next_poll_at is None
    assert await read(database, "1") is None
    assert await read(database, OLD) == replace(new, labels=("hills", "local"))
    sql = "SELECT next_poll_at, next_poll_reason FROM poll_state WHERE feed_id = 1"
    assert await ask(database, sql) == [(None, NextPoll.SAME_AS.value)]


@pytest.mark.threat("A11", "A12")
@pytest.mark.parametrize(
    ("url", "kept"),
    [
        pytest.param(OLD, (), id="to another server"),
        pytest.param(f"{NEW}.xml", (("X-Key", "s3cret"),), id="on the same one"),
        pytest.param(NEW.replace("https", "http"), (), id="to https: it answers there without"),
    ],
)
async def test_the_headers_of_a_feed_do_not_move_to_another_origin(
    database: Database, url: str, kept: Headers
) -> None:
    async with database.writing() as tx:
        wish = Subscription(url, headers=(("X-Key", "s3cret"),))
        await add_feeds(tx, [wish], now=NOON)
        feed = await find_feed(tx, url)
    assert feed is not None
    assert (await adopt(database, feed)).headers == kept
    there = await read(database, NEW)
    assert there is not None
    assert there.headers == kept


@pytest.mark.threat("A12")
async def test_nobody_moves_to_an_address_that_was_removed(database: Database) -> None:
    old = await follow(database, OLD)
    await follow(database, NEW)
    async with database.writing() as tx:
        await remove_feed(tx, NEW, now=NOON)
    assert await adopt(database, old) == replace(old, move=MOVE)
    assert await read(database, NEW) is None


async def test_an_old_address_is_known_after_a_move(database: Database) -> None:
    await adopt(database, await follow(database, OLD))
    async with database.writing() as tx:
        assert await add_feeds(tx, [Subscription(OLD, labels=("late",))], now=NOON) == 0
        feed = await find_feed(tx, OLD)
    assert feed is not None
    assert (feed.url, feed.labels) == (NEW, ("late",))


async def test_an_old_address_is_known_after_a_merger(database: Database) -> None:
    old = await follow(database, OLD)
    await follow(database, NEW)
    await adopt(database, old)
    async with database.writing() as tx:
        assert await add_feeds(tx, [Subscription(OLD)], now=NOON) == 0
        await remove_feed(tx, NEW, now=NOON)
        assert await add_feeds(tx, [Subscription(OLD)], now=NOON) == 1
    assert await read(database, "1") is not None


@pytest.mark.threat("H6")
async def test_of_two_replicas_that_adopt_one_address_at_once_the_later_gives_way(
    postgres_url: str,
) -> None:
    async with Database.open(postgres_url) as database:
        first, second = await follow(database, OLD), await follow(database, f"{OLD}.xml")
        async with database.writing() as tx:
            await adopt_move(tx, first, MOVE, now=NOON)
            later = asyncio.create_task(adopt(database, second))
            while not await ask(database, WAITING):
                pass
        adopted = await later
        assert (adopted.next_poll_at, adopted.url) == (None, second.url)
        held = await ask(database, f"SELECT feed_id FROM newsd_feed_v1 WHERE url = '{NEW}'")
        assert held == [(first.id,)]
