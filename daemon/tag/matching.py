"""Find the terms of a lexicon in the words of a text: a few array operations for all of them.

Every term is a number of 64 bits: a word is its hash, a phrase the mixed hashes of its words, a
beginning or an ending the hash of so many bytes. A sieve of bits lets through the few that may be
terms; those are looked up in one sorted table. Of terms that overlap the longest counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from daemon.words import Flags, Hashes, Places, Words, read_words

LONGEST_PHRASE = 4
"""Words of a term at most."""
BORDER = "_"
"""A word of no lexicon: it keeps phrases from reaching over it."""

_SIEVE_BITS = 19
_SHIFT = np.uint64(64 - _SIEVE_BITS)
_NEXT = np.uint64(0xD6E8FEB86659FD93)
_CAPITAL = np.uint64(0xA0761D6478BD642F)
_BEGINS = 0xE7037ED1A0B428DB
_ENDS = 0x8EBC6AF09C88C6E3
_ALL = (1 << 64) - 1
_BATCH = 32_000

_BORDER_HASH = read_words(BORDER).hashes[0]

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Form:
    """A way in which a term may stand in a text."""

    text: str
    begins: bool = False
    """Every word that begins so."""
    ends: bool = False
    """Every word that ends so."""
    capital: bool = False
    """Only with a capital letter."""


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """The forms of all terms."""

    table: Hashes
    numbers: Numbers
    """Of the term, for each place in the table."""
    sieve: Flags
    widest: int
    begins: Places
    """Lengths in bytes of the beginnings that are looked for, the longest first."""
    ends: Places
    capital: bool

    def find(self, words: Words, most: int) -> tuple[list[tuple[int, int]], int]:
        """The terms among the first `most` words after the border: number and place.

        Also the place of the border: what stands before it is the title.
        """
        hashes = words.hashes
        border = int((hashes == _BORDER_HASH).argmax())
        words = words.first(border + 1 + most)
        columns = list(self._columns(words))
        keys = np.concatenate([column for column, _ in columns])
        maybe = self.sieve.take((keys >> _SHIFT).view(np.int64)).nonzero()[0]
        found = keys.take(maybe)
        at = np.minimum(self.table.searchsorted(found), len(self.table) - 1)
        real = self.table.take(at) == found
        widths = np.repeat([w for _, w in columns], [len(c) for c, _ in columns])
        places = np.concatenate([np.arange(len(c)) for c, _ in columns])
        hits = maybe[real]
        rows = zip(
            self.numbers.take(at[real]).tolist(),
            places.take(hits).tolist(),
            widths.take(hits).tolist(),
            strict=True,
        )
        return list(_longest(rows, len(words))), border

    def _columns(self, words: Words) -> Iterator[tuple[Hashes, int]]:
        """The keys of what begins at each word, and how many words that is; first come first."""
        phrases = [words.hashes]
        for width in range(1, self.widest):
            phrases.append(_joined(phrases[-1][:-1], words.hashes[width:]))
        for width in range(self.widest, 1, -1):
            yield phrases[width - 1], width
        if self.capital:
            yield np.where(words.capitals(), words.hashes ^ _CAPITAL, 0), 1
        yield words.hashes, 1
        if len(self.begins):
            marked = words.beginnings(self.begins) ^ _marks(self.begins, _BEGINS)[:, None]
            yield from ((row, 1) for row in marked)
        if len(self.ends):
            marked = words.endings(self.ends) ^ _marks(self.ends, _ENDS)[:, None]
            yield from ((row, 1) for row in marked)


def _longest(rows: Iterator[tuple[int, int, int]], many: int) -> Iterator[tuple[int, int]]:
    taken = bytearray(many)
    for number, place, width in rows:
        if taken.find(1, place, place + width) < 0:
            taken[place : place + width] = b"\1" * width
            yield number, place


def _joined(first: Hashes, second: Hashes) -> Hashes:
    return first * _NEXT ^ second


def _marks(lengths: Places, draw: int) -> Hashes:
    return np.array([length * draw & _ALL for length in lengths.tolist()], np.uint64)


def matcher(forms: Sequence[tuple[Form, int]]) -> Matcher:
    """A matcher of forms, each with its term's number; of equal forms the first one counts.

    Raises `ValueError` with the form as text when it has no word or too many.
    """
    keyed: dict[int, int] = {}
    begins, ends, widest = set[int](), set[int](), 1
    keys = _keys([form for form, _ in forms])
    for (form, number), (key, width, length) in zip(forms, keys, strict=True):
        keyed.setdefault(_marked(key, form, length), number)
        widest = max(widest, width)
        if form.begins or form.ends:
            (begins if form.begins else ends).add(length)
    table = np.array(sorted(keyed), np.uint64)
    sieve = np.zeros(1 << _SIEVE_BITS, np.bool_)
    sieve[(table >> _SHIFT).view(np.int64)] = True
    return Matcher(
        table=table,
        numbers=np.array([keyed[key] for key in table.tolist()], np.int32),
        sieve=sieve,
        widest=widest,
        begins=np.array(sorted(begins, reverse=True), np.intp),
        ends=np.array(sorted(ends, reverse=True), np.intp),
        capital=any(form.capital for form, _ in forms),
    )


def _marked(key: int, form: Form, length: int) -> int:
    if form.begins:
        return key ^ (length * _BEGINS & _ALL)
    if form.ends:
        return key ^ (length * _ENDS & _ALL)
    return key ^ int(_CAPITAL) if form.capital else key


def _keys(forms: Sequence[Form]) -> Iterator[tuple[int, int, int]]:
    """For each form its key, its words, and the bytes of its first word."""
    at = 0
    while at < len(forms):
        batch, size = at, 0
        while at < len(forms) and size < _BATCH:
            size += 2 * len(forms[at].text) + 3
            at += 1
        yield from _batch_keys([form.text for form in forms[batch:at]])


def _batch_keys(texts: list[str]) -> Iterator[tuple[int, int, int]]:
    words = read_words(f" {BORDER} ".join([*texts, ""]))
    lengths = (words.ends - words.starts).tolist()
    start = 0
    stops = (words.hashes == _BORDER_HASH).nonzero()[0].tolist()
    for text, stop in zip(texts, stops, strict=True):
        hashes = words.hashes[start:stop]
        if not 0 < len(hashes) <= LONGEST_PHRASE:
            raise ValueError(text)
        key = hashes[:1]
        for one in range(1, len(hashes)):
            key = _joined(key, hashes[one : one + 1])
        yield int(key[0]), len(hashes), lengths[start]
        start = stop + 1
