"""Post a document to an address that an operator named, under the same guard as every fetch."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import ClientError, ClientSession
from aiohttp.http_exceptions import HttpProcessingError

from daemon.fetch.fetcher import address, failure
from daemon.fetch.guard import is_allowed, literal
from daemon.fetch.retry_after import retry_after
from daemon.fetch.words import one_line
from daemon.settings import FetchSettings
from daemon.values import Failed
from storage.values import Outcome

_ENOUGH = 1 << 16
"""Bytes of an answer that are read, so that its connection may serve again."""
_SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Answered:
    """The receiver said something."""

    status: int
    said: str
    """The status line: printable, without credentials."""
    retry_after: timedelta | None = None


class Poster:
    """Posts over one guarded session; follows no redirect."""

    def __init__(
        self, session: ClientSession, settings: FetchSettings, timeout: timedelta
    ) -> None:
        self._session = session
        self._settings = settings
        self._seconds = timeout.total_seconds()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered | Failed:
        """What came of it; raises nothing but `CancelledError`."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(url, body, headers)
        except TimeoutError:
            return Failed(Outcome.TIMEOUT, f"no whole answer within {self._seconds:g} s")
        except (ClientError, HttpProcessingError, OSError, ValueError) as error:
            return failure(error)

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered | Failed:
        target = address(url)
        if target is None:
            return Failed(Outcome.BLOCKED_ADDRESS, "only http and https addresses are posted to")
        # behind a proxy the guard of the sockets sees the proxy alone
        host = literal(target.raw_host or "") if self._settings.proxy else None
        if host is not None and not is_allowed(host, self._settings.allow_networks):
            return Failed(Outcome.BLOCKED_ADDRESS, f"{host} is not a public address")
        posting = self._session.post(target, data=body, headers=headers, allow_redirects=False)
        async with posting as response:
            await response.content.read(_ENOUGH)
            said = one_line(f"{response.status} {response.reason or ''}")
            asked, date = response.headers.get("Retry-After"), response.headers.get("Date")
            return Answered(response.status, said, retry_after(asked, date, shortest=_SOON))
