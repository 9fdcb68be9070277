"""`newsd furniture`: which lines are taken off the articles of which site, and to unlearn them."""

import asyncio
from typing import Annotated, Any

import typer

from daemon.app import open_database
from daemon.commands.options import AsJson, Config, DatabaseUrl, Limit, read_settings
from daemon.commands.say import say
from daemon.commands.show import show_rows
from daemon.configuration import Loaded
from daemon.errors import UsageError
from storage.furniture import all_learned, forget_lines

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    help="List and forget the lines that were learned to belong to a site.",
)
_COLUMNS = ("site", "articles", "of", "learned_at", "line")
_SITE = "Registrable domain, such as example.co.uk."


@app.command(name="list", epilog="Example: newsd furniture list theguardian.com")
def show(
    site: Annotated[str | None, typer.Argument(help=f"{_SITE} Default: all.")] = None,
    *,
    limit: Limit = 1000,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List the lines that recur on a site's articles and are taken off them."""
    rows = asyncio.run(_learned(read_settings(config, database), site, limit))
    show_rows(rows, _COLUMNS, as_json=as_json)


@app.command(epilog="Example: newsd furniture forget theguardian.com")
def forget(
    site: Annotated[str, typer.Argument(help=_SITE)],
    *,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Forget what was learned of a site; it begins anew with the articles that come.

    A running newsd does so within the hour. Articles that are kept stay as they are.
    """
    if not asyncio.run(_forget(read_settings(config, database), site)):
        raise UsageError(f"nothing was learned of {site!r}; newsd furniture list shows of which")
    say(f"forgot {site}")


async def _learned(loaded: Loaded, site: str | None, limit: int) -> list[dict[str, Any]]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        return await all_learned(tx, site, limit)


async def _forget(loaded: Loaded, site: str) -> bool:
    async with open_database(loaded.settings) as database, database.writing() as tx:
        return await forget_lines(tx, site)
