"""What counts as a word when articles are searched: the same on both engines. No input or output.

SQLite cuts texts itself (`unicode61`, docs: sqlite.org/fts5.html 4.3.1); for PostgreSQL we do, by
the same rules: letters, digits and the marks on them are words, in lower case, Latin letters
without their accents. Scripts that put no blanks between words are cut into their characters, so
that any part of a sentence is found as a phrase.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

LONGEST = 80
"""Characters of a word that count."""
_ACCENTED = re.compile("([a-z])[\u0300-\u036f]+")
# Thai to Myanmar, Khmer, kana, Han with its extensions
_RUN_TOGETHER_RANGES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN_TOGETHER = re.compile(f"([{_RUN_TOGETHER_RANGES}])")


_PLAIN = re.compile("[a-z0-9]+")


def spaced(text: str) -> str:
    """The text with blanks around each character of a script that is written without them."""
    if text.isascii():
        return text
    return _RUN_TOGETHER.sub(r" \1 ", text)


def words_of(text: str) -> Iterator[str]:
    """The words of a text in their order, as they are searched."""
    pattern = _PLAIN if text.isascii() else _words()
    for word in pattern.findall(folded(spaced(text))):
        yield word[:LONGEST]


def pieces(text: str) -> Iterator[re.Match[str]]:
    """The words of a text where they stand in it, as they are written."""
    return _pieces().finditer(text)


def folded(text: str) -> str:
    """In lower case, Latin letters without their accents; others keep theirs."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", text.lower().replace("ς", "σ"))
    return unicodedata.normalize("NFC", _ACCENTED.sub(r"\1", apart))


@cache
def _marks() -> str:
    """The marks that some scripts write vowels by, as a set of `re`."""
    points = map(chr, range(0x300, 0x11000))
    return re.escape("".join(c for c in points if unicodedata.category(c) in {"Mn", "Mc"}))


@cache
def _words() -> re.Pattern[str]:
    return re.compile(rf"(?:[^\W_]|[{_marks()}])+")


@cache
def _pieces() -> re.Pattern[str]:
    alone = f"[{_RUN_TOGETHER_RANGES}]"
    return re.compile(rf"{alone}|(?:(?!{alone})(?:[^\W_]|[{_marks()}]))+")
