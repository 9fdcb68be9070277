"""What telling a broker of changes costs: `python -m benchmarks.serve.relay --events 20000`.

A database full of articles, and one consumer that has seen none of them. CPU seconds are those of
this process, which relays and does nothing else meanwhile; the broker's are not counted.
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import nats
import redis.asyncio

from benchmarks.serve.supply import fill, postgresql, sqlite
from daemon.app import system_clock
from daemon.cursors import Ledger
from daemon.logs import set_up_logs
from daemon.metrics import Metrics
from daemon.relay import Relay
from daemon.settings import AnyConsumer, LogSettings, NatsSettings, RedisSettings, Settings
from storage.consumers import Reader
from storage.database import Database
from storage.listings import consumers

Count = Callable[[], Awaitable[int]]
"""How many events the broker has."""
NATS, REDIS = "nats://127.0.0.1:4222", "redis://127.0.0.1:6379/0"


@asynccontextmanager
async def jetstream() -> AsyncIterator[tuple[AnyConsumer, Count]]:
    """A consumer with a stream of its own, which goes at the end."""
    name = f"newsdbench_{uuid4().hex[:8]}"
    client = await nats.connect(NATS)
    stream = client.jetstream()

    async def count() -> int:
        return int((await stream.stream_info(name)).state.messages)

    try:
        yield (
            NatsSettings(
                name="nats",
                kind="nats",
                servers=(NATS,),
                stream=name,
                subject=name,
                start="beginning",
            ),
            count,
        )
        await stream.delete_stream(name)
    finally:
        await client.close()


@asynccontextmanager
async def redis_stream() -> AsyncIterator[tuple[AnyConsumer, Count]]:
    """A consumer with a key of its own, which goes at the end."""
    key = f"newsdbench_{uuid4().hex[:8]}"
    async with redis.asyncio.Redis.from_url(REDIS) as client:

        async def count() -> int:
            return int(await client.xlen(key))

        yield (
            RedisSettings(name="redis", kind="redis", url=REDIS, key=key, start="beginning"),
            count,
        )
        await client.delete(key)


async def relayed(database: Database, wanted: AnyConsumer, events: int) -> tuple[float, float]:
    """CPU and wall seconds that telling of all changes took."""
    settings = Settings(consumers=(wanted,))
    reader = Reader("bench", alone=database.path is not None)
    relay = Relay(Ledger(database, system_clock, reader, Metrics()))
    await relay.enrol(settings)
    async with relay.working():
        cpu, wall = time.process_time(), time.perf_counter()
        relay.follow(settings)
        await relay.drain(timedelta(hours=1))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    async with database.reading() as tx:
        (found,) = await consumers(tx, name=wanted.name)
    if found["lag"]:
        raise SystemExit(f"{wanted.name}: {found['lag']} of {events} not told: {found}")
    return cpu, wall


async def compare(events: int) -> None:
    """Print a line for each engine and broker."""
    for engine in (sqlite, postgresql):
        async with engine() as url, Database.open(url) as database:
            await fill(database, events)
            for broker in (jetstream, redis_stream):
                async with broker() as (wanted, count):
                    cpu, wall = await relayed(database, wanted, events)
                    stored = await count()
                print(
                    f"{database.dialect:10} {wanted.kind:6} {events} events, {stored} stored: "
                    f"{cpu:.2f} CPU s, {wall:.2f} s, {events / cpu:,.0f} events a CPU second",
                    flush=True,
                )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    set_up_logs(LogSettings(level="warning"))
    asyncio.run(compare(parser.parse_args().events))


if __name__ == "__main__":
    main()
