"""When the long-running daemon polls what: feeds wait in a heap and start at their exact due time.

APScheduler runs the few coarse jobs; it is no per-feed store (70-80 us a firing against 20 for the
heap, and a polling tick would silently stretch every interval; docs: SCHEDULING).
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from daemon.cadence import draw, spread
from daemon.clock import Clock, Drift
from daemon.lanes import Lanes, is_proven
from daemon.outage import Outage
from storage.database import Database
from storage.errors import StorageError
from storage.feeds import due_times, load_feeds, postpone
from storage.values import Due, Feed, NextPoll, Outcome

REFILL = timedelta(seconds=30)
"""How often the database is asked for feeds that are new or newly due."""
HORIZON = 4 * REFILL
"""Feeds due later than this are not kept in memory."""
NAP = 15.0
"""Seconds slept at most, so that a jump of the wall clock is noticed."""
CLAIMED_AT_ONCE = 200
WAITING_LIMIT = 2000
DOUBTFUL_LIMIT = 1000
"""Of these, feeds that failed when last asked, or never were: however many and slow their hosts
are, there is room for those that answer."""
PAUSE = 2.0
"""Seconds to wait when the database is away."""

OUTAGE_PAUSE = 30.0
"""Seconds between tries when the network is down."""
TRIALS = 3
"""Feeds polled at each such try."""
POSTPONED_OVER = timedelta(minutes=5)
"""The feeds of a host that asked us to wait come back over this span."""

Shards = Callable[[], Collection[int] | None]
Job = tuple[timedelta, Callable[[], Awaitable[None]]]
"""How often, and what."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A feed that waits for its next poll."""

    due: datetime
    start: datetime
    """Later than it is due, when many are overdue at once."""
    is_proven: bool = True


