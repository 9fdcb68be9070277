"""`newsd query`: a question in SQL, answered for people and for programs."""

import asyncio
import csv
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from daemon.app import open_database
from daemon.commands.options import AsJson, Config, DatabaseUrl, read_settings, span
from daemon.commands.say import note
from daemon.commands.show import show_rows
from daemon.configuration import Loaded
from daemon.errors import UsageError
from daemon.parquet import named, writing
from storage.query import Answer, answered

app = typer.Typer(rich_markup_mode=None, add_completion=False)
Write = Callable[[Answer], Awaitable[None]]
MOST_SHOWN = 1_000
"""Rows of a table for people; CSV and JSON have no end."""


@app.command(
    epilog='Example: newsd query "SELECT host, count(*) FROM newsd_article_v1 GROUP BY host" --csv'
)
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT; - reads it from stdin.")],
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV instead of a table.")] = False,
    spreadsheet: Annotated[
        bool, typer.Option("--spreadsheet", help="CSV in which no cell is run as a formula.")
    ] = False,
    parquet: Annotated[
        Path | None, typer.Option("--parquet", metavar="FILE", help="Write a Parquet file.")
    ] = None,
    as_json: AsJson = False,
    timeout: Annotated[
        timedelta, typer.Option("--timeout", parser=span, metavar="SPAN", help="Give up after.")
    ] = timedelta(seconds=30),
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Ask the database, which is only read: see docs/sql-contract.md for what there is.

    JSON is one object a line. CSV has texts as they are; with --spreadsheet those that a
    spreadsheet would run as a formula begin with an apostrophe.
    """
    asked = sys.stdin.read() if sql == "-" else sql
    if sum((as_csv, as_json, parquet is not None)) > 1 or (spreadsheet and not as_csv):
        raise UsageError("--csv (perhaps with --spreadsheet), --json or --parquet, one of them")
    write: Write = _table
    if as_csv:
        write = partial(_csv, cells=_safe_cells if spreadsheet else _cells)
    elif as_json:
        write = _json
    elif parquet is not None:
        write = partial(_parquet, path=parquet)
    asyncio.run(_query(read_settings(config, database), asked, timeout, write))


async def _query(loaded: Loaded, sql: str, limit: timedelta, write: Write) -> None:
    async with (
        open_database(loaded.settings) as database,
        answered(database, sql, limit) as answer,
    ):
        await write(answer)


async def _parquet(answer: Answer, path: Path) -> None:
    with writing(path) as file:
        async for part in answer.parts:
            for row in part:
                file.put(dict(zip(answer.columns, row, strict=True)))
        file.flush(answer.columns)
        named(file, path)
    note(f"{file.rows} rows written to {path}")


async def _table(answer: Answer) -> None:
    shown: list[dict[str, Any]] = []
    async for part in answer.parts:
        shown += [dict(zip(answer.columns, row, strict=True)) for row in part]
        if len(shown) > MOST_SHOWN:
            note(f"only {MOST_SHOWN} rows are shown; --csv and --json give all")
            break
    show_rows(shown[:MOST_SHOWN], answer.columns)


async def _json(answer: Answer) -> None:
    out = sys.stdout.buffer
    async for part in answer.parts:
        for row in part:
            line = dict(zip(answer.columns, row, strict=True))
            out.write(orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z) + b"\n")


async def _csv(answer: Answer, cells: Callable[[Sequence[Any]], list[Any]]) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(cells(answer.columns))
    async for part in answer.parts:
        writer.writerows([cells(row) for row in part])


def _cells(row: Sequence[Any]) -> list[Any]:
    return [_cell(value) for value in row]


def _safe_cells(row: Sequence[Any]) -> list[Any]:
    """Cells that a spreadsheet takes for texts and numbers, and for nothing else (THREATS G7)."""
    return [_unformulated(_cell(value)) for value in row]


def _unformulated(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip(" \u3000")[:1] in _FORMULAS:
        return f"'{value}"
    return value


_FORMULAS = {*"=+-@|%\t\r\n", *"\uff1d\uff0b\uff0d\uff20"}
"""What a formula, or a call of another program, begins with; the last ones in full width."""


def _cell(value: Any) -> Any:
    match value:
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
        case list() | dict():
            return orjson.dumps(value, default=str).decode()
        case _:
            return value
