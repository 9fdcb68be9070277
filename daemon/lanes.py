"""Run one job a feed: so many at once in all, so many on one host, none in the way of another.

A slow host keeps its own feeds waiting and nobody else's: a feed takes one of the places under way
only when its host has room, and when its pace allows a request (see `pacing`). Feeds that may be
slow leave some places to those that were not.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit

from daemon.pacing import Paces
from daemon.settings import FetchSettings
from daemon.values import Gathered
from storage.values import Feed

Work = Callable[[Feed], Awaitable[Gathered | None]]
"""Returns what the poll came to; None: the host was not asked."""


DOUBTFUL = 0.75
"""The share of all places that feeds may take which failed when last asked, or never were."""


def is_proven(feed: Feed) -> bool:
    """Whether the feed answered when it was last asked."""
    return feed.last_success_at is not None and not feed.failures


class Timer(Protocol):
    """What of an event loop tells the time."""

    def time(self) -> float:
        """Seconds of a monotonic clock."""
        ...

    def call_later(self, delay: float, callback: Callable[[], object], /) -> object:
        """Call back after so many seconds."""
        ...


def host_of(url: str) -> str:
    """Whose patience a request to this address costs."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


class Lanes:
    """Feeds waiting in one lane a host, and the jobs under way."""

    def __init__(
        self,
        group: asyncio.TaskGroup,
        work: Work,
        limits: FetchSettings,
        timer: Timer | None = None,
        paces: Paces | None = None,
    ) -> None:
        """`timer` is the running loop, unless a test has a clock of its own.

        `paces` are those of the hosts, if somebody else asks them too.
        """
        self._group = group
        self._work = work
        self._limits = limits
        self._timer = timer or asyncio.get_running_loop()
        self._paces = paces or Paces(limits.host_rate)
        self._lanes: dict[str, deque[Feed]] = {}
        self._ready: dict[bool, deque[str]] = {True: deque(), False: deque()}
        """Hosts with a feed waiting and room for it, each once; by `is_proven` of that feed."""
        self._doubtful = 0
        """Feeds under way that are not proven."""
        self._pausing: set[str] = set()
        """Hosts to be left alone for a moment; a timer runs for each."""
        self._busy: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._held = False
        self._moved = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Feeds whose turn has not come."""
        return self._waiting

    @property
    def under_way(self) -> int:
        """Jobs that have begun and not ended."""
        return len(self._tasks)

    def add(self, feed: Feed) -> None:
        """Queue a feed behind the others of its host."""
        host = host_of(feed.url)
        lane = self._lanes.setdefault(host, deque())
        lane.append(feed)
        self._waiting += 1
        if len(lane) == 1 and self._has_room(host):
            self._ready[is_proven(feed)].append(host)
        self._start()

    def clear(self) -> list[Feed]:
        """Forget the feeds that wait, and return them."""
        forgotten = [feed for lane in self._lanes.values() for feed in lane]
        self._waiting = 0
        self._lanes.clear()
        for line in self._ready.values():
            line.clear()
        self._moved.set()
        return forgotten

    def hold(self) -> None:
        """Start nothing more until `release`."""
        self._held = True

    def release(self, limits: FetchSettings) -> None:
        """Go on after `hold`, perhaps with other limits."""
        self._limits = limits
        self._paces.rate = limits.host_rate
        self._held = False
        self._start()

    def cancel(self) -> None:
        """Break off what is under way."""
        for task in self._tasks:
            task.cancel()

    async def below(self, limit: int) -> None:
        """Return once fewer than `limit` feeds wait, those of hosts that pause apart."""
        while self._waiting - self._paused() >= limit:
            await self._movement()

    async def idle(self) -> None:
        """Return once nothing waits and nothing is under way."""
        while self._waiting or self._tasks:
            await self._movement()

    async def quiet(self) -> None:
        """Return once nothing is under way, whatever waits."""
        while self._tasks:
            await self._movement()

    async def _movement(self) -> None:
        self._moved.clear()
        await self._moved.wait()

    def _start(self) -> None:
        while not self._held and len(self._tasks) < self._limits.concurrency:
            line = self._next_line()
            if not line:
                return
            host = line.popleft()
            now = self._timer.time()
            if wait := self._paces.wait(host, now):
                self._pause(host, wait)
                continue
            self._paces.ask(host, now)
            feed = self._lanes[host].popleft()
            self._waiting -= 1
            self._busy[host] += 1
            self._doubtful += not is_proven(feed)
            self._offer(host)
            task = self._group.create_task(self._job(feed, host), name=f"poll {feed.id}")
            self._tasks.add(task)

    def _next_line(self) -> deque[str]:
        """Those who start next: the doubtful up to their share, so that neither kind starves."""
        most = max(1, int(self._limits.concurrency * DOUBTFUL))
        if self._ready[False] and self._doubtful < most:
            return self._ready[False]
        return self._ready[True]

    def _pause(self, host: str, seconds: float) -> None:
        self._pausing.add(host)
        self._moved.set()  # its feeds keep nobody else waiting
        self._timer.call_later(seconds, partial(self._resume, host))

    def _resume(self, host: str) -> None:
        self._pausing.discard(host)
        self._offer(host)
        self._start()

    def _paused(self) -> int:
        """Feeds that wait for nothing but the pace of their host."""
        return sum(len(self._lanes.get(host, ())) for host in self._pausing)

    def _has_room(self, host: str) -> bool:
        return self._busy[host] < self._limits.per_host and host not in self._pausing

    def _offer(self, host: str) -> None:
        """Put the host in line again, or forget its lane when that is empty."""
        if not self._lanes.get(host):
            self._lanes.pop(host, None)
            return
        line = self._ready[is_proven(self._lanes[host][0])]
        if self._has_room(host) and host not in line:
            line.append(host)

    async def _job(self, feed: Feed, host: str) -> None:
        task = asyncio.current_task()
        try:
            gathered = await self._work(feed)
            if gathered is not None:
                self._paces.answer(host, gathered)
        finally:
            if task is not None:
                self._tasks.discard(task)
            self._busy[host] -= 1
            self._doubtful -= not is_proven(feed)
            if not self._busy[host]:
                del self._busy[host]
            self._offer(host)
            self._moved.set()
            self._start()
