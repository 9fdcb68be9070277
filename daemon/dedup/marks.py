"""What two texts are compared by when neither address nor words agree (docs: DEDUP).

Runs of four words survive small edits; the order of names and numbers survives even a machine
that writes every sentence anew. A few of the smallest hashes of both are the keys under which an
article is found again; a sample of the runs, and the names, decide.
"""

import numpy as np
from numpy.typing import NDArray

from daemon.dedup.names import Names
from daemon.words import Hashes, Words
from storage.values import Likeness, Marks

Runs = NDArray[np.uint32]

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
_FIRST = np.ones(1, np.bool_)


def likeness(words: Words, names: Names) -> Likeness:
    """Keys and marks of a text; the same text has the same ones for ever."""
    runs = _runs(words.hashes)
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
        names=names.astype(np.uint16).tobytes(),
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
    kept = np.sort(runs if is_whole(len(runs) + _RUN - 1) else runs[is_sampled(runs)])
    unique: Runs = kept[np.concatenate((_FIRST[: len(kept)], kept[1:] != kept[:-1]))]
    return unique


def _runs(hashes: Hashes) -> Hashes:
    """A hash of every run of four words; of a shorter text one of the whole."""
    if len(hashes) < _RUN:
        return _mixed(np.array([hashes.sum(dtype=np.uint64)])) if len(hashes) else hashes
    pairs = hashes[:-1] * _MIX2
    pairs += hashes[1:]
    runs = pairs[:-2] * _MIX3
    runs += pairs[2:]
    return _mixed(runs)


def _triples(names: Names) -> Hashes:
    """A hash of every three names in a row."""
    triples = names[2:] << _HALF
    triples |= names[1:-1] << np.uint64(16)
    triples |= names[:-2]
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
