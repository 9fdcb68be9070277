"""Topic lexicons: which words speak for which topic, and how loudly.

A file has a section for each topic, `[20001065 soccer]` (an id of the taxonomy; the name is for
the reader), and under it lines of `weight: term term ...`:

    4: striker goalkeep* premier-league       a hyphen stands for a hyphen or a blank
    2: goal!poverty|climate chip&computer     unless, or only if, one of those is near
    2: Apple aids=                            only with a capital; only in this form
    3: *krieg                                 whatever ends so; 3 to 12 letters of one word
    -2: goal-setting                          speaks against the topic
    0: stock-photo                            says nothing, and silences its words

A term that speaks for a topic speaks for all that the topic is a part of. The lexicons are our own
work.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from daemon.errors import SettingsError
from daemon.tag.inflection import elided, forms
from daemon.tag.matching import LONGEST_PHRASE, Form, Matcher, matcher
from daemon.tag.taxonomy import Taxonomy, load_taxonomy

_LOUDEST = 6
_RETIRED = ""
"""A topic that nothing stands for today: its lines say nothing."""
_LEAST_INFLECTED = 2
"""Weaker terms stand for themselves alone: their plurals often mean something else."""
_SECTION = re.compile(r"\[(\d{8})(?: [^\]]*)?\]$")
_LINE = re.compile(r"(-?\d+(?:\.\d+)?): *(\S.*)$")
_WORD = re.compile(r"[\w']+")
_STEM = re.compile(r"\w{3,12}")
"""Of a beginning or an ending: every length costs every text."""
_TERM = re.compile(
    r"(?P<term>\*[^\s*&!=|]+|[^\s*&!=|]+[*=]?)(?:&(?P<near>[^&!]+))?(?:!(?P<unless>[^&!]+))?$"
)


@dataclass(frozen=True, slots=True)
class Sense:
    """What a term says where it stands."""

    weights: tuple[tuple[str, float], ...]
    """Of each topic that it speaks for, the broader ones included."""
    near: frozenset[int] = frozenset()
    """Only beside one of these terms; none: anywhere."""
    unless: frozenset[int] = frozenset()
    """Not beside any of these."""


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """The terms of one language."""

    language: str
    matcher: Matcher
    terms: tuple[str, ...]
    senses: tuple[tuple[Sense, ...], ...]
    """For each term what it says."""


@cache
def languages() -> frozenset[str]:
    """Those that have a lexicon in the package."""
    entries = (files("daemon.tag") / "lexicons").iterdir()
    return frozenset(e.name.removesuffix(".txt") for e in entries if e.name.endswith(".txt"))


@cache
def load_lexicon(language: str) -> Lexicon | None:
    """The package's lexicon of a language, read when first asked for; None: there is none."""
    return _packaged(language, load_taxonomy())


