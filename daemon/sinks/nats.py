"""NATS JetStream, by nats-py (the extra `stream`). Its only door.

Every message carries `Nats-Msg-Id`, so that the stream drops what it is told twice within its
duplicate window. A window of messages is on its way at once; each is acknowledged by the stream.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module
from typing import Any

import orjson

from daemon.events import Event
from daemon.fetch.words import one_line
from daemon.settings import NatsSettings
from daemon.sinks.outcomes import Delivered, Later, Outcome, Refused

_HEADERS_MOST = 512
"""Bytes that our headers take at most; the server counts them, too."""
_UNASKED = "503"
"""Status of an answer when nobody listens (NATS client protocol, no responders)."""


@cache
def _nats() -> Any:
    return import_module("nats")


@cache
def _errors() -> Any:
    return import_module("nats.js.errors")


class Acknowledgements:
    """Of one window of messages: which were stored, and what went wrong with the others."""

    def __init__(self, wanted: int) -> None:
        self._trouble: dict[int, str] = {}
        self._answered: set[int] = set()
        self._wanted = wanted
        self.complete: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def note(self, place: int, data: bytes, status: str | None) -> None:
        """The stream answered about the message at this place."""
        trouble = "no stream takes this subject" if status == _UNASKED else _refusal(data)
        if trouble:
            self._trouble[place] = trouble
        self._answered.add(place)
        if len(self._answered) == self._wanted and not self.complete.done():
            self.complete.set_result(None)

    def break_off(self) -> None:
        """No more answers will come."""
        if not self.complete.done():
            self.complete.set_result(None)

    @property
    def stored(self) -> int:
        """How many were stored without one missing before them."""
        places = range(self._wanted)
        return next(
            (n for n in places if n in self._trouble or n not in self._answered), self._wanted
        )

    def trouble(self, otherwise: str) -> str:
        """What is the matter with the first that was not stored."""
        return self._trouble.get(self.stored, otherwise)


def _refusal(data: bytes) -> str | None:
    """What a PubAck says was wrong."""
    said = orjson.loads(data)
    error = said.get("error") if isinstance(said, dict) else {"description": "no answer of ours"}
    return one_line(f"{error.get('description')} ({error.get('code')})") if error else None


class Nats:
    """Publishes to one stream over one connection, which is made when it is needed."""

    def __init__(self, settings: NatsSettings) -> None:
        self._settings = settings
        self._client: Any = None
        self._inbox = ""
        self._window: Acknowledgements | None = None
        self._error: Exception | None = None
        """What the library said last of a server that it could not connect to."""

    async def deliver(self, events: Sequence[Event]) -> Outcome:
        """Publish events, and wait until the stream has them."""
        errors = (OSError, TimeoutError, _nats().errors.Error, ValueError)
        self._error = None
        try:
            async with asyncio.timeout(self._settings.timeout.total_seconds()):
                client = await self._connected()
        except errors as error:
            await self.close()
            return Later(_said(self._cause or error))
        sizes = (len(one.body) + _HEADERS_MOST for one in events)
        fitting = next((n for n, size in enumerate(sizes) if size > client.max_payload), None)
        window = Acknowledgements(len(events[:fitting]))
        try:
            await self._publish(client, events[:fitting], window)
        except errors as error:
            await self.close()
            return Later(_said(error), window.stored)
        if window.stored < len(events[:fitting]):
            await self.close()  # a late answer must not be taken for one of the next window
            return Later(window.trouble("the connection was lost"), window.stored)
        if fitting is not None:
            return Refused(f"larger than the server's {client.max_payload} bytes", fitting)
        return Delivered()

    async def close(self) -> None:
        """End the connection, if there is one."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    @property
    def _cause(self) -> Exception | None:
        return self._error

    async def _publish(
        self, client: Any, events: Sequence[Event], window: Acknowledgements
    ) -> None:
        if not events:
            return
        self._window = window
        expected = self._settings.stream
        for place, one in enumerate(events):
            await client.publish(
                f"{self._settings.subject}.{one.kind}",
                one.body,
                reply=f"{self._inbox}.{place}",
                headers={
                    "Nats-Msg-Id": f"{one.source}:{one.seq}",
                    "Nats-Expected-Stream": expected,
                },
            )
        async with asyncio.timeout(self._settings.timeout.total_seconds()):
            await window.complete

    async def _connected(self) -> Any:
        if self._client is not None and self._client.is_connected:
            return self._client
        await self.close()
        client = self._client = await self._connect()
        await self._ready(client)
        return client

    async def _connect(self) -> Any:
        """To the first server that answers; the library does not try for ever, the relay does."""
        return await _nats().connect(
            list(self._settings.servers),
            name="newsd",
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            connect_timeout=max(1, int(self._settings.timeout.total_seconds())),
            error_cb=self._note_error,
            closed_cb=self._closed,
        )

    async def _ready(self, client: Any) -> None:
        """See that the stream is there, and listen for what it acknowledges."""
        jetstream = client.jetstream()
        try:
            await jetstream.stream_info(self._settings.stream)
        except _errors().NotFoundError:
            await jetstream.add_stream(
                name=self._settings.stream,
                subjects=[f"{self._settings.subject}.*"],
                duplicate_window=self._settings.duplicate_window.total_seconds(),
            )
        self._inbox = client.new_inbox()
        await client.subscribe(f"{self._inbox}.*", cb=self._answered)

    async def _answered(self, message: Any) -> None:
        if self._window is not None:
            place = int(message.subject.rpartition(".")[2])
            headers = message.headers or {}
            self._window.note(place, message.data, headers.get("Status"))

    async def _note_error(self, error: Exception) -> None:
        self._error = error

    async def _closed(self) -> None:
        if self._window is not None:
            self._window.break_off()


def _said(error: BaseException) -> str:
    return one_line(f"{type(error).__name__}: {error}")


@asynccontextmanager
async def open_nats(settings: NatsSettings) -> AsyncIterator[Nats]:
    """The sink; nothing is connected to yet."""
    sink = Nats(settings)
    try:
        yield sink
    finally:
        await sink.close()
