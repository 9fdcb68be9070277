"""What somebody searches for: words, "phrases", -without, OR and beginn*. No input or output.

`a b OR c` is (a and b) or c, as in PostgreSQL's `websearch_to_tsquery`. What each engine is asked
is written from the words alone, so that nothing a user types is ever taken for a query language.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from storage.errors import QueryError
from storage.folding import words_of

LONGEST_QUERY = 500
MOST_TERMS = 32
SHORTEST_BEGINNING = 2
"""Letters before a `*`: one alone begins a tenth of all words."""
_PART = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<plain>[^\s"]+))(?P<star>\*?)')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand in a row; of the last one perhaps only the beginning."""

    words: tuple[str, ...]
    is_beginning: bool = False


@dataclass(frozen=True, slots=True)
class Either:
    """One side of an OR: all of these terms, and none of those."""

    terms: tuple[Term, ...]
    without: tuple[Term, ...] = ()


Query = tuple[Either, ...]


def parse_query(text: str) -> Query:
    """What is searched for. Raises `QueryError`, in one line, for what cannot be."""
    if len(text) > LONGEST_QUERY:
        raise QueryError(f"the search is longer than {LONGEST_QUERY} characters")
    if text.count('"') % 2:
        raise QueryError(f"the search has a quotation mark without another: {text!r}")
    sides: list[list[tuple[bool, Term]]] = [[]]
    for part in _PART.finditer(text):
        if part[0] == "OR":
            sides.append([])
        else:
            sides[-1] += _terms(part)
    if sum(map(len, sides)) > MOST_TERMS:
        raise QueryError(f"the search has more than {MOST_TERMS} words")
    return tuple(_either(side, text, is_alone=len(sides) == 1) for side in sides)


def _terms(part: re.Match[str]) -> Iterator[tuple[bool, Term]]:
    """The term in a part of the query, and whether it is to be absent; signs alone are none."""
    said = part["plain"] if part["phrase"] is None else part["phrase"]
    words = tuple(words_of(said))
    if not words:
        return
    is_beginning = bool(part["star"]) or (part["phrase"] is None and said.endswith("*"))
    if is_beginning and len(words[-1]) < SHORTEST_BEGINNING and words[-1].isascii():
        raise QueryError(f"{part[0]!r} begins too many words; write more of it before the *")
    yield bool(part["minus"]), Term(words, is_beginning)


def _either(side: list[tuple[bool, Term]], text: str, *, is_alone: bool) -> Either:
    terms = tuple(term for is_absent, term in side if not is_absent)
    if not terms and not is_alone:
        raise QueryError(f"the search has an OR without a word on one side: {text!r}")
    if not terms:
        raise QueryError(
            'there is nothing to search for; write words, "a phrase", -without, one OR other, beg*'
        )
    return Either(terms, tuple(term for is_absent, term in side if is_absent))


# ---------------------------------------------------------------- as the engines write it


def as_fts5(query: Query) -> str:
    """For MATCH (sqlite.org/fts5.html, 3)."""
    return " OR ".join(f"({_fts5_either(either)})" for either in query)


def _fts5_either(either: Either) -> str:
    found = f"({' AND '.join(map(_fts5_term, either.terms))})"
    for term in either.without:
        found = f"({found} NOT {_fts5_term(term)})"
    return found


def _fts5_term(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.is_beginning else ""}'


def as_tsquery(query: Query) -> str:
    """For a cast to tsquery (PostgreSQL, 8.11.2)."""
    return " | ".join(f"({_tsquery_either(either)})" for either in query)


def _tsquery_either(either: Either) -> str:
    absent = (f"!{_tsquery_term(term)}" for term in either.without)
    return " & ".join([*map(_tsquery_term, either.terms), *absent])


def _tsquery_term(term: Term) -> str:
    *before, last = (f"'{word}'" for word in term.words)
    return f"({' <-> '.join([*before, last + (':*' if term.is_beginning else '')])})"


# ---------------------------------------------------------------- documents for PostgreSQL

_MOST_WORDS = 16_000
_MOST_LETTERS = 200_000
_MOST_PLACES = 255
"""Bounds of a tsvector are 16,383 places, 1 MB and 256 places of one word (PostgreSQL, 12.11)."""


def as_tsvector(parts: Iterable[tuple[str, str]]) -> str:
    """For a cast to tsvector: texts, each with its weight (A, B, C or D); a long one is cut."""
    places: dict[str, list[str]] = {}
    place = size = 0
    for text, weight in parts:
        for word in words_of(text):
            if place >= _MOST_WORDS or size >= _MOST_LETTERS:
                break
            place += 1
            size += len(word)
            there = places.setdefault(word, [])
            if len(there) < _MOST_PLACES:
                there.append(f"{place}{weight}")
        # no phrase goes from one text into the next
        place += 1
    return " ".join(f"'{word}':{','.join(where)}" for word, where in places.items())
