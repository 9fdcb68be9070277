from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from storage.database import Database
from storage.feeds import find_feed
from storage.following import add_feeds
from storage.polls import remember_polls
from storage.schema import poll, poll_state
from storage.values import (
    Feed,
    FeedKind,
    FeedState,
    Hints,
    Move,
    NextPoll,
    Outcome,
    Plan,
    Poll,
    Rhythm,
    Subscription,
    Validators,
)
from tests.samples import NOON

DAY = timedelta(days=1)
LATER = NOON + timedelta(minutes=30)
POLLED = Poll(
    feed_id=1,
    started_at=NOON,
    duration=timedelta(milliseconds=250),
    outcome=Outcome.STORED,
    http_status=200,
    size=1234,
    items=3,
    created=2,
    rejected=1,
    reasons={"no_title": 1},
)


async def followed(database: Database, url: str = "https://news.example/feed") -> Feed:
    async with database.writing() as tx:
        await add_feeds(tx, [Subscription(url)], now=NOON)
        feed = await find_feed(tx, url)
    assert feed is not None
    return feed


async def remember(database: Database, *polls: tuple[Feed, Poll]) -> None:
    async with database.writing() as tx:
        await remember_polls(tx, polls, replica="here")


async def test_a_feed_is_remembered_as_it_is_after_its_poll(database: Database) -> None:
    feed = replace(
        await followed(database),
        kind=FeedKind.ATOM,
        title="News",
        site_url="https://news.example/",
        language="en",
        state=FeedState.HEALTHY,
        validators=Validators('"v1"', "Sat, 18 Oct 2025 12:00:00 GMT", -5),
        entry_hashes=frozenset({1, -(2**63), 2**63 - 1}),
        failures=0,
        interval=timedelta(minutes=30),
        next_poll_at=LATER,
        plan=Plan(NextPoll.TTL, 48.5, 90.25, timedelta(hours=1), hints_ignored=2),
        rhythm=Rhythm(NOON - DAY * 9, NOON - DAY * 8, NOON, (0.0, 1.5, *[2.0] * 166), 3.5, 20.0),
        hints=Hints(timedelta(minutes=30), (0, 23), (5, 6)),
        distrusted_until=LATER,
        move=Move("https://new.example/feed", NOON - DAY, 2),
        last_poll_at=NOON,
        last_success_at=NOON,
    )
    await remember(database, (feed, POLLED))
    async with database.reading() as tx:
        assert await find_feed(tx, feed.url) == feed


async def test_a_poll_that_read_no_document_leaves_what_documents_said(database: Database) -> None:
    feed = replace(await followed(database), title="News", entry_hashes=frozenset({7}))
    await remember(database, (feed, POLLED))
    failed = replace(POLLED, started_at=LATER, outcome=Outcome.TIMEOUT, error="30 s were over")
    odd = replace(feed, title=None, entry_hashes=frozenset(), failures=1)
    await remember(database, (odd, failed))
    async with database.reading() as tx:
        assert await find_feed(tx, feed.url) == replace(feed, failures=1)
        said = (await tx.execute(select(poll_state.c.last_outcome, poll_state.c.last_error))).one()
    assert said == ("timeout", "30 s were over")


async def test_an_error_is_forgotten_when_the_feed_answers_again(database: Database) -> None:
    feed = await followed(database)
    await remember(database, (feed, replace(POLLED, outcome=Outcome.DNS, error="no such host")))
    await remember(database, (feed, replace(POLLED, started_at=LATER, error="damaged at line 3")))
    async with database.reading() as tx:
        assert (await tx.execute(select(poll_state.c.last_error))).scalar() is None


async def test_a_poll_remembered_twice_is_one_row_with_the_later_counts(
    database: Database,
) -> None:
    feed = await followed(database)
    await remember(database, (feed, POLLED))
    await remember(database, (feed, replace(POLLED, created=5)))
    async with database.reading() as tx:
        assert (await tx.execute(select(func.count()).select_from(poll))).scalar() == 1
        row = (await tx.execute(select(poll))).one()
    assert (row.created, row.duration_ms, row.bytes, row.replica) == (5, 250, 1234, "here")
    assert (row.started_at, row.reasons) == (NOON, {"no_title": 1})


async def test_many_polls_are_remembered_at_once_in_any_order(database: Database) -> None:
    feeds = [await followed(database, f"https://h{n}.example/") for n in range(5)]
    await remember(database, *((f, replace(POLLED, feed_id=f.id)) for f in reversed(feeds)))
    async with database.reading() as tx:
        rows = (await tx.execute(select(poll.c.feed_id).order_by(poll.c.id))).scalars().all()
    assert rows == [1, 2, 3, 4, 5]
