"""`newsd db`: the database's schema, and its space."""

import asyncio
from typing import Annotated

import typer

from daemon.app import open_database
from daemon.commands.exits import Exit
from daemon.commands.options import Config, DatabaseUrl, read_settings
from daemon.commands.say import say
from daemon.commands.watching import status
from daemon.configuration import Loaded
from daemon.housekeeping import complete_index
from daemon.settings import Settings
from storage import migration
from storage.database import Database
from storage.restored import leap
from storage.searchindex import count_unindexed, switch_index
from storage.vacuum import size_of
from storage.vacuum import vacuum as vacuum_database
from storage.values import SearchScope

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    help="Upgrade, check, index and vacuum the database.",
)
MIB = 1 << 20


@app.command(epilog="Example: newsd db upgrade --database postgresql://newsd@db/news")
def upgrade(*, config: Config = None, database: DatabaseUrl = None) -> None:
    """Bring the database's schema to what this newsd needs; all of it or nothing."""
    say(asyncio.run(_upgrade(_url(config, database))))


@app.command(epilog="Example: newsd db current")
def current(*, config: Config = None, database: DatabaseUrl = None) -> None:
    """Say which schema the database has, and which this newsd needs."""
    say(asyncio.run(_current(_url(config, database))))


@app.command(epilog="Example: newsd db check")
def check(*, config: Config = None, database: DatabaseUrl = None) -> None:
    """Compare the tables with those this newsd was written for; ends with 75 if they differ."""
    differences = asyncio.run(_differences(_url(config, database)))
    for line in differences or ["the tables are as they should be"]:
        say(line)
    raise typer.Exit(Exit.SCHEMA if differences else Exit.RAN)


@app.command(epilog="Example: newsd db vacuum")
def vacuum(*, config: Config = None, database: DatabaseUrl = None) -> None:
    """Give back the space of what was deleted.

    PostgreSQL: beside a running newsd, which then uses the space again. SQLite: the file is
    written anew and gets smaller; no newsd may work on it meanwhile, and there must be room for
    two copies.
    """
    say(asyncio.run(_vacuum(read_settings(config, database))))


@app.command(epilog="Example: newsd db restored")
def restored(*, config: Config = None, database: DatabaseUrl = None) -> None:
    """Say that a backup was just put back, before newsd works on it again.

    A million numbers of changes, articles and feeds are left out, so that none is given twice.
    Programs that read on by a number of their own begin again at 0; consumers go on by themselves.
    """
    say(asyncio.run(_restored(_url(config, database))))


async def _restored(url: str) -> str:
    async with Database.open(url) as database:
        await migration.ensure_schema(database)
        async with database.writing() as tx:
            last = await leap(tx)
        return f"{database.name}: the next change is number {last + 1}"


@app.command(epilog="Example: newsd db index")
def index(
    *,
    anew: Annotated[
        bool, typer.Option("--anew", help="Empty the index first, and index everything.")
    ] = False,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Index articles for search as search.enabled says.

    Safe beside a running newsd. A run that was broken off goes on where it was.
    """
    loaded = read_settings(config, database)
    say(asyncio.run(_index(loaded.settings, anew=anew)))


async def _index(settings: Settings, *, anew: bool) -> str:
    scope = settings.search.enabled
    async with open_database(settings) as database:
        if anew:
            await switch_index(database, SearchScope.OFF)
        await switch_index(database, scope)
        async with database.reading() as tx:
            left = await count_unindexed(tx)
        with status("indexing") as show:
            done = await complete_index(database, lambda n: show(f"{n} of {left} articles"))
        if scope is SearchScope.OFF:
            return f"{database.name}: nothing is indexed (search.enabled)"
        return f"{database.name}: {scope} indexed, {done} articles now"


def _url(config: Config, database: DatabaseUrl) -> str:
    return read_settings(config, database).settings.database.url


async def _vacuum(loaded: Loaded) -> str:
    async with open_database(loaded.settings) as database:
        before = await size_of(database)
        with status("vacuuming") as tell:
            async for part in vacuum_database(database):
                tell(f"vacuuming {part}")
        after = await size_of(database)
    return f"{database.name}: {before / MIB:.1f} MiB -> {after / MIB:.1f} MiB"


async def _upgrade(url: str) -> str:
    async with Database.open(url) as database:
        before = await migration.current(database)
        await migration.upgrade(database)
        after = await migration.current(database)
        return f"{database.name}: schema {before or 'none'} -> {after}"


async def _current(url: str) -> str:
    async with Database.open(url) as database:
        have = await migration.current(database) or "none"
        return f"{database.name}: schema {have}, this newsd needs {migration.HEAD}"


async def _differences(url: str) -> list[str]:
    async with Database.open(url) as database:
        return await migration.check(database)
