"""`newsd replay`: a database made again from archives, without a network."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from daemon.app import open_app
from daemon.commands.exits import Exit
from daemon.commands.options import AsJson, Config, read_settings
from daemon.commands.say import note
from daemon.commands.show import show_facts
from daemon.commands.watching import status
from daemon.configuration import Loaded
from daemon.errors import UsageError
from daemon.extras import ARCHIVE, writes_archives
from daemon.logs import set_up_logs
from daemon.replay import Replayed, in_order

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog="Example: newsd replay archive/ --database-url sqlite:///again.db")
def replay(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE|DIR...", help="Of archive.dir; or all of it.")
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only read the archive, and say what it holds.")
    ] = False,
    config: Config = None,
    database: Annotated[
        str | None,
        typer.Option(
            "--database", "--database-url", metavar="URL", help="Where to; new, as a rule."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make polls again from archives, in the order of their times, and ask nobody for anything.

    The same archive gives the same articles, revisions, copies and stories. A replay that was
    stopped goes on where it was. What is damaged is named by file and byte, and the rest is read.
    """
    if not writes_archives():
        raise UsageError(f"replay needs the extra: {ARCHIVE}")
    loaded = read_settings(config, database)
    set_up_logs(loaded.settings.log)
    told = Replayed()
    found = _files(files)
    with status("reading") as tell:
        if dry_run:
            _read(found, told, tell)
        else:
            asyncio.run(_replay(loaded, found, told, tell))
    for damage in told.damages:
        note(f"damaged: {damage}")
    show_facts(_facts(told), as_json=as_json)
    if not told.polls and not told.skipped:
        note("nothing of newsd is in these files")
        raise typer.Exit(Exit.USAGE)


def _files(named: list[Path]) -> list[Path]:
    """The files, and those that are whole in directories. Raises `UsageError`."""
    found: list[Path] = []
    for path in named:
        if not path.exists():
            raise UsageError(f"{path}: no such file or directory")
        found += sorted(path.glob("*.warc.gz")) if path.is_dir() else [path]
    if not found:
        raise UsageError(f"{named[0]}: holds no *.warc.gz")
    return list(dict.fromkeys(found))


def _read(files: list[Path], told: Replayed, tell: Callable[[str], None]) -> None:
    for group in in_order(files, told):
        told.groups += 1
        told.polls += len(group)
        told.at = group[0].place.at
        tell(f"{told.polls} polls, up to {told.at:%Y-%m-%d %H:%M}")


async def _replay(
    loaded: Loaded, files: list[Path], told: Replayed, tell: Callable[[str], None]
) -> None:
    async with open_app(loaded) as service:
        async for now in service.replay(files, told):
            tell(f"{now.polls} polls, {now.created} new articles, up to {now.at:%Y-%m-%d %H:%M}")


def _facts(told: Replayed) -> dict[str, Any]:
    return {
        "polls": told.polls,
        "skipped": told.skipped,
        "created": told.created,
        "revised": told.revised,
        "failed": told.failed,
        "damaged": len(told.damages),
        "foreign_records": told.strays,
        "until": told.at,
    }
