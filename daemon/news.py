"""Wake whoever waits for a change as soon as it is committed, by us or by another process.

Our own writer says so (`announce`). Commits of others are looked for every quarter of a second,
by one look at the clock however many wait, and only while somebody does.
"""

import asyncio

import structlog

from storage.changes import clock_now
from storage.database import Database
from storage.errors import StorageError

LOOK = 0.25
"""Seconds between two looks for commits of other processes."""
log = structlog.get_logger()


class News:
    """The number of the last change, and a wait for the next."""

    def __init__(self, database: Database, look: float = LOOK) -> None:
        self._database = database
        self._between = look
        self._last = 0
        self._committed = asyncio.Event()
        self._changed = asyncio.Condition()
        self._waiting = 0
        self._watch: asyncio.Task[None] | None = None
        self._is_closed = False

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self._waiting

    @property
    def is_closed(self) -> bool:
        """Whether nobody is to wait any longer."""
        return self._is_closed

    def announce(self) -> None:
        """Something was committed in this process."""
        self._committed.set()

    async def newer(self, after: int, seconds: float) -> bool:
        """Wait until there is a change after number `after`; False: `seconds` passed without.

        Returns at once when this is closed.
        """
        self._waiting += 1
        if self._watch is None:
            self._watch = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self._last > after or self._is_closed)
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return self._last > after

    async def close(self) -> None:
        """Wake everybody for good."""
        self._is_closed = True
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])
        async with self._changed:
            self._changed.notify_all()

    async def _look(self) -> None:
        """Look at the clock after each commit of ours and from time to time, while any wait."""
        try:
            while self._waiting:
                self._committed.clear()
                await self._read()
                await self._committed_or_time()
        finally:
            self._watch = None

    async def _committed_or_time(self) -> None:
        try:
            async with asyncio.timeout(self._between):
                await self._committed.wait()
        except TimeoutError:
            return

    async def _read(self) -> None:
        try:
            async with self._database.reading() as tx:
                last = await clock_now(tx)
        except StorageError as error:
            # who waits is told so when it reads
            log.debug("news_unreadable", error=str(error))
            return
        if last > self._last:
            self._last = last
            async with self._changed:
                self._changed.notify_all()
