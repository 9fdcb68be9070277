"""Somebody else's question to the database: it may only read, and takes so long and no longer."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ResourceClosedError

from storage.database import Database, Transaction
from storage.errors import QueryError, TooSlowError

ROWS_AT_ONCE = 500
_STEPS = 10_000
"""Instructions of SQLite between two looks at the time."""


_QUERY_CANCELED = "57014"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gives: the names of its columns, and its rows in parts."""

    columns: tuple[str, ...]
    parts: AsyncIterator[Sequence[tuple[Any, ...]]]


@asynccontextmanager
async def answered(database: Database, sql: str, limit: timedelta) -> AsyncIterator[Answer]:
    """The answer to one statement. Raises `QueryError` in the words of the database.

    It is read while the block lasts; what would write, or takes longer than `limit`, is refused.
    """
    async with database.reading() as tx, _confined(tx, limit):
        try:
            # a colon is a colon, and names no parameter
            result = await tx.stream(
                text(sql.replace(":", r"\:")), execution_options={"yield_per": ROWS_AT_ONCE}
            )
            yield Answer(tuple(result.keys()), _parts(result))
        except DBAPIError as error:
            raise QueryError(_plainly(error.orig)) from error
        except ResourceClosedError as error:
            raise QueryError("this statement gives no rows; write a SELECT") from error
        except Exception as error:
            # asyncpg's own, while a cursor is read: SQLAlchemy lets those pass
            if getattr(error, "sqlstate", None) is None:
                raise
            raise QueryError(_plainly(error)) from error


@asynccontextmanager
async def asking(database: Database, limit: timedelta) -> AsyncIterator[Transaction]:
    """A transaction that can only read, and whose statements end within `limit`.

    Raises `TooSlowError` when one does not.
    """
    async with database.reading() as tx, _confined(tx, limit):
        try:
            yield tx
        except DBAPIError as error:
            if not _was_stopped(error.orig):
                raise
            raise TooSlowError("this takes too long; ask for less of it") from error


def _was_stopped(error: BaseException | None) -> bool:
    """By the progress handler of SQLite, or the statement timeout of PostgreSQL."""
    state = str(getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or "")
    code = getattr(error, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_INTERRUPT or state == _QUERY_CANCELED


@asynccontextmanager
async def _confined(tx: Transaction, limit: timedelta) -> AsyncIterator[None]:
    if tx.dialect.name == "postgresql":
        milliseconds = max(1, int(limit.total_seconds() * 1000))
        await tx.exec_driver_sql("SET TRANSACTION READ ONLY")
        await tx.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")
        yield
        return
    driver: Any = (await tx.get_raw_connection()).driver_connection
    await tx.exec_driver_sql("PRAGMA query_only = ON")
    await driver.set_progress_handler(_over(limit), _STEPS)
    try:
        yield
    finally:
        await driver.set_progress_handler(None, 0)
        await tx.exec_driver_sql("PRAGMA query_only = OFF")


def _over(limit: timedelta) -> Callable[[], bool]:
    until = monotonic() + limit.total_seconds()
    return lambda: monotonic() > until


async def _parts(result: Any) -> AsyncIterator[Sequence[tuple[Any, ...]]]:
    async for part in result.partitions(ROWS_AT_ONCE):
        yield [tuple(row) for row in part]


def _plainly(error: BaseException | None) -> str:
    """The first line, without the driver's class."""
    line = " ".join(str(error).split("\n", maxsplit=1)[0].split())
    return line.rpartition(">: ")[2]
