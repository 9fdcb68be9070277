"""One fetch of one feed: ask, follow redirects, read within bounds, say how it went."""

import asyncio
import io
import ssl
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TypeVar

from aiohttp import (
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    InvalidURL,
)
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from daemon.fetch.decode import decoder_for
from daemon.fetch.fresh import freshness
from daemon.fetch.guard import BlockedAddressError, is_allowed, literal
from daemon.fetch.retry_after import retry_after
from daemon.fetch.robots import Permission, Robots
from daemon.fetch.words import one_line
from daemon.settings import FetchSettings
from daemon.values import Failed, Fetched, FetchResult, NotModified
from storage.values import Feed, Outcome, Validators

Answer = TypeVar("Answer")

MOST_LINKS = 10
LONGEST_MOVE = 2000
"""Characters of an address that a feed may move to."""
_REDIRECTS = {301, 302, 303, 307, 308}
_SAME_METHOD = {307, 308}
"""Redirects after which a form is posted again (RFC 9110, 15.4.8)."""
_PERMANENT = {301, 308}
_WITH_BODY = {200, 203, HTTPStatus.IM_USED}
_WITHOUT_BODY = {204, 205}
_HTML = {"text/html", "application/xhtml+xml"}


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be made of an answer, beside a feed."""

    most: int
    """Bytes that are taken."""
    is_start_enough: bool = False
    """Whether of a longer one the beginning is of use."""
    is_page: bool = False
    """Whether it is a web page: asked for only where robots.txt allows it."""


@dataclass(frozen=True, slots=True)
class _Hop:
    """Where a redirect leads."""

    to: URL
    is_permanent: bool


class Fetcher:
    """Fetches feeds over one shared session."""

    def __init__(
        self, session: ClientSession, settings: FetchSettings, robots: Robots | None = None
    ) -> None:
        """Without `robots` everything may be asked for."""
        self._session = session
        self._settings = settings
        self._robots = None if settings.robots == "never" else robots

    @property
    def max_bytes(self) -> int:
        """The longest document that is taken, decoded."""
        return self._settings.max_bytes

    async def fetch(self, feed: Feed) -> FetchResult:
        """Ask for the feed, saying what we already have of it.

        Whatever the server does is in what is returned; nothing is raised but `CancelledError`.
        """
        return await self._in_time(self._follow(feed, _Wish(self._settings.max_bytes)))

    async def fetch_start(self, url: str, most: int) -> FetchResult:
        """Ask for a document, and leave what stands behind its first `most` bytes."""
        wish = _Wish(most, is_start_enough=True)
        return await self._in_time(self._follow(Feed(0, url), wish))

    async def fetch_page(self, url: str, most: int) -> FetchResult:
        """Ask for a web page of at most `most` bytes; what is no HTML is not read.

        robots.txt is heeded at every hop, unless it is never heeded.
        """
        return await self._in_time(self._follow(Feed(0, url), _Wish(most, is_page=True)))

    async def allowed(self, url: str) -> bool:
        """Whether a page, or an address that nobody gave us, may be asked for.

        Not if robots.txt forbids it, or cannot be had (RFC 9309, 2.3.1.4).
        """
        return await self._permission(address(url)) is Permission.ALLOWED

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that the robots.txt of this address's host names."""
        target = address(url)
        return await self._robots.sitemaps(target) if self._robots and target else ()

    def pause(self, url: str) -> float:
        """Seconds that the host is known to want between two requests (Crawl-delay), or 0."""
        target = address(url)
        return self._robots.pause(target) if self._robots and target else 0.0

    async def tell(self, url: str, fields: Mapping[str, str]) -> Failed | None:
        """Post a form to `url`; None when it was accepted. Raises nothing but `CancelledError`."""
        return await self._in_time(self._post(url, fields))

    async def _in_time(self, asking: Awaitable[Answer]) -> Answer | Failed:
        """What came of it under the one deadline, with every trouble as a value."""
        seconds = self._settings.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return await asking
        except TimeoutError:
            return Failed(Outcome.TIMEOUT, f"no whole answer within {seconds:g} s")
        except (ClientError, HttpProcessingError, OSError, ValueError) as error:
            return failure(error)

    async def _post(self, url: str, fields: Mapping[str, str]) -> Failed | None:
        target: URL | None = address(url)
        for _ in range(self._settings.max_redirects + 1):
            if target is None:
                return Failed(Outcome.BLOCKED_ADDRESS, "only http and https addresses are asked")
            if blocked := self._blocked(target):
                return blocked
            async with self._session.post(target, data=fields, allow_redirects=False) as response:
                if response.status not in _SAME_METHOD:
                    return None if response.ok else _refusal(response)
                hop = _next_hop(target, response)
            if isinstance(hop, Failed):
                return hop
            target = hop.to
        return Failed(Outcome.REDIRECT, f"more than {self._settings.max_redirects} redirects")

    async def _permission(self, url: URL | None) -> Permission:
        if self._robots is None or url is None:
            return Permission.ALLOWED
        return await self._robots.permission(url)

    async def _follow(self, feed: Feed, wish: _Wish) -> FetchResult:
        """Redirects are followed here and not by aiohttp, so that each is ours to judge."""
        url = address(feed.url)
        if url is None:
            return Failed(Outcome.BLOCKED_ADDRESS, "only http and https addresses are fetched")
        is_permanent, origin = True, url.origin()
        for hops in range(self._settings.max_redirects + 1):
            found = await self._ask(url, feed, wish)
            if not isinstance(found, _Hop):
                return _moved(found, url) if hops and is_permanent else found
            url = found.to
            if url.origin() != origin:  # for good: who leads back has chosen the path
                feed = replace(feed, headers=())
            is_permanent &= found.is_permanent
        most = self._settings.max_redirects
        detail = f"more than {most} redirects, the last to {_shown(url)}"
        return Failed(Outcome.REDIRECT, one_line(detail))

    def _blocked(self, url: URL) -> Failed | None:
        """The refusal of an address that only a proxy would connect to, beyond our guard."""
        address = literal(url.raw_host or "") if self._settings.proxy else None
        if address is None or is_allowed(address, self._settings.allow_networks):
            return None
        return Failed(Outcome.BLOCKED_ADDRESS, f"{address} is not a public address")

    async def _forbidden(self, url: URL, *, is_page: bool) -> Failed | None:
        """The refusal of an address by robots.txt; one that cannot be had forbids no feed."""
        if not is_page and self._settings.robots != "all":
            return None
        permission = await self._permission(url)
        if permission is Permission.ALLOWED:
            return None
        if permission is Permission.UNKNOWN:
            return Failed(Outcome.CONNECT, "its robots.txt cannot be had") if is_page else None
        detail = f"the robots.txt of {url.raw_host} does not let us ask for {url.raw_path}"
        return Failed(Outcome.ROBOTS, one_line(detail))

    async def _ask(self, url: URL, feed: Feed, wish: _Wish) -> FetchResult | _Hop:
        if blocked := self._blocked(url) or await self._forbidden(url, is_page=wish.is_page):
            return blocked
        headers = {**dict(feed.headers), **_conditions(feed.validators)}
        async with self._session.get(url, headers=headers, allow_redirects=False) as response:
            status = response.status
            if status in _REDIRECTS:
                return _next_hop(url, response)
            if status == HTTPStatus.NOT_MODIFIED:
                return _not_modified(feed.validators, response)
            if status in _WITH_BODY:
                if wish.is_page and _is_no_page(response):
                    return Failed(Outcome.NOT_A_FEED, one_line(response.content_type), status)
                return await self._read(url, response, wish)
            return _refusal(response)

    async def _read(self, url: URL, response: ClientResponse, wish: _Wish) -> FetchResult:
        """Read the body to its end, counting what it decodes to, and hold no more than the cap.

        Of a longer one the start is kept, if that is enough, or nothing at all.
        """
        most, first = wish.most, wish.is_start_enough
        body, wire = io.BytesIO(), 0
        too_large = Failed(Outcome.TOO_LARGE, f"more than {most} bytes", response.status)
        if (response.content_length or 0) > most and not first:
            return too_large
        decoder = decoder_for(response.headers.get("Content-Encoding", ""))
        async for chunk in response.content.iter_any():
            wire += len(chunk)
            for piece in decoder.feed(chunk):
                if body.tell() + len(piece) > most:
                    body.write(piece[: most - body.tell()])
                    return _whole(url, response, body.getvalue()) if first else too_large
                body.write(piece)
            if wire > most:
                return too_large
        decoder.close()
        return _whole(url, response, body.getvalue())  # getvalue does not copy


