"""A daemon in pieces: real workers, a real session, a writer whose every settled poll is kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

import pytest

from daemon.fetch import Fetcher, open_session
from daemon.keep import Keeper
from daemon.learned import LearnedLines
from daemon.logs import set_up_logs
from daemon.poll import Poller
from daemon.settings import DigestSettings, FetchSettings, LogSettings, ScheduleSettings
from daemon.values import PollReport
from daemon.workers import Workers
from daemon.writer import Writer
from storage.database import Database
from storage.feeds import find_feed
from storage.following import add_feeds
from storage.values import Feed, Lease, Subscription
from tests.samples import NOON

LOOPBACK = FetchSettings(allow_networks=(ip_network("127.0.0.0/8"),), timeout=timedelta(seconds=5))
LEASE = Lease(0, 0)
MAX_ENTRIES = 50


@pytest.fixture(scope="session", autouse=True)
def _logs() -> None:
    set_up_logs(LogSettings(format="json"))


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """One pool for all tests: a pool has no memory."""
    pool = Workers(DigestSettings(workers=1, max_entries=MAX_ENTRIES))
    yield pool
    asyncio.run(pool.close())


@dataclass
class Bench:
    """Everything a poll goes through, with a clock that a test can move."""

    database: Database
    keeper: Keeper
    poller: Poller
    now: datetime

    async def follow(self, *urls: str) -> list[Feed]:
        async with self.database.writing() as tx:
            await add_feeds(tx, [Subscription(url) for url in urls], now=self.now)
        return [await self.read(url) for url in urls]

    async def read(self, url: str) -> Feed:
        async with self.database.reading() as tx:
            feed = await find_feed(tx, url)
        assert feed is not None
        return feed

    async def poll(self, *urls: str) -> list[PollReport]:
        """Poll feeds as they are remembered now, and keep them in one group."""
        gathered = [await self.poller.gather(await self.read(url)) for url in urls]
        reports = await self.keeper.keep(gathered, self.now)
        self.now += timedelta(minutes=1)
        return reports


MakeBench = Callable[[Database], Awaitable[Bench]]


@pytest.fixture
async def bench(database: Database, workers: Workers) -> AsyncIterator[Bench]:
    """A bench over each engine in turn."""
    async with open_session(LOOPBACK) as session:
        keeper = Keeper(database, ScheduleSettings(), "test", learned=LearnedLines(database))

        def clock() -> datetime:
            return made.now

        writer = Writer(keeper, clock, lambda _, __: None)
        fetcher = Fetcher(session, LOOPBACK)
        limit = timedelta(seconds=30)
        poller = Poller(fetcher, workers, writer, clock, lambda _: LEASE, limit)
        made = Bench(database, keeper, poller, NOON)
        yield made
