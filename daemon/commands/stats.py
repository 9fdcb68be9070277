"""`newsd stats`: how much there is of everything."""

import asyncio
from typing import Any

import typer

from daemon.app import open_database
from daemon.commands.options import AsJson, Config, DatabaseUrl, read_settings
from daemon.commands.say import say, say_json
from daemon.commands.show import show_facts, show_rows
from daemon.settings import Loaded
from storage.listings import count_by, totals

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_KINDS = ("state", "outcome", "language", "topic")
_MOST = 12


@app.command(epilog="Example: newsd stats --json")
def stats(*, config: Config = None, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Count feeds, polls and articles, by state, outcome, language and topic."""
    found = asyncio.run(_stats(read_settings(config, database)))
    if as_json:
        say_json(found)
        return
    show_facts(found["totals"])
    for kind in _KINDS:
        if found[kind]:
            say("")
            show_rows(found[kind][:_MOST], (kind, "count"))


async def _stats(loaded: Loaded) -> dict[str, Any]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        counted: dict[str, Any] = {kind: await count_by(tx, what=kind) for kind in _KINDS}
        return {"totals": await totals(tx), **counted}
