from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage.contract import VIEWS
from storage.database import Database
from storage.errors import OtherOriginError
from storage.feeds import (
    SHARDS,
    add_feeds,
    count_feeds,
    due_feeds,
    due_times,
    find_feed,
    ingest_source,
    load_feeds,
    poll_soon,
    remove_feed,
    shard_of,
    subscriptions,
)
from storage.polls import remember_polls
from storage.values import (
    Due,
    Feed,
    FeedKind,
    FeedState,
    Headers,
    NextPoll,
    Outcome,
    Plan,
    Poll,
    Rhythm,
    Subscription,
)
from tests.samples import NOON
from tests.sql import ask

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


async def test_a_feed_is_followed_once_with_the_labels_of_every_wish(database: Database) -> None:
    assert await add(database, HILLS, replace(HILLS, labels=("hills", "local"))) == 1
    assert await add(database, replace(HILLS, labels=("weather",)), now=NOON + timedelta(1)) == 0
    feed = await found(database, "1")
    assert feed is not None
    assert feed.labels == ("local", "hills", "weather")
    assert feed.next_poll_at == NOON


KEY = ("X-Key", "s3cret")


async def test_headers_are_set_changed_and_taken_away(database: Database) -> None:
    async def after(*headers: tuple[str, str]) -> Headers:
        await add(database, replace(HARBOUR, headers=headers))
        feed = await found(database, HARBOUR.url)
        assert feed is not None
        assert feed.headers == await _claimed(database, feed.id)
        assert "s3cret" not in repr(feed)
        return tuple(sorted(feed.headers))

    assert await after(KEY, ("Accept", "text/xml")) == (("Accept", "text/xml"), KEY)
    assert await after() == (("Accept", "text/xml"), KEY)
    assert await after(("x-key", "new"), ("Accept", "")) == (("x-key", "new"),)
    assert await after(("X-KEY", "")) == ()


async def _claimed(database: Database, feed_id: int) -> Headers:
    async with database.reading() as tx:
        (feed,) = await load_feeds(tx, [feed_id])
    return feed.headers


async def test_the_headers_of_a_feed_are_gone_when_it_is_removed(database: Database) -> None:
    await add(database, replace(HARBOUR, headers=(KEY,)), HILLS)
    async with database.writing() as tx:
        await remove_feed(tx, HARBOUR.url, now=NOON)
    await add(database, HARBOUR)
    feed = await found(database, HARBOUR.url)
    assert feed is not None
    assert feed.headers == ()


async def test_a_feed_that_comes_back_may_bring_a_header(database: Database) -> None:
    await add(database, HARBOUR)
    async with database.writing() as tx:
        await remove_feed(tx, HARBOUR.url, now=NOON)
    assert await add(database, replace(HARBOUR, headers=(KEY,))) == 1
    feed = await found(database, HARBOUR.url)
    assert feed is not None
    assert feed.headers == (KEY,)


async def test_headers_are_in_no_export_and_in_no_view(database: Database) -> None:
    await add(database, replace(HARBOUR, headers=(KEY,)))
    async with database.reading() as tx:
        assert await subscriptions(tx) == [HARBOUR]
    for view in VIEWS:
        assert "s3cret" not in str(await ask(database, f"SELECT * FROM {view.name}"))


@pytest.mark.threat("A11")
async def test_a_key_for_https_is_not_given_to_the_feed_that_is_asked_over_http(
    database: Database,
) -> None:
    await add(database, replace(HARBOUR, url=HARBOUR.url.replace("https", "http")))
    with pytest.raises(OtherOriginError, match="feed 1 at another origin"):
        await add(database, replace(HARBOUR, headers=(KEY,)))


@pytest.mark.parametrize(
    "spelling",
    ["HTTPS://Harbour.example:443/feed#new", "http://harbour.example/feed", HARBOUR.url],
)
async def test_another_spelling_of_an_address_is_the_same_feed(
    database: Database, spelling: str
) -> None:
    twice = Subscription(spelling, labels=("again",))
    assert await add(database, HARBOUR, twice) == 1
    assert await add(database, replace(twice, labels=("later",))) == 0
    feed = await found(database, spelling)
    assert feed is not None
    assert (feed.url, feed.labels) == (HARBOUR.url, ("again", "later"))


async def test_of_two_schemes_the_one_that_is_followed_wins(database: Database) -> None:
    plain = Subscription("http://harbour.example/feed")
    await add(database, plain)
    async with database.writing() as tx:
        await remove_feed(tx, plain.url, now=NOON)
    assert await add(database, HARBOUR) == 1
    assert await add(database, plain) == 0
    assert await all_due(database) == [HARBOUR.url]


async def test_a_removed_feed_is_never_due_and_keeps_its_id_when_it_returns(
    database: Database,
) -> None:
    await add(database, HARBOUR, HILLS)
    async with database.writing() as tx:
        gone = await remove_feed(tx, HARBOUR.url, now=NOON)
        assert gone is not None
        assert gone.next_poll_at is None
        assert await remove_feed(tx, HARBOUR.url, now=NOON) is None
        assert await remove_feed(tx, "99", now=NOON) is None
        assert await remove_feed(tx, "9" * 40, now=NOON) is None
    assert await all_due(database) == [HILLS.url]
    assert await found(database, "1") is None
    assert await add(database, HARBOUR, now=NOON + timedelta(1)) == 1
    back = await found(database, HARBOUR.url)
    assert back is not None
    assert (back.id, back.next_poll_at, back.state) == (1, NOON + timedelta(1), FeedState.NEW)


async def test_feeds_are_read_in_pages_and_by_shard(database: Database) -> None:
    many = [Subscription(f"https://host{n}.example/feed") for n in range(1300)]
    assert await add(database, *many) == 1300
    async with database.reading() as tx:
        page = await due_feeds(tx, before=NOON, after_id=500, limit=3)
        assert [f.id for f in page] == [501, 502, 503]
        mine = await due_feeds(tx, before=None, limit=2000, shards={3, 4})
        assert {f.shard for f in mine} == {3, 4}
        assert await due_feeds(tx, before=None, limit=2000, shards=()) == []


async def test_a_source_of_given_articles_is_made_once_and_never_polled(
    database: Database,
) -> None:
    async with database.writing() as tx:
        first = await ingest_source(tx, "archive", now=NOON)
        again = await ingest_source(tx, "archive", now=NOON + timedelta(1))
    assert first == again
    assert (first.url, first.kind, first.next_poll_at) == ("ingest:archive", FeedKind.INGEST, None)
    assert await all_due(database) == []
    async with database.reading() as tx:
        assert await subscriptions(tx) == []


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


async def test_the_rhythm_of_a_feed_followed_again_is_learned_anew(database: Database) -> None:
    await add(database, HARBOUR)
    feed = await found(database, "1")
    assert feed is not None
    await polled(database, replace(feed, rhythm=Rhythm(NOON, NOON, NOON, (1.0,) * 168)))
    async with database.writing() as tx:
        await remove_feed(tx, HARBOUR.url, now=NOON)
    await add(database, HARBOUR)
    again = await found(database, "1")
    assert again is not None
    assert again.rhythm is None


async def test_a_feed_whose_hub_has_news_is_due_and_says_why(database: Database) -> None:
    await add(database, HARBOUR, now=NOON + timedelta(hours=1))
    async with database.writing() as tx:
        await poll_soon(tx, 1, now=NOON)
    feed = await found(database, "1")
    assert feed is not None
    assert (feed.next_poll_at, feed.plan) == (NOON, Plan(NextPoll.PINGED))
