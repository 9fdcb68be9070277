"""The place of a text at which a search was answered. No input or output."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from storage.folding import folded, pieces
from storage.wanted import Query

LONGEST_TEXT = 50_000
"""Characters in which the place is looked for."""
WORDS = 32
"""Words of a snippet."""
_BEFORE = 6
"""Words shown before the first one that was wanted."""
MARK = "**"
"""Stands around each word that was wanted."""


def snippet(text: str, query: Query) -> str:
    """The words around those that were wanted, where most of them are near each other.

    One line of plain text, the words marked; the beginning of the text where there are none.
    """
    text = text[:LONGEST_TEXT]
    places = [(found.start(), found.end()) for found in pieces(text)]
    wanted = {word for either in query for term in either.terms for word in term.words}
    begun = tuple(t.words[-1] for either in query for t in either.terms if t.is_beginning)
    hits = [
        at
        for at, (start, end) in enumerate(places)
        if (word := folded(text[start:end])) in wanted or (begun and word.startswith(begun))
    ]
    first = max(0, _densest(hits) - _BEFORE) if hits else 0
    shown = places[first : first + WORDS]
    if not shown:
        return ""
    parts = list(_marked(text, shown, {places[at] for at in hits}))
    before = "… " if first else ""
    is_cut = first + WORDS < len(places)
    parts.append(" …" if is_cut else text[shown[-1][1] :])
    line = re.sub(r"\s+", " ", "".join(parts)).replace(MARK * 2, "").strip()
    return before + line


def _densest(hits: list[int]) -> int:
    """The first hit after which most others follow within a snippet; `hits` rise."""
    reach = WORDS - _BEFORE
    return max(hits, key=lambda at: (bisect_left(hits, at + reach) - bisect_left(hits, at), -at))


def _marked(text: str, shown: list[tuple[int, int]], hits: set[tuple[int, int]]) -> Iterator[str]:
    at = shown[0][0]
    for start, end in shown:
        yield text[at:start]
        word = text[start:end]
        yield f"{MARK}{word}{MARK}" if (start, end) in hits else word
        at = end
