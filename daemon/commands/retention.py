"""`newsd retention`: what is old by the settings, and letting it go now."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from daemon.app import open_database, system_clock
from daemon.commands.example import written
from daemon.commands.options import AsJson, Config, DatabaseUrl, read_settings
from daemon.commands.show import show_rows
from daemon.commands.watching import status
from daemon.configuration import Loaded
from daemon.retention import retain, would_go
from daemon.settings import RetentionSettings

app = typer.Typer(
    rich_markup_mode=None, add_completion=False, help="Show what is old, and let it go now."
)
_COLUMNS = ("setting", "keeps", "of", "rows")


@app.command(epilog="Example: newsd retention show --json")
def show(*, config: Config = None, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show each rule of [retention], and how much would go by it now."""
    loaded = read_settings(config, database)
    show_rows(_rows(loaded, asyncio.run(_would_go(loaded))), _COLUMNS, as_json=as_json)


@app.command(epilog="Example: newsd retention run --dry-run")
def run(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how much would go.")
    ] = False,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Let go now of all that is old; `newsd run` does it hourly, `newsd once` at its end.

    In small steps, so that a running newsd goes on. What was begun and stopped goes on the next
    time.
    """
    loaded = read_settings(config, database)
    gone = asyncio.run(_would_go(loaded) if dry_run else _retain(loaded))
    show_rows(_rows(loaded, gone), _COLUMNS, as_json=as_json)


async def _would_go(loaded: Loaded) -> Mapping[str, int]:
    async with open_database(loaded.settings) as database:
        return await would_go(database, loaded.settings.retention, system_clock())


async def _retain(loaded: Loaded) -> Mapping[str, int]:
    count = 0
    with status("looking for what is old") as tell:

        def on_gone(name: str, number: int) -> None:
            nonlocal count
            count += number
            tell(f"{count} gone, now {name}")

        async with open_database(loaded.settings) as database:
            settings = loaded.settings.retention
            return await retain(database, settings, system_clock(), on_gone=on_gone)


def _rows(loaded: Loaded, gone: Mapping[str, int]) -> list[dict[str, Any]]:
    settings = loaded.settings.retention
    return [row | {"rows": gone.get(row["setting"], 0)} for row in _settings(settings)]


def _settings(settings: RetentionSettings) -> list[dict[str, Any]]:
    """Each that keeps something, with what it speaks of."""
    said = {
        "articles": "articles",
        "max_articles": "articles",
        "revisions": "earlier texts",
        "polls": "polls",
        "changes": "lines of the change log",
        "tombstones": "traces of expired articles",
    }
    rows = [
        {"setting": f"retention.{name}", "keeps": _keeps(getattr(settings, name)), "of": of}
        for name, of in said.items()
    ]
    rules = [
        {
            "setting": f"retention.rules[{number}]",
            "keeps": _keeps(rule.keep),
            "of": f"articles {'of ' + rule.host if rule.host else 'on ' + rule.topic}",
        }
        for number, rule in enumerate(settings.rules, 1)
    ]
    return rows + rules


def _keeps(value: Any) -> str:
    return written(value).strip('"') if value else "all"
