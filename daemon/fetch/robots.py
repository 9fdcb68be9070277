"""Ask hosts for their robots.txt, and remember what it says for a day (RFC 9309)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from weakref import WeakValueDictionary

from yarl import URL

from daemon.errors import DigestLimitError
from daemon.robotstxt import RobotRules
from daemon.values import Failed, Fetched, FetchResult
from storage.values import Outcome

DAY = 24 * 3600.0
FRESH = DAY
"""Seconds for which an answer is believed (RFC 9309, 2.4)."""
STALE = 30 * DAY
"""Seconds for which the last good answer is kept while the host gives no other (2.3.1.4)."""
AGAIN = 3600.0
"""Seconds until a host that gave no answer is asked again."""
MOST_HOSTS = 2000
MOST_BYTES = 8 << 20
"""What is remembered at most, counted in bytes of the files."""


class Permission(StrEnum):
    """Whether a host lets us ask for an address."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    """Its robots.txt could not be had. RFC 9309, 2.3.1.4: a crawler takes that for a no."""


@dataclass(frozen=True, slots=True)
class _Held:
    """What is remembered of a host."""

    rules: RobotRules | None
    """None: it has none, or could not be had (then `is_known` is False)."""
    is_known: bool
    read_at: float
    until: float
    size: int = 0


class Robots:
    """The robots.txt of the hosts that were asked lately."""

    def __init__(
        self,
        ask: Callable[[str], Awaitable[FetchResult]],
        read: Callable[[bytes], Awaitable[RobotRules]],
        timer: Callable[[], float] | None = None,
    ) -> None:
        """`ask` fetches an address, `read` raises `DigestLimitError` for a file beyond reason.

        `timer` gives seconds of a monotonic clock: those of the running loop, unless a test has
        its own.
        """
        self._ask = ask
        self._read = read
        self._now = timer or asyncio.get_running_loop().time
        self._held: dict[URL, _Held] = {}
        self._size = 0
        self._locks: WeakValueDictionary[URL, asyncio.Lock] = WeakValueDictionary()

    async def permission(self, url: URL) -> Permission:
        """Whether `url` may be asked for; its host is asked first, if it was not today."""
        held = await self._host(url)
        if not held.is_known:
            return Permission.UNKNOWN
        allowed = held.rules is None or held.rules.allows(str(url))
        return Permission.ALLOWED if allowed else Permission.FORBIDDEN

    async def sitemaps(self, url: URL) -> tuple[str, ...]:
        """The sitemaps that the host of `url` names."""
        held = await self._host(url)
        return held.rules.sitemaps if held.rules else ()

    def pause(self, url: URL) -> float:
        """Seconds between requests that the host of `url` asked for; 0: none, or nobody knows."""
        held = self._held.get(url.origin())
        return held.rules.pause if held and held.rules else 0.0

    async def _host(self, url: URL) -> _Held:
        """What is known of the host; many who want to know at once ask once."""
        origin = url.origin()
        lock = self._locks.setdefault(origin, asyncio.Lock())
        async with lock:
            held = self._held.get(origin)
            if held is None or held.until <= self._now():
                held = await self._asked(origin, held)
                self._remember(origin, held)
        return held

    async def _asked(self, origin: URL, before: _Held | None) -> _Held:
        answer, now = await self._ask(str(origin.with_path("/robots.txt"))), self._now()
        match answer:
            case Fetched(body=body):
                try:
                    rules = await self._read(body)
                except DigestLimitError:
                    return _unknown(before, now)
                return _Held(rules, is_known=True, read_at=now, until=now + FRESH, size=len(body))
            case Failed() if _has_none(answer):
                return _Held(None, is_known=True, read_at=now, until=now + FRESH)
            case _:
                return _unknown(before, now)

    def _remember(self, origin: URL, held: _Held) -> None:
        self._forget(origin)
        self._held[origin] = held
        self._size += held.size
        while len(self._held) > MOST_HOSTS or self._size > MOST_BYTES:
            self._forget(next(iter(self._held)))

    def _forget(self, origin: URL) -> None:
        gone = self._held.pop(origin, None)
        self._size -= gone.size if gone else 0


def _has_none(answer: Failed) -> bool:
    """Whether the host says that there is no robots.txt (RFC 9309, 2.3.1.2, 2.3.1.3).

    An empty one says so too, and so does one behind too many redirects.
    """
    if answer.outcome in {Outcome.REDIRECT, Outcome.NOT_A_FEED}:
        return True
    status = answer.http_status or 0
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


def _unknown(before: _Held | None, now: float) -> _Held:
    """No answer: the last good one still holds for a while, and so does not knowing."""
    if before is not None and before.is_known and now - before.read_at < STALE:
        return replace(before, until=now + AGAIN)
    return _Held(None, is_known=False, read_at=now, until=now + AGAIN)
