"""Options that many commands share, each worded once."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from daemon.configuration import Loaded, load_settings
from daemon.settings import Span

Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="The newsd.toml to read.")
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="sqlite:///file.db or postgresql://host/name."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="Rows at most.")]

_SPAN: TypeAdapter[timedelta] = TypeAdapter(Span)


def read_settings(config: Path | None, database: str | None) -> Loaded:
    """The settings as file, environment and options give them. Raises `SettingsError`."""
    return load_settings(
        config, overrides={"database.url": database} if database is not None else None
    )


def span(text: str) -> timedelta:
    """A time span as an option gives it: 90s, 10m, 24h, 7d."""
    try:
        return _SPAN.validate_python(text)
    except ValidationError as error:
        raise typer.BadParameter('write a time span as "30s", "5m", "24h" or "7d"') from error
