"""Who wrote an article: bylines among its first lines, and author fields, in six languages."""

import re
from collections.abc import Sequence
from functools import lru_cache

_PARTICLES = (
    r"(?:de|da|do|dos|das|del|della|di|du|des|la|le|van|von|der|den|ter|zu|af|al|bin|ibn|y|e)"
)
_NAME_WORD = r"(?:[A-ZÀ-ÖØ-ÞĀ-ŽА-Я][\w'’.-]*|" + _PARTICLES + r"|d['’][A-Z]\w+)"
_NAME = rf"(?!(?:The|Die|Der|Das|Les|Los|Las)\b)[A-ZÀ-ÖØ-ÞĀ-ŽА-Я][\w'’.-]*(?: {_NAME_WORD}){{1,4}}"
_BETWEEN = r"(?:,? (?:and|und|et|y|e) |, | & | / )"
_BYLINE = re.compile(
    r"(?:(?i:(?:written |words |reported |story )?by|von|par|por|di|(?:text|texto|texte|testo|"
    r"autor(?:in)?|auteur|autora|autore|author|escrito por|reportagem de|escrit[oa] por|"
    r"écrit par|scritto da|a cura di) ?:?) )"
    rf"(?P<names>{_NAME}(?:{_BETWEEN}{_NAME}){{0,5}})"
    r"(?P<role>(?:,| in| en| à| aus| \||  ?[-–—]) [^.!?]{2,60})?"
)
_SPLIT = re.compile(_BETWEEN)
_ONE = re.compile(_NAME)
_BY = re.compile(r"(?i:by|von|par|por) (?=[A-ZÀ-ÖØ-ÞĀ-Ž])")
LONGEST = 160
HEAD = 2
"""A byline stands among the first lines."""


def byline_names(line: str) -> tuple[str, ...]:
    """The names in a line that is a byline and nothing else; empty when it is none."""
    match = _BYLINE.fullmatch(line) if len(line) <= LONGEST else None
    return tuple(_SPLIT.split(match["names"])) if match else ()


def split_byline(lines: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """The byline among the first lines of an article of several, and the names in it."""
    for line in lines[: min(HEAD, len(lines) - 1)]:
        if names := byline_names(line):
            return line, names
    return None, ()


@lru_cache(maxsize=1024)  # a feed has few authors
def split_names(author: str) -> tuple[str, ...]:
    """`By Ann Lee and Bob Ray` as two names; what is no list of names stays as it is."""
    bare = _BY.sub("", author, count=1) if _BY.match(author) else author
    names = tuple(_SPLIT.split(bare))
    return names if all(_ONE.fullmatch(name) for name in names) else (bare,)
