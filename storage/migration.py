"""Bring the tables to what this program needs, or say who has to.

An embedded SQLite file is migrated at start. A PostgreSQL database is migrated by command, so that
replicas of two releases never do it behind each other's back.
"""

import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from storage.contract import VIEWS
from storage.database import Database, Transaction
from storage.errors import SchemaMismatchError
from storage.schema import metadata
from storage.searchable import CREATE, NAME, PARTS

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0011"
"""The schema this program was written for; a test compares it with `migrations/versions`."""

_VERBS = {"add": "missing", "remove": "unexpected", "modify": "different"}
"""Alembic says what it would do; an operator wants to know what is."""

_EXISTS = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'",
    "postgresql": "SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL",
}
# One migrator at a time; the number is ours and means nothing.
_ALONE = (
    "SET LOCAL lock_timeout = '10s'",
    "SET LOCAL statement_timeout = '15min'",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    "SELECT pg_advisory_xact_lock(7021835114)",
)


async def current(database: Database) -> str | None:
    """The schema the database has; None: it is empty."""
    async with database.reading() as tx:
        return await _version(tx)


async def ensure_schema(database: Database) -> None:
    """Return when the tables are those of this program; an embedded file is brought there first.

    Raises `SchemaMismatchError` with the command to run, or when a newer newsd wrote the database.
    """
    have = await current(database)
    if have == HEAD:
        return
    if have is not None and have > HEAD:
        raise SchemaMismatchError(
            f"{database.name} has schema {have}, written by a newer newsd; this one knows "
            f"{HEAD}: run the newer newsd"
        )
    if database.dialect == "postgresql":
        what = f"has schema {have}" if have else "has no tables"
        raise SchemaMismatchError(
            f"{database.name} {what}, this newsd needs {HEAD}: run "
            f"newsd db upgrade --database {database.name}"
        )
    await upgrade(database)


async def upgrade(database: Database, to: str = "head") -> None:
    """Migrate up to schema `to`; all of it or nothing. One migrator at a time."""
    async with database.writing() as tx:
        await _alone(tx)
        have = await _version(tx)
        if have is not None and have > HEAD:
            raise SchemaMismatchError(
                f"{database.name} has schema {have}, written by a newer newsd; nothing was done"
            )
        await tx.run_sync(_migrate, "upgrade", to)


async def downgrade(database: Database, to: str) -> None:
    """Migrate down to schema `to` (`base`: drop every table); all of it or nothing."""
    async with database.writing() as tx:
        await _alone(tx)
        await tx.run_sync(_migrate, "downgrade", to)


async def check(database: Database) -> list[str]:
    """What differs from `storage/schema.py` and the contract, one line each; empty: nothing."""
    async with database.reading() as tx:
        have = await _version(tx)
        if have != HEAD:
            return [f"schema {have or 'none'}, this newsd needs {HEAD}"]
        return await tx.run_sync(_differences)


async def _version(tx: Transaction) -> str | None:
    if (await tx.execute(text(_EXISTS[tx.dialect.name]))).scalar() is None:
        return None
    return (await tx.execute(text("SELECT version_num FROM alembic_version"))).scalar()


async def _alone(tx: Transaction) -> None:
    """SQLite needs nothing: `writing()` is alone already."""
    if tx.dialect.name == "postgresql":
        for statement in _ALONE:
            await tx.exec_driver_sql(statement)


def _migrate(connection: Connection, direction: str, to: str) -> None:
    from alembic import command  # noqa: PLC0415  0.4 s that a start with nothing to do saves

    getattr(command, direction)(_config(connection), to)


def _differences(connection: Connection) -> list[str]:
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  as in `_migrate`
    from alembic.migration import MigrationContext  # noqa: PLC0415  as in `_migrate`

    opts = {"compare_type": True, "include_name": lambda name, _, __: name not in PARTS}
    context = MigrationContext.configure(connection, opts=opts)
    with warnings.catch_warnings():
        # nothing reads an index on an expression back from SQLite
        warnings.filterwarnings("ignore", message=".*expression-based index")
        differences = compare_metadata(context, metadata)
    lines = [line for found in differences for line in _lines(found)]
    lines += _search_that_differs(connection)
    if connection.dialect.name == "sqlite":
        lines += _only_on_sqlite(connection)
    if not any(line.startswith("missing table") for line in lines):
        lines += _views_that_differ(connection)
    return list(dict.fromkeys(lines))


def _only_on_sqlite(connection: Connection) -> Iterator[str]:
    """Damage of the file, and indexes on expressions, which cannot be compared."""
    found = connection.exec_driver_sql("PRAGMA quick_check(20)").scalars().all()
    yield from (f"damaged: {' '.join(str(line).split())}" for line in found if line != "ok")
    there = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'index'")))
    for table in metadata.sorted_tables:
        for name in sorted({str(index.name) for index in table.indexes} - there):
            yield f"missing index: {name}"


_SEARCH = {
    "sqlite": f"SELECT sql FROM sqlite_master WHERE name = '{NAME}'",  # noqa: S608  our own name
    "postgresql": "SELECT concat_ws(' ', string_agg(a.attname || ' ' ||"  # noqa: S608  our own name
    " format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum),"
    f" (SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_{NAME}_document'))"
    f" FROM pg_attribute a WHERE a.attrelid = to_regclass('{NAME}') AND a.attnum > 0"
    " HAVING count(*) > 0",
}
_SEARCH_IS = {
    "sqlite": CREATE["sqlite"][0],
    "postgresql": "article_id bigint, document tsvector CREATE INDEX"
    f" ix_{NAME}_document ON public.{NAME} USING gin (document)",
}


def _search_that_differs(connection: Connection) -> Iterator[str]:
    """The full-text index, which Alembic cannot compare."""
    found = connection.exec_driver_sql(_SEARCH[connection.dialect.name]).scalar()
    if found is None:
        yield f"missing table: {NAME}"
    elif found != _SEARCH_IS[connection.dialect.name]:
        yield f"different table: {NAME}"


def _views_that_differ(connection: Connection) -> Iterator[str]:
    """Columns may have been added by a later release, at the end."""
    tables = inspect(connection)
    there = set(tables.get_view_names())
    for view in VIEWS:
        if view.name not in there:
            yield f"missing view: {view.name}"
            continue
        names = tuple(column["name"] for column in tables.get_columns(view.name))
        if names[: len(view.columns)] != tuple(view.column_names):
            yield f"different view: {view.name}"


def _lines(difference: Any) -> list[str]:
    """Alembic gives a tuple, or a list of tuples for the changes of one column."""
    if isinstance(difference, list):
        return [line for one in difference for line in _lines(one)]
    kind, *parts = difference
    verb, _, what = kind.partition("_")
    named = [getattr(part, "name", part) for part in parts[:3]]
    return [f"{_VERBS[verb]} {what}: {'.'.join(name for name in named if isinstance(name, str))}"]


def _config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415  as in `_migrate`

    spec = find_spec("migrations")
    if spec is None or spec.origin is None:
        raise SchemaMismatchError("this installation lacks its migrations: install newsd again")
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(spec.origin).parent))
    return config
