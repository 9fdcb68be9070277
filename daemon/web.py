"""The daemon's own pages: is it alive, is it doing its work, and what has it counted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Protocol

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from daemon.errors import SettingsError
from daemon.metrics import Metrics
from daemon.settings import HttpSettings


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the daemon does its work, and the facts behind the answer."""

    ready: bool
    database: str
    """`ok`, or one line on what is wrong."""
    last_commit_age_s: float | None
    last_success_age_s: float | None
    """Since a feed last answered as a feed should."""
    lag_s: float
    """How late the most overdue feed is."""


Ready = Callable[[], Awaitable[Readiness]]
Mount = Callable[[web.Application], None]
WAITING = "/api/v1/changes"
"""Answers below this wait for something to say: the time they take means nothing."""
GOODBYE = 5.0
"""Seconds that answers under way may take when we end."""


class Callback(Protocol):
    """Whom hubs reach at `/websub/TOKEN`."""

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """The answer to a hub that asks whether we meant it; None: no."""

    async def pinged(self, token: str, signature: str, body: bytes) -> None:
        """A hub says that there is news; perhaps it even is the hub."""


@asynccontextmanager
async def serve(
    settings: HttpSettings,
    metrics: Metrics,
    ready: Ready,
    callback: Callback | None = None,
    mount: Mount | None = None,
) -> AsyncIterator[None]:
    """Serve the pages for the length of the block. Raises `SettingsError` on a taken port.

    `mount` adds other pages to the same server.
    """
    if not settings.bind:
        yield
        return
    pages = _pages(metrics, ready)
    if callback is not None:
        pages.add_routes(_hub_routes(callback))
    if mount is not None:
        mount(pages)
    runner = web.AppRunner(pages, access_log=None, shutdown_timeout=GOODBYE)
    await runner.setup()
    try:
        await _listen(runner, settings.bind)
        yield
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, bind: str) -> None:
    host, _, port = bind.rpartition(":")
    try:
        await web.TCPSite(runner, host.strip("[]") or None, int(port)).start()
    except OSError as error:
        raise SettingsError(
            f"http.bind: cannot listen on {bind}: {error.strerror}; set another address"
        ) from error


def _pages(metrics: Metrics, ready: Ready) -> web.Application:
    async def livez(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_: web.Request) -> web.Response:
        facts = await ready()
        return web.Response(
            body=orjson.dumps(asdict(facts), option=orjson.OPT_APPEND_NEWLINE),
            content_type="application/json",
            status=200 if facts.ready else 503,
        )

    async def exposition(_: web.Request) -> web.Response:
        return web.Response(
            body=metrics.exposition(),
            headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    app = web.Application(middlewares=[_counting(metrics)])
    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", exposition)
    return app


def _counting(metrics: Metrics) -> Middleware:
    """Counts each request under the pattern that it fits, of which there are few."""

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        timer, status = asyncio.get_running_loop().time, 500
        began = timer()
        try:
            response = await handler(request)
            status = response.status
        except web.HTTPException as error:
            status = error.status
            raise
        else:
            return response
        finally:
            route = _route(request)
            seconds = None if route.startswith(WAITING) else timer() - began
            metrics.observe_request(route, status, seconds)

    return count


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"


def _hub_routes(callback: Callback) -> list[web.RouteDef]:
    async def verify(request: web.Request) -> web.Response:
        answer = await callback.verify(request.match_info["token"], request.query)
        if answer is None:
            return web.Response(status=404)
        return web.Response(text=answer)

    async def ping(request: web.Request) -> web.Response:
        # aiohttp reads at most 1 MiB and answers 413 to more
        body = await request.read()
        signature = request.headers.get("X-Hub-Signature", "")
        await callback.pinged(request.match_info["token"], signature, body)
        # also where the signature is wrong: who forges learns nothing (WebSub, 8.2)
        return web.Response(status=202)

    path = "/websub/{token}"
    return [web.get(path, verify, allow_head=False), web.post(path, ping)]
