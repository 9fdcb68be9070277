"""Run one job a feed: so many at once in all, so many on one host, none in the way of another.

A slow host keeps its own feeds waiting and nobody else's: a feed takes one of the places under way
only when its host has room.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from storage.values import Feed

Work = Callable[[Feed], Awaitable[None]]


def host_of(url: str) -> str:
    """Whose patience a request to this address costs."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


class Lanes:
    """Feeds waiting in one lane a host, and the jobs under way."""

    def __init__(
        self, group: asyncio.TaskGroup, work: Work, *, concurrency: int, per_host: int
    ) -> None:
        self._group = group
        self._work = work
        self._concurrency = concurrency
        self._per_host = per_host
        self._lanes: dict[str, deque[Feed]] = {}
        self._ready: deque[str] = deque()
        """Hosts with both a feed waiting and room for it, each once."""
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
        if len(lane) == 1 and self._busy[host] < self._per_host:
            self._ready.append(host)
        self._start()

    def clear(self) -> list[Feed]:
        """Forget the feeds that wait, and return them."""
        forgotten = [feed for lane in self._lanes.values() for feed in lane]
        self._waiting = 0
        self._lanes.clear()
        self._ready.clear()
        self._moved.set()
        return forgotten

    def hold(self) -> None:
        """Start nothing more until `release`."""
        self._held = True

    def release(self, *, concurrency: int, per_host: int) -> None:
        """Go on after `hold`, perhaps with other limits."""
        self._concurrency, self._per_host = concurrency, per_host
        self._held = False
        self._start()

    def cancel(self) -> None:
        """Break off what is under way."""
        for task in self._tasks:
            task.cancel()

    async def below(self, limit: int) -> None:
        """Return once fewer than `limit` feeds wait."""
        while self._waiting >= limit:
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
        while self._ready and not self._held and len(self._tasks) < self._concurrency:
            host = self._ready.popleft()
            lane = self._lanes[host]
            feed = lane.popleft()
            self._waiting -= 1
            self._busy[host] += 1
            self._offer(host)
            task = self._group.create_task(self._job(feed, host), name=f"poll {feed.id}")
            self._tasks.add(task)

    def _offer(self, host: str) -> None:
        """Put the host in line again, or forget its lane when that is empty."""
        if not self._lanes.get(host):
            self._lanes.pop(host, None)
        elif self._busy[host] < self._per_host and host not in self._ready:
            self._ready.append(host)

    async def _job(self, feed: Feed, host: str) -> None:
        task = asyncio.current_task()
        try:
            await self._work(feed)
        finally:
            if task is not None:
                self._tasks.discard(task)
            self._busy[host] -= 1
            if not self._busy[host]:
                del self._busy[host]
            self._offer(host)
            self._moved.set()
            self._start()
