import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from storage.database import Database
from storage.errors import SchemaMismatchError, StorageRefusedError
from storage.migration import HEAD, check, current, downgrade, ensure_schema, upgrade
from storage.schema import metadata

ROOT = Path(__file__).parents[2]
OBJECTS = {
    "sqlite": "SELECT coalesce(sql, name) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    " AND name <> 'alembic_version' ORDER BY 1",
    "postgresql": "SELECT concat_ws(' ', c.relname, c.reloptions, a.attname,"
    " format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, i.indexdef)"
    " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
    " LEFT JOIN pg_indexes i ON i.indexname = c.relname AND i.schemaname = 'public'"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relname !~ 'alembic|^newsd'"
    " ORDER BY 1",
}


async def objects(database: Database) -> list[str]:
    """What the database itself says it holds, letter by letter."""
    async with database.reading() as tx:
        rows = (await tx.execute(text(OBJECTS[database.dialect]))).scalars()
        return ["".join(str(row).split()) for row in rows]


def test_this_program_was_written_for_the_newest_schema() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


async def test_up_down_and_up_again_is_the_schema_we_wrote(empty_url: str) -> None:
    async with Database.open(empty_url) as database:
        assert await current(database) is None
        assert await check(database) != []
        await upgrade(database)
        assert await current(database) == HEAD
        assert await check(database) == []
        first = await objects(database)
        await downgrade(database, "base")
        assert await current(database) is None
        assert await objects(database) == []
        await upgrade(database)
        assert await check(database) == []
        assert await objects(database) == first


async def test_migrations_build_the_very_tables_of_schema_py(empty_url: str) -> None:
    async with Database.open(empty_url) as database:
        await upgrade(database)
        migrated = [o for o in await objects(database) if not o.startswith("CREATEVIEW")]
        await downgrade(database, "base")
        async with database.writing() as tx:
            await tx.run_sync(metadata.create_all)
        made = await objects(database)
    assert migrated == made


async def test_a_table_that_differs_is_reported(database: Database) -> None:
    async with database.writing() as tx:
        await tx.execute(text("ALTER TABLE gap ADD COLUMN why text"))
    assert await check(database) == ["unexpected column: gap.why"]


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("DROP VIEW newsd_gap_v1", "missing view: newsd_gap_v1"),
        ("DROP INDEX ix_article_newest", "missing index: ix_article_newest"),
        ("DROP INDEX ix_article_url_hash", "missing index: ix_article_url_hash"),
        (
            "UPDATE alembic_version SET version_num = 'z'",
            f"schema z, this newsd needs {HEAD}",
        ),
    ],
)
async def test_whatever_was_taken_away_is_reported(
    database: Database, statement: str, line: str
) -> None:
    async with database.writing() as tx:
        if database.dialect == "postgresql" and "VIEW" in statement:
            statement += " CASCADE"
        await tx.execute(text(statement))
    assert await check(database) == [line]


async def test_a_view_that_was_remade_is_reported(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as database:
        async with database.writing() as tx:
            await tx.execute(text("DROP VIEW newsd_gap_v1"))
            await tx.execute(text("CREATE VIEW newsd_gap_v1 AS SELECT after, before FROM gap"))
        assert await check(database) == ["different view: newsd_gap_v1"]


def spoil(path: Path, index: str) -> None:
    """Overwrite the beginning of an index."""
    with closing(sqlite3.connect(path)) as connection:
        root = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (page,) = connection.execute(root, [index]).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 64)


async def test_a_damaged_file_is_reported(sqlite_url: str) -> None:
    spoil(Path(sqlite_url.removeprefix("sqlite:///")), "ix_article_url_hash")
    async with Database.open(sqlite_url) as database:
        assert any(line.startswith("damaged: ") for line in await check(database))


async def test_the_first_rows_are_there(database: Database) -> None:
    async with database.reading() as tx:
        assert (await tx.execute(text("SELECT id, n FROM clock"))).all() == [(1, 0)]
        shards = (await tx.execute(text("SELECT shard, epoch FROM lease ORDER BY shard"))).all()
    assert shards == [(n, 0) for n in range(256)]


