"""Read the file of an operator's own topics, and say exactly what is wrong with it."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daemon.errors import SettingsError
from daemon.tag.boolean import Not, Query, QueryError, both, either, parse_query, term_of
from daemon.tag.rules import FIELDS, Rule, Rules, index_rules, required

_PHRASES = ("any", "all", "none")
_KEYS = ("id", "label", "medtop", *_PHRASES, "query", "fields", "languages", "weight")
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*topic[ \t]*\]\]", re.MULTILINE)
_MEDTOP = re.compile(r"medtop:\d{8}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def load_rules(path: Path | None) -> Rules:
    """Read a topics file; no path, no rules. Raises `SettingsError` naming file, line, column."""
    if path is None:
        return Rules()
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{path}: not UTF-8") from error
    return parse_rules(text, str(path))


def parse_rules(text: str, name: str) -> Rules:
    """Check a topics document, which calls itself `name` in complaints."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name}: not valid TOML: {error}") from error
    file = _File(text, name)
    if unknown := set(document) - {"topic"}:
        place = file.place(_key(min(unknown)), 0)
        raise SettingsError(f"{place}: unknown key {min(unknown)!r}; topics stand in [[topic]]")
    entries = document.get("topic", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SettingsError(f"{file.place(re.compile('topic'), 0)}: topics stand in [[topic]]")
    seen: dict[str, int] = {}
    rules = [_Entry(file, at, entry).rule(seen) for at, entry in enumerate(entries)]
    return index_rules(rules)


def _key(key: str) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]*\[?\"?(?P<at>{re.escape(key)})\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _File:
    """The text of a file, in which places are found again."""

    text: str
    name: str

    def place(self, pattern: re.Pattern[str], start: int, end: int | None = None) -> str:
        """`file:line:column` of what is looked for, or of where the search starts."""
        found = pattern.search(self.text, start, len(self.text) if end is None else end)
        if found is None:
            return self.at(start)
        return self.at(found.start("at") if "at" in pattern.groupindex else found.start())

    def at(self, character: int) -> str:
        """`file:line:column` of a character."""
        before = self.text[:character]
        return f"{self.name}:{before.count(chr(10)) + 1}:{character - before.rfind(chr(10))}"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One [[topic]] of the file."""

    file: _File
    number: int
    entry: Mapping[str, Any]

    def rule(self, seen: dict[str, int]) -> Rule:
        """The topic, checked; `seen` are the ids before it, and get this one."""
        if unknown := sorted(set(self.entry) - set(_KEYS)):
            raise self._wrong(unknown[0], f"unknown key {unknown[0]!r}; write {_or(_KEYS)}")
        topic = self._id(seen)
        query = self._query()
        if required(query) is None:
            key = "query" if "query" in self.entry else "none"
            said = "fits articles that hold none of its words; give it a word that must be there"
            raise self._wrong(key, said)
        return Rule(
            id=topic,
            label=self._text("label", topic),
            query=query,
            fields=self._choice("fields", FIELDS) or ("title", "body"),
            languages=self._languages(),
            weight=self._weight(),
            medtop=self._medtop(),
        )

    def _id(self, seen: dict[str, int]) -> str:
        topic = self.entry.get("id")
        if not isinstance(topic, str) or not topic or not topic.isprintable() or " " in topic:
            raise self._wrong("id", 'needs an id without blanks, such as id = "port-strikes"')
        if topic in seen:
            raise self._wrong("id", f"stands there twice, first as number {seen[topic]}")
        seen[topic] = self.number + 1
        return topic

    def _query(self) -> Query:
        phrases = [key for key in _PHRASES if key in self.entry]
        if "query" not in self.entry:
            return self._from_phrases()
        if phrases:
            raise self._wrong(phrases[0], f"has a query and {phrases[0]}; write all in the query")
        text = self._text("query", "")
        try:
            return parse_query(text)
        except QueryError as error:
            raise self._wrong("query", str(error), inside=text, at=error.at) from error

    def _from_phrases(self) -> Query:
        listed = {key: self._phrases(key) for key in _PHRASES}
        parts: list[Query] = list(listed["all"])
        if listed["any"]:
            parts.append(either(listed["any"]))
        if not parts:
            raise self._wrong("none", "needs a phrase under any or all, or a query")
        return both([*parts, *map(Not, listed["none"])])

    def _phrases(self, key: str) -> list[Query]:
        found: list[Query] = []
        for phrase in self._list(key):
            term = term_of(phrase)
            if not term.words:
                raise self._wrong(key, f"{key} has no word in {phrase!r}", inside=phrase)
            found.append(term)
        return found

    def _list(self, key: str) -> Sequence[str]:
        value = self.entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, f'{key} must be a list of text, such as {key} = ["one", "two"]')
        return value

    def _choice(self, key: str, choices: Sequence[str]) -> tuple[str, ...]:
        for item in (listed := self._list(key)):
            if item not in choices:
                said = f"unknown field {item!r} in {key}; write {_or(choices)}"
                raise self._wrong(key, said, inside=item)
        return tuple(listed)

    def _languages(self) -> tuple[str, ...]:
        for item in (listed := self._list("languages")):
            if not _LANGUAGE.fullmatch(item):
                said = f"{item!r} is no language code; write such as en or de"
                raise self._wrong("languages", said, inside=item)
        return tuple(listed)

    def _weight(self) -> float:
        weight = self.entry.get("weight", 1.0)
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 1:
            raise self._wrong("weight", "weight must be a number above 0, and 1 at most")
        return float(weight)

    def _medtop(self) -> str | None:
        topic = self.entry.get("medtop")
        if topic is not None and not (isinstance(topic, str) and _MEDTOP.fullmatch(topic)):
            raise self._wrong("medtop", "medtop must be such as medtop:16000000")
        return topic

    def _text(self, key: str, default: str) -> str:
        text = self.entry.get(key, default)
        if not isinstance(text, str):
            raise self._wrong(key, f"{key} must be text in quotation marks")
        return text

    def _wrong(self, key: str, said: str, *, inside: str = "", at: int = 0) -> SettingsError:
        """The error at a key of this topic, or at a character of the value that is `inside`."""
        headers = [*_HEADER.finditer(self.file.text)]
        start = headers[self.number].start() if self.number < len(headers) else 0
        end = headers[self.number + 1].start() if self.number + 1 < len(headers) else None
        place = self.file.place(_key(key), start, end)
        key_at = _key(key).search(
            self.file.text, start, len(self.file.text) if end is None else end
        )
        if inside and key_at:
            value = self.file.text.find(inside, key_at.end(), end)
            place = self.file.at(value + at) if value >= 0 else place
        return SettingsError(f"{place}: topic {self.entry.get('id', '?')!r}: {said}")


def _or(choices: Sequence[str]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}"
