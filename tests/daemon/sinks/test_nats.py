"""Messages in a real JetStream: none is lost, none is there twice, none is out of order."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from daemon.events import Event
from daemon.settings import NatsSettings
from daemon.sinks.nats import Acknowledgements, open_nats
from daemon.sinks.outcomes import Delivered, Later, Refused
from tests.brokers import NATS, jetstream, messages, unique

Bus = tuple[Any, NatsSettings]


def events(*numbers: int) -> list[Event]:
    return [
        Event(n, "created" if n % 2 else "revised", "newsd", b'{"id":"%d"}' % n) for n in numbers
    ]


def settings(**changes: Any) -> NatsSettings:
    name = unique("newsdtest")
    made = NatsSettings(
        name="bus",
        kind="nats",
        servers=(NATS,),
        stream=name,
        subject=f"{name}.article",
        timeout=timedelta(seconds=5),
    )
    return made.model_copy(update=changes)


@pytest.fixture
async def bus() -> AsyncIterator[Bus]:
    """JetStream, and settings for a stream of one's own that is not there yet."""
    async with jetstream() as stream:
        wanted = settings()
        yield stream, wanted
        names = [one.config.name for one in await stream.streams_info()]
        if wanted.stream in names:
            await stream.delete_stream(wanted.stream)


async def test_the_stream_is_made_and_holds_every_event_once(bus: Bus) -> None:
    stream, wanted = bus
    async with open_nats(wanted) as sink:
        assert await sink.deliver(events(*range(1, 200))) == Delivered()
        assert await sink.deliver(events(*range(150, 300))) == Delivered()
    found = await messages(stream, wanted.stream)
    assert [m.headers["Nats-Msg-Id"] for m in found] == [f"newsd:{n}" for n in range(1, 300)]
    assert (found[0].subject, found[0].data) == (f"{wanted.subject}.created", b'{"id":"1"}')
    assert found[1].subject == f"{wanted.subject}.revised"
    config = (await stream.stream_info(wanted.stream)).config
    assert (config.subjects, config.duplicate_window) == ([f"{wanted.subject}.*"], 120.0)


async def test_a_stream_that_is_there_is_left_as_it_is(bus: Bus) -> None:
    stream, wanted = bus
    await stream.add_stream(name=wanted.stream, subjects=[f"{wanted.stream}.>"], max_msgs=5)
    async with open_nats(wanted) as sink:
        assert await sink.deliver(events(1, 2)) == Delivered()
    config = (await stream.stream_info(wanted.stream)).config
    assert (config.subjects, config.max_msgs) == ([f"{wanted.stream}.>"], 5)


async def test_a_stream_of_other_subjects_takes_nothing(bus: Bus) -> None:
    stream, wanted = bus
    await stream.add_stream(name=wanted.stream, subjects=[f"{wanted.stream}.other"])
    async with open_nats(wanted) as sink:
        assert await sink.deliver(events(1, 2)) == Later("no stream takes this subject")


async def test_of_a_full_stream_what_was_stored_is_told(bus: Bus) -> None:
    stream, wanted = bus
    subjects = [f"{wanted.subject}.*"]
    await stream.add_stream(name=wanted.stream, subjects=subjects, max_msgs=3, discard="new")
    async with open_nats(wanted) as sink:
        found = await sink.deliver(events(*range(1, 6)))
        assert isinstance(found, Later)
        assert (found.delivered, "maximum messages" in found.why) == (3, True)
        await stream.purge_stream(wanted.stream)
        assert await sink.deliver(events(4, 5)) == Delivered()


async def test_an_event_larger_than_the_server_takes_is_refused_by_itself(bus: Bus) -> None:
    stream, wanted = bus
    large = Event(3, "created", "newsd", b"x" * (1 << 20))
    async with open_nats(wanted) as sink:
        found = await sink.deliver([*events(1, 2), large, *events(4)])
        assert isinstance(found, Refused)
        assert found.delivered == 2
        assert isinstance(await sink.deliver([large]), Refused)
        assert await sink.deliver(events(4)) == Delivered()
    assert len(await messages(stream, wanted.stream)) == 3


async def test_a_server_that_is_away_is_tried_later_and_the_next_one_now(bus: Bus) -> None:
    _, wanted = bus
    nowhere = "nats://127.0.0.1:9"
    async with open_nats(wanted.model_copy(update={"servers": (nowhere,)})) as sink:
        found = await sink.deliver(events(1))
        assert isinstance(found, Later)
        assert found.why.startswith("ConnectionRefusedError: ")
    async with open_nats(wanted.model_copy(update={"servers": (nowhere, NATS)})) as sink:
        assert await sink.deliver(events(1)) == Delivered()


async def test_a_connection_that_was_lost_is_made_again(bus: Bus) -> None:
    stream, wanted = bus
    async with open_nats(wanted) as sink:
        assert await sink.deliver(events(1)) == Delivered()
        await sink._client.close()
        assert await sink.deliver(events(2)) == Delivered()
    assert len(await messages(stream, wanted.stream)) == 2


async def test_only_what_was_stored_without_a_gap_counts() -> None:
    window = Acknowledgements(4)
    window.note(0, b'{"stream":"S","seq":1}', None)
    window.note(2, b'{"stream":"S","seq":2}', None)
    window.note(3, b'{"error":{"code":503,"description":"no space"}}', None)
    assert (window.stored, window.complete.done()) == (1, False)
    assert window.trouble("lost") == "lost"
    window.note(1, b'{"stream":"S","seq":3,"duplicate":true}', None)
    assert (window.stored, window.complete.done()) == (3, True)
    assert window.trouble("lost") == "no space (503)"
