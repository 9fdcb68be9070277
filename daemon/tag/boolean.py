"""Boolean queries over words: `(ukraine OR kyiv) AND missile* NOT game`, `port NEAR/5 strike`.

    either   = both { OR both }
    both     = single { AND single | NOT near }
    single   = NOT single | near
    near     = primary [ NEAR/n primary ]
    primary  = word | "words in a row" | ( either )

Operators are written in capitals; a word may end in * and then stands for all that begin so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from daemon.tag.words import words_of


@dataclass(frozen=True, slots=True)
class Term:
    """Words in a row."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of these at least."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Near:
    """One of the left beside one of the right, in one field, in any order."""

    left: tuple[Term, ...]
    right: tuple[Term, ...]
    most: int
    """Words between them."""


Query = Term | Not | And | Or | Near


DEEPEST = 40
"""Brackets in brackets."""


class QueryError(ValueError):
    """A query that cannot be read; `at` is the character where it goes wrong, from 0."""

    def __init__(self, said: str, at: int) -> None:
        super().__init__(said)
        self.at = at


def term_of(phrase: str) -> Term:
    """A phrase as a term; without words when there are none in it."""
    words: list[str] = []
    for part in phrase.split():
        found = words_of(part.rstrip("*"))
        if found and part.endswith("*"):
            found[-1] += "*"
        words += found
    return Term(tuple(words))


def both(parts: list[Query]) -> Query:
    """All of these parts; one inside the other is one."""
    return _joined(And, parts)


def either(parts: list[Query]) -> Query:
    """One of these parts; one inside the other is one."""
    return _joined(Or, parts)


def _joined(kind: type[And] | type[Or], parts: list[Query]) -> Query:
    if len(parts) == 1:
        return parts[0]
    flat: list[Query] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else (part,)
    return kind(tuple(flat))


def parse_query(text: str) -> Query:
    """Read a query. Raises `QueryError`, which says what to write instead."""
    reader = _Reader(text)
    query = reader.either()
    reader.expect_end()
    return query


def write_query(query: Query) -> str:
    """The query as `parse_query` reads it."""
    match query:
        case Term(words):
            return words[0] if len(words) == 1 else f'"{" ".join(words)}"'
        case Not(part):
            return f"NOT {_inside(part)}"
        case And(parts):
            return " AND ".join(map(_inside, parts))
        case Or(parts):
            return " OR ".join(map(_inside, parts))
        case Near(left, right, most):
            return f"{_group(left)} NEAR/{most} {_group(right)}"


def _inside(query: Query) -> str:
    written = write_query(query)
    return f"({written})" if isinstance(query, And | Or) else written


def _group(terms: tuple[Term, ...]) -> str:
    written = " OR ".join(map(write_query, terms))
    return f"({written})" if len(terms) > 1 else written


# ---------------------------------------------------------------- reading

_TOKEN = re.compile(r'\s*(?:(?P<mark>[()])|"(?P<phrase>[^"]*)"|(?P<open>")|(?P<word>[^\s()"]+))')
_NEAR = re.compile(r"NEAR/(\d{1,3})", re.IGNORECASE)
_OPERATORS = frozenset({"AND", "OR", "NOT"})


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    at: int
    is_phrase: bool = False

    @property
    def is_operator(self) -> bool:
        return not self.is_phrase and (
            self.text in _OPERATORS or _NEAR.fullmatch(self.text) is not None
        )


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while match := _TOKEN.match(text, at):
        kind = match.lastgroup or ""
        if kind == "open":
            raise QueryError('a phrase begins here and does not end; write a second "', _at(match))
        yield _Token(match[kind], _at(match), kind == "phrase")
        at = match.end()


def _at(match: re.Match[str]) -> int:
    """Where a token begins, a phrase with its quotation mark."""
    kind = match.lastgroup or ""
    return match.start(kind) - (kind == "phrase")


class _Reader:
    """Reads a query from its tokens, left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._next = 0
        self._end = len(text)
        self._depth = 0

    def either(self) -> Query:
        parts = [self._both()]
        while self._takes("OR"):
            parts.append(self._both())
        return either(parts)

    def expect_end(self) -> None:
        token = self._peek()
        if token is None:
            return
        if token.text == ")" and not token.is_phrase:
            raise QueryError("this ) closes nothing; take it away", token.at)
        if token.is_operator:
            raise QueryError(f"{token.text} joins nothing here; put brackets around", token.at)
        raise QueryError(
            f"nothing joins {token.text!r} to what stands before; write AND or OR between, "
            'or "two words" for a phrase',
            token.at,
        )

    def _both(self) -> Query:
        parts = [self._single()]
        while True:
            if not self._takes("AND") and not self._sees("NOT"):
                return both(parts)
            parts.append(self._single())

    def _single(self) -> Query:
        token = self._peek()
        self._depth += 1
        if token and self._depth > DEEPEST:
            raise QueryError(f"nested too deep; {DEEPEST} levels are enough", token.at)
        query = Not(self._single()) if self._takes("NOT") else self._near()
        self._depth -= 1
        return query

    def _near(self) -> Query:
        first = self._peek()
        left = self._primary()
        token = self._peek()
        distance = _NEAR.fullmatch(token.text) if token and not token.is_phrase else None
        if first is None or token is None or distance is None:
            return left
        self._next += 1
        beside = self._peek()
        right = self._primary()
        behind = beside.at if beside else token.at
        return Near(_terms(left, first.at), _terms(right, behind), int(distance[1]))

    def _primary(self) -> Query:
        token = self._peek()
        if token is None:
            raise QueryError("a word is missing at the end", self._end)
        if token.text == "(" and not token.is_phrase:
            return self._bracket(token)
        if token.is_operator or (token.text == ")" and not token.is_phrase):
            raise QueryError(f"a word is missing before {token.text}", token.at)
        self._next += 1
        term = term_of(token.text)
        if not term.words:
            raise QueryError(f"there is no word in {token.text!r}", token.at)
        return term

    def _bracket(self, opening: _Token) -> Query:
        self._next += 1
        query = self.either()
        closing = self._peek()
        if closing is None:
            raise QueryError("this ( is not closed; write ) where it ends", opening.at)
        if closing.text != ")" or closing.is_phrase:
            self.expect_end()
        self._next += 1
        return query

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _takes(self, operator: str) -> bool:
        seen = self._sees(operator)
        self._next += seen
        return seen

    def _sees(self, operator: str) -> bool:
        token = self._peek()
        return token is not None and not token.is_phrase and token.text == operator


def _terms(query: Query, at: int) -> tuple[Term, ...]:
    parts = query.parts if isinstance(query, Or) else (query,)
    terms = tuple(part for part in parts if isinstance(part, Term))
    if len(terms) != len(parts):
        raise QueryError("beside NEAR stands a word, a phrase, or (one OR another)", at)
    return terms