def address(text: str) -> URL | None:
    """`text` as an address that may be asked for."""
    try:
        url = _as_written(text)
    except ValueError:
        return None
    return url if url.scheme in {"http", "https"} and url.host else None


def _as_written(text: str) -> URL:
    """`text` with its own quoting, which a signature may cover, unless that cannot be sent."""
    sendable = text.isascii() and text.isprintable() and " " not in text
    return URL(text, encoded=sendable)


def _conditions(held: Validators) -> dict[str, str]:
    """Both validators, byte for byte as they came (RFC 9110, 13.1)."""
    conditions = {"If-None-Match": held.etag, "If-Modified-Since": held.last_modified}
    if held.etag:
        conditions["A-IM"] = "feed"  # RFC 3229: only the entries that are new since that ETag
    return {name: value for name, value in conditions.items() if value}


def _next_hop(url: URL, response: ClientResponse) -> _Hop | Failed:
    """Where a redirect leads; credentials stay with the origin they were given for."""
    location = response.headers.get("Location", "").strip()
    if not location:
        return _redirect_failure(response, "a redirect without a Location")
    try:
        target = url.join(_as_written(location)).with_fragment(None)
        if target.scheme not in {"http", "https"} or not target.host:
            return _redirect_failure(response, f"a redirect to {_shown(target)}")
        same = target.origin() == url.origin()
    except ValueError as error:
        return _redirect_failure(response, f"a redirect to a broken address: {error}")
    if not same:
        target = target.with_user(None)
    elif url.user:
        target = target.with_user(url.user).with_password(url.password)
    return _Hop(target, is_permanent=response.status in _PERMANENT)


