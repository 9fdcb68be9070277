"""Web servers on loopback that answer exactly the bytes they are told to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network

from aiohttp.abc import AbstractResolver

from daemon.fetch import Fetcher, open_session
from daemon.settings import FetchSettings
from daemon.values import FetchResult
from storage.values import Feed, Headers, Validators

LOOPBACK = (ip_network("127.0.0.1/32"),)
SETTINGS = FetchSettings(
    timeout=timedelta(seconds=30), max_bytes=100_000, max_redirects=3, allow_networks=LOOPBACK
)
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Site:
    """A running server and the heads of the requests it received."""

    origin: str
    port: int
    requests: list[str] = field(default_factory=list)


def ok(body: bytes = b"<rss/>", *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@asynccontextmanager
async def raw_site(
    *answers: bytes | Answer, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Site]:
    """Serve `answers` in turn (the last one again and again), one per connection."""
    site = Site("", 0)
    left = list(answers)

    handlers: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.current_task())
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            site.requests.append(head.decode("utf-8", "surrogateescape"))
            answer = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, 0, ssl=tls)
    async with server:
        site.port = server.sockets[0].getsockname()[1]
        site.origin = f"{'https' if tls else 'http'}://127.0.0.1:{site.port}"
        yield site
    for handler in filter(None, handlers):
        handler.cancel()
    await asyncio.gather(*filter(None, handlers), return_exceptions=True)


async def fetch(
    url: str,
    settings: FetchSettings = SETTINGS,
    validators: Validators | None = None,
    resolver: AbstractResolver | None = None,
    headers: Headers = (),
) -> FetchResult:
    feed = Feed(id=1, url=url, validators=validators or Validators(), headers=headers)
    async with open_session(settings, resolver=resolver) as session:
        return await Fetcher(session, settings).fetch(feed)
