"""The real things, small: both databases, a loopback server, a clock that stands still."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import make_url

from storage.database import Database
from storage.migration import upgrade
from tests.postgres import postgres_server, run_sql
from tests.samples import NOON

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[..., Awaitable[str]]

ENGINES = ("sqlite", "postgresql")


@pytest.fixture
def noon() -> datetime:
    return NOON


async def _migrated(url: str) -> None:
    async with Database.open(url) as opened:
        await upgrade(opened)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server; the test is skipped where none can be had."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> Iterator[str]:
    """The name of a migrated database to make others from."""
    name = f"newsd_template_{uuid4().hex[:12]}"
    asyncio.run(run_sql(postgres, f"CREATE DATABASE {name}"))
    asyncio.run(_migrated(_sibling(postgres, name)))
    yield name
    asyncio.run(run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to make others from."""
    path = tmp_path_factory.mktemp("template") / "news.db"
    asyncio.run(_migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture
async def postgres_empty(postgres: str) -> AsyncIterator[str]:
    """The URL of a database of one's own without tables."""
    name = f"newsd_test_{uuid4().hex[:12]}"
    await run_sql(postgres, f"CREATE DATABASE {name}")
    yield _sibling(postgres, name)
    await run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def postgres_url(postgres: str, postgres_template: str) -> AsyncIterator[str]:
    """The URL of a migrated database of one's own."""
    name = f"newsd_test_{uuid4().hex[:12]}"
    await run_sql(postgres, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield _sibling(postgres, name)
    await run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The URL of a migrated SQLite file of one's own."""
    shutil.copy(sqlite_template, tmp_path / "news.db")
    return f"sqlite:///{tmp_path}/news.db"


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database of one's own, on each engine in turn."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables, on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    return str(request.getfixturevalue("postgres_empty"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database, on each engine in turn."""
    async with Database.open(database_url) as opened:
        yield opened


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start a server on loopback: `await serve(handler)`, or `await serve({"/a": a, "/b": b})`.

    A single handler answers at `/feed`, whose URL is returned; for several it is that of the root,
    without the last slash. Handlers are called for every method.
    """
    servers: list[TestServer] = []

    async def start(handlers: Handler | dict[str, Handler]) -> str:
        app = web.Application()
        table = handlers if isinstance(handlers, dict) else {"/feed": handlers}
        for path, handler in table.items():
            app.router.add_route("*", path, handler)
        server = TestServer(app, host="127.0.0.1")
        await server.start_server()
        servers.append(server)
        return str(server.make_url("" if isinstance(handlers, dict) else "/feed")).rstrip("/")

    yield start
    for server in servers:
        await server.close()


def _sibling(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)
