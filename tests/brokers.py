"""NATS and Redis as they run on this machine; a test that needs one is skipped where it is not."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import nats
import pytest
import redis.asyncio

NATS = os.environ.get("NEWSD_TEST_NATS_URL", "nats://127.0.0.1:4222")  # noqa: TID251  the tests' own switch
REDIS = os.environ.get("NEWSD_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")  # noqa: TID251  the same


def skip_without(url: str, name: str) -> None:
    """Skip the test unless something listens there."""
    place = urlsplit(url)
    try:
        socket.create_connection((place.hostname or "", place.port or 0), timeout=2).close()
    except OSError as error:
        pytest.skip(f"no {name} at {url}: {error.strerror or error}")


def unique(prefix: str) -> str:
    """A name that nobody else has."""
    return f"{prefix}_{uuid4().hex[:12]}"


@asynccontextmanager
async def jetstream() -> AsyncIterator[Any]:
    """JetStream, and at the end no stream of ours (they begin with `newsdtest`)."""
    skip_without(NATS, "NATS")
    client = await nats.connect(NATS)
    stream = client.jetstream()
    try:
        yield stream
    finally:
        await client.close()


async def messages(stream: Any, name: str) -> list[Any]:
    """Everything in a stream, in order."""
    state = (await stream.stream_info(name)).state
    numbers = range(state.first_seq, state.last_seq + 1) if state.messages else ()
    return [await stream.get_msg(name, seq) for seq in numbers]


@asynccontextmanager
async def redis_client() -> AsyncIterator[Any]:
    """A client of Redis."""
    skip_without(REDIS, "Redis")
    async with redis.asyncio.Redis.from_url(REDIS) as client:
        yield client
