"""`newsd query`: a question in SQL, answered for people and for programs."""

import asyncio
import csv
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
import typer

from daemon.app import open_database
from daemon.commands.options import AsJson, Config, DatabaseUrl, read_settings, span
from daemon.commands.say import note
from daemon.commands.show import show_rows
from daemon.configuration import Loaded
from storage.query import Answer, answered

app = typer.Typer(rich_markup_mode=None, add_completion=False)
MOST_SHOWN = 1_000
"""Rows of a table for people; CSV and JSON have no end."""


@app.command(
    epilog='Example: newsd query "SELECT host, count(*) FROM newsd_article_v1 GROUP BY host" --csv'
)
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT; - reads it from stdin.")],
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV instead of a table.")] = False,
    as_json: AsJson = False,
    timeout: Annotated[
        timedelta, typer.Option("--timeout", parser=span, metavar="SPAN", help="Give up after.")
    ] = timedelta(seconds=30),
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Ask the database, which is only read: see docs/sql-contract.md for what there is.

    JSON is one object a line. In CSV a text that a spreadsheet would run as a formula begins with
    an apostrophe.
    """
    asked = sys.stdin.read() if sql == "-" else sql
    loaded = read_settings(config, database)
    asyncio.run(_query(loaded, asked, timeout, as_csv=as_csv, as_json=as_json))


async def _query(
    loaded: Loaded, sql: str, limit: timedelta, *, as_csv: bool, as_json: bool
) -> None:
    async with (
        open_database(loaded.settings) as database,
        answered(database, sql, limit) as answer,
    ):
        if as_csv:
            await _csv(answer)
        elif as_json:
            await _json(answer)
        else:
            await _table(answer)


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


async def _csv(answer: Answer) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(answer.columns)
    async for part in answer.parts:
        writer.writerows([_cells(row) for row in part])


def _cells(row: Sequence[Any]) -> list[Any]:
    return [_cell(value) for value in row]


def _cell(value: Any) -> Any:
    match value:
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
        case list() | dict():
            return orjson.dumps(value, default=str).decode()
        case str() if value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
            return f"'{value}"  # THREATS G7: no cell of ours is a formula
        case _:
            return value
