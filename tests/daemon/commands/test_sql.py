"""A role that may read the public views, and nothing else."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import make_url

from daemon.__main__ import main
from storage.contract import VIEWS
from storage.database import Database
from storage.grants import scram
from storage.migration import upgrade
from storage.schema import metadata
from tests.postgres import run_sql
from tests.samples import NOON
from tests.storage.test_articles import NEW, write

Newsd = Callable[..., str]


@pytest.fixture
async def role(postgres: str) -> AsyncIterator[str]:
    """A name of a role of one's own, that stands in no need of being quoted right by luck."""
    name = f'read"er {uuid4().hex[:8]}'
    yield name
    quoted = name.replace('"', '""')
    exists = await as_role(postgres, None, f"SELECT 1 FROM pg_roles WHERE rolname = '{name}'")
    if exists:
        await run_sql(postgres, f'DROP ROLE "{quoted}"')


async def as_role(url: str, role: str | None, query: str) -> list[tuple[object, ...]]:
    asked = make_url(url)
    connection = await asyncpg.connect(
        host=asked.host, port=asked.port, database=asked.database, user=role or asked.username
    )
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def newsd(*args: str) -> int:
    """A command brings an event loop of its own."""
    return await asyncio.to_thread(main, list(args))


@pytest.fixture
async def granted(postgres_url: str, role: str) -> AsyncIterator[tuple[str, str]]:
    """A database that holds an article, and a role that may read it."""
    async with Database.open(postgres_url) as database:
        await write(database, NEW, now=NOON)
    command = ("sql", "grant", role, "--create", "--timeout", "300ms")
    for _ in range(2):  # again changes nothing
        assert await newsd(*command, "--database", postgres_url) == 0
    yield postgres_url, role
    quoted = role.replace('"', '""')
    await run_sql(postgres_url, f'DROP OWNED BY "{quoted}"')


async def test_a_reader_reads_every_view(granted: tuple[str, str]) -> None:
    url, role = granted
    for view in VIEWS:
        for name in (view.name, view.alias, f"newsd.{view.alias}"):
            rows = await as_role(url, role, f"SELECT count(*) FROM {name}")
            assert rows[0][0] == (1 if view.alias in {"article", "sighting"} else rows[0][0])


@pytest.mark.parametrize("table", sorted(metadata.tables))
async def test_a_reader_reads_no_table(granted: tuple[str, str], table: str) -> None:
    url, role = granted
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_role(url, role, f"SELECT * FROM public.{table}")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM newsd_gap_v1",
        "UPDATE newsd.gap SET estimated_items = 0",
        "CREATE TABLE newsd.mine (a int)",
        "DROP VIEW newsd.gap",
        "INSERT INTO public.horizon VALUES (2, 2, now())",
    ],
)
@pytest.mark.parametrize("before", ["", "SET default_transaction_read_only = off;"])
async def test_a_reader_writes_nothing(
    granted: tuple[str, str], statement: str, before: str
) -> None:
    url, role = granted
    refusals = (asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError)
    with pytest.raises(refusals):
        asked = make_url(url)
        connection = await asyncpg.connect(
            host=asked.host, port=asked.port, database=asked.database, user=role
        )
        try:
            await connection.execute(before or "SELECT 1")
            await connection.execute(statement)
        finally:
            await connection.close()


async def test_a_reader_is_cut_off(granted: tuple[str, str]) -> None:
    url, role = granted
    with pytest.raises(asyncpg.QueryCanceledError, match="statement timeout"):
        await as_role(url, role, "SELECT pg_sleep(60)")
    shown = await as_role(
        url, role, "SELECT current_setting('idle_in_transaction_session_timeout')"
    )
    assert shown == [("1min",)]


async def test_a_reader_reads_on_after_an_upgrade(granted: tuple[str, str]) -> None:
    url, role = granted
    async with Database.open(url) as database:
        # as if this release had a view that was not there when the role was granted
        async with database.writing() as tx:
            await tx.exec_driver_sql("DROP VIEW newsd.gap, newsd_gap_v1")
        await upgrade(database)
    for name in ("newsd_article_v1", "article", "newsd_gap_v1", "gap"):
        await as_role(url, role, f"SELECT count(*) FROM {name}")


async def test_who_was_granted_one_view_keeps_it_and_gets_no_other(
    postgres_url: str, role: str
) -> None:
    quoted = f'"{role.replace(chr(34), chr(34) * 2)}"'
    await run_sql(
        postgres_url,
        f"CREATE ROLE {quoted} LOGIN",
        f"GRANT SELECT ON newsd_story_v1 TO {quoted}",
    )
    async with Database.open(postgres_url) as database:
        await upgrade(database)
    await as_role(postgres_url, role, "SELECT count(*) FROM newsd_story_v1")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_role(postgres_url, role, "SELECT count(*) FROM newsd_article_v1")
    await run_sql(postgres_url, f"DROP OWNED BY {quoted}")


async def test_a_role_that_may_do_more_is_refused(
    postgres_url: str, role: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert await newsd("sql", "grant", role, "--database", postgres_url) == 2
    assert "--create makes it" in capfd.readouterr().err
    user = str(make_url(postgres_url).username)
    assert await newsd("sql", "grant", user, "--database", postgres_url) == 2
    assert "is more than a reader, it has rights on article," in capfd.readouterr().err


async def test_the_statements_may_be_read_first(
    postgres_url: str, role: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "password"
    secret.write_text("s3cret\n")
    command = ("sql", "grant", role, "--create", "--password-file", str(secret), "--dry-run")
    assert await newsd(*command, "--database", postgres_url) == 0
    told = capfd.readouterr().out
    assert "PASSWORD '***';" in told
    assert "GRANT SELECT ON public.newsd_article_v1, newsd.article TO" in told
    assert await as_role(
        postgres_url, None, f"SELECT count(*) FROM pg_roles WHERE rolname = '{role}'"
    ) == [(0,)]
    secret.write_text("\n")
    assert await newsd(*command, "--database", postgres_url) == 2


async def test_a_password_is_kept_as_postgresql_would(postgres_url: str, role: str) -> None:
    quoted = role.replace('"', '""')
    await run_sql(
        postgres_url,
        "SET password_encryption = 'scram-sha-256'",
        f"CREATE ROLE \"{quoted}\" LOGIN PASSWORD 'gärten und straßen'",
    )
    kept = f"SELECT rolpassword FROM pg_authid WHERE rolname = '{role}'"
    ((verifier,),) = await as_role(postgres_url, None, kept)
    salt = b64decode(str(verifier).split("$")[1].partition(":")[2])
    assert scram("gärten und straßen", salt) == verifier


def test_a_file_is_opened_for_reading(sqlite_url: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "grant", "dashboard", "--database", sqlite_url]) == 0
    assert capfd.readouterr().out.endswith("/news.db?mode=ro\n")
