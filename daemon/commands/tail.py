"""`newsd tail`: follow the change log, as `tail -f` follows a file."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import orjson
import typer

from daemon.app import open_database
from daemon.commands.options import Config, DatabaseUrl, read_settings
from daemon.commands.say import note, say
from daemon.commands.since import since
from daemon.configuration import Loaded
from storage.database import Database
from storage.errors import StorageUnavailableError
from storage.reading import Page, changes_page, seq_back, seq_before

app = typer.Typer(rich_markup_mode=None, add_completion=False)
NAP = 0.1
"""Seconds between two looks: what is committed is shown within a fifth of a second."""
PAUSE = 2.0
"""Seconds to wait for a database that went away."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the log is to be shown, and how."""

    start: int | datetime | None
    lines: int
    topic: str | None
    language: str | None
    follow: bool
    as_json: bool


def _start(text: str) -> int | datetime:
    """A change's number, a date, an instant, or how long ago."""
    return int(text) if text.isdecimal() else since(text)


@app.command(epilog="Example: newsd tail --from 1h --topic politics --json")
def tail(
    *,
    start: Annotated[
        Any,
        typer.Option(
            "--from",
            parser=_start,
            metavar="SEQ|WHEN",
            help="After this number, or since then: 4711, 24h, 2026-01-31.",
        ),
    ] = None,
    lines: Annotated[
        int, typer.Option("--lines", "-n", min=0, help="Without --from: how many last ones.")
    ] = 10,
    topic: Annotated[
        str | None, typer.Option("--topic", help="Only with this topic: a label or an id.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--lang", help="Only in this language: en, de, ...")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow/--no-follow", help="Wait for more, or stop at the end.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Show changes as they are committed, in their order; none is left out.

    Remember the last number you saw, and give it to --from to read on.
    """
    wanted = Wanted(start, lines, topic, language, follow, as_json)
    asyncio.run(_tail(read_settings(config, database), wanted))


async def _tail(loaded: Loaded, wanted: Wanted) -> None:
    async with open_database(loaded.settings) as database:
        seq = await _first(database, wanted)
        while True:
            page = await _next(database, seq, wanted)
            for line in page.lines:
                _show(line, as_json=wanted.as_json)
            sys.stdout.flush()
            if page.seq == seq:
                if not wanted.follow:
                    return
                await asyncio.sleep(NAP)
            seq = page.seq


async def _first(database: Database, wanted: Wanted) -> int:
    async with database.reading() as tx:
        match wanted.start:
            case int():
                return wanted.start
            case datetime():
                return await seq_before(tx, wanted.start)
            case None:
                return await seq_back(tx, wanted.lines)


async def _next(database: Database, seq: int, wanted: Wanted) -> Page:
    """What follows; nothing while a database that was there is away."""
    try:
        async with database.reading() as tx:
            return await changes_page(tx, seq, language=wanted.language, topic=wanted.topic)
    except StorageUnavailableError as error:
        if not wanted.follow:
            raise
        note(f"newsd: {error}; trying again")
        await asyncio.sleep(PAUSE)
        return Page((), seq)


def _show(line: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(line, option=orjson.OPT_UTC_Z) + b"\n")
        return
    fields = f" ({', '.join(line['changed_fields'])})" if line["changed_fields"] else ""
    title = line["title"] or "(kept no more)"
    say(
        f"{line['seq']:>9}  {line['at']:%Y-%m-%d %H:%M:%S}Z  {line['kind']:<9}"
        f" {line['article_id']:>8}  {line['host'] or '-'}  {title}{fields}"
    )
