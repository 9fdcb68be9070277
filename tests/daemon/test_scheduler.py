import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from daemon import scheduler as scheduler_module
from daemon.cadence.herd import AT_ONCE
from daemon.lanes import Lanes
from daemon.outage import ENOUGH
from daemon.scheduler import HORIZON, TRIALS, Scheduler
from daemon.settings import FetchSettings
from storage.database import Database
from storage.feeds import load_feeds
from storage.following import add_feeds
from storage.polls import remember_polls
from storage.values import Feed, NextPoll, Outcome, Plan, Poll, Subscription
from tests.samples import NOON

HOUR = timedelta(hours=1)


@dataclass
class Stand:
    """A scheduler whose lanes hold everything that is handed to them."""

    database: Database
    lanes: Lanes
    now: datetime = NOON
    scheduler: Scheduler = field(init=False)

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.database, self.lanes, lambda: self.now, lambda: None)

    async def follow(self, count: int, *, due: datetime, polled: datetime) -> list[Feed]:
        """Feeds, the later the busier, that were polled and are due."""
        wanted = [Subscription(f"https://h{n}.example/feed") for n in range(count)]
        async with self.database.writing() as tx:
            await add_feeds(tx, wanted, now=NOON)
            feeds = await load_feeds(tx, range(1, count + 1))
            plans = (Plan(NextPoll.WORTH, rate=float(feed.id)) for feed in feeds)
            known = [
                replace(feed, next_poll_at=due, last_poll_at=polled, plan=plan)
                for feed, plan in zip(feeds, plans, strict=True)
            ]
            polls = [Poll(f.id, polled, timedelta(), Outcome.UNCHANGED) for f in known]
            await remember_polls(tx, list(zip(known, polls, strict=True)), replica="test")
        return known

    def starts(self) -> list[tuple[int, timedelta]]:
        """Who starts how long from now, in order."""
        heaps = self.scheduler._heaps
        both = sorted([*heaps[True], *heaps[False]])
        return [(feed_id, at - self.now) for at, feed_id in both]


@pytest.fixture
async def stand(database: Database) -> AsyncIterator[Stand]:
    async def work(_: Feed) -> None:
        raise AssertionError("nothing is to be started")

    async with asyncio.TaskGroup() as group:
        lanes = Lanes(group, work, FetchSettings(concurrency=1, per_host=1))
        lanes.hold()
        yield Stand(database, lanes)


@pytest.mark.threat("C7")
async def test_feeds_found_overdue_start_one_after_the_other(stand: Stand) -> None:
    await stand.follow(5, due=NOON - HOUR, polled=NOON - HOUR * 2)
    await stand.scheduler.refill()
    gap = timedelta(seconds=1 / AT_ONCE)
    assert stand.starts() == [(5 - n, gap * n) for n in range(5)]
    await stand.scheduler.refill()
    assert len(stand.starts()) == 5


@pytest.mark.threat("F12")
async def test_feeds_polled_in_the_future_are_due_now_for_the_clock_was_set_back(
    stand: Stand,
) -> None:
    await stand.follow(2, due=NOON + HOUR * 25, polled=NOON + HOUR * 24)
    await stand.scheduler.refill()
    assert [feed_id for feed_id, _ in stand.starts()] == [2, 1]


async def test_feeds_due_later_are_not_kept_in_memory(stand: Stand) -> None:
    (feed,) = await stand.follow(1, due=NOON + HOUR, polled=NOON)
    await stand.scheduler.refill()
    stand.scheduler.settle(feed, NOON + HOUR)
    assert stand.starts() == []
    stand.scheduler.settle(feed, NOON + HORIZON / 2)
    assert stand.starts() == [(1, HORIZON / 2)]


async def test_a_feed_whose_host_is_held_is_postponed_and_says_why(stand: Stand) -> None:
    (feed,) = await stand.follow(1, due=NOON, polled=NOON - HOUR)
    await stand.scheduler.postpone(feed, NOON + HOUR)
    async with stand.database.reading() as tx:
        (kept,) = await load_feeds(tx, [feed.id])
    assert kept.plan is not None
    assert kept.plan.reason is NextPoll.HOST_HELD
    assert kept.next_poll_at is not None
    assert NOON + HOUR <= kept.next_poll_at <= NOON + HOUR * 1.1


@pytest.mark.threat("I3")
async def test_when_the_network_is_down_only_a_few_polls_try_it(stand: Stand) -> None:
    feeds = await stand.follow(TRIALS + 5, due=NOON, polled=NOON - HOUR)
    await stand.scheduler.refill()
    for n in range(ENOUGH):
        stand.scheduler.observe(f"https://h{n}.example/", Outcome.DNS)
    assert len(stand.scheduler._pop_due()) == TRIALS
    stand.scheduler.observe(feeds[0].url, Outcome.UNCHANGED)
    assert len(stand.scheduler._pop_due()) == 5


async def test_what_waited_when_the_network_went_is_asked_for_again(stand: Stand) -> None:
    await stand.follow(3, due=NOON, polled=NOON - HOUR)
    await stand.scheduler.refill()
    await stand.scheduler._claim()
    assert (stand.lanes.waiting, stand.starts()) == (3, [])
    for n in range(ENOUGH):
        stand.scheduler.observe(f"https://h{n}.example/", Outcome.CONNECT)
    await stand.scheduler.refill()
    assert (stand.lanes.waiting, len(stand.starts())) == (0, 3)


async def test_news_that_comes_while_a_feed_is_polled_is_asked_for_afterwards(
    stand: Stand,
) -> None:
    """The document may have been written just before."""
    (feed,) = await stand.follow(1, due=NOON, polled=NOON - HOUR)
    await stand.scheduler.refill()
    await stand.scheduler._claim()
    stand.scheduler.hasten(feed.id)
    assert stand.starts() == []
    stand.scheduler.settle(feed, NOON + HOUR)
    assert stand.starts() == [(feed.id, timedelta())]
    await stand.scheduler._claim()
    stand.scheduler.settle(feed, NOON + HOUR)
    assert stand.starts() == []


async def test_feeds_that_may_be_slow_leave_room_for_those_that_answered(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler_module, "DOUBTFUL_LIMIT", 3)
    *_, proven = await stand.follow(8, due=NOON, polled=NOON - HOUR)
    good = replace(proven, last_success_at=NOON - HOUR)
    poll = Poll(good.id, NOON, timedelta(), Outcome.UNCHANGED)
    async with stand.database.writing() as tx:
        await remember_polls(tx, [(good, poll)], replica="test")
    await stand.scheduler.refill()

    while await stand.scheduler._claim():
        pass

    assert stand.lanes.waiting == 4
    assert good.id not in [feed_id for feed_id, _ in stand.starts()]
    slow, *_ = (feed for feed in stand.lanes.clear() if feed.id != good.id)
    stand.scheduler.settle(slow, NOON + HOUR)
    assert len(stand.scheduler._pop_due()) == 1