class Scheduler:
    """The heap of starting times, and the loop that empties it into the lanes."""

    def __init__(self, database: Database, lanes: Lanes, clock: Clock, shards: Shards) -> None:
        self._database = database
        self._lanes = lanes
        self._clock = clock
        self._shards = shards
        self._heaps: dict[bool, list[tuple[datetime, int]]] = {True: [], False: []}
        """Starts of feeds, by `is_proven`."""
        self._waiting: dict[int, Waiting] = {}
        """Of each feed that waits; other heap entries are stale."""
        self._out: set[int] = set()
        """Feeds handed to the lanes and not yet settled."""
        self._doubtful: set[int] = set()
        """Of these, which are not proven."""
        self._again: set[int] = set()
        """Of these, which to poll once more: they had news when they were asked already."""
        self._woken = asyncio.Event()
        self._drift = Drift(clock)
        self._stale = False
        """Whether what waits was thought out for another time."""
        self.outage = Outage()
        self.per_second = 0.0
        """Starts that the budget pays for; feeds that are overdue start not much faster."""

    @property
    def lag(self) -> float:
        """Seconds by which the most overdue waiting feed is late."""
        starts = [heap[0][0] for heap in self._heaps.values() if heap]
        return max(0.0, (self._clock() - min(starts)).total_seconds()) if starts else 0.0

    async def run(self) -> None:
        """Start polls when they are due, until cancelled."""
        await self.refill()
        while True:
            await self._lanes.below(WAITING_LIMIT)
            if jumped := self._drift.jump():
                log.warning("clock_jumped", seconds=round(jumped))
                self._stale = True
            if self._stale:
                await self._begin_again()
            if not await self._claim():
                await self._sleep()

    def settle(self, feed: Feed, next_poll_at: datetime | None) -> None:
        """A poll is over and left this feed so; it waits for its next one, if that is ours."""
        now, has_news = self._clock(), feed.id in self._again
        self._let_go(feed)
        if next_poll_at is not None and (has_news or next_poll_at <= now + HORIZON):
            start = now if has_news else next_poll_at
            self._await(feed.id, Waiting(next_poll_at, start, is_proven(feed)))

    def observe(self, url: str, outcome: Outcome) -> None:
        """Notice that the network went, or came back; one line of log for all its feeds."""
        if not self.outage.observe(url, outcome):
            return
        if self.outage.is_on:
            for feed in self._lanes.clear():
                self._let_go(feed)
            log.warning("network_down", retry_in_s=OUTAGE_PAUSE)
        else:
            log.info("network_back")
            self._stale = True

    async def postpone(self, feed: Feed, until: datetime) -> None:
        """Leave a feed alone until then, and remember it."""
        then = until + POSTPONED_OVER * draw(feed.id, until)
        try:
            async with self._database.writing() as tx:
                await postpone(tx, {feed.id: then}, NextPoll.HOST_HELD)
        except StorageError as error:
            log.warning("postpone_failed", feed_id=feed.id, error=str(error))
        log.debug("host_held", feed_id=feed.id, until=then.isoformat())
        self.settle(feed, then)

    def hasten(self, feed_id: int) -> None:
        """Poll this feed as soon as may be; one that is being polled, once more after that."""
        if feed_id in self._out:
            self._again.add(feed_id)
            return
        now = self._clock()
        held = self._waiting.get(feed_id) or Waiting(now, now)
        self._await(feed_id, replace(held, start=now))

    async def refill(self) -> None:
        """Learn of feeds that were added, or whose time came near."""
        now = self._clock()
        try:
            async with self._database.reading() as tx:
                times = await due_times(tx, now=now, before=now + HORIZON, shards=self._shards())
        except StorageError as error:
            log.warning("refill_failed", error=str(error))
            return
        new = [due for due in times if due.feed_id not in self._out and not self._knows(due)]
        for due, start in spread(new, now, self.per_second):
            self._await(due.feed_id, Waiting(due.at, start, due.is_proven))

    async def _begin_again(self) -> None:
        """Forget who waits for when, and ask the database; who is overdue is spread."""
        self._stale = False
        for heap in self._heaps.values():
            heap.clear()
        self._waiting.clear()
        await self.refill()

    def _knows(self, due: Due) -> bool:
        waiting = self._waiting.get(due.feed_id)
        return waiting is not None and waiting.due == due.at

    def _await(self, feed_id: int, waiting: Waiting) -> None:
        self._waiting[feed_id] = waiting
        heap = self._heaps[waiting.is_proven]
        heapq.heappush(heap, (waiting.start, feed_id))
        if heap[0] == (waiting.start, feed_id):
            self._woken.set()

    def _let_go(self, feed: Feed) -> None:
        """The lanes are done with the feed."""
        self._out.discard(feed.id)
        self._again.discard(feed.id)
        if feed.id in self._doubtful:
            self._doubtful.discard(feed.id)
            self._woken.set()  # there is room for another one

    async def _claim(self) -> bool:
        """Hand to the lanes what is due; whether there was anything."""
        taken = self._pop_due()
        if not taken:
            return False
        try:
            async with self._database.reading() as tx:
                feeds = await load_feeds(tx, list(taken))
        except StorageError as error:
            log.warning("claim_failed", error=str(error), retry_in_s=PAUSE)
            for feed_id, waiting in taken.items():
                self._await(feed_id, waiting)
            await asyncio.sleep(PAUSE)
            return True
        for feed in feeds:
            self._out.add(feed.id)
            if not is_proven(feed):
                self._doubtful.add(feed.id)
            self._lanes.add(feed)
        if self.outage.is_on:
            await asyncio.sleep(OUTAGE_PAUSE)
        return True

    def _pop_due(self) -> dict[int, Waiting]:
        """Those who start now, as far as there is room for them."""
        taken: dict[int, Waiting] = {}
        now = self._clock()
        most = TRIALS if self.outage.is_on else CLAIMED_AT_ONCE
        for heap, room in ((self._heaps[True], most), (self._heaps[False], self._room)):
            full = min(most, len(taken) + room)
            while heap and heap[0][0] <= now and len(taken) < full:
                start, feed_id = heapq.heappop(heap)
                if feed_id in self._waiting and self._waiting[feed_id].start == start:
                    taken[feed_id] = self._waiting.pop(feed_id)
        return taken

    @property
    def _room(self) -> int:
        """How many more feeds that are not proven may be handed out."""
        return max(0, DOUBTFUL_LIMIT - len(self._doubtful))

    async def _sleep(self) -> None:
        """Until the next start, or until something earlier comes in."""
        now = self._clock()
        heaps = self._heaps.values() if self._room else [self._heaps[True]]
        waits = [(heap[0][0] - now).total_seconds() for heap in heaps if heap]
        wait = min([NAP, *waits])
        self._woken.clear()
        try:
            async with asyncio.timeout(max(wait, 0.0)):
                await self._woken.wait()
        except TimeoutError:
            return


def coarse_jobs(jobs: Mapping[str, Job]) -> AsyncIOScheduler:
    """A scheduler of named jobs, not yet started; a job that is late runs once, never twice."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for name, (every, job) in jobs.items():
        scheduler.add_job(
            job, "interval", seconds=every.total_seconds(), id=name, max_instances=1, coalesce=True
        )
    return scheduler
