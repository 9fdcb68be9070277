"""`--since WHEN`, as many listings have it."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from daemon.app import system_clock
from daemon.commands.options import span


def since(text: str) -> datetime:
    """A date, an instant, or how long ago."""
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    except ValueError:
        return system_clock() - span(text)


Since = Annotated[
    datetime | None,
    typer.Option("--since", parser=since, metavar="WHEN", help="A date, or a span: 24h."),
]
