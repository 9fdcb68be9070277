"""Runs of capitalised words: where the names of a text may be."""

from dataclasses import dataclass

from daemon.tag.gazetteer import HERE, Alias, Gazetteer, Role, low_bits
from daemon.words import Words

LONGEST = 3000
"""Words of a text in which names are looked for."""
_INITIALS = 2
"""Letters of a word after which a full stop does not end a sentence: J. D., Dr., St."""
_ABBREVIATED = frozenset(b"Gov Sen Rep Gen Col Maj Sgt Mrs Rev Hon Adm Cap Prof".split())
_JOINING = frozenset(b" -&.")
_DOT, _BLANK, _AMPERSAND = b".& "[0], b" "[0], b"&"[0]
_LINKS = Role.LINK | Role.PARTICLE
_MOST_LINKS = 2
_LONGEST_RUN = 20
"""Words; in longer ones no name could be told from the next."""
_TITLE_CASE, _FEW = 0.6, 6
"""A headline of so many words of which such a share is capitalised says nothing by capitals."""


@dataclass(frozen=True, slots=True)
class Field:
    """A title or a text, as lists that are quick to walk."""

    whole: bytes
    starts: list[int]
    ends: list[int]
    hashes: list[int]
    marked: list[int]
    """Places of the words that may begin a name: capitalised, or known to be written small."""
    capital: frozenset[int]
    """Places of the words that are capitalised; empty where a text has no capitals to speak of."""
    is_plain: bool
    """Whether capitals say what is a name."""

    def written(self, first: int, past: int) -> str:
        """These words as they stand there, folded."""
        return self.whole[self.starts[first] : self.ends[past - 1]].decode("utf-8", "replace")

    def joins(self, place: int) -> bool:
        """Whether no mark keeps a word and the next one from being one name."""
        if place + 1 >= len(self.hashes):
            return False
        end, whole = self.ends[place], self.whole
        gap = self.starts[place + 1] - end
        if gap == 1:
            return whole[end] in _JOINING
        if gap == 2 and whole[end] == _DOT:
            start = self.starts[place]
            is_short = end - start <= _INITIALS or whole[start:end] in _ABBREVIATED
            return whole[end + 1] == _BLANK and is_short
        return gap == 3 and whole[end + 1] == _AMPERSAND


def read_field(words: Words, gazetteer: Gazetteer, *, is_title: bool = False) -> Field:
    """Find the words of a text at which names may begin."""
    capital = words.capitals()[:LONGEST]
    places = capital.nonzero()[0].tolist()
    table = gazetteer.small if places else gazetteer.firsts
    marked = capital | table.take(low_bits(words)[:LONGEST])
    is_shouted = is_title and len(words) >= _FEW and len(places) >= _TITLE_CASE * len(words)
    return Field(
        words.whole,
        words.starts[:LONGEST].tolist(),
        words.ends[:LONGEST].tolist(),
        words.hashes[:LONGEST].tolist(),
        marked.nonzero()[0].tolist(),
        frozenset(places),
        is_plain=bool(places) and not is_shouted,
    )


def runs(field: Field, gazetteer: Gazetteer) -> list[tuple[int, int]]:
    """Marked words in a row, one or two small words between them; first, and past the last."""
    if not field.marked:
        return []
    found: list[tuple[int, int]] = []
    first, joins = field.marked[0], field.joins
    past = first + 1
    for place in field.marked[1:]:
        goes_on = joins(past - 1) and (place == past or _links(field, gazetteer, past, place))
        if not goes_on or place - first >= _LONGEST_RUN:
            found.append((first, past))
            first = place
        past = place + 1
    found.append((first, past))
    return found


def _links(field: Field, gazetteer: Gazetteer, past: int, place: int) -> bool:
    """Whether the words from `past` on are small ones that lead to the name at `place`."""
    if place - past > _MOST_LINKS:
        return False
    roles, hashes = gazetteer.roles, field.hashes
    return all(roles.get(hashes[at], 0) & _LINKS and field.joins(at) for at in range(past, place))


@dataclass(slots=True)
class Piece:
    """A known name, or one word that may be part of an unknown one."""

    first: int
    past: int
    role: int
    """Of its first word."""
    aliases: tuple[Alias, ...] = ()


def pieces(field: Field, gazetteer: Gazetteer, run: tuple[int, int]) -> list[Piece]:
    """A run, cut into known names and single words."""
    at, past = run
    roles, hashes = gazetteer.roles, field.hashes
    cut: list[Piece] = []
    while at < past:
        role = roles.get(hashes[at], 0)
        end, aliases = known_at(field, gazetteer, at)
        if not aliases and at not in field.capital and not role & _LINKS:
            role = Role.STOP
        elif role & Role.SURNAME and cut and cut[-1].role & Role.GIVEN:
            role, aliases = 0, ()  # Stephen King is no king
        cut.append(Piece(at, end, role, aliases))
        at = end
    return cut


def known_at(field: Field, gazetteer: Gazetteer, place: int) -> tuple[int, tuple[Alias, ...]]:
    """The longest known name that begins here: where it ends, and whose it is, or nobody's."""
    hashes = field.hashes
    node = gazetteer.trie.get(hashes[place])
    if not isinstance(node, dict):
        return place + 1, ()
    found, end, at = node.get(HERE), place + 1, place
    while len(node) > (HERE in node) and field.joins(at):
        at += 1
        node = node.get(hashes[at])
        if not isinstance(node, dict):
            break
        if HERE in node:
            found, end = node[HERE], at + 1
    if not isinstance(found, tuple):
        return place + 1, ()
    return _as_written(field, gazetteer, (place, end), found)


def _as_written(
    field: Field, gazetteer: Gazetteer, span: tuple[int, int], aliases: tuple[Alias, ...]
) -> tuple[int, tuple[Alias, ...]]:
    """Those of the names that may be written so: WHO, not Who; Turkey, not turkey."""
    first, past = span
    is_small = first not in field.capital and field.hashes[first] not in gazetteer.smalls
    if is_small and field.written(first, first + 1)[0].islower():
        return first + 1, ()
    if aliases[0].is_acronym or len(aliases) > 1:
        is_upper = field.written(first, past).isupper()
        aliases = tuple(alias for alias in aliases if is_upper or not alias.is_acronym)
    return (past, aliases) if aliases else (first + 1, ())
