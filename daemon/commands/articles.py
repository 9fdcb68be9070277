"""`newsd articles`: look at what is kept."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from daemon.app import open_database, system_clock
from daemon.commands.options import AsJson, Config, DatabaseUrl, Limit, read_settings, span
from daemon.commands.say import say, say_json
from daemon.commands.show import cell, show_facts, show_rows
from daemon.configuration import Loaded
from daemon.errors import UsageError
from storage.listings import article, latest_articles

app = typer.Typer(rich_markup_mode=None, add_completion=False, help="List and show articles.")
_COLUMNS = ("article_id", "published_at", "language", "host", "title")
_APART = {"text", "html", "evidence", "topics", "sightings", "revisions"}


def _since(text: str) -> datetime:
    """A date, an instant, or how long ago."""
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    except ValueError:
        return system_clock() - span(text)


@app.command(name="list", epilog="Example: newsd articles list --language de --since 24h")
def show_all(
    *,
    language: Annotated[
        str | None, typer.Option("--language", help="Only this one: en, de, ...")
    ] = None,
    topic: Annotated[
        str | None, typer.Option("--topic", help="Only with this topic: a label or an id.")
    ] = None,
    host: Annotated[str | None, typer.Option("--host", help="Only from this host.")] = None,
    search: Annotated[
        str | None, typer.Option("--search", help="Every word is in the title or the summary.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", parser=_since, metavar="WHEN", help="A date, or a span: 24h."),
    ] = None,
    limit: Limit = 20,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List the newest articles, copies among them."""
    wanted: dict[str, Any] = {"limit": limit, "language": language, "topic": topic}
    wanted |= {"host": host, "search": search, "since": since}
    rows = asyncio.run(_latest(read_settings(config, database), wanted))
    show_rows(rows, _COLUMNS, as_json=as_json)


@app.command(epilog="Example: newsd articles show 42")
def show(
    article_id: Annotated[
        int, typer.Argument(metavar="ID", max=2**63 - 1, help="The number of an article.")
    ],
    *,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show one article: its text, its topics, where it was seen, how it changed, and why so."""
    found = asyncio.run(_article(read_settings(config, database), article_id))
    if as_json:
        say_json(found)
        return
    show_facts({name: value for name, value in found.items() if name not in _APART})
    for part in ("topics", "sightings", "revisions"):
        for row in found[part]:
            say(f"{part.removesuffix('s').replace('_', ' ')}: {cell(row)}")
    for stage, facts in found["evidence"].items():
        say(f"{stage}: {cell(facts)}")
    for paragraph in found["text"].splitlines():
        say(paragraph)


async def _latest(loaded: Loaded, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        return await latest_articles(tx, **wanted)


async def _article(loaded: Loaded, article_id: int) -> dict[str, Any]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        found = await article(tx, article_id)
    if found is None:
        raise UsageError(f"there is no article {article_id}; newsd articles list shows some")
    return found
