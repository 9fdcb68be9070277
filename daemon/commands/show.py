"""Tables: drawn for a terminal, aligned for a pipe, JSON for programs."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from daemon.commands.say import printable, say_json

_WIDEST = 120
Rows = Sequence[Mapping[str, Any]]


def show_rows(rows: Rows, columns: Sequence[str], *, as_json: bool = False) -> None:
    """`rows` with these `columns`; as JSON with all they have."""
    if as_json:
        say_json([dict(row) for row in rows])
        return
    headings = [column.replace("_", " ") for column in columns]
    cells = [[_short(cell(row.get(column))) for column in columns] for row in rows]
    if sys.stdout.isatty():
        table = Table(*headings, box=None, header_style="bold", pad_edge=False)
        for line in cells:
            table.add_row(*map(escape, line))
        Console().print(table)
    else:
        _align([headings, *cells])


def show_facts(facts: Mapping[str, Any], *, as_json: bool = False) -> None:
    """One thing, a line for each fact about it."""
    if as_json:
        say_json(dict(facts))
        return
    _align([[name.replace("_", " "), cell(value)] for name, value in facts.items()])


def cell(value: Any) -> str:
    """A value as a table shows it."""
    match value:
        case None | "":
            return "-"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
        case float():
            return f"{value:.2f}"
        case list() | tuple():
            return ", ".join(cell(part) for part in value) or "-"
        case dict():
            return " ".join(f"{key}={cell(part)}" for key, part in value.items()) or "-"
        case _:
            return printable(str(value))


def _short(text: str) -> str:
    """One endless address must not make every line of a table as long."""
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _align(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = [part.ljust(width) for part, width in zip(line, widths, strict=True)]
        sys.stdout.write("  ".join(padded).rstrip() + "\n")
