"""The IPTC Media Topics in our slim form: what a topic is called, and what it is a part of.

The file comes from IPTC's own export by `newsd topics taxonomy` (daemon/tag/release.py).
Attribution: daemon/tag/ATTRIBUTION.txt. No input or output but the package's own file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

from daemon.errors import SettingsError

FILE = "mediatopics.txt"
LANGUAGES = ("en", "de", "es", "fr", "it", "pt")
"""Those of the labels that are kept, as far as the release has them."""
_COLUMNS = ("id", "broader", "subject", "retired", *LANGUAGES)
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Concept:
    """A topic of the taxonomy."""

    topic_id: str
    """Such as `medtop:15000000`."""
    broader: str | None
    """What it is a part of; of a retired one, what stands for it now."""
    labels: Mapping[str, str]
    """By language; English is always there."""
    subject: str | None = None
    """Its code among the older IPTC Subject Codes, eight digits."""
    retired: str | None = None
    """The day on which IPTC retired it."""

    @property
    def label(self) -> str:
        """The English name."""
        return self.labels["en"]


@dataclass(frozen=True)
class Taxonomy:
    """A release of the Media Topics."""

    release: str
    """Its day, such as `2023-10-24`."""
    concepts: Mapping[str, Concept]
    """Active and retired ones, by id."""

    @property
    def version(self) -> str:
        """As it is stored beside a topic."""
        return f"iptc-mediatopics-{self.release}"

    @cached_property
    def subjects(self) -> Mapping[str, str]:
        """The id of the active concept for each older subject code."""
        coded = ((c.subject, self.current(c.topic_id)) for c in self.concepts.values())
        return {subject: current for subject, current in coded if subject and current}

    def current(self, topic_id: str) -> str | None:
        """The active concept that stands for an id today; None when there is none."""
        concept = self.concepts.get(topic_id)
        for _ in range(_DEEPEST):
            if concept is None or not concept.retired:
                break
            concept = self.concepts.get(concept.broader or "")
        return concept.topic_id if concept and not concept.retired else None

    @cached_property
    def paths(self) -> Mapping[str, tuple[str, ...]]:
        """For each active concept the way to it from its top-level topic, itself included."""
        return {
            c.topic_id: self._path(c.topic_id) for c in self.concepts.values() if not c.retired
        }

    def _path(self, topic_id: str) -> tuple[str, ...]:
        """From the top; a release that runs in circles is cut off, not followed."""
        path = [topic_id]
        while len(path) < _DEEPEST and (
            above := self.current(self.concepts[path[0]].broader or "")
        ):
            path.insert(0, above)
        return tuple(path)


@cache
def load_taxonomy() -> Taxonomy:
    """The release that comes with the program."""
    return parse_taxonomy((files("daemon.tag") / FILE).read_text("utf-8"), FILE)


def taxonomy_in(path: Path | None) -> Taxonomy:
    """The release in a slim file; no path: the one that comes with the program.

    Raises `SettingsError` for a file that cannot be used. IPTC retires concepts and deletes none,
    so one that lacks some of ours is no whole release, and lexicons would speak for nothing.
    """
    ours = load_taxonomy()
    if path is None:
        return ours
    try:
        found = parse_taxonomy(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8") from error
    if lost := sorted(ours.concepts.keys() - found.concepts.keys()):
        said = f"lacks {len(lost)} concepts of {ours.release}, such as {lost[0]}"
        raise SettingsError(f"{path}: {said}; write it with newsd topics taxonomy --out")
    return found


def parse_taxonomy(text: str, name: str) -> Taxonomy:
    """Read a slim taxonomy; raises `SettingsError` naming the file and line that is wrong."""
    release, concepts = "", {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("# release "):
            release = line.removeprefix("# release ").strip()
        elif line and not line.startswith("#"):
            concept = _concept(line.split("\t"), f"{name}:{number}")
            concepts[concept.topic_id] = concept
    if not release or not concepts:
        raise SettingsError(f"{name}: not a slim taxonomy: it needs '# release DAY' and concepts")
    for concept in concepts.values():
        if concept.broader and concept.broader not in concepts:
            raise SettingsError(f"{name}: {concept.topic_id}: no concept {concept.broader!r}")
    return Taxonomy(release, concepts)


def _concept(cells: list[str], where: str) -> Concept:
    if len(cells) != len(_COLUMNS) or not cells[0].startswith("medtop:") or not cells[4]:
        raise SettingsError(f"{where}: expected {', '.join(_COLUMNS)}, with a tab between them")
    topic_id, broader, subject, retired, *labels = cells
    named = {lang: label for lang, label in zip(LANGUAGES, labels, strict=True) if label}
    return Concept(topic_id, broader or None, named, subject or None, retired or None)


def format_taxonomy(taxonomy: Taxonomy) -> str:
    """The slim file of a taxonomy; what `parse_taxonomy` reads."""
    head = [
        f"# IPTC Media Topics, slimmed by newsd topics taxonomy: {', '.join(_COLUMNS)}",
        "# (c) IPTC, International Press Telecommunications Council, iptc.org; CC BY 4.0.",
        f"# release {taxonomy.release}",
    ]
    concepts = sorted(taxonomy.concepts.values(), key=lambda c: c.topic_id)
    return "\n".join([*head, *map(_line, concepts)]) + "\n"


def _line(concept: Concept) -> str:
    labels = [concept.labels.get(language, "") for language in LANGUAGES]
    head = [concept.topic_id, concept.broader, concept.subject, concept.retired]
    return "\t".join([cell or "" for cell in head] + labels)
