"""`newsd config`: what is set, by whom, and whether it can be used."""

import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from daemon.api import read_token
from daemon.app import check_consumers, check_extras
from daemon.commands.example import example_config, written
from daemon.commands.feeds import outlines_from
from daemon.commands.options import AsJson, Config, DatabaseUrl, read_settings
from daemon.commands.say import say, say_json
from daemon.configuration import Loaded
from daemon.errors import SettingsError, UsageError
from daemon.outlines import outlines_in
from daemon.settings import Settings
from daemon.tables import ARRAY
from daemon.tag import check_topics
from storage.database import Database
from storage.errors import StorageUnavailableError

app = typer.Typer(
    rich_markup_mode=None, add_completion=False, help="Show, check and write the configuration."
)
_KEYS = re.compile(r"((?<=://)(?=[^/?\"]*@)|(?<=\?))[^@\"]*")
_HIDDEN = '"***"'
_PASSWORD = re.compile(r"(://[^:/@]*:).*(?=@)|(password=)[^&\"]*")


@app.command(epilog="Example: newsd config show --origin")
def show(
    *,
    origin: Annotated[
        bool, typer.Option("--origin", help="Say where each value comes from.")
    ] = False,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show every setting that is in force; passwords are not shown."""
    loaded = read_settings(config, database)
    if as_json:
        say_json({key: {"value": v, "origin": o} for key, v, o in _in_force(loaded)})
        return
    for key, value, where in _in_force(loaded):
        say(f"{key} = {value}" + (f"  # {where}" if origin else ""))


@app.command(epilog="Example: newsd config check --config newsd.toml")
def check(*, config: Config = None, database: DatabaseUrl = None) -> None:
    """Read the configuration as `run` would; ends with 78 and the reason if it cannot be used."""
    loaded = read_settings(config, database)
    asyncio.run(_check_what_is_named(loaded.settings))
    say(f"{loaded.path or 'no file, defaults and environment'}: good")


@app.command(epilog="Example: newsd config init newsd.toml")
def init(
    path: Annotated[Path | None, typer.Argument(help="Where to; stdout if not given.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Write a configuration file with every setting explained."""
    if path is None:
        sys.stdout.write(example_config())
        return
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(example_config())
    except OSError as error:
        hint = "; --force replaces it" if isinstance(error, FileExistsError) else ""
        raise UsageError(f"{path}: {error.strerror}{hint}") from error


async def _check_what_is_named(settings: Settings) -> None:
    """Raise `SettingsError` if a file or an address that the settings name is of no use."""
    check_topics(settings.topics)
    check_extras(settings)
    check_consumers(settings)
    read_token(settings.http)
    if outlines := outlines_in(settings):
        outlines_from(outlines)
    try:
        async with Database.open(settings.database.url):
            """Nothing is connected to."""
    except StorageUnavailableError as error:
        raise SettingsError(f"database.url: {error}") from error


def _in_force(loaded: Loaded) -> Iterator[tuple[str, str, str]]:
    """Key, value as TOML, and origin of every setting."""
    for section in Settings.model_fields:
        if section != ARRAY:
            for name, value in getattr(loaded.settings, section):
                key = f"{section}.{name}"
                shown = _HIDDEN if key == "http.token" and value else _without_password(value)
                yield key, shown, loaded.origins.get(key, "default")
    for place, consumer in enumerate(loaded.settings.consumers):
        for name, value in consumer:
            origin = loaded.origins.get(f"{ARRAY}.{place}.{name}", "default")
            shown = _HIDDEN if name == "secret" and value else _KEYS.sub(r"\1***", written(value))
            yield f"{ARRAY}.{consumer.name}.{name}", shown, origin


def _without_password(value: Any) -> str:
    return _PASSWORD.sub(r"\1\2***", written(value))
