"""A relay of one's own over a real database, and changes for it to tell of."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from daemon.app import system_clock
from daemon.cursors import Ledger
from daemon.metrics import Metrics
from daemon.relay import Relay
from daemon.settings import AnyConsumer, Settings, StreamSettings, WebhookSettings
from storage.articles import next_article_ids
from storage.consumers import Reader
from storage.database import Database
from storage.listings import Line, consumers
from storage.values import Judged
from tests.daemon.conftest import LOOPBACK
from tests.daemon.sinks.receiver import SECRET
from tests.storage.test_articles import numbered, write

SHORT = StreamSettings(max_backoff=timedelta(seconds=1))
"""Nobody has to wait long for the next try."""


def hook(url: str, **changes: Any) -> WebhookSettings:
    made = WebhookSettings(
        name="ops", kind="webhook", url=url, secret=SECRET, start="beginning", max_tries=2
    )
    return made.model_copy(update=changes)


def settings_of(*wanted: AnyConsumer) -> Settings:
    return Settings(fetch=LOOPBACK, stream=SHORT, consumers=wanted)


async def publish(database: Database, articles: int) -> None:
    """Commit so many new articles, and as many changes."""
    async with database.writing() as tx:
        ids = await next_article_ids(tx, articles)
    judged: list[Judged] = [numbered(n) for n in ids]
    await write(database, *judged, now=system_clock())


@asynccontextmanager
async def relaying(
    database: Database,
    *wanted: AnyConsumer,
    replica: str = "one",
    ttl: timedelta = timedelta(seconds=15),
) -> AsyncIterator[Relay]:
    """Serve these consumers for the length of the block."""
    reader = Reader(replica, ttl, alone=database.path is not None)
    relay = Relay(Ledger(database, system_clock, reader, Metrics()))
    await relay.enrol(settings_of(*wanted))
    async with relay.working():
        relay.follow(settings_of(*wanted))
        yield relay


async def consumer(database: Database, name: str = "ops") -> Line:
    """A consumer as everybody may see it."""
    async with database.reading() as tx:
        (found,) = await consumers(tx, name=name)
    return found


async def became(database: Database, **facts: Any) -> Line:
    """The consumer, once it is so."""
    async with asyncio.timeout(30):
        while True:
            found = await consumer(database)
            if facts.items() <= found.items():
                return found
            await asyncio.sleep(0.02)
