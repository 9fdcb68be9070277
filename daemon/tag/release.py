"""Read a release of the Media Topics as IPTC gives it out, and say what is new in it.

IPTC's JSON export has a `conceptSet` of `qcode`, `prefLabel` by language, `broader`, `exactMatch`,
`retired` (cv.iptc.org/newscodes/mediatopic). An object of concepts by id, each with `labels`,
`broader`, `retired`, `subjectcode` and `wikidata`, is read as well.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from daemon.errors import UsageError
from daemon.tag.taxonomy import LANGUAGES, Concept, Taxonomy

_MEDTOP = re.compile(r"(?:medtop:|/mediatopic/)(\d{8})$")
_SUBJECT = re.compile(r"(?:subj:|/subjectcode/)(\d{8})$")
_WIKIDATA = re.compile(r"\bQ\d+$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ENGLISH = ("en", "en-gb", "en-us")


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a concept between two releases."""

    kind: str
    """new, renamed, moved, retired or gone."""
    topic_id: str
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Raw:
    """A concept as a release has it."""

    concept: Concept
    wikidata: str | None


def read_release(document: Any, *, release: str | None = None) -> Taxonomy:
    """The taxonomy in an export; `release` names its day where the export does not.

    Raises `UsageError` when it is no export of the Media Topics, or of an unknown day.
    """
    if not isinstance(document, dict):
        raise UsageError("not an export of the Media Topics: an object is expected")
    listed = document.get("conceptSet")
    entries = listed if isinstance(listed, list) else list(document.values())
    raws = [raw for entry in entries if isinstance(entry, dict) for raw in _raws(entry)]
    found = _DAY.search(str(document.get("dateReleased") or ""))
    day = release or (found[0] if found else None)
    if not raws:
        raise UsageError("not an export of the Media Topics: no concept medtop:... in it")
    if not day or not _DAY.fullmatch(day):
        raise UsageError("the export does not say its day; give --release YYYY-MM-DD")
    return Taxonomy(day, _settled(raws))


def _raws(entry: Mapping[str, Any]) -> Iterator[_Raw]:
    """The entry's concept, if it has an id of the Media Topics and an English name."""
    topic_id = next(_ids(_MEDTOP, [entry.get("qcode"), entry.get("id"), entry.get("uri")]), None)
    labels = _labels(entry.get("prefLabel") or entry.get("labels") or {})
    if not topic_id or "en" not in labels:
        return
    matches = [*_listed(entry.get("exactMatch")), entry.get("wikidata")]
    subject = entry.get("subjectcode") or next(_ids(_SUBJECT, matches), None)
    broader = next(_ids(_MEDTOP, _listed(entry.get("broader"))), None)
    retired = _DAY.search(str(entry.get("retired") or ""))
    concept = Concept(
        topic_id=f"medtop:{topic_id}",
        broader=f"medtop:{broader}" if broader else None,
        labels=labels,
        subject=subject,
        retired=retired[0] if retired else None,
    )
    yield _Raw(concept, next(_found(_WIKIDATA, matches), None))


def _ids(pattern: re.Pattern[str], values: list[Any]) -> Iterator[str]:
    return (match[1] for value in values if value and (match := pattern.search(str(value))))


def _found(pattern: re.Pattern[str], values: list[Any]) -> Iterator[str]:
    return (match[0] for value in values if value and (match := pattern.search(str(value))))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _labels(given: Mapping[str, Any]) -> dict[str, str]:
    """The labels of our languages: of a language itself before those of one of its countries."""
    labels: dict[str, str] = {}
    order = sorted(given.items(), key=lambda item: (item[0].lower() not in _ENGLISH, len(item[0])))
    for language, label in order:
        primary = language.lower().partition("-")[0]
        if primary in LANGUAGES and isinstance(label, str):
            labels.setdefault(primary, " ".join(label.split()))
    return labels


def _settled(raws: list[_Raw]) -> dict[str, Concept]:
    """The concepts, each retired one with its successor.

    IPTC names none in its export: taken is the active concept of the same Wikidata item or the
    same name, else what the retired one was a part of.
    """
    active = {raw.concept.topic_id: raw for raw in raws if not raw.concept.retired}
    same = {r.wikidata: i for i, r in active.items() if r.wikidata}
    same |= {r.concept.label.casefold(): i for i, r in active.items()}
    known = {raw.concept.topic_id for raw in raws}
    concepts = {}
    for raw in sorted(raws, key=lambda raw: raw.concept.topic_id):
        concept, broader = raw.concept, raw.concept.broader
        if concept.retired:
            broader = same.get(raw.wikidata or "") or same.get(concept.label.casefold()) or broader
        concepts[concept.topic_id] = Concept(
            concept.topic_id,
            broader if broader in known else None,
            concept.labels,
            concept.subject,
            concept.retired,
        )
    return concepts


def changes_between(old: Taxonomy, new: Taxonomy) -> list[Change]:
    """What the new release changes, by kind and id; other languages' labels are left aside."""
    changes = [c for concept in new.concepts.values() for c in _changes(old, new, concept)]
    gone = old.concepts.keys() - new.concepts.keys()
    changes += [Change("gone", one, old.concepts[one].label) for one in gone]
    return sorted(changes, key=lambda change: (change.kind, change.topic_id))


def _changes(old: Taxonomy, new: Taxonomy, concept: Concept) -> Iterator[Change]:
    before, topic_id, label = old.concepts.get(concept.topic_id), concept.topic_id, concept.label
    if before is None:
        if not concept.retired:
            yield Change("new", topic_id, label, _name(new, concept.broader))
        return
    if concept.retired:
        if not before.retired:
            yield Change("retired", topic_id, label, _name(new, new.current(topic_id)))
        return
    if label != before.label:
        yield Change("renamed", topic_id, label, before.label)
    if concept.broader != before.broader:
        yield Change("moved", topic_id, label, _name(new, concept.broader))


def _name(taxonomy: Taxonomy, topic_id: str | None) -> str:
    return f"{topic_id} {taxonomy.concepts[topic_id].label}" if topic_id else ""