class Lexicons:
    """The package's lexicons, by what their topics are called in one release of the taxonomy."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._read: dict[str, Lexicon | None] = {}

    def of(self, language: str) -> Lexicon | None:
        """That of a language, read when first asked for; None: there is none."""
        if self._taxonomy is load_taxonomy():
            return load_lexicon(language)  # which workers may share
        if language not in self._read:
            self._read[language] = _packaged(language, self._taxonomy)
        return self._read[language]


def _packaged(language: str, taxonomy: Taxonomy) -> Lexicon | None:
    if language not in languages():
        return None
    name = f"{language}.txt"
    text = (files("daemon.tag") / "lexicons" / name).read_text("utf-8")
    return parse_lexicon(text, name, taxonomy, language)


def parse_lexicon(text: str, name: str, taxonomy: Taxonomy, language: str) -> Lexicon:
    """Read a lexicon; raises `SettingsError` naming the file and line that is wrong."""
    draft = _Draft(language, taxonomy)
    topic: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{name}:{number}"
        line = line.strip()  # noqa: PLW2901  what is meant is the line without blanks
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            topic = _topic(line, where, taxonomy)
        elif topic == _RETIRED:
            continue
        elif topic is None:
            raise SettingsError(f"{where}: a line stands before the first [section]")
        else:
            _take_line(draft, line, topic, where)
    return draft.lexicon(name)


def _topic(line: str, where: str, taxonomy: Taxonomy) -> str:
    match = _SECTION.match(line)
    if not match or f"medtop:{match[1]}" not in taxonomy.concepts:
        raise SettingsError(f"{where}: expected [id name] with an id of the taxonomy: {line!r}")
    return taxonomy.current(f"medtop:{match[1]}") or _RETIRED


def _take_line(draft: "_Draft", line: str, topic: str, where: str) -> None:
    match = _LINE.match(line)
    if not match or abs(float(match[1])) > _LOUDEST:
        raise SettingsError(f"{where}: expected 'weight: term term ...', weights up to {_LOUDEST}")
    for item in match[2].split():
        parts = _TERM.match(item)
        if not parts or not 0 < len(_WORD.findall(parts["term"])) <= LONGEST_PHRASE:
            raise SettingsError(f"{where}: {item!r} is not a term of one to four words")
        if "*" in parts["term"] and not _STEM.fullmatch(parts["term"].strip("*")):
            raise SettingsError(f"{where}: {item!r} is not one word of 3 to 12 letters")
        draft.add(topic, float(match[1]), parts.groupdict())


_Guard = tuple[frozenset[int], frozenset[int]]
"""The terms beside which alone a term speaks, and those beside which it does not."""


@dataclass(slots=True)
class _Draft:
    """A lexicon while it is read."""

    language: str
    taxonomy: Taxonomy
    numbers: dict[str, int] = field(default_factory=dict)
    loudness: dict[int, float] = field(default_factory=dict)
    senses: dict[int, dict[_Guard, dict[str, float]]] = field(default_factory=dict)
    equal: dict[Sense, Sense] = field(default_factory=dict)
    """Of senses that are equal one is kept."""

    def add(self, topic: str, weight: float, parts: Mapping[str, str | None]) -> None:
        """Let a term speak for a topic and what it is a part of: as loud as its loudest line."""
        number = self._number(parts["term"] or "", abs(weight))
        guard = self._numbers(parts["near"]), self._numbers(parts["unless"])
        weights = self.senses.setdefault(number, {}).setdefault(guard, {})
        for one in self.taxonomy.paths[topic] if weight else ():
            weights[one] = max(weights.get(one, weight), weight, key=abs)

    def _numbers(self, listed: str | None) -> frozenset[int]:
        terms = (listed or "").split("|")
        return frozenset(self._number(term, _LEAST_INFLECTED) for term in terms if term)

    def _number(self, term: str, weight: float) -> int:
        number = self.numbers.setdefault(term, len(self.numbers))
        self.loudness[number] = max(self.loudness.get(number, 0), weight)
        return number

    def lexicon(self, name: str) -> Lexicon:
        written = [(form, n) for t, n in self.numbers.items() for form in self._forms(t)]
        grown = [(form, n) for t, n in self.numbers.items() for form in self._grown(t, n)]
        try:
            found = matcher(written + grown)
        except ValueError as error:
            raise SettingsError(f"{name}: {error.args[0]!r} is no term") from error
        return Lexicon(
            language=self.language,
            matcher=found,
            terms=tuple(term.strip("=").replace("-", " ") for term in self.numbers),
            senses=tuple(tuple(self._senses(number)) for number in self.numbers.values()),
        )

    def _senses(self, number: int) -> Iterator[Sense]:
        for (near, unless), weights in self.senses.get(number, {}).items():
            if weights:
                sense = Sense(tuple(weights.items()), near, unless)
                yield self.equal.setdefault(sense, sense)

    def _forms(self, term: str) -> Iterator[Form]:
        base = term.strip("*=").replace("-", " ")
        begins, ends = term.endswith("*"), term.startswith("*")
        capital = base[:1].isupper() and " " not in base and self.language != "de"
        yield Form(base, begins=begins, ends=ends, capital=capital)
        if not ends:
            for form in elided(base, self.language):
                yield Form(form, begins=begins)

    def _grown(self, term: str, number: int) -> Iterator[Form]:
        """Forms that the file does not list; a listed one of another term goes before them."""
        if term[-1] in "*=" or term[0] == "*" or self.loudness[number] < _LEAST_INFLECTED:
            return
        for form in forms(term.replace("-", " "), self.language):
            capital = form[:1].isupper() and " " not in form and self.language != "de"
            yield Form(form, capital=capital)
            for longer in elided(form, self.language):
                yield Form(longer)
