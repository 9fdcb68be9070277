"""A relay that is killed at any instant loses nothing, and JetStream and Redis double nothing."""

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from daemon.settings import NatsSettings, RedisSettings
from storage.database import Database
from tests.brokers import NATS, REDIS, jetstream, messages, redis_client, unique
from tests.daemon.relays import became, publish, relaying

ROOT = Path(__file__).parents[2]
RELAY = """
import asyncio, sys
from datetime import timedelta
from pydantic import TypeAdapter
from daemon.settings import AnyConsumer
from storage.database import Database
from tests.daemon.relays import relaying

async def main():
    wanted = TypeAdapter(AnyConsumer).validate_json(sys.argv[2])
    async with Database.open(sys.argv[1]) as database:
        short = timedelta(milliseconds=50)
        async with relaying(database, wanted, replica=sys.argv[3], ttl=short) as relay:
            print("serving", flush=True)
            await asyncio.Event().wait()

asyncio.run(main())
"""
CHANGES, KILLS = 1500, 5


def killed(url: str, wanted: NatsSettings | RedisSettings, life: int) -> None:
    """Relay in a process of its own, and kill that at some instant of its work."""
    command = [
        sys.executable,
        "-c",
        RELAY,
        url,
        wanted.model_dump_json(exclude_unset=True),
        f"life-{life}",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "serving\n"
        try:
            process.wait(random.uniform(0.02, 0.25))  # noqa: S311  no secret
        except subprocess.TimeoutExpired:
            process.kill()


async def relayed_with_kills(url: str, wanted: NatsSettings | RedisSettings) -> None:
    """Tell of all changes, however often whoever does it is killed."""
    async with Database.open(url) as database:
        await publish(database, CHANGES)
        for life in range(KILLS):
            await asyncio.to_thread(killed, url, wanted, life)
        await asyncio.sleep(0.06)  # the time to live of the last one
        async with relaying(database, wanted, replica="last"):
            await became(database, seq=CHANGES)


@pytest.mark.threat("H1")
async def test_a_killed_relay_leaves_each_event_once_in_a_jetstream(database_url: str) -> None:
    async with jetstream() as stream:
        name = unique("newsdtest")
        wanted = NatsSettings(
            name="ops",
            kind="nats",
            servers=(NATS,),
            stream=name,
            subject=f"{name}.article",
            start="beginning",
            max_events=50,
        )
        try:
            await relayed_with_kills(database_url, wanted)
            found = await messages(stream, name)
        finally:
            await stream.delete_stream(name)
    assert [int(orjson.loads(one.data)["id"]) for one in found] == list(range(1, CHANGES + 1))


@pytest.mark.threat("H1")
async def test_a_killed_relay_leaves_each_event_once_in_a_redis_stream(database_url: str) -> None:
    async with redis_client() as client:
        wanted = RedisSettings(
            name="ops",
            kind="redis",
            url=REDIS,
            key=unique("newsdtest"),
            start="beginning",
            max_events=50,
        )
        try:
            await relayed_with_kills(database_url, wanted)
            found = [int(name.partition(b"-")[0]) for name, _ in await client.xrange(wanted.key)]
        finally:
            await client.delete(wanted.key)
    assert found == list(range(1, CHANGES + 1))
