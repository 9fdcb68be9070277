"""What an article's own metadata say it is about: codes of IPTC, names of sections, its address.

Only names that say a topic: `news`, `world`, `featured` or `top stories` say none.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from daemon.errors import SettingsError
from daemon.tag.taxonomy import Taxonomy, load_taxonomy

FILE = "sections.txt"
_MOST_CATEGORIES = 20
_MOST_SEGMENTS = 3
_AND = frozenset({"and", "und", "et", "y", "e"})
_CODE = re.compile(r"(?:^|[:/])(\d{8})$")
_SEGMENT = re.compile(r"[^\W\d_][\w-]{2,30}")


@dataclass(frozen=True, slots=True)
class Stated:
    """A topic that the metadata state."""

    topic_id: str
    evidence: str
    is_certain: bool = False
    """A code of the taxonomy itself, not the name of a section."""


def stated_topics(
    taxonomy: Taxonomy, categories: Sequence[str], address: str | None
) -> Iterator[Stated]:
    """Topics that a category or the head of the address names, each with its evidence."""
    for category in categories[:_MOST_CATEGORIES]:
        if code := topic_of_code(taxonomy, category):
            yield Stated(code, f"category:{category}", is_certain=True)
        elif topic := taxonomy.current(topic_of_section(category) or ""):
            yield Stated(topic, f"category:{category}")
    for segment in urlsplit(address or "").path.split("/")[1:-1][:_MOST_SEGMENTS]:
        if _SEGMENT.fullmatch(segment) and (
            topic := taxonomy.current(topic_of_section(segment) or "")
        ):
            yield Stated(topic, f"url:{segment}")


def topic_of_code(taxonomy: Taxonomy, category: str) -> str | None:
    """The active concept that `medtop:20000639`, `subj:11002000` or an address of one means."""
    match = _CODE.search(category.strip())
    if not match:
        return None
    if current := taxonomy.current(f"medtop:{match[1]}"):
        return current
    return taxonomy.subjects.get(match[1]) if "medtop" not in category else None


def topic_of_section(name: str) -> str | None:
    """The topic a section's name means, if it means one."""
    return _table().get(_key(name))


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold().replace("_", " "))
    words = re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))
    return "-".join(word for at, word in enumerate(words) if not at or word not in _AND)


@cache
def _table() -> dict[str, str]:
    text = (files("daemon.tag") / FILE).read_text("utf-8")
    return parse_sections(text, FILE, load_taxonomy())


def parse_sections(text: str, name: str, taxonomy: Taxonomy) -> dict[str, str]:
    """Read lines of `id: name, name`; raises `SettingsError` naming the line that is wrong."""
    table: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        code, colon, names = line.partition(":")
        topic = taxonomy.current(f"medtop:{code.strip()}")
        if not colon or not topic or not names.strip():
            raise SettingsError(f"{name}:{number}: expected 'id: name, name'")
        table.update((_key(one), topic) for one in names.split(","))
    return table
