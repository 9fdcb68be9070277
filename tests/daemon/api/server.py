"""The API on a real server on loopback, over a real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer

from daemon.api import Desk, build_desk, mounting
from daemon.news import News
from daemon.settings import Settings
from storage.database import Database
from tests.samples import NOON

TOKEN = "a-token-for-tests-only"  # noqa: S105  it opens nothing


@dataclass
class Api:
    """A server, and somebody who asks it."""

    desk: Desk
    server: TestServer
    session: ClientSession

    async def get(self, path: str, **how: Any) -> ClientResponse:
        return await self.ask("GET", path, **how)

    async def ask(self, method: str, path: str, **how: Any) -> ClientResponse:
        url = str(self.server.make_url("")).rstrip("/") + path
        response = await self.session.request(method, url, **how)
        await response.read()
        return response

    async def json(self, path: str, **how: Any) -> Any:
        response = await self.get(path, **how)
        assert response.status == 200, await response.text()
        return await response.json(content_type=None)

    async def problem(self, path: str, *, method: str = "GET", **how: Any) -> dict[str, Any]:
        """The problem that a request ends in."""
        response = await self.ask(method, path, **how)
        assert response.content_type == "application/problem+json"
        told: dict[str, Any] = await response.json(content_type=None)
        assert told["status"] == response.status
        return told


@asynccontextmanager
async def serving(database: Database, **http: Any) -> AsyncIterator[Api]:
    """The API with these settings of [http]."""
    settings = Settings.model_validate({"http": http})
    news = News(database)
    desk = build_desk(settings, database, lambda: NOON, news)
    app = web.Application()
    mounting(settings.http, desk)(app)
    server = TestServer(app, host="127.0.0.1")
    async with server, ClientSession() as session:
        yield Api(desk, server, session)
