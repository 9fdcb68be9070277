"""Open a database and hand out transactions. Nobody else makes an engine."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Self

import aiosqlite
import orjson
from sqlalchemy import Row, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.schema import Table

from storage.errors import StorageUnavailableError
from storage.faults import in_our_words, no_connection

Transaction = AsyncConnection
"""A transaction under way; functions that work in one take it as their first argument."""

Record = Row[*tuple[Any, ...]]
"""One row of an answer; it never leaves `storage`."""

# What is deleted is overwritten, so that an article that is taken back is gone from the file.
# journal_mode comes after busy_timeout (the first switch to WAL needs a lock) and page_size before
# it (a file that exists keeps its own).
_PRAGMAS = f"""
PRAGMA busy_timeout = 10000;
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -64000;
PRAGMA journal_size_limit = {64 << 20};
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;
"""
# Plans cached on empty tables ran at a third of the speed; a hung holder of the clock would stall
# every replica (docs: STORAGE).
_SESSION = {
    "application_name": "newsd",
    "plan_cache_mode": "force_custom_plan",
    "idle_in_transaction_session_timeout": "10s",
    "lock_timeout": "30s",
    "tcp_user_timeout": "15s",
    "synchronous_commit": "on",
    "timezone": "UTC",
}
_DIALECTS = {"sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql"}
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_CONNECT_SECONDS = 10


class Database:
    """An open database. Everything read or written goes through a transaction."""

    def __init__(self, url: URL) -> None:
        self.dialect = url.get_backend_name()
        """`sqlite` or `postgresql`."""
        self.url = url
        shown = url.set(drivername=self.dialect, query=_without_passwords(url.query))
        self.name = shown.render_as_string(hide_password=True)
        """The address without its password, for messages."""
        self.path = Path(url.database) if self.dialect == "sqlite" and url.database else None
        """The file of a SQLite database."""
        self._reader, self._writer = _sqlite(url) if self.path else _postgresql(url)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """The database at `url` for the length of the block; nothing is connected to yet.

        Raises `StorageUnavailableError` for an address of no known kind, or a missing driver.
        """
        try:
            database = cls(_parsed(url))
        except ModuleNotFoundError as error:
            raise StorageUnavailableError(
                f"no driver for this database ({error.name}): pip install newsd[postgres]"
            ) from error
        try:
            yield database
        finally:
            await database._reader.dispose()
            await database._writer.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """A transaction that only reads; it sees what was committed before its first query."""
        async with self._transaction(self._reader) as tx:
            yield tx

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        """Commit on the way out, or roll back if anything is raised.

        On SQLite there is one at a time, and it holds the write lock from its beginning.
        """
        async with self._transaction(self._writer) as tx:
            yield tx

    @asynccontextmanager
    async def session(self, name: str) -> AsyncIterator[Transaction]:
        """A PostgreSQL connection of one's own, which the server knows as `name`.

        Every statement commits by itself. At the end it is closed for good, so that what it
        holds on the server is let go.
        """
        connection = await self._connect(self._writer)
        with self._in_our_words():
            try:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(select(func.set_config("application_name", name, False)))  # noqa: FBT003  SQL has no keywords
                yield connection
            finally:
                await connection.invalidate()
                await connection.close()

    async def outside(self, statement: str) -> None:
        """Run a statement that stands in no transaction, such as VACUUM, however long it takes."""
        connection = await self._connect(self._writer)
        try:
            with self._in_our_words():
                if self.dialect == "sqlite":
                    raw: Any = (await connection.get_raw_connection()).driver_connection
                    await (await raw.execute(statement)).close()
                else:
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                    await connection.exec_driver_sql(statement)
        except sqlite3.Error as error:
            raise no_connection(error, self.name) from error
        finally:
            await connection.close()

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine) -> AsyncIterator[Transaction]:
        connection = await self._connect(engine)
        try:
            with self._in_our_words():
                async with connection.begin():
                    yield connection
        finally:
            await connection.close()

    async def _connect(self, engine: AsyncEngine) -> AsyncConnection:
        try:
            return await engine.connect()
        except Exception as error:  # drivers raise what they like before there is a connection
            raise no_connection(error, self.name) from error

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            known = in_our_words(error, self.name)
            if known is None:
                raise
            raise known from error


def upsert(tx: Transaction, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what to do with a row that is already there."""
    if tx.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def _parsed(address: str) -> URL:
    """The address in SQLAlchemy's words, with the driver that this program uses."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise StorageUnavailableError(
            "the database address cannot be read; write sqlite:///newsd.db or "
            "postgresql://user@host/name"
        ) from error
    dialect = _DIALECTS.get(url.drivername.partition("+")[0])
    if dialect is None or url.drivername not in {*_DIALECTS, _DRIVERS[dialect]}:
        raise StorageUnavailableError(
            f"{url.drivername}:// is not a database newsd knows; write sqlite:///newsd.db or "
            "postgresql://user@host/name"
        )
    if dialect == "sqlite" and url.database in {None, "", ":memory:"}:
        raise StorageUnavailableError("a SQLite database needs a file: sqlite:///newsd.db")
    return url.set(drivername=_DRIVERS[dialect])


def _without_passwords(query: Mapping[str, Any]) -> dict[str, Any]:
    """The query of an address, which may hold a password too (libpq, 34.1.2)."""
    return {key: "***" if "password" in key.lower() else said for key, said in query.items()}


def _sqlite(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """A pool of readers, and one connection that writes."""
    # isolation_level None: the driver begins nothing by itself, we say BEGIN
    connecting = {"async_creator_fn": _connected, "isolation_level": None, "timeout": 10}
    options: dict[str, Any] = {"connect_args": connecting}
    reader = create_async_engine(url, pool_size=2, max_overflow=6, **options)
    writer = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=60, **options)
    for engine, begin in ((reader, "BEGIN"), (writer, "BEGIN IMMEDIATE")):
        event.listen(engine.sync_engine, "begin", _beginning(begin))
    return reader, writer


async def _connected(*place: Any, **options: Any) -> aiosqlite.Connection:
    """A connection with our settings, or an error and no trace of it.

    Left alone, the driver's thread outlives a failure, and complains when the event loop is gone.
    """
    connection = aiosqlite.connect(*place, **options)
    thread = connection._thread  # noqa: SLF001  SQLAlchemy makes it a daemon thread in this way
    thread.daemon = True
    try:
        await connection
        await _prepare(connection)
    except BaseException:
        await connection.close()
        await asyncio.to_thread(thread.join)
        raise
    return connection


async def _prepare(connection: aiosqlite.Connection) -> None:
    """Two programs that make one new file at once: the switch to WAL does not wait by itself."""
    for pause in (0.05, 0.1, 0.2, 0.4, 0.8):
        try:
            await connection.executescript(_PRAGMAS)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            await asyncio.sleep(pause)
        else:
            return
    await connection.executescript(_PRAGMAS)


def _beginning(statement: str) -> Any:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin


def _postgresql(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """One pool for everybody."""
    engine = create_async_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"server_settings": _SESSION, "timeout": _CONNECT_SECONDS},
    )
    return engine, engine
