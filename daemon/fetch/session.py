"""The one HTTP client session: guarded sockets, resolver threads of its own, no cookies."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from aiohttp import (
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from typing_extensions import override

from daemon.fetch.decode import ACCEPTED
from daemon.fetch.guard import guarded_sockets
from daemon.settings import FetchSettings

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
KEEP_ALIVE = 5.0
"""Seconds an idle connection is kept: long enough for the other feeds of the same host."""

_Found = tuple[
    socket.AddressFamily,
    socket.SocketKind,
    int,
    str,
    tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes],
]
"""What `getaddrinfo` says of one address."""


class Resolver(AbstractResolver):
    """Asks the system's resolver in threads of its own, so that a dead one stalls nothing else."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolve")

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """All addresses of `host`; raises `OSError` if it has none."""
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, _look_up, host, port, family
        )
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kin,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kin, _, proto, _, address in found
        ]

    @override
    async def close(self) -> None:
        """Forget the questions nobody has begun to ask."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int, family: socket.AddressFamily) -> Sequence[_Found]:
    try:
        return socket.getaddrinfo(
            host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
    except UnicodeError as error:  # a label of more than 63 characters
        raise socket.gaierror(socket.EAI_NONAME, "not a host name") from error


class Request(ClientRequest):
    """A request that is not sent on a connection which has spoken unasked.

    Whatever came in while the connection idled would be taken for the answer to this request. The
    session answers `ServerDisconnectedError` by trying once more, on another connection.
    """

    @override
    async def send(self, conn: Connection) -> ClientResponse:
        """Send it, and return the answer that is to come."""
        if conn.protocol is None or conn.protocol.should_close:
            conn.close()
            raise ServerDisconnectedError("the server spoke before it was asked")
        return await super().send(conn)


@asynccontextmanager
async def open_session(
    settings: FetchSettings, *, resolver: AbstractResolver | None = None
) -> AsyncIterator[ClientSession]:
    """Open the session every request goes through; a test may bring its own `resolver`.

    Environment proxies and netrc are not read: they would lead around the guard. A proxy of the
    settings does too: then the guard sees its address only. There are no timeouts here, because
    `Fetcher` puts one deadline over the whole of a fetch.
    """
    resolver = resolver or Resolver(threads=settings.concurrency)
    connector = TCPConnector(
        limit=settings.concurrency,
        keepalive_timeout=KEEP_ALIVE,
        resolver=resolver,
        socket_factory=guarded_sockets(settings.allow_networks),
    )
    headers = {
        "Accept": ACCEPT,
        "Accept-Encoding": ACCEPTED,
        "User-Agent": settings.user_agent,
    }
    try:
        async with ClientSession(
            connector=connector,
            headers=headers,
            request_class=Request,
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=None, sock_connect=None),
            auto_decompress=False,
            proxy=settings.proxy or None,
            trust_env=False,
        ) as session:
            yield session
    finally:
        await resolver.close()
