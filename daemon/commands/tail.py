"""`newsd tail`: follow the change log, as `tail -f` follows a file."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

import orjson
import typer

from daemon.app import open_database
from daemon.commands.cursor import seq_of
from daemon.commands.cursor import start as place
from daemon.commands.named import NAME, NamedTail
from daemon.commands.options import Config, DatabaseUrl, read_settings
from daemon.commands.say import note, say
from daemon.configuration import Loaded
from daemon.errors import UsageError
from storage.database import Database
from storage.errors import StorageUnavailableError
from storage.reading import Page, changes_page, seq_back

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
    name: str | None = None


@app.command(epilog="Example: newsd tail --from 1h --topic politics --json")
def tail(
    *,
    start: Annotated[
        Any,
        typer.Option(
            "--from",
            parser=place,
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
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="Go on where a tail of this name ended; --from moves it.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Show changes as they are committed, in their order; none is left out.

    Remember the last number you saw, and give it to --from to read on; or let newsd remember it
    under a --name, which moves on after the lines were written out.
    """
    wanted = Wanted(start, lines, topic, language, follow, as_json, _checked(name))
    with suppress(asyncio.CancelledError):  # by SIGTERM
        asyncio.run(_tail(read_settings(config, database), wanted))


def _checked(name: str | None) -> str | None:
    if name is not None and not NAME.fullmatch(name):
        raise UsageError("a name is made of small letters, digits, - and _, 63 at most")
    return name


async def _tail(loaded: Loaded, wanted: Wanted) -> None:
    async with open_database(loaded.settings) as database, _named(database, wanted) as named:
        page = Page((), await _first(database, wanted) if named is None else named.seq)
        while True:
            seq = page.seq
            page = await _next(database, page, wanted)
            for line in page.lines:
                _show(line, as_json=wanted.as_json)
            sys.stdout.flush()
            if named is not None:
                await named.keep(page.seq)
            if page.seq == seq:
                if not wanted.follow:
                    return
                await asyncio.sleep(NAP)


@asynccontextmanager
async def _named(database: Database, wanted: Wanted) -> AsyncIterator[NamedTail | None]:
    """The cursor of a name, if there is one."""
    if wanted.name is None:
        yield None
        return
    async with NamedTail.claimed(database, wanted.name) as named:
        if wanted.start is not None or named.is_new:
            await named.move(await _first(database, wanted))
        else:
            await named.check()
        with _ending_at_sigterm():
            yield named


@contextmanager
def _ending_at_sigterm() -> Iterator[None]:
    """Let go of the name at once, so that the next reader need not wait."""
    loop, here = asyncio.get_running_loop(), asyncio.current_task()
    if here is not None:
        loop.add_signal_handler(signal.SIGTERM, here.cancel)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def _first(database: Database, wanted: Wanted) -> int:
    async with database.reading() as tx:
        if wanted.start is not None:
            return await seq_of(tx, wanted.start)
        return await seq_back(tx, wanted.lines)


async def _next(database: Database, last: Page, wanted: Wanted) -> Page:
    """What follows; nothing while a database that was there is away."""
    try:
        async with database.reading() as tx:
            return await changes_page(
                tx, last.seq, language=wanted.language, topic=wanted.topic, whole=last.whole
            )
    except StorageUnavailableError as error:
        if not wanted.follow:
            raise
        note(f"newsd: {error}; trying again")
        await asyncio.sleep(PAUSE)
        return replace(last, lines=())


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
