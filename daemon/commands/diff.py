"""`newsd articles diff`: what an edit changed, word by word."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.text import Text

from daemon.commands.say import printable, say

FIELDS = ("title", "summary", "text")
_WORD = re.compile(r"\s+|\d[\d.,:]*\d|\w+|[^\w\s]")
_MOST_WORDS = 20_000
"""Words of a field that are compared; the cost grows with their square in the worst case."""

Piece = tuple[str, str]
"""`same`, `gone` or `new`, and the words."""


def edits(revisions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For each revision after the first what differs from the one before, field by field."""
    return [
        {
            "revision": new["revision"],
            "seen_at": new["seen_at"],
            "fields": {
                name: [list(piece) for piece in compared(old[name] or "", new[name] or "")]
                for name in FIELDS
                if (old[name] or "") != (new[name] or "")
            },
        }
        for old, new in pairwise(revisions)
    ]


def compared(old: str, new: str) -> Iterator[Piece]:
    """The two texts as what both have and what one of them has, in order."""
    before, after = _words(old), _words(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        gone, came = "".join(before[a:b]), "".join(after[c:d])
        if gone == came:
            yield "same", gone
            continue
        if gone:
            yield "gone", gone
        if came:
            yield "new", came


def show_edits(found: Sequence[Mapping[str, Any]]) -> None:
    """Coloured on a terminal, else as `git diff --word-diff` writes it."""
    console = Console() if sys.stdout.isatty() else None
    for edit in found:
        say(f"revision {edit['revision']}, seen {edit['seen_at']:%Y-%m-%d %H:%M:%S}Z")
        for name, pieces in edit["fields"].items():
            say(f"{name}:")
            if console is not None:
                console.print(_coloured(pieces))
            else:
                for line in "".join(_marked(*piece) for piece in pieces).split("\n"):
                    say(line)


_STYLES = {"same": "", "gone": "red strike", "new": "green bold"}
_MARKS = {"same": ("", ""), "gone": ("[-", "-]"), "new": ("{+", "+}")}


def _coloured(pieces: Sequence[Sequence[str]]) -> Text:
    shown = Text()
    for kind, words in pieces:
        shown.append(_lines(words), style=_STYLES[kind])
    return shown


def _marked(kind: str, words: str) -> str:
    opening, closing = _MARKS[kind]
    return f"{opening}{_lines(words)}{closing}"


def _lines(words: str) -> str:
    return "\n".join(map(printable, words.split("\n")))


def _words(text: str) -> list[str]:
    words = _WORD.findall(text)
    if len(words) <= _MOST_WORDS:
        return words
    return [*words[:_MOST_WORDS], "".join(words[_MOST_WORDS:])]
