"""The names of one article, as they are found: who is who, and how often."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from daemon.tag.gazetteer import Alias, Gazetteer, KnownEntity, own_key
from storage.values import Article, Entity, EntityType

_PERSON = EntityType.PERSON
LONGEST = 100
"""Characters of a name that no list knows."""


@dataclass(slots=True)
class _Tally:
    """An entity of the article, so far."""

    entity_id: str
    name: str
    type: EntityType
    country: str = ""
    mentions: int = 0
    in_title: bool = False
    written: dict[str, None] = field(default_factory=dict)

    def add(self, written: str, *, in_title: bool) -> None:
        self.mentions += 1
        self.in_title |= in_title
        self.written[written] = None


class Names:
    """Whom an article names. The text is read first, then the title."""

    __slots__ = (
        *("_article", "_found", "_gazetteer", "_odd", "_people", "_shaky", "_singles"),
        *("_unlisted", "_unsure"),
        "in_title",
    )

    def __init__(self, gazetteer: Gazetteer, article: Article) -> None:
        self._gazetteer = gazetteer
        self._article = article
        self._found: dict[str, _Tally] = {}
        self._unlisted: dict[tuple[str, EntityType], _Tally] = {}
        self._people: dict[int, _Tally] = {}
        """Hash of a surname -> the person last named in full with it."""
        self._shaky: list[tuple[tuple[Alias, ...], _Mention, bool]] = []
        self._singles: list[tuple[int, _Mention]] = []
        self._unsure: list[tuple[int, _Mention]] = []
        self._odd: dict[str, str] | None = None
        self.in_title = False
        """Whether what is found now stands in the title."""

    def known(
        self, aliases: tuple[Alias, ...], written: str, last: int, *, is_place: bool
    ) -> None:
        """A name of the gazetteer; `last` is its last word, `is_place` what stands before it."""
        alias = aliases[0]
        if alias.is_shaky or len(aliases) > 1:
            self._shaky.append((aliases, (written, self.in_title), is_place))
            return
        entity = self._gazetteer.entities[alias.entity]
        if entity.type is _PERSON:
            tally = self._person(entity, last, in_full=alias.is_whole)
        else:
            tally = self._tally(entity)
        tally.add(written, in_title=self.in_title)

    def _person(self, entity: KnownEntity, last: int, *, in_full: bool) -> _Tally:
        """Whom a name of the gazetteer means: a bare surname the latest full name with it."""
        held = self._people.get(last)
        if held is None or in_full:
            held = self._people[last] = self._tally(entity)
        return held

    def unknown(self, written: str, kind: EntityType, last: int) -> None:
        """A name that a cue explains."""
        if len(written) > LONGEST:
            return
        is_person = kind is _PERSON
        if is_person and " " not in written and (held := self._people.get(last)):
            held.add(written, in_title=self.in_title)
            return
        tally = self._named(written, kind)
        tally.add(written, in_title=self.in_title)
        if is_person:
            self._people[last] = tally

    def maybe_surname(self, word: int, written: str) -> None:
        """A bare word: a surname, if somebody is named in full with it."""
        self._singles.append((word, (written, self.in_title)))

    def maybe_person(self, last: int, written: str) -> None:
        """Words that are somebody's name if the last one stands alone too."""
        self._unsure.append((last, (written, self.in_title)))

    def entities(self, most: int) -> tuple[Entity, ...]:
        """What was found, those of the title first, then by how often they are named."""
        self._settle_people()
        self._settle_shaky()
        ranked = sorted(self._found.values(), key=lambda t: (not t.in_title, -t.mentions))
        return tuple(
            Entity(t.entity_id, t.name, t.type, t.mentions, t.in_title, tuple(t.written))
            for t in ranked[:most]
        )

    def _settle_people(self) -> None:
        bare = {word for word, _ in self._singles}
        for last, (written, in_title) in self._unsure:
            if last in bare:
                self.in_title = in_title
                self.unknown(written, EntityType.PERSON, last)
        for word, (written, in_title) in self._singles:
            if held := self._people.get(word):
                held.add(written, in_title=in_title)

    def _settle_shaky(self) -> None:
        """Ambiguous names count where the text speaks of their country, or of them otherwise."""
        countries = {tally.country for tally in self._found.values() if tally.country}
        for aliases, (written, in_title), is_place in self._shaky:
            entity = self._meant(aliases, countries, is_place=is_place)
            if entity is not None:
                self._tally(entity).add(written, in_title=in_title)

    def _meant(
        self, aliases: tuple[Alias, ...], countries: set[str], *, is_place: bool
    ) -> KnownEntity | None:
        known = [self._gazetteer.entities[alias.entity] for alias in aliases]
        for entity in known:
            if entity.entity_id in self._found or entity.country in countries:
                return entity
        if sure := [e for e, alias in zip(known, aliases, strict=True) if not alias.is_shaky]:
            return sure[0]
        places = [entity for entity in known if entity.type is EntityType.PLACE]
        return places[0] if is_place and places else None

    def _tally(self, entity: KnownEntity) -> _Tally:
        held = self._found.get(entity.entity_id)
        if held is None:
            held = _Tally(entity.entity_id, entity.name, entity.type, entity.country)
            self._found[entity.entity_id] = held
        return held

    def _named(self, written: str, kind: EntityType) -> _Tally:
        held = self._unlisted.get((written, kind))
        if held is None:
            key = own_key(kind, written)
            held = self._found.setdefault(key, _Tally(key, self._spelt(written), kind))
            self._unlisted[written, kind] = held
        return held

    def _spelt(self, written: str) -> str:
        """A name with the accents and apostrophes that the article writes it with."""
        if written in self._article.text:
            return written
        if self._odd is None:
            self._odd = _odd_words(f"{self._article.title} {self._article.text}")
        odd = self._odd
        return _WORD.sub(lambda word: odd.get(word[0], word[0]), written) if odd else written


def _odd_words(text: str) -> dict[str, str]:
    """The words that look otherwise when they are folded, by how they look then."""
    words = (word for word in text.split() if not word.isascii() or "'" in word)
    found = (match[0] for word in words for match in _ODD.finditer(word))
    return {_folded(word): word for word in found}


_Mention = tuple[str, bool]
"""A name as it stands in a field, without accents, and whether that is the title."""
_WORD = re.compile(r"\w+")
_ODD = re.compile(r"\w+(?:['’‘ʼ](?!s\b)\w+)*")


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word)
    return "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’‘ʼ")
