"""When the long-running daemon polls what: feeds wait in a heap and start at their exact due time.

APScheduler runs the few coarse jobs; it is no per-feed store (70-80 us a firing against 20 for the
heap, and a polling tick would silently stretch every interval; docs: SCHEDULING).
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from daemon.clock import Clock
from daemon.lanes import Lanes
from storage.database import Database
from storage.errors import StorageError
from storage.feeds import due_times, load_feeds
from storage.values import Feed

REFILL = timedelta(seconds=30)
"""How often the database is asked for feeds that are new or newly due."""
HORIZON = 4 * REFILL
"""Feeds due later than this are not kept in memory."""
NAP = 15.0
"""Seconds slept at most, so that a jump of the wall clock is noticed."""
CLAIMED_AT_ONCE = 200
WAITING_LIMIT = 2000
PAUSE = 2.0
"""Seconds to wait when the database is away."""

Shards = Callable[[], Collection[int] | None]
Job = tuple[timedelta, Callable[[], Awaitable[None]]]
"""How often, and what."""
log = structlog.get_logger()


class Scheduler:
    """The heap of due times, and the loop that empties it into the lanes."""

    def __init__(self, database: Database, lanes: Lanes, clock: Clock, shards: Shards) -> None:
        self._database = database
        self._lanes = lanes
        self._clock = clock
        self._shards = shards
        self._heap: list[tuple[datetime, int]] = []
        self._due: dict[int, datetime] = {}
        """The due time that counts for each waiting feed; other heap entries are stale."""
        self._out: set[int] = set()
        """Feeds handed to the lanes and not yet settled."""
        self._woken = asyncio.Event()

    @property
    def lag(self) -> float:
        """Seconds by which the most overdue waiting feed is late."""
        if not self._heap:
            return 0.0
        return max(0.0, (self._clock() - self._heap[0][0]).total_seconds())

    async def run(self) -> None:
        """Start polls when they are due, until cancelled."""
        await self.refill()
        while True:
            await self._lanes.below(WAITING_LIMIT)
            if not await self._claim():
                await self._sleep()

    def settle(self, feed: Feed, next_poll_at: datetime | None) -> None:
        """A poll of this feed is over; it waits for its next one, if that is ours."""
        self._out.discard(feed.id)
        if next_poll_at is not None:
            self._await(feed.id, next_poll_at)

    def hasten(self, feed_id: int) -> None:
        """Poll this feed as soon as may be, unless it is being polled."""
        if feed_id not in self._out:
            self._await(feed_id, self._clock())

    async def refill(self) -> None:
        """Learn of feeds that were added, or whose time came near."""
        try:
            async with self._database.reading() as tx:
                times = await due_times(tx, before=self._clock() + HORIZON, shards=self._shards())
        except StorageError as error:
            log.warning("refill_failed", error=str(error))
            return
        for feed_id, due in times:
            if feed_id not in self._out and self._due.get(feed_id) != due:
                self._await(feed_id, due)

    def _await(self, feed_id: int, due: datetime) -> None:
        if due > self._clock() + HORIZON:
            self._due.pop(feed_id, None)
            return
        self._due[feed_id] = due
        heapq.heappush(self._heap, (due, feed_id))
        if self._heap[0] == (due, feed_id):
            self._woken.set()

    async def _claim(self) -> bool:
        """Hand to the lanes what is due; whether there was anything."""
        ids = self._pop_due()
        if not ids:
            return False
        try:
            async with self._database.reading() as tx:
                feeds = await load_feeds(tx, ids)
        except StorageError as error:
            log.warning("claim_failed", error=str(error), retry_in_s=PAUSE)
            for feed_id in ids:
                self._await(feed_id, self._clock())
            await asyncio.sleep(PAUSE)
            return True
        for feed in feeds:
            self._out.add(feed.id)
            self._lanes.add(feed)
        return True

    def _pop_due(self) -> list[int]:
        ids: list[int] = []
        now = self._clock()
        while self._heap and self._heap[0][0] <= now and len(ids) < CLAIMED_AT_ONCE:
            due, feed_id = heapq.heappop(self._heap)
            if self._due.get(feed_id) == due:
                del self._due[feed_id]
                ids.append(feed_id)
        return ids

    async def _sleep(self) -> None:
        """Until the next due time, or until something earlier comes in."""
        wait = NAP
        if self._heap:
            wait = min(NAP, (self._heap[0][0] - self._clock()).total_seconds())
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
