"""What every call of the API works with, and the bounds that hold for all of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from daemon.api.problems import Problem, problem_of
from daemon.clock import Clock
from daemon.fetch.guard import Network
from daemon.news import News
from daemon.settings import Settings
from daemon.topicnames import TopicNames, load_topic_names
from storage.database import Database, Transaction
from storage.errors import StorageError
from storage.query import asking

AT_ONCE = 4
"""Requests that read the database at once; the daemon itself needs connections, too."""
PATIENCE = 5.0
"""Seconds a request waits for its turn."""
LONGEST = timedelta(seconds=10)
"""What a statement may take."""
HEARTBEAT = 15.0
"""Seconds after which a stream that has nothing to say says so."""
SLOW = 10.0
"""Seconds a reader of the stream may take for what was sent, before it is let go."""
STREAMS = 64
"""Readers of the stream, and waiting polls, at once."""


@dataclass(slots=True)
class Desk:
    """The database, the clock, the names of topics; and how many may ask at once."""

    database: Database
    clock: Clock
    news: News
    topics: TopicNames
    allow_networks: tuple[Network, ...] = ()
    public_url: str = ""
    has_token: bool = False
    """Whether answers are for those only who have one."""
    limit: timedelta = LONGEST
    streams: int = 0
    """Open now."""
    most_streams: int = STREAMS
    heartbeat: float = HEARTBEAT
    slow: float = SLOW
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def follow(self, settings: Settings) -> None:
        """Go on under other settings. Raises `SettingsError`."""
        self.topics = load_topic_names(settings.topics.file)
        self.allow_networks = settings.fetch.allow_networks

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """A transaction that only reads, for a while. Raises `Problem`."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self.turns.acquire()
        except TimeoutError as error:
            raise Problem(503, "busy", "too many requests at once", retry_after=1) from error
        try:
            async with asking(self.database, self.limit) as tx:
                yield tx
        except StorageError as error:
            raise problem_of(error) from error
        finally:
            self.turns.release()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        """A transaction that commits. Raises `Problem`."""
        try:
            async with self.database.writing() as tx:
                yield tx
        except StorageError as error:
            raise problem_of(error) from error
        self.news.announce()

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """A place among those that wait for news. Raises `Problem` when all are taken."""
        if self.streams >= self.most_streams:
            raise Problem(503, "busy", "too many wait for changes already", retry_after=10)
        self.streams += 1
        try:
            yield
        finally:
            self.streams -= 1
