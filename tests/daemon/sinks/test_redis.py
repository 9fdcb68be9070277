"""Entries of a real Redis Stream, whose ids are the numbers of the changes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from daemon.events import Event
from daemon.settings import RedisSettings
from daemon.sinks.outcomes import Delivered, Later, Refused
from daemon.sinks.redis import open_redis
from tests.brokers import REDIS, redis_client, unique

Stream = tuple[Any, RedisSettings]


def events(*numbers: int, source: str = "newsd") -> list[Event]:
    return [
        Event(n, "created", source, orjson.dumps({"id": str(n), "source": source}))
        for n in numbers
    ]


async def ids(stream: Stream) -> list[int]:
    client, wanted = stream
    return [int(name.partition(b"-")[0]) for name, _ in await client.xrange(wanted.key)]


@pytest.fixture
async def stream() -> AsyncIterator[Stream]:
    """A client, and settings for a stream of one's own that is not there yet."""
    async with redis_client() as client:
        wanted = RedisSettings(
            name="cache",
            kind="redis",
            url=REDIS,
            key=unique("newsdtest"),
            timeout=timedelta(seconds=5),
        )
        yield client, wanted
        await client.delete(wanted.key)


async def test_every_event_is_there_once_under_its_number(stream: Stream) -> None:
    client, wanted = stream
    async with open_redis(wanted) as sink:
        assert await sink.deliver(events(*range(1, 100))) == Delivered()
        assert await sink.deliver(events(*range(50, 150))) == Delivered()
        assert await sink.deliver(events(160)) == Delivered()
    assert await ids(stream) == [*range(1, 150), 160]
    ((_, fields),) = await client.xrange(wanted.key, "7-0", "7-0")
    assert fields == {b"event": b'{"id":"7","source":"newsd"}'}


async def test_an_event_that_the_stream_has_gone_past_is_refused(stream: Stream) -> None:
    _, wanted = stream
    async with open_redis(wanted) as sink:
        await sink.deliver(events(1, 2, 9))
        found = await sink.deliver(events(2, 5))
        assert found == Refused("the stream holds later events, and not this one", 1)
    assert await ids(stream) == [1, 2, 9]


async def test_what_was_trimmed_was_delivered(stream: Stream) -> None:
    client, wanted = stream
    async with open_redis(wanted.model_copy(update={"max_length": 10})) as sink:
        await sink.deliver(events(*range(1, 1001)))
        assert len(await ids(stream)) < 300  # "about": whole nodes of the stream
        await client.xtrim(wanted.key, maxlen=1, approximate=False)
        assert await sink.deliver(events(3)) == Delivered()
        await client.xtrim(wanted.key, maxlen=0, approximate=False)
        assert await sink.deliver(events(4)) == Delivered()


async def test_the_entries_of_another_database_are_not_taken_for_ours(stream: Stream) -> None:
    _, wanted = stream
    async with open_redis(wanted) as sink:
        await sink.deliver(events(1, 2, source="other"))
        found = await sink.deliver(events(2))
    assert isinstance(found, Refused)
    assert "another source" in found.why


async def test_a_key_that_is_no_stream_is_trouble_of_the_receiver(stream: Stream) -> None:
    client, wanted = stream
    await client.set(wanted.key, "text")
    async with open_redis(wanted) as sink:
        found = await sink.deliver(events(1, 2))
    assert isinstance(found, Later)
    assert "WRONGTYPE" in found.why


async def test_a_server_that_is_away_is_tried_later(stream: Stream) -> None:
    _, wanted = stream
    away = wanted.model_copy(update={"url": "redis://ann:secret@127.0.0.1:9/0"})
    async with open_redis(away) as sink:
        found = await sink.deliver(events(1))
    assert isinstance(found, Later)
    assert "secret" not in found.why