def _moved(found: FetchResult, to: URL) -> FetchResult:
    """The answer, with the address that its server wants to be asked at from now on."""
    if isinstance(found, Failed) or len(str(to)) > LONGEST_MOVE:
        return found
    return replace(found, moved_to=str(to))


def _redirect_failure(response: ClientResponse, detail: str) -> Failed:
    return Failed(Outcome.REDIRECT, one_line(detail), response.status)


def _not_modified(held: Validators, response: ClientResponse) -> NotModified | Failed:
    if held.etag or held.last_modified:
        return NotModified(freshness(response.headers))
    return Failed(Outcome.BAD_HTTP, "304 to a request without conditions", 304)


def _refusal(response: ClientResponse) -> Failed:
    """A status that brings no document."""
    status = response.status
    said = one_line(f"{status} {response.reason or ''}")
    if status in _WITHOUT_BODY:
        return Failed(Outcome.NOT_A_FEED, f"{said}: no document", status)
    if status == HTTPStatus.PARTIAL_CONTENT:
        return Failed(Outcome.BAD_HTTP, f"{said}: a part that was not asked for", status)
    headers = response.headers
    wait = retry_after(headers.get("Retry-After"), headers.get("Date"))
    return Failed(Outcome.HTTP_STATUS, said, status, wait)


def _is_no_page(response: ClientResponse) -> bool:
    """Whether it says that it is something else than HTML."""
    return "Content-Type" in response.headers and response.content_type not in _HTML


def _whole(url: URL, response: ClientResponse, body: bytes) -> FetchResult:
    if not body:
        return Failed(Outcome.NOT_A_FEED, "an empty document", response.status)
    headers = response.headers
    return Fetched(
        url=str(url.with_user(None).with_fragment(None)),
        body=body,
        content_type=one_line(headers.get("Content-Type", "")),
        status=response.status,
        etag=_keepable(headers.get("ETag")),
        last_modified=_keepable(headers.get("Last-Modified")),
        fresh=freshness(headers),
        is_delta=response.status == HTTPStatus.IM_USED,
        links=tuple(one_line(link) for link in headers.getall("Link", ())[:MOST_LINKS]),
    )


def _keepable(validator: str | None) -> str | None:
    """A validator we can store and send back byte for byte; one that is not UTF-8 we cannot."""
    if not validator or any("\ud800" <= c <= "\udfff" for c in validator):
        return None
    return validator


def _shown(url: URL) -> str:
    return str(url.with_query(None).with_fragment(None))


def failure(error: Exception) -> Failed:
    """The name of what went wrong below HTTP, or in it."""
    detail = one_line(str(error) or type(error).__name__)
    match error:
        case ClientConnectorError(os_error=BlockedAddressError(address=address)):
            return Failed(Outcome.BLOCKED_ADDRESS, f"{address} is not a public address")
        case InvalidURL():
            return Failed(Outcome.BLOCKED_ADDRESS, f"not an address to fetch: {detail}")
        case ClientConnectorDNSError():
            return Failed(Outcome.DNS, detail)
        case _ if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            return Failed(Outcome.TLS, detail)
        case ClientConnectorError() | ClientHttpProxyError():
            return Failed(Outcome.CONNECT, detail)
        case ClientResponseError():
            return Failed(Outcome.BAD_HTTP, detail, is_garbled=True)
        case _:
            return Failed(Outcome.BAD_HTTP, detail)
