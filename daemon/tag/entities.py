"""Say whom and what an article names: known names, and capitalised words that cues explain."""

from collections.abc import Sequence

from daemon.tag.gazetteer import CUES, Gazetteer, Role
from daemon.tag.mentions import Names
from daemon.tag.spans import Field, Piece, known_at, pieces, read_field, runs
from daemon.words import Words
from storage.values import Article, Entity, EntityType

MOST = 40
"""Entities of an article."""
_PERSON, _PLACE = EntityType.PERSON, EntityType.PLACE
_NOUNS_ARE_CAPITAL = frozenset({"de", "lb"})
_TYPES = (
    (Role.ORGANISATION, EntityType.ORGANISATION),
    (Role.PLACE, _PLACE),
    (Role.EVENT, EntityType.EVENT),
)
_LONGEST_PERSON = 4
_ACRONYM = range(3, 6)
_BREAKS = Role.STOP | Role.TITLE | Role.APART
_NO_NAME = Role.GIVEN | Role.GENERIC | CUES


def recognise(
    gazetteer: Gazetteer, article: Article, title: Words, text: Words
) -> tuple[Entity, ...]:
    """The entities of an article, those of its title first, then by how often they are named."""
    names = Names(gazetteer, article)
    strict = article.language in _NOUNS_ARE_CAPITAL
    for words, in_title in ((text, False), (title, True)):
        field = read_field(words, gazetteer, is_title=in_title)
        names.in_title = in_title
        reader = _Reader(field, gazetteer, names, strict=strict)
        for first, past in runs(field, gazetteer):
            if past - first == 1:  # most of them
                reader.read_word(first)
            else:
                reader.read(pieces(field, gazetteer, (first, past)))
    return names.entities(MOST)


