"""`newsd db`: the database's schema."""

import asyncio

import typer

from daemon.commands.exits import Exit
from daemon.commands.options import Config, DatabaseUrl, read_settings
from daemon.commands.say import say
from storage import migration
from storage.database import Database

app = typer.Typer(
    rich_markup_mode=None, add_completion=False, help="Upgrade and check the database."
)


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


def _url(config: Config, database: DatabaseUrl) -> str:
    return read_settings(config, database).settings.database.url


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
