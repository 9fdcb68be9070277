import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.errors import (
    SchemaMismatchError,
    StorageFullError,
    StorageRefusedError,
    StorageUnavailableError,
)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite:///x.db", "sqlite:///x.db"),
        ("sqlite+aiosqlite:////var/x.db", "sqlite:////var/x.db"),
        ("postgresql://ann:secret@db/news", "postgresql://ann:***@db/news"),
        ("postgres://ann:secret@db/news", "postgresql://ann:***@db/news"),
        ("postgresql+asyncpg://ann@db:5433/news", "postgresql://ann@db:5433/news"),
    ],
)
async def test_a_database_is_named_without_its_password(url: str, name: str) -> None:
    async with Database.open(url) as database:
        assert database.name == name


@pytest.mark.parametrize(
    "url",
    ["", "news.db", "mysql://db/news", "sqlite://", "sqlite:///:memory:", "postgresql+x://d"],
)
async def test_an_address_of_no_known_kind_is_refused(url: str) -> None:
    with pytest.raises(StorageUnavailableError, match="sqlite:///"):
        async with Database.open(url):
            pass


def test_a_missing_driver_is_named_with_the_way_to_get_it() -> None:
    code = """
import asyncio, sys
sys.modules["asyncpg"] = None
from storage.database import Database
async def main():
    async with Database.open("postgresql://db/news"):
        pass
asyncio.run(main())
"""
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    assert "StorageUnavailableError" in ran.stderr
    assert "pip install newsd[postgres]" in ran.stderr


async def test_what_raises_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.writing() as tx:
            await tx.execute(text("UPDATE clock SET n = 7"))
            raise ZeroDivisionError
    async with database.reading() as tx:
        assert (await tx.execute(text("SELECT n FROM clock"))).scalar() == 0


@pytest.mark.threat("H3")
async def test_sqlite_is_opened_for_safety(sqlite_url: str) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "page_size": 8192, "foreign_keys": 1}
    wanted |= {"busy_timeout": 10000, "cache_size": -64000, "journal_size_limit": 64 << 20}
    async with Database.open(sqlite_url) as database:
        for transaction in (database.reading, database.writing):
            async with transaction() as tx:
                have = {p: (await tx.execute(text(f"PRAGMA {p}"))).scalar() for p in wanted}
            assert have == wanted


async def test_postgresql_sessions_do_not_stall_each_other(postgres_url: str) -> None:
    wanted = {"plan_cache_mode": "force_custom_plan", "lock_timeout": "30s"}
    wanted |= {"idle_in_transaction_session_timeout": "10s", "synchronous_commit": "on"}
    wanted |= {"transaction_isolation": "read committed"}
    async with Database.open(postgres_url) as database, database.writing() as tx:
        have = {s: (await tx.execute(text(f"SHOW {s}"))).scalar() for s in wanted}
    assert have == wanted


async def test_sqlite_writers_wait_for_each_other(sqlite_url: str) -> None:
    """The second one begins when the first has committed: it sees what that wrote."""

    async def add(database: Database) -> None:
        async with database.writing() as tx:
            n = (await tx.execute(text("SELECT n FROM clock"))).scalar_one()
            await asyncio.sleep(0)
            await tx.execute(text("UPDATE clock SET n = :n"), {"n": n + 1})

    async with Database.open(sqlite_url) as one, Database.open(sqlite_url) as other:
        await asyncio.gather(*(add(d) for d in (one, other) for _ in range(10)))
        async with one.reading() as tx:
            assert (await tx.execute(text("SELECT n FROM clock"))).scalar() == 20


async def test_a_reader_is_not_kept_waiting_by_a_writer(database: Database) -> None:
    async with database.writing() as writer:
        await writer.execute(text("UPDATE clock SET n = 5"))
        async with database.reading() as reader:
            assert (await reader.execute(text("SELECT n FROM clock"))).scalar() == 0


async def test_a_refused_row_is_refused_in_one_readable_line(database: Database) -> None:
    with pytest.raises(StorageRefusedError) as caught:
        async with database.writing() as tx:
            await tx.execute(text("INSERT INTO clock (id, n) VALUES (1, 1)"))
    assert str(caught.value).startswith(f"{database.name} refuses these rows (")
    assert "\n" not in str(caught.value)


