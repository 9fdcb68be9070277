"""An operator's own topics: which of the rules fit an article, and by which words.

All phrases of all rules are one automaton. Each rule waits under a group of phrases of which one
must occur, so that of thousands of rules a few are looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from daemon.tag.automaton import Found, Node, find, plant
from daemon.tag.boolean import And, Near, Not, Or, Query, Term, write_query

FIELDS = ("title", "body", "url", "category")


@dataclass(frozen=True, slots=True)
class Rule:
    """One topic, and what an article must say to be about it."""

    id: str
    label: str
    query: Query
    fields: tuple[str, ...] = ("title", "body")
    languages: tuple[str, ...] = ()
    """Empty: all."""
    weight: float = 1.0
    """The score of the topic."""
    medtop: str | None = None
    """A concept of IPTC Media Topics that such an article is about too."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A rule that fits, and how often each of its phrases occurs."""

    rule: Rule
    evidence: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, and all their phrases in one index."""

    rules: tuple[Rule, ...] = ()
    numbers: Mapping[Term, int] = field(default_factory=dict)
    """Each phrase and its number."""
    index: Node = field(default_factory=Node)
    waiting: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Number of a phrase -> the rules that are looked at where it occurs."""

    def fitting(
        self, fields: Mapping[str, Sequence[str]], language: str | None = None
    ) -> list[Fit]:
        """The rules that fit an article given as the words of each field, in their order.

        Rules for certain languages fit only an article in one of them.
        """
        if not self.rules:
            return []
        found = {name: find(self.index, words) for name, words in fields.items()}
        hits = {number for places in found.values() for number in places}
        candidates = sorted({rule for hit in hits for rule in self.waiting.get(hit, ())})
        fits = (self._fit(self.rules[at], found, language) for at in candidates)
        return [fit for fit in fits if fit]

    def _fit(self, rule: Rule, found: Mapping[str, Found], language: str | None) -> Fit | None:
        if rule.languages and language not in rule.languages:
            return None
        seen = _Seen(self.numbers, [found[name] for name in rule.fields if name in found])
        if not seen.fits(rule.query):
            return None
        return Fit(rule, seen.evidence(rule.query))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was found of all phrases in the fields of one rule."""

    numbers: Mapping[Term, int]
    fields: Sequence[Found]

    def fits(self, query: Query) -> bool:
        match query:
            case Term():
                number = self.numbers[query]
                return any(number in found for found in self.fields)
            case Not(part):
                return not self.fits(part)
            case And(parts):
                return all(map(self.fits, parts))
            case Or(parts):
                return any(map(self.fits, parts))
            case Near():
                return any(self._is_near(query, found) for found in self.fields)

    def _is_near(self, near: Near, found: Found) -> bool:
        left, right = self._spans(near.left, found), self._spans(near.right, found)
        return any(
            max(a, c) - min(b, d) <= near.most
            for a, b in left
            for c, d in right
            if (a, b) != (c, d)
        )

    def _spans(self, terms: Sequence[Term], found: Found) -> list[tuple[int, int]]:
        """First word of each occurrence, and the one past its last."""
        return [
            (first, first + len(term.words))
            for term in terms
            for first in found.get(self.numbers[term], ())[:_MOST_PLACES]
        ]

    def evidence(self, query: Query) -> dict[str, int]:
        """How often each phrase that speaks for the rule occurs."""
        counts = {write_query(term).strip('"'): self._count(term) for term in positive(query)}
        return {phrase: count for phrase, count in counts.items() if count}

    def _count(self, term: Term) -> int:
        number = self.numbers[term]
        return sum(len(found.get(number, ())) for found in self.fields)


_MOST_PLACES = 100
"""Occurrences of a phrase that are compared with those of its neighbour."""


def index_rules(rules: Sequence[Rule]) -> Rules:
    """Put the rules under the phrases they wait for. Each must have some: `required`."""
    terms = dict.fromkeys(term for rule in rules for term in terms_of(rule.query))
    numbers = {term: number for number, term in enumerate(terms)}
    waiting: dict[int, list[int]] = {}
    for at, rule in enumerate(rules):
        for term in required(rule.query) or ():
            waiting.setdefault(numbers[term], []).append(at)
    return Rules(
        rules=tuple(rules),
        numbers=numbers,
        index=plant(term.words for term in terms),
        waiting={number: tuple(held) for number, held in waiting.items()},
    )


def terms_of(query: Query) -> tuple[Term, ...]:
    """All phrases of a query."""
    match query:
        case Term():
            return (query,)
        case Not(part):
            return terms_of(part)
        case And(parts) | Or(parts):
            return tuple(term for part in parts for term in terms_of(part))
        case Near(left, right):
            return (*left, *right)


def positive(query: Query) -> tuple[Term, ...]:
    """The phrases of a query that speak for it."""
    match query:
        case Not():
            return ()
        case And(parts) | Or(parts):
            return tuple(term for part in parts for term in positive(part))
        case _:
            return terms_of(query)


def required(query: Query) -> tuple[Term, ...] | None:
    """Phrases of which one must occur where the query fits; None if it can fit without any."""
    match query:
        case Term():
            return (query,)
        case Not():
            return None
        case And(parts):
            groups = [group for group in map(required, parts) if group]
            return min(groups, key=_commonness, default=None)
        case Or(parts):
            all_groups = [required(part) for part in parts]
            found = [group for group in all_groups if group is not None]
            complete = len(found) == len(all_groups)
            return tuple(term for group in found for term in group) if complete else None
        case Near(left, right):
            return min(left, right, key=_commonness)


def _commonness(group: Sequence[Term]) -> tuple[int, int]:
    """Few and long phrases are found in few articles."""
    return len(group), -sum(len(word) for term in group for word in term.words)
