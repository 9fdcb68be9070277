"""Give back the space of what was deleted."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import text

from storage.database import Database
from storage.errors import StorageFullError
from storage.filelock import locked
from storage.schema import metadata

_TEMPORARY = ("/var/tmp", "/usr/tmp", "/tmp")  # noqa: S108  where SQLite makes its copy
_SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
}


async def size_of(database: Database) -> int:
    """Bytes of our tables and their indexes."""
    async with database.reading() as tx:
        return int((await tx.execute(text(_SIZES[database.dialect]))).scalar_one())


async def vacuum(database: Database) -> AsyncIterator[str]:
    """Vacuum the database, and name each part before its turn.

    PostgreSQL: VACUUM (ANALYZE), table by table, beside whoever works; the space is used again by
    newsd, and the files get no smaller. SQLite: the whole file is written anew, in which time
    nobody else can write; so nobody else may work on it (raises `LeaseHeldError`), and there must
    be room for two copies (raises `StorageFullError`).
    """
    if database.path is None:
        for table in sorted(metadata.tables):
            yield table
            await database.outside(f"VACUUM (ANALYZE) {table}")
        return
    with locked(database.path):
        await database.outside("PRAGMA wal_checkpoint(TRUNCATE)")
        _check_space(database.path, await size_of(database))
        yield database.path.name
        await database.outside("VACUUM")
        await database.outside("PRAGMA wal_checkpoint(TRUNCATE)")


def _check_space(path: Path, size: int) -> None:
    """Raise `StorageFullError` where there is no room.

    A copy is made where temporary files are, and goes through the journal beside the file.
    """
    temporary = next((place for place in map(Path, _TEMPORARY) if place.is_dir()), path.parent)
    is_one_disk = temporary.stat().st_dev == path.parent.stat().st_dev
    wanted = size * 2 if is_one_disk else size
    for place in (path.parent, temporary):
        free = shutil.disk_usage(place).free
        if free < wanted:
            raise StorageFullError(
                f"{place} has {free >> 20} MiB free, and writing {path} anew takes "
                f"{wanted >> 20} MiB; make room, nothing was done"
            )