class _Reader:
    """Turns the runs of one field into mentions."""

    __slots__ = ("_field", "_gazetteer", "_names", "_strict")

    def __init__(self, field: Field, gazetteer: Gazetteer, names: Names, *, strict: bool) -> None:
        self._field = field
        self._gazetteer = gazetteer
        self._names = names
        self._strict = strict
        """Whether unknown words need a cue of their own: every noun is capitalised."""

    def read_word(self, place: int) -> None:
        """Tell of a run that is one word."""
        field, word = self._field, self._field.hashes[place]
        role = self._gazetteer.roles.get(word, 0)
        if word in self._gazetteer.trie:
            past, aliases = known_at(field, self._gazetteer, place)
            if aliases:
                self._known(Piece(place, past, role, aliases))
                return
        if not role & _BREAKS and field.is_plain and place in field.capital:
            self._word(place, role, is_titled=False)

    def read(self, cut: Sequence[Piece]) -> None:
        """Tell of the names in a run."""
        if not self._field.is_plain or (len(cut) == 1 and cut[0].aliases):
            for piece in cut:
                if piece.aliases:
                    self._known(piece)
            return
        start = 0
        for at, piece in enumerate(cut):
            if not piece.aliases and piece.role & _BREAKS and not self._holds(cut, at):
                self._stretch(cut[start:at], after=cut[start - 1] if start else None)
                start = at + 1
        self._stretch(cut[start:], after=cut[start - 1] if start else None)

    @staticmethod
    def _holds(cut: Sequence[Piece], at: int) -> bool:
        """Whether a word that breaks runs is a small one in a name: `Bank of the West`."""
        is_link = cut[at].role & (Role.LINK | Role.PARTICLE) and not cut[at].role & Role.APART
        return bool(is_link) and 0 < at < len(cut) - 1

    def _stretch(self, cut: Sequence[Piece], after: Piece | None) -> None:
        """Pieces with nothing between them that cannot be part of a name."""
        cut = _trimmed(cut)
        if not cut:
            return
        cue = _cue_of(cut)
        if cue is not None and (span := self._cued(cut, cue)):
            first, past = span
            self._stretch(cut[:first], after)
            self._stretch(cut[past:], None)
            return
        self._people(cut, after)

    def _cued(self, cut: Sequence[Piece], cue: int) -> tuple[int, int] | None:
        """The name around a word such as `Ministry`, if there is more to it than such words."""
        first = cue
        while first and self._goes_with(cut[first - 1], is_next=first == cue):
            first -= 1
        past = _rest(cut, cue, leads=first == cue and bool(cut[cue].role & Role.LEADS))
        inside = cut[first:past]
        if len(inside) < 2 or all(_says_little(piece) for piece in inside):
            return None
        kind = _type(cut[cue].role)
        self._unknown(inside, kind)
        if kind is not _PLACE:
            for piece in inside:
                if piece.aliases and self._is(piece, _PLACE):
                    self._known(piece)
        return first, past

    def _goes_with(self, piece: Piece, *, is_next: bool) -> bool:
        """Whether a piece before a cue belongs to the name."""
        if not piece.aliases:
            return not piece.role & Role.LINK
        if self._is(piece, _PERSON):
            return is_next and piece.past - piece.first == 1
        return True

    def _people(self, cut: Sequence[Piece], after: Piece | None) -> None:
        """Known names, and the people and places between them."""
        start = 0
        for at, piece in enumerate(cut):
            is_link = piece.role & Role.LINK and not piece.role & Role.PARTICLE
            if (piece.aliases and not self._is_part(cut, at)) or (is_link and not piece.aliases):
                self._words(cut[start:at], after if start == 0 else None)
                start = at + 1
                if piece.aliases:
                    self._known(piece)
        self._words(cut[start:], after if start == 0 else None)

    def _is_part(self, cut: Sequence[Piece], at: int) -> bool:
        """Whether a known name of one word is part of somebody's unknown one: `Jack London`."""
        piece = cut[at]
        if piece.past - piece.first > 1:
            return False
        before, behind = cut[at - 1] if at else None, cut[at + 1] if at + 1 < len(cut) else None
        if before and not before.aliases and before.role & Role.GIVEN:
            return True
        if behind is None or behind.aliases or behind.role & (CUES | Role.LINK):
            return False
        return bool(piece.role & Role.GIVEN) or piece.aliases[0].is_shaky

    def _words(self, cut: Sequence[Piece], after: Piece | None) -> None:
        """Words that no list knows: a person, a place, or nothing that we could name."""
        cut = _trimmed(cut)
        if not cut:
            return
        given = next((i for i, p in enumerate(cut) if p.role & Role.GIVEN), None)
        if given is not None and len(cut) - given >= 2:
            cut = self._person(cut[given:])
        is_titled = after is not None and bool(after.role & Role.TITLE)
        if len(cut) == 1:
            self._word(cut[0].first, cut[0].role, is_titled=is_titled)
        elif len(cut) <= _LONGEST_PERSON and (given is not None or is_titled):
            self._unknown(cut, _PERSON)
        elif not self._strict:
            self._guess(cut)

    def _person(self, cut: Sequence[Piece]) -> Sequence[Piece]:
        """A given name with what belongs to it: `Klaus Bergmann` of `Klaus Bergmann von der`."""
        if self._strict or len(cut) > _LONGEST_PERSON:
            ends = (i for i in range(2, len(cut)) if cut[i].role & Role.PARTICLE)
            return cut[: next(ends, len(cut))]
        return cut

    def _word(self, place: int, role: int, *, is_titled: bool) -> None:
        """One unknown word: a surname perhaps, an acronym, a place."""
        names, word = self._names, self._field.hashes[place]
        written = self._field.written(place, place + 1)
        if is_titled and not role & CUES:
            names.unknown(written, _PERSON, word)
            return
        names.maybe_surname(word, written)
        if self._strict or role & _NO_NAME:
            return
        if len(written) in _ACRONYM and written.isupper() and written.isalpha():
            names.unknown(written, EntityType.ORGANISATION, word)
        elif self._follows_preposition(place):
            names.unknown(written, _PLACE, word)

    def _guess(self, cut: Sequence[Piece]) -> None:
        """Two or three capitalised words that nothing explains."""
        if all(piece.role & Role.GENERIC for piece in cut):
            return
        if self._follows_preposition(cut[0].first):
            self._unknown(cut, _PLACE)
        elif len(cut) <= _LONGEST_PERSON and not any(p.role & Role.GENERIC for p in cut):
            self._names.maybe_person(self._field.hashes[cut[-1].first], self._written(cut))

    def _follows_preposition(self, place: int) -> bool:
        field = self._field
        if not place or not field.joins(place - 1):
            return False
        role = self._gazetteer.roles.get(field.hashes[place - 1], 0)
        return bool(role & Role.PREPOSITION)

    def _is(self, piece: Piece, kind: EntityType) -> bool:
        entities = self._gazetteer.entities
        return any(entities[alias.entity].type is kind for alias in piece.aliases)

    def _known(self, piece: Piece) -> None:
        is_place = piece.aliases[0].is_shaky and self._follows_preposition(piece.first)
        last = self._field.hashes[piece.past - 1]
        written = self._field.written(piece.first, piece.past)
        self._names.known(piece.aliases, written, last, is_place=is_place)

    def _unknown(self, cut: Sequence[Piece], kind: EntityType) -> None:
        last = self._field.hashes[cut[-1].past - 1]
        self._names.unknown(self._written(cut), kind, last)

    def _written(self, cut: Sequence[Piece]) -> str:
        return self._field.written(cut[0].first, cut[-1].past)


def _trimmed(cut: Sequence[Piece]) -> Sequence[Piece]:
    """Without small words at the ends."""
    if not cut or not (cut[0].role | cut[-1].role) & Role.LINK:
        return cut
    first, past = 0, len(cut)
    while first < past and _is_small(cut[first]):
        first += 1
    while past > first and _is_small(cut[past - 1]):
        past -= 1
    return cut[first:past]


def _is_small(piece: Piece) -> bool:
    return not piece.aliases and bool(piece.role & Role.LINK)


def _cue_of(cut: Sequence[Piece]) -> int | None:
    """The word that says what a name is: one before an `of`, else the last."""
    last = None
    for at, piece in enumerate(cut):
        if piece.role & CUES and not piece.aliases:
            last = at
            if at + 1 < len(cut) and _is_small(cut[at + 1]):
                break
    return last


def _says_little(piece: Piece) -> bool:
    return not piece.aliases and bool(piece.role & (Role.GENERIC | Role.LINK | CUES))


def _type(role: int) -> EntityType:
    return next(kind for cue, kind in _TYPES if role & cue)


def _rest(cut: Sequence[Piece], cue: int, *, leads: bool) -> int:
    """Where a name ends that a cue is in: `Bank of Japan`, `Mount Sinjar`."""
    past = cue + 1
    if past == len(cut):
        return past
    if cut[past].role & Role.LINK and not cut[past].aliases:
        return len(cut)
    return min(past + 2, len(cut)) if leads else past
