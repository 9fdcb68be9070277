"""Words on stdout and stderr: lines for people, JSON for programs."""

import sys
from typing import Any

import orjson


def say(line: str) -> None:
    """One line of data on stdout; control characters cannot reach the terminal."""
    sys.stdout.write(f"{printable(line)}\n")


def note(line: str) -> None:
    """One line on stderr, for whoever watches."""
    sys.stderr.write(f"{printable(line)}\n")


def say_json(value: Any) -> None:
    """One JSON document on stdout, with UTC instants."""
    options = orjson.OPT_UTC_Z | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    sys.stdout.write(orjson.dumps(value, default=str, option=options).decode())


def printable(text: str) -> str:
    """Text from feeds and errors, unable to move the cursor or begin a line (THREATS G4)."""
    return "".join(c if c.isprintable() else " " for c in text)
