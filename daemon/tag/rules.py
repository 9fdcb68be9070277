"""An operator's own topics: phrases that must, may and must not occur. See config/topics.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from daemon.errors import SettingsError
from daemon.tag.phrases import Phrases
from daemon.tag.words import words_of

FIELDS = ("title", "body", "url", "category")
_KEYS = frozenset({"id", "label", "any", "all", "none", "fields"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One topic: it fits when a phrase of `any`, every one of `all` and none of `none` occurs."""

    id: str
    label: str
    any: tuple[int, ...]
    all: tuple[int, ...]
    none: tuple[int, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """A rule that fits, and how often each of its phrases occurs."""

    rule: Rule
    evidence: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, their phrases in one index."""

    rules: tuple[Rule, ...] = ()
    phrases: tuple[str, ...] = ()
    index: Phrases = field(default_factory=lambda: Phrases({}))

    def fitting(self, fields: Mapping[str, Sequence[str]]) -> list[Fit]:
        """The rules that fit an article given as the words of each field."""
        if not self.rules:
            return []
        counts = {name: self._count(words) for name, words in fields.items()}
        fits = (self._fit(rule, counts) for rule in self.rules)
        return [fit for fit in fits if fit]

    def _count(self, words: Sequence[str]) -> dict[int, int]:
        found: dict[int, int] = {}
        for number, _ in self.index.find(words):
            found[number] = found.get(number, 0) + 1
        return found

    def _fit(self, rule: Rule, counts: Mapping[str, Mapping[int, int]]) -> Fit | None:
        def times(number: int) -> int:
            return sum(counts[name].get(number, 0) for name in rule.fields)

        if any(map(times, rule.none)) or not all(map(times, rule.all)):
            return None
        if rule.any and not any(map(times, rule.any)):
            return None
        positive = {self.phrases[n]: times(n) for n in (*rule.any, *rule.all) if times(n)}
        return Fit(rule, positive)


def load_rules(path: Path | None) -> Rules:
    """Read a topics file; no path, no rules. Raises `SettingsError` naming file and topic."""
    if path is None:
        return Rules()
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    return parse_rules(document, str(path))


def parse_rules(document: Mapping[str, Any], name: str) -> Rules:
    """Check a topics document, which calls itself `name` in complaints."""
    if unknown := set(document) - {"topic"}:
        raise SettingsError(f"{name}: unknown key {min(unknown)!r}; topics stand in [[topic]]")
    entries = document.get("topic", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SettingsError(f"{name}: topics stand in [[topic]]")
    checked = [_checked(entry, f"{name}: topic {entry.get('id', '?')!r}") for entry in entries]
    _refuse_twins([entry["id"] for entry in checked], name)
    groups = (entry[key] for entry in checked for key in ("any", "all", "none"))
    numbers = {phrase: i for i, phrase in enumerate(dict.fromkeys(chain.from_iterable(groups)))}
    return Rules(
        rules=tuple(_rule(entry, numbers) for entry in checked),
        phrases=tuple(numbers),
        index=Phrases.of(numbers),
    )


def _refuse_twins(ids: Sequence[str], name: str) -> None:
    for topic in ids:
        if ids.count(topic) > 1:
            raise SettingsError(f"{name}: topic {topic!r} stands there twice")


def _checked(entry: Mapping[str, Any], where: str) -> dict[str, Any]:
    if unknown := set(entry) - _KEYS:
        known = ", ".join(sorted(_KEYS))
        raise SettingsError(f"{where}: unknown key {min(unknown)!r}; there are {known}")
    if not isinstance(entry.get("id"), str) or not entry["id"]:
        raise SettingsError(f"{where}: needs an id")
    label = entry.get("label", entry["id"])
    if not isinstance(label, str):
        raise SettingsError(f"{where}: label must be text")
    checked = {key: _listed(entry.get(key, []), key, where) for key in ("any", "all", "none")}
    fields = _listed(entry.get("fields", ["title", "body"]), "fields", where)
    if wrong := [field for field in fields if field not in FIELDS]:
        raise SettingsError(f"{where}: unknown field {wrong[0]!r}; there are {', '.join(FIELDS)}")
    if not (checked["any"] or checked["all"]) or not fields:
        raise SettingsError(f"{where}: needs a phrase under any or all, and a field to look in")
    return {"id": entry["id"], "label": label, "fields": tuple(fields), **checked}


def _listed(value: Any, key: str, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(v, str) and words_of(v) for v in value):
        raise SettingsError(f"{where}: {key} must be a list of phrases with words in them")
    return value


def _rule(entry: Mapping[str, Any], numbers: Mapping[str, int]) -> Rule:
    def numbered(key: str) -> tuple[int, ...]:
        return tuple(numbers[phrase] for phrase in entry[key])

    return Rule(
        id=entry["id"],
        label=entry["label"],
        any=numbered("any"),
        all=numbered("all"),
        none=numbered("none"),
        fields=entry["fields"],
    )