async def test_missing_tables_are_the_migrations_business(empty_url: str) -> None:
    async with Database.open(empty_url) as database:
        with pytest.raises(SchemaMismatchError, match="newsd db upgrade"):
            async with database.reading() as tx:
                await tx.execute(text("SELECT * FROM clock"))


async def test_a_bug_in_our_sql_stays_a_bug(database: Database) -> None:
    with pytest.raises(Exception, match="syntax error") as caught:
        async with database.reading() as tx:
            await tx.execute(text("SELEKT 1"))
    assert type(caught.value).__module__.startswith("sqlalchemy")


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.db", "postgresql://ann:secret@127.0.0.1:1/news"]
)
async def test_a_database_that_is_away_says_so_without_its_password(url: str) -> None:
    async with Database.open(url) as database:
        for transaction in (database.reading, database.writing):
            with pytest.raises(StorageUnavailableError) as caught:
                async with transaction():
                    pass
            assert str(caught.value).startswith(database.name)
            assert "secret" not in str(caught.value)


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Buy milk. " * 1000)
    async with Database.open(f"sqlite:///{tmp_path}/notes.txt") as database:
        with pytest.raises(StorageUnavailableError, match="not a SQLite file"):
            async with database.writing():
                pass
    assert (tmp_path / "notes.txt").read_text().startswith("Buy milk.")


async def test_a_lost_connection_is_trouble_not_a_bug_and_the_next_one_works(
    postgres_url: str,
) -> None:
    async with Database.open(postgres_url) as database:
        with pytest.raises(StorageUnavailableError):
            async with database.writing() as tx, database.session("newsd:other") as other:
                pid = (await tx.execute(text("SELECT pg_backend_pid()"))).scalar()
                await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
                await tx.execute(text("UPDATE clock SET n = 1"))
        async with database.reading() as tx:
            assert (await tx.execute(text("SELECT n FROM clock"))).scalar() == 0


@pytest.mark.threat("H7")
async def test_a_full_disk_leaves_nothing_half_written(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as database:
        with pytest.raises(StorageFullError, match="make room"):
            async with database.writing() as tx:
                await tx.execute(text("UPDATE clock SET n = 9"))
                pages = (await tx.execute(text("PRAGMA page_count"))).scalar()
                await tx.execute(text(f"PRAGMA max_page_count = {pages}"))
                await tx.execute(
                    text("INSERT INTO article_text VALUES (1, printf('%100000d', 1), '')")
                )
        async with database.reading() as tx:
            assert (await tx.execute(text("SELECT n FROM clock"))).scalar() == 0


@pytest.mark.threat("H7")
async def test_a_locked_file_is_trouble_for_as_long_as_it_is_locked(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as database:
        async with database.writing() as tx:
            await tx.execute(text("PRAGMA busy_timeout = 50"))
        assert database.path is not None
        other = sqlite3.connect(database.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailableError, match="locked by another program"):
            async with database.writing():
                pass
        other.close()
        async with database.writing() as tx:
            await tx.execute(text("UPDATE clock SET n = 1"))


@pytest.mark.threat("H6")
@pytest.mark.parametrize(
    ("statements", "said"),
    [
        pytest.param(
            ["SET LOCAL lock_timeout = '20ms'", "UPDATE clock SET n = 1"],
            "locked by another session",
            id="locked",
        ),
        pytest.param(
            ["SET TRANSACTION READ ONLY", "UPDATE clock SET n = 1"], "read-only", id="read-only"
        ),
        pytest.param(
            ["DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$"], "busy with the same", id="deadlock"
        ),
        pytest.param(["DO $$ BEGIN RAISE SQLSTATE '53100'; END $$"], "make room", id="full"),
        pytest.param(["DO $$ BEGIN RAISE SQLSTATE '57P03'; END $$"], "starting", id="starting"),
    ],
)
async def test_what_passes_by_itself_is_worth_another_try(
    postgres_url: str, statements: list[str], said: str
) -> None:
    async with Database.open(postgres_url) as database, database.writing() as holder:
        await holder.execute(text("UPDATE clock SET n = 5"))
        with pytest.raises(StorageUnavailableError, match=said):
            async with database.writing() as tx:
                for statement in statements:
                    await tx.exec_driver_sql(statement)
