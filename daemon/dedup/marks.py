"""What two texts are compared by when neither address nor words agree (docs: DEDUP).

Runs of four words survive small edits; the order of names and numbers survives even a machine
that writes every sentence anew. A few of the smallest hashes of both are the keys under which an
article is found again; a sample of the runs, and the names, decide.
"""

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from daemon.words import Hashes, Words
from storage.values import Likeness, Marks

Runs = NDArray[np.uint32]

MOST_NAMES = 200
_RUN = 4
"""Words of a run (a shingle)."""
_WHOLE = 99
"""Words up to which a sketch holds all runs; of more it holds those that `is_sampled`."""
_LEAD_WORDS, _LEAD_NAMES = 80, 24
_LEAD_RUNS, _LEAD_KEPT = 45, 6
_HEAD_RUNS = 120
"""Runs in which the lead of an older article is looked for, or a third if that is more."""
_FEWEST_NAMES = 6
"""Fewer make no key: too many articles share three names in a row."""

_MIX = np.uint64(0x9FB21C651E98DF25)
_MIX2 = np.uint64(0xC2B2AE3D27D4EB4F)
_MIX3 = np.uint64(0xFF51AFD7ED558CCD)
_HALF = np.uint64(32)
_SAMPLE = np.uint32(3)


def likeness(words: Words) -> Likeness:
    """Keys and marks of a text; the same text has the same ones for ever."""
    runs = _runs(words.hashes)
    names = np.array(name_codes(words, MOST_NAMES), np.uint16)
    keys = _smallest(runs[: _LEAD_WORDS - _RUN + 1], 4)
    if len(names) >= _FEWEST_NAMES:
        triples = _triples(names)
        keys += _smallest(triples, 6) + _smallest(triples[: _LEAD_NAMES - 2], 2)
    keys += _smallest(runs, 2 if len(names) >= _FEWEST_NAMES else 6)
    short = runs.astype(np.uint32)  # the low half
    marks = Marks(
        words=len(words),
        sketch=_sketch(short).tobytes(),
        lead=np.array(_smallest(runs[:_LEAD_RUNS], _LEAD_KEPT), np.uint64).astype("<u4").tobytes(),
        names=names.tobytes(),
    )
    head = short[: max(_HEAD_RUNS, len(short) // 3)]
    return Likeness(keys=tuple({_signed(key) for key in keys}), marks=marks, head=head.tobytes())


def is_whole(words: int) -> bool:
    """Whether the sketch of a text of so many words holds all its runs."""
    return words <= _WHOLE


def is_sampled(runs: Runs) -> NDArray[np.bool_]:
    """Which runs a long text's sketch keeps: one in four, the same ones of every text."""
    sampled: NDArray[np.bool_] = (runs & _SAMPLE) == 0
    return sampled


def _sketch(runs: Runs) -> Runs:
    return np.unique(runs if is_whole(len(runs) + _RUN - 1) else runs[is_sampled(runs)])


def _runs(hashes: Hashes) -> Hashes:
    """A hash of every run of four words; of a shorter text one of the whole."""
    if len(hashes) < _RUN:
        return _mixed(np.array([hashes.sum(dtype=np.uint64)])) if len(hashes) else hashes
    pairs = hashes[:-1] * _MIX2
    pairs += hashes[1:]
    runs = pairs[:-2] * _MIX3
    runs += pairs[2:]
    return _mixed(runs)


def _triples(names: NDArray[np.uint16]) -> Hashes:
    """A hash of every three names in a row."""
    wide = names.astype(np.uint64)
    triples = wide[2:] << _HALF
    triples |= wide[1:-1] << np.uint64(16)
    triples |= wide[:-2]
    triples *= _MIX
    triples ^= triples >> _HALF
    triples *= _MIX3
    return triples


def _mixed(hashes: Hashes) -> Hashes:
    hashes ^= hashes >> _HALF
    hashes *= _MIX
    hashes ^= hashes >> _HALF
    return hashes


def _smallest(hashes: Hashes, most: int) -> list[int]:
    if len(hashes) > most:
        hashes = np.partition(hashes, most - 1)[:most]
    found: list[int] = hashes.tolist()
    return found


def _signed(key: int) -> int:
    """The low 32 bits, as both databases can hold them."""
    low = key & 0xFFFFFFFF
    return low - (1 << 32) if low >> 31 else low


# ---------------------------------------------------------------- names and numbers


def name_codes(words: Words, most: int) -> list[int]:
    """The first folded names and numbers in their order, 16 bits each."""
    codes = map(_code, words.names_and_numbers(2 * most))
    return [code for code in codes if code is not None][:most]


@lru_cache(maxsize=50_000)
def _code(written: bytes) -> int | None:
    word = written.decode("utf-8", "replace")
    if len(word) < 2 or word in _NO_NAMES:
        return None
    return xxh3_64_intdigest(fold_name(word).encode()) & 0xFFFF


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
