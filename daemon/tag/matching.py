"""Find the terms of a lexicon in the words of a text: a few array operations for all of them.

Every term is a number of 64 bits: a word is its hash, a phrase the mixed hashes of its words, a
beginning or an ending the hash of so many bytes. A sieve of bits lets through the few that may be
terms; those are looked up in one sorted table. Of terms that overlap the longest counts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from daemon.words import Flags, Hashes, Places, Words, read_words

LONGEST_PHRASE = 4
"""Words of a term at most."""
_APART = "_"
"""A word of no lexicon: it keeps phrases from reaching over it."""
_SIEVE_BITS = 19
_SHIFT = np.uint64(64 - _SIEVE_BITS)
_NEXT = np.uint64(0xD6E8FEB86659FD93)
_CAPITAL = np.uint64(0xA0761D6478BD642F)
_BEGINS = 0xE7037ED1A0B428DB
_ENDS = 0x8EBC6AF09C88C6E3
_ALL = (1 << 64) - 1
_BATCH = 32_000

_BORDER = read_words(_APART).hashes[0]

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
    begin_marks: Hashes
    end_marks: Hashes
    capital: bool

    def find(self, title: Words, text: Words) -> list[tuple[int, int]]:
        """The terms in a title and a text: number and place, the title's first word being 0.

        What stands between them is no word, but has a place.
        """
        keys = self._keys(title, text)
        many = len(title) + 1 + len(text)
        maybe = self.sieve.take((keys >> _SHIFT).view(np.int64)).nonzero()[0]
        found = keys.take(maybe)
        at = np.minimum(self.table.searchsorted(found), len(self.table) - 1)
        real = self.table.take(at) == found
        columns, places = np.divmod(maybe[real], many)
        numbers = self.numbers.take(at[real]).tolist()
        rows = zip(numbers, places.tolist(), columns.tolist(), strict=True)
        return self._longest(rows, many)

    def _keys(self, title: Words, text: Words) -> Hashes:
        """Column after column the keys of what begins at each word; first come first.

        Phrases first, the longest before the others; then words with a capital, words, beginnings
        and endings. Nought is no term.
        """
        wide, border = self.widest, len(title)
        rows = wide + 1 + len(self.begins) + len(self.ends)
        keys = np.zeros((rows, border + 1 + len(text)), np.uint64)
        words = phrase = keys[wide]
        words[:border], words[border], words[border + 1 :] = title.hashes, _BORDER, text.hashes
        for width in range(2, wide + 1):
            phrase = _joined(phrase[:-1], words[width - 1 :])
            keys[wide - width, : len(phrase)] = phrase
        for part, its in ((title, keys[:, :border]), (text, keys[:, border + 1 :])):
            self._parts(part, its)
        return keys.ravel()

    def _parts(self, words: Words, keys: Hashes) -> None:
        """Fill in the keys of capitalised words, beginnings and endings."""
        wide = self.widest
        if self.capital:
            np.bitwise_xor(words.hashes, _CAPITAL, out=keys[wide - 1], where=words.capitals())
        if len(self.begins):
            column = keys[wide + 1 : wide + 1 + len(self.begins)]
            np.bitwise_xor(words.beginnings(self.begins), self.begin_marks, out=column)
        if len(self.ends):
            np.bitwise_xor(words.endings(self.ends), self.end_marks, out=keys[-len(self.ends) :])

    def _longest(self, rows: Iterable[tuple[int, int, int]], many: int) -> list[tuple[int, int]]:
        """Number and place of each term that none before it overlaps."""
        taken = bytearray(many)
        left = []
        for number, place, column in rows:
            width = self.widest - column
            if width <= 1:
                if taken[place]:
                    continue
                taken[place] = 1
            else:
                if taken.find(1, place, place + width) >= 0:
                    continue
                taken[place : place + width] = b"\1" * width
            left.append((number, place))
        return left


def _joined(first: Hashes, second: Hashes) -> Hashes:
    return first * _NEXT ^ second


def _marks(lengths: Iterable[int], draw: int) -> Hashes:
    marks = [length * draw & _ALL for length in sorted(lengths, reverse=True)]
    return np.array(marks, np.uint64)[:, None]


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
        begin_marks=_marks(begins, _BEGINS),
        end_marks=_marks(ends, _ENDS),
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
    words = read_words(f" {_APART} ".join([*texts, ""]))
    lengths = (words.ends - words.starts).tolist()
    start = 0
    stops = (words.hashes == _BORDER).nonzero()[0].tolist()
    for text, stop in zip(texts, stops, strict=True):
        hashes = words.hashes[start:stop]
        if not 0 < len(hashes) <= LONGEST_PHRASE:
            raise ValueError(text)
        key = hashes[:1]
        for one in range(1, len(hashes)):
            key = _joined(key, hashes[one : one + 1])
        yield int(key[0]), len(hashes), lengths[start]
        start = stop + 1
