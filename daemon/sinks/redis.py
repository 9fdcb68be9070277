"""Redis Streams, by redis-py (the extra `stream`). Its only door.

The id of an entry is the number of its change, `4711-0`. Redis takes no id that is not greater
than the last one, so nothing can be there twice, however often it is sent.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module
from typing import Any

import orjson

from daemon.events import Event
from daemon.fetch.words import one_line
from daemon.settings import RedisSettings
from daemon.sinks.outcomes import Delivered, Later, Outcome, Refused

_FIELD = "event"
_PASSED = "equal or smaller than the target stream top item"
"""What Redis says of an id that is not greater than the last one (XADD)."""


@cache
def _redis() -> Any:
    return import_module("redis.asyncio")


@cache
def _no_retry() -> Any:
    """The relay tries again by itself."""
    return import_module("redis.asyncio.retry").Retry(
        import_module("redis.backoff").NoBackoff(), 0
    )


class Redis:
    """Adds to one stream."""

    def __init__(self, client: Any, settings: RedisSettings) -> None:
        self._client = client
        self._settings = settings

    async def deliver(self, events: Sequence[Event]) -> Outcome:
        """Add all events or, where Redis has no room or is away, none (MULTI)."""
        try:
            answers = await self._added(events)
            for place, (one, answer) in enumerate(zip(events, answers, strict=True)):
                if isinstance(answer, Exception):
                    if _PASSED not in str(answer):
                        return Later(_said(answer), place)
                    if why := await self._missing(one):
                        return Refused(why, place)
        except (OSError, TimeoutError, _redis().RedisError) as error:
            return Later(_said(error))
        return Delivered()

    async def _added(self, events: Sequence[Event]) -> Sequence[Any]:
        """What Redis answered about each."""
        trimmed = {"maxlen": self._settings.max_length or None, "approximate": True}
        async with self._client.pipeline(transaction=True) as pipe:
            for one in events:
                pipe.xadd(self._settings.key, {_FIELD: one.body}, id=f"{one.seq}-0", **trimmed)
            answers: list[Any] = await pipe.execute(raise_on_error=False)
        return answers

    async def _missing(self, one: Event) -> str | None:
        """Why an event that Redis will not add is not there; None: it is, or it was trimmed."""
        name, key = f"{one.seq}-0", self._settings.key
        there = await self._client.xrange(key, name, name)
        first = there or await self._client.xrange(key, count=1)
        if not first:
            return None
        entry, fields = first[0]
        if orjson.loads(fields.get(_FIELD.encode(), b"{}")).get("source") != one.source:
            return "the stream has entries of another source; give each its own key"
        if there or one.seq < int(entry.partition(b"-")[0]):
            return None
        return "the stream holds later events, and not this one"


def _said(error: BaseException) -> str:
    return one_line(f"{type(error).__name__}: {error}")


@asynccontextmanager
async def open_redis(settings: RedisSettings) -> AsyncIterator[Redis]:
    """The sink; nothing is connected to yet."""
    seconds = settings.timeout.total_seconds()
    async with _redis().Redis.from_url(
        settings.url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=_no_retry()
    ) as client:
        yield Redis(client, settings)
