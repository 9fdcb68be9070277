from dataclasses import replace
from datetime import timedelta

import pytest

from storage.contract import VIEWS
from storage.database import Database
from storage.errors import OtherOriginError
from storage.feeds import load_feeds, subscriptions
from storage.following import ingest_source, remove_feed
from storage.values import FeedKind, FeedState, Headers, Rhythm, Subscription
from tests.samples import NOON
from tests.sql import ask
from tests.storage.test_feeds import HARBOUR, HILLS, add, all_due, found, polled

KEY = ("X-Key", "s3cret")


async def test_a_feed_is_followed_once_with_the_labels_of_every_wish(database: Database) -> None:
    assert await add(database, HILLS, replace(HILLS, labels=("hills", "local"))) == 1
    assert await add(database, replace(HILLS, labels=("weather",)), now=NOON + timedelta(1)) == 0
    feed = await found(database, "1")
    assert feed is not None
    assert feed.labels == ("local", "hills", "weather")
    assert feed.next_poll_at == NOON


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
