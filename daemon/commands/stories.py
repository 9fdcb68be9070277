"""`newsd stories`: which articles tell of one event."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import typer

from daemon.app import open_database
from daemon.commands.options import AsJson, Config, DatabaseUrl, Limit, read_settings
from daemon.commands.say import say_json
from daemon.commands.show import show_facts, show_rows
from daemon.commands.since import Since
from daemon.configuration import Loaded
from daemon.errors import UsageError
from storage.listings import latest_stories, story

app = typer.Typer(rich_markup_mode=None, add_completion=False, help="List and show stories.")
_COLUMNS = ("story_id", "articles", "hosts", "last_published_at", "language", "title")
_MEMBERS = ("article_id", "published_at", "host", "relation", "title")


@app.command(name="list", epilog="Example: newsd stories list --since 24h")
def show_all(
    *,
    since: Since = None,
    fewest: Annotated[
        int, typer.Option("--fewest", min=1, help="Articles a story has at least.")
    ] = 2,
    limit: Limit = 20,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List the stories with the newest articles."""
    loaded = read_settings(config, database)
    rows = asyncio.run(_latest(loaded, limit=limit, since=since, fewest=fewest))
    show_rows(rows, _COLUMNS, as_json=as_json)


@app.command(epilog="Example: newsd stories show 42")
def show(
    story_id: Annotated[
        int, typer.Argument(metavar="ID", max=2**63 - 1, help="The number of a story.")
    ],
    *,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show one story and its articles, copies among them."""
    found = asyncio.run(_story(read_settings(config, database), story_id))
    if as_json:
        say_json(found)
        return
    show_facts({name: value for name, value in found.items() if name != "members"})
    show_rows(found["members"], _MEMBERS)


async def _latest(
    loaded: Loaded, *, limit: int, since: datetime | None, fewest: int
) -> list[dict[str, Any]]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        return await latest_stories(tx, limit=limit, since=since, fewest=fewest)


async def _story(loaded: Loaded, story_id: int) -> dict[str, Any]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        found = await story(tx, story_id)
    if found is None:
        raise UsageError(f"there is no story {story_id}; newsd stories list shows some")
    return found
