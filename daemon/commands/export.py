"""`newsd export`: articles as JSON lines or Parquet, from where the last export ended."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer

from daemon.app import open_database
from daemon.commands.options import Config, DatabaseUrl, read_settings
from daemon.commands.say import note
from daemon.commands.watching import status
from daemon.configuration import Loaded
from daemon.errors import UsageError
from daemon.parquet import article_columns, named, writing
from storage.database import Database
from storage.exporting import EXPORTED, Exported, exported_after

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog="Example: newsd export articles.jsonl --cursor articles.seq")
def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Appended to; without it, stdout.")
    ] = None,
    *,
    parquet: Annotated[
        Path | None,
        typer.Option(
            "--parquet", metavar="FILE", help="A new Parquet file; {seq} is the last change in it."
        ),
    ] = None,
    cursor: Annotated[
        Path | None,
        typer.Option(
            "--cursor", metavar="FILE", help="Holds where to go on; it is kept up to date."
        ),
    ] = None,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Write every article with its topics and entities, one JSON object a line, or as Parquet.

    In the order of their last changes. With --cursor only what is new or has changed since the
    last time; a line is in the file before the cursor moves, so none is lost, and after a crash
    some may be there twice. A Parquet file has its name, and the cursor moves, when it is whole;
    where nothing is new none is written.
    """
    loaded = read_settings(config, database)
    if parquet is None:
        asyncio.run(_export(loaded, file, cursor))
        return
    if file is not None:
        raise UsageError("FILE takes JSON lines, --parquet takes another file: one of the two")
    if parquet.exists():
        raise UsageError(
            f"{parquet} is there already; name another, such as articles-{{seq}}.parquet"
        )
    asyncio.run(_export_parquet(loaded, parquet, cursor))


async def _export_parquet(loaded: Loaded, parquet: Path, cursor: Path | None) -> None:
    begun = _read(cursor)
    columns = article_columns([*EXPORTED, "topics", "entities"])
    async with open_database(loaded.settings) as database:
        with writing(parquet, columns) as file, status("exporting") as tell:
            seq = begun
            async for found in _pages(database, begun):
                for line in found.articles:
                    file.put(line)
                seq = found.seq
                tell(f"up to change {seq}")
            file.flush()
            if not file.rows:
                note("nothing is new")
                return
            path = parquet.with_name(parquet.name.replace("{seq}", str(seq)))
            named(file, path)
            if cursor is not None:
                _move(cursor, seq)
    note(f"{file.rows} articles written to {path}")


async def _pages(database: Database, seq: int) -> AsyncIterator[Exported]:
    """All that changed after number `seq`, some at a time."""
    whole = 0
    while True:
        async with database.reading() as tx:
            found = await exported_after(tx, seq, whole=whole)
        if found.seq == seq:
            return
        yield found
        seq, whole = found.seq, found.whole


async def _export(loaded: Loaded, file: Path | None, cursor: Path | None) -> None:
    begun = _read(cursor)
    async with open_database(loaded.settings) as database:
        if file is None:
            await _write(database, sys.stdout.buffer, begun, cursor)
            return
        with file.open("ab") as out:
            written = await _write(database, out, begun, cursor)
    note(f"{written} articles written to {file}")


async def _write(database: Database, out: BinaryIO, seq: int, cursor: Path | None) -> int:
    written = 0
    with status("exporting") as tell:
        async for found in _pages(database, seq):
            out.writelines(
                orjson.dumps(line, option=orjson.OPT_UTC_Z) + b"\n" for line in found.articles
            )
            out.flush()
            written += len(found.articles)
            if cursor is not None:
                _keep(cursor, out, found.seq)
            tell(f"{written} articles, up to change {found.seq}")
    return written


def _read(cursor: Path | None) -> int:
    if cursor is None or not cursor.exists():
        return 0
    text = cursor.read_text("utf-8").strip()
    if not text.isdecimal():
        raise UsageError(f"{cursor}: {text[:40]!r} is not the number of a change; remove the file")
    return int(text)


def _keep(cursor: Path, out: BinaryIO, seq: int) -> None:
    """Move the cursor once what it stands behind is safe."""
    if out.seekable():
        os.fsync(out.fileno())
    _move(cursor, seq)


def _move(cursor: Path, seq: int) -> None:
    beside = cursor.with_name(f"{cursor.name}.new")
    beside.write_text(f"{seq}\n", "utf-8")
    beside.replace(cursor)
