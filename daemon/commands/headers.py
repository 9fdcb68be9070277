"""`--header`: what to send with the requests for a feed, never shown again."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from daemon.errors import UsageError
from daemon.fetch.headers import MOST, parse_header
from storage.values import Headers

HeaderOption = Annotated[
    list[str] | None,
    typer.Option(
        "--header",
        metavar="'NAME: VALUE'|@FILE",
        help="Sent to the feed's own origin with every request, such as an API key; @FILE has a "
        "header a line. May be repeated; 'NAME:' takes one away.",
    ),
]


def read_headers(wanted: Sequence[str] | None, urls: Sequence[str]) -> Headers:
    """The headers that the options state. Raises `UsageError` without repeating a value."""
    try:
        headers = tuple(map(parse_header, _lines(wanted or ())))
    except (ValueError, OSError) as error:
        raise UsageError(f"--header: {error}") from None
    if len(headers) > MOST:
        raise UsageError(f"--header: at most {MOST}")
    names = {name.lower() for name, value in headers if value}
    if "authorization" in names and any(urlsplit(url).username for url in urls):
        raise UsageError("--header: Authorization, or a password in the address, but not both")
    return headers


def _lines(wanted: Sequence[str]) -> Iterator[str]:
    for one in wanted:
        if not one.startswith("@"):
            yield one
            continue
        text = Path(one[1:]).read_text("utf-8")
        yield from (line for line in text.splitlines() if line.strip())
