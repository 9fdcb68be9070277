"""The names that newsd knows, and the words that say what an unknown name is.

The lists are made by `python -m gazetteer`; where they come from stands in `names/NOTICE.txt`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from daemon.words import Words, read_words
from storage.values import EntityType

Trie = dict[int, "Trie | tuple[Alias, ...]"]
"""Hash of a word -> what may follow it; under `HERE` the aliases that end there."""

HERE = 0
TABLE = 1 << 16
"""Places of a table that tells by the low bits of a hash which words need no closer look."""
_LOW = np.uint64(TABLE - 1)
_BATCH = 20_000


class Role:
    """What a word may say about the name it is in, or beside; they add up.

    Not an enum: to name a member of one takes 90 ns, and a text asks hundreds of times.
    """

    TITLE: Final = 1
    ORGANISATION: Final = 2
    PLACE: Final = 4
    EVENT: Final = 8
    GENERIC: Final = 16
    LINK: Final = 32
    PARTICLE: Final = 64
    STOP: Final = 128
    PREPOSITION: Final = 256
    SAID: Final = 512
    GIVEN: Final = 1024
    APART: Final = 2048
    SURNAME: Final = 4096
    LEADS: Final = 8192


_ROLES: dict[str, int] = {name.lower(): bit for name, bit in vars(Role).items() if name.isupper()}
CUES = Role.ORGANISATION | Role.PLACE | Role.EVENT


@dataclass(frozen=True, slots=True)
class KnownEntity:
    """Somebody or something of the gazetteer."""

    entity_id: str
    """Wikidata QID, `geonames:` and a number, or a key of our own."""
    type: EntityType
    country: str
    """ISO 3166 code of a place, else empty."""
    name: str


@dataclass(frozen=True, slots=True)
class Alias:
    """One of the names of an entity."""

    entity: int
    is_shaky: bool
    """It means other things too, and wants support."""
    is_acronym: bool
    """It counts only where it stands in capitals: WHO, US."""
    is_whole: bool
    """More than one word."""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names and cues: read once, then only looked at."""

    entities: tuple[KnownEntity, ...]
    trie: Trie
    roles: Mapping[int, int]
    """Hash of a word -> its `Role`s."""
    smalls: frozenset[int]
    """Words that begin a name though they are not capitalised, as far as a script has capitals."""
    small: NDArray[np.bool_] = field(compare=False)
    """The same by the low bits of their hashes."""
    firsts: NDArray[np.bool_] = field(compare=False)
    """Words that begin a name."""


def low_bits(words: Words) -> NDArray[np.intp]:
    """The places of words in a table."""
    return (words.hashes & _LOW).astype(np.intp)


def own_key(kind: str, name: str) -> str:
    """The key of an entity that has no other: the same name and type have the same key."""
    plain = name if name.isascii() else _unmarked(name)
    return f"newsd:{kind}/{_BETWEEN.sub('-', plain.casefold()).strip('-')}"


def _unmarked(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


_BETWEEN = re.compile(r"[\W_]+")


@cache
def load_gazetteer() -> Gazetteer:
    """The gazetteer that comes with the program; one for the process."""
    return build_gazetteer(_file("entities.tsv"), _file("cues.txt"), _file("given.txt"))


def build_gazetteer(entities: str, cues: str, given: str) -> Gazetteer:
    """Index a table of entities, a list of cues and one of given names."""
    known, aliases = _parsed(entities)
    hashed = hashes_of([written for written, _ in aliases])
    trie: Trie = {}
    for (_, alias), hashes in zip(aliases, hashed, strict=True):
        _plant(trie, hashes, alias)
    roles = dict(_roles(cues))
    for hashes in hashes_of(given.split()):
        roles[hashes[0]] = roles.get(hashes[0], 0) | Role.GIVEN
    pairs = zip(aliases, hashed, strict=True)
    small = [hashes[0] for (written, _), hashes in pairs if hashes and not written[0].isupper()]
    return Gazetteer(
        entities=known,
        trie=trie,
        roles=roles,
        smalls=frozenset(small),
        small=_table(small),
        firsts=_table(hashes[0] for hashes in hashed if hashes),
    )


def _parsed(table: str) -> tuple[tuple[KnownEntity, ...], list[tuple[str, Alias]]]:
    known: list[KnownEntity] = []
    aliases: list[tuple[str, Alias]] = []
    for line in table.splitlines():
        key, kind, country, names = line.split("\t")
        written = names.split("|")
        entity = KnownEntity(key, EntityType(kind), country, written[0].rstrip("?"))
        aliases += ((name.rstrip("?"), _alias(name, len(known))) for name in written)
        known.append(entity)
    return tuple(known), aliases


def _alias(name: str, entity: int) -> Alias:
    plain = name.rstrip("?")
    letters = [c for c in plain if c.isalpha()]
    return Alias(
        entity=entity,
        is_shaky=name.endswith("?"),
        is_acronym=len(letters) <= 5 and all(c.isupper() for c in letters) and plain.isascii(),
        is_whole=" " in plain or "-" in plain,
    )


def _plant(trie: Trie, hashes: Sequence[int], alias: Alias) -> None:
    node = trie
    for word in hashes:
        below = node.setdefault(word, {})
        assert isinstance(below, dict)  # noqa: S101  only HERE holds aliases
        node = below
    if hashes:
        held = node.get(HERE, ())
        assert isinstance(held, tuple)  # noqa: S101  only HERE holds aliases
        if all(alias.entity != one.entity for one in held):
            node[HERE] = (*held, alias)


def _roles(cues: str) -> Iterator[tuple[int, int]]:
    roles: dict[int, int] = {}
    for line in cues.splitlines():
        role, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            plain = [word for word in words.split() if not word.endswith("?")]
            for hashes in hashes_of(plain):
                roles[hashes[0]] = roles.get(hashes[0], 0) | _ROLES[role]
    return iter(roles.items())


def hashes_of(phrases: Sequence[str]) -> list[list[int]]:
    """The hashes of the words of each phrase, as they stand in a text."""
    found: list[list[int]] = [[] for _ in phrases]
    for first in range(0, len(phrases), _BATCH // 20):
        batch = phrases[first : first + _BATCH // 20]
        words = read_words("\n".join(batch))
        lines = np.cumsum(np.frombuffer(words.whole, np.uint8) == ord("\n")).take(words.starts)
        for line, word in zip(lines.tolist(), words.hashes.tolist(), strict=True):
            found[first + line].append(word)
    return found


def _table(hashes: Iterable[int]) -> NDArray[np.bool_]:
    table = np.zeros(TABLE, np.bool_)
    table[[word & (TABLE - 1) for word in hashes]] = True
    return table


def _file(name: str) -> str:
    return (files("daemon.tag") / "names" / name).read_text("utf-8")
