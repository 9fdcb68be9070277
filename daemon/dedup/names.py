"""The names and numbers of a text: what survives when all else is written anew.

Where a script has no capitals only the numbers are left.
"""

import re
from functools import lru_cache

import numpy as np
from xxhash import xxh3_64_intdigest

from daemon.words import Hashes, Words

Names = Hashes
"""Names and numbers in their order, of 16 bits each."""

MOST = 200
"""Names of a text that count."""


def names_of(words: Words) -> Names:
    """The names and numbers of a text, folded."""
    codes = map(_code, words.names_and_numbers(2 * MOST))
    return np.array([code for code in codes if code is not None][:MOST], np.uint64)


@lru_cache(maxsize=20_000)
def _code(written: bytes) -> int | None:
    word = written.decode("utf-8", "replace")
    if len(word) < 2 or word in _NO_NAMES:
        return None
    code = xxh3_64_intdigest(fold_name(word).encode()) & 0xFFFF
    # surrogates would not be letters of UTF-16, as which names are compared
    return code ^ 0x8000 if 0xD800 <= code < 0xE000 else code


def fold_name(word: str) -> str:
    """A name as all its spellings are: Zelenskyy, Zelenskiy and Selenskyj; Kyiv and Kiev.

    Vowels go, sounds that alphabets write differently become one, doubles become single.
    """
    if word[0].isdigit():
        return word.replace(",", "").rstrip(".")
    word = word.lower()
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    word = word.translate(_ALIKE)
    return _TWICE.sub(r"\1", word[0] + word[1:].translate(_SILENT))[:_LONGEST_NAME]


_LONGEST_NAME = 7
_SOUNDS = (("ph", "f"), ("sch", "s"), ("sh", "s"), ("ck", "k"), ("ts", "s"), ("tz", "s"))
_ALIKE = str.maketrans("cqwyjzx", "kkviiss")
_SILENT = str.maketrans("", "", "aeiouh")
_TWICE = re.compile(r"(.)\1+")
_CAPITALS = """
The A An In On At It He She They We But And Or If As By For From This That There His Her Its Their
Mr Mrs Ms Dr When While After Before With What Who Our You To Of Is Was No Not So Some One Two New
Last First Meanwhile However Also Still Read More
Monday Tuesday Wednesday Thursday Friday Saturday Sunday
"""
_NO_NAMES = frozenset(_CAPITALS.split())
"""Words that begin sentences, titles of people, and days: capitals that name nobody."""