async def test_an_embedded_file_migrates_itself(tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{tmp_path}/news.db") as database:
        await ensure_schema(database)
        assert await current(database) == HEAD
        await ensure_schema(database)


async def test_a_shared_database_is_migrated_by_command(postgres_empty: str) -> None:
    async with Database.open(postgres_empty) as database:
        with pytest.raises(SchemaMismatchError) as caught:
            await ensure_schema(database)
        assert str(caught.value).endswith(f"newsd db upgrade --database {database.name}")
        assert await current(database) is None
        await upgrade(database)
        await ensure_schema(database)


@pytest.mark.threat("H9")
async def test_a_schema_from_the_future_is_refused_and_left_alone(database: Database) -> None:
    async with database.writing() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (ensure_schema, upgrade):
        with pytest.raises(SchemaMismatchError, match="newer newsd"):
            await act(database)
    assert await current(database) == "9999"


async def test_two_migrators_at_once_are_one_after_the_other(empty_url: str) -> None:
    async with Database.open(empty_url) as one, Database.open(empty_url) as other:
        await asyncio.gather(upgrade(one), upgrade(other))
        assert await check(one) == []


MIGRATE_AND_STALL = """
import asyncio, sys
from storage.database import Database
from storage import migration

async def main():
    async with Database.open(sys.argv[1]) as database:
        async with database.writing() as tx:
            await tx.run_sync(migration._migrate, "upgrade", "head")
            print("migrated, not committed", flush=True)
            await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_nothing_is_half_migrated_after_a_kill(empty_url: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", MIGRATE_AND_STALL, empty_url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("migrated")
        os.kill(process.pid, signal.SIGKILL)
    async with Database.open(empty_url) as database:
        assert await objects(database) == []
        await upgrade(database)
        assert await check(database) == []


async def test_long_texts_are_compressed_with_lz4(postgres_url: str) -> None:
    query = (
        "SELECT attrelid::regclass::text || '.' || attname FROM pg_attribute"
        " WHERE attcompression = 'l' ORDER BY 1"
    )
    able = (
        "SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"
    )
    async with Database.open(postgres_url) as database, database.reading() as tx:
        if not (await tx.execute(text(able))).scalar():
            pytest.skip("this PostgreSQL was built without lz4")
        assert (await tx.execute(text(query))).scalars().all() == [
            "article_revision.html",
            "article_revision.text",
            "article_text.html",
            "article_text.text",
        ]


def test_a_start_with_nothing_to_migrate_does_not_pay_for_alembic() -> None:
    code = "import sys, storage.migration; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


async def test_views_of_others_stop_a_migration_with_a_clear_word(postgres_url: str) -> None:
    async with Database.open(postgres_url) as database:
        async with database.writing() as tx:
            await tx.execute(text("CREATE VIEW mine AS SELECT title FROM newsd_article_v1"))
        with pytest.raises(StorageRefusedError, match=r"views of yours.*view mine"):
            await upgrade(database)
        await ensure_schema(database)


async def test_what_readers_were_granted_survives_a_migration(postgres_url: str) -> None:
    role = f"newsd_reader_{uuid4().hex[:12]}"
    async with Database.open(postgres_url) as database:
        async with database.writing() as tx:
            await tx.execute(text(f"CREATE ROLE {role}"))
            await tx.execute(text(f"GRANT USAGE ON SCHEMA newsd TO {role}"))
            grant = f"GRANT SELECT ON TABLES TO {role}"
            await tx.execute(text(f"ALTER DEFAULT PRIVILEGES IN SCHEMA newsd {grant}"))
        await upgrade(database)
        async with database.writing() as tx:
            await tx.execute(text(f"SET LOCAL ROLE {role}"))
            assert (await tx.execute(text("SELECT * FROM newsd.article"))).all() == []
            await tx.execute(text("RESET ROLE"))
            await tx.execute(text(f"DROP OWNED BY {role}"))
            await tx.execute(text(f"DROP ROLE {role}"))


def test_a_wheel_brings_the_migrations_along() -> None:
    """setuptools takes only folders that are packages."""
    assert (ROOT / "migrations" / "__init__.py").is_file()
    assert (ROOT / "migrations" / "versions" / "__init__.py").is_file()
