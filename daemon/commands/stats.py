"""`newsd stats`: how much there is of everything."""

import asyncio
from typing import Any

import typer

from daemon.app import open_database, system_clock
from daemon.commands.options import AsJson, Config, DatabaseUrl, read_settings
from daemon.commands.show import show_facts
from daemon.configuration import Loaded
from storage.listings import totals

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog="Example: newsd stats --json")
def stats(*, config: Config = None, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Count feeds by state, articles, and what the last 24 hours brought."""
    show_facts(asyncio.run(_totals(read_settings(config, database))), as_json=as_json)


async def _totals(loaded: Loaded) -> dict[str, Any]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        return await totals(tx, now=system_clock())
