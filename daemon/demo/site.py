"""The web server of the demo: loopback only, on a port the system chooses."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from daemon.demo.formats import front_page, render
from daemon.demo.stories import Behaviour, Channel, Edition, load_edition

SLOWNESS = 1.5
"""Seconds the slow feed takes to answer."""

PATIENCE = 120
"""Seconds the busy server asks us to stay away."""


@dataclass(slots=True)
class Site:
    """A running demo site."""

    edition: Edition
    wave: int = 0
    feeds: list[str] = field(default_factory=list)
    """Addresses of all its feeds."""

    def publish_next(self) -> bool:
        """Publish the next wave of stories; False when there was none left."""
        if self.wave == self.edition.last_wave():
            return False
        self.wave += 1
        return True

    async def answer(self, request: web.Request, channel: Channel) -> web.Response:
        """A channel's document, or what its server gives instead."""
        match channel.behaviour:
            case Behaviour.GONE:
                raise web.HTTPGone
            case Behaviour.BUSY:
                # 429 would ask it for the whole host, on which all the others live too
                raise web.HTTPServiceUnavailable(headers={"Retry-After": str(PATIENCE)})
            case Behaviour.SLOW:
                await asyncio.sleep(SLOWNESS)
            case _:
                pass
        body, content_type = render(channel, self.edition.on(channel, self.wave))
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, headers={"ETag": etag, "Content-Type": content_type})


@asynccontextmanager
async def demo_site(now: datetime) -> AsyncIterator[Site]:
    """Serve the demo site for the length of the block; its news is dated relative to `now`."""
    site = Site(load_edition(now))
    runner = web.AppRunner(_routes(site), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        site.feeds += [f"http://{host}:{port}/{c.path}" for c in site.edition.channels]
        yield site
    finally:
        await runner.cleanup()


def _routes(site: Site) -> web.Application:
    app = web.Application()
    by_path = {channel.path: channel for channel in site.edition.channels}

    async def handle(request: web.Request) -> web.Response:
        channel = by_path.get(request.match_info["path"])
        if channel is None:
            raise web.HTTPNotFound
        return await site.answer(request, channel)

    async def front(_: web.Request) -> web.Response:
        return web.Response(text=front_page(site.edition.channels), content_type="text/html")

    app.router.add_get("/", front)
    app.router.add_get("/{path}", handle)
    return app
