"""Topic lexicons: which words speak for which topic, and how loudly.

A file holds lines of `topic: term*weight term*weight ...`; a hyphen in a term stands for a hyphen
or a space. The lexicons are our own work.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from daemon.errors import SettingsError
from daemon.tag.phrases import Phrases

TAXONOMY_VERSION = "iptc-mediatopics-2023-10-24"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The terms of one language."""

    phrases: Phrases
    terms: tuple[str, ...]
    weights: tuple[tuple[tuple[str, float], ...], ...]
    """For each term, the topics it speaks for."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A topic of the taxonomy."""

    topic_id: str
    label: str


def load_taxonomy() -> dict[str, Concept]:
    """The top-level topics by the key our lexicons use for them."""
    concepts = {}
    for line in _package_file("taxonomy.txt").splitlines():
        if line and not line.startswith("#"):
            key, topic_id, label = line.split(None, 2)
            concepts[key] = Concept(topic_id, label)
    return concepts


_PLURALS = {"en": "s"}
"""How a language makes a plural that needs no line of its own."""


def load_lexicons(taxonomy: Mapping[str, Concept]) -> dict[str, Lexicon]:
    """The lexicons that come with the program, by language."""
    lexicons = {}
    for entry in (files("daemon.tag") / "lexicons").iterdir():
        language, dot, kind = entry.name.partition(".")
        if f"{dot}{kind}" == ".txt":
            text = entry.read_text("utf-8")
            plural = _PLURALS.get(language, "")
            lexicons[language] = parse_lexicon(text, entry.name, taxonomy, plural=plural)
    return lexicons


def parse_lexicon(
    text: str, name: str, taxonomy: Mapping[str, Concept], *, plural: str = ""
) -> Lexicon:
    """Read a lexicon; raises `SettingsError` naming the file and line that is wrong.

    A strong term also stands for itself with `plural` behind it.
    """
    weights: dict[str, dict[str, float]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        topic, colon, terms = line.partition(":")
        if not colon or topic.strip() not in taxonomy:
            raise SettingsError(f"{name}:{number}: expected 'topic: term*weight ...'")
        for item in terms.split():
            term, weight = _weighted(item, name, number)
            if weight > 0:
                weights.setdefault(term, {})[topic.strip()] = weight
    if plural:
        _add_plurals(weights, plural)
    return Lexicon(
        phrases=Phrases.of(weights),
        terms=tuple(weights),
        weights=tuple(tuple(topics.items()) for topics in weights.values()),
    )


def _add_plurals(weights: dict[str, dict[str, float]], ending: str) -> None:
    """Weak terms are left alone: their plurals often mean something else (`show`, `shows`)."""
    for term, topics in list(weights.items()):
        if len(term) > 3 and term[-1] not in "sxyz" and min(topics.values()) >= 2:
            weights.setdefault(term + ending, topics)


def _weighted(item: str, name: str, number: int) -> tuple[str, float]:
    term, star, weight = item.rpartition("*")
    if not star or not term or not weight.replace(".", "", 1).isdecimal():
        raise SettingsError(f"{name}:{number}: {item!r} is not term*weight")
    return term.replace("-", " "), float(weight)


def _package_file(name: str) -> str:
    return (files("daemon.tag") / name).read_text("utf-8")
