"""The words of a text as numbers, found in one pass over its bytes: no object a word.

The hash of every word comes out of one running sum (a polynomial over the bytes, divided by the
place where the word begins), so that marks and stories are array operations on those hashes. An
object a word takes three times as long (docs: SPEED). No input or output.
"""

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

Hashes = NDArray[np.uint64]
Places = NDArray[np.intp]
Flags = NDArray[np.bool_]

_SHOUTED = 0.6
"""Share of capitalised words above which a text is set in capitals; German has a third."""
_FEW = 20
_STEM = 6
LONGEST = 1 << 16
"""Bytes of a text that are looked at."""
SEED = 20251017
"""The draw of the hashes. What is stored depends on it: another knows no old article again."""


def draw(seed: int) -> Hashes:
    """A number for each byte; capital letters of ASCII have those of the small ones."""
    drawn = [xxh3_64_intdigest(bytes([byte]), seed) | 1 for byte in range(256)]
    drawn[0x41:0x5B] = drawn[0x61:0x7B]
    return np.array(drawn, np.uint64)


BYTES = draw(SEED)
_BASE = 0x9E3779B97F4A7C15
_POWERS = np.cumprod(np.full(LONGEST + 8, _BASE, np.uint64))
_INVERSES = np.cumprod(np.full(LONGEST + 8, pow(_BASE, -1, 1 << 64), np.uint64))
_MIX = np.uint64(0x9FB21C651E98DF25)
_HALF = np.uint64(32)

_IN_WORD = bytes(byte >= 128 or chr(byte).isalnum() or byte == ord("_") for byte in range(256))
_DIGIT = np.array([48 <= byte <= 57 for byte in range(256)])
_CAPITAL = np.array([65 <= byte <= 90 for byte in range(256)])
# 1,500 and 22:37 are one number each
_JOINS_DIGITS = np.array([chr(byte) in ".,:/-" for byte in range(256)])

_ACCENTS = re.compile("[\u0300-\u036f\u064b-\u0652\u0591-\u05c7\u3099\u309a]+")
_GAPS = re.compile(
    "[\u00a0-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3020\u30fb"
    "\uff00-\uff0f\uff1a-\uff20\u060c\u061b\u061f\u06d4\u0964\u0965]+"
)
_INSIDE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]+")
# Written without spaces: Chinese, Japanese, Thai, Lao, Burmese, Khmer. There a letter is a word,
# and four in a row are what four words are elsewhere.
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)
_TYPESET = (
    *(("\u2019", "'"), ("\u2018", "'"), ("\u201c", " "), ("\u201d", " "), ("\u2013", " ")),
    *(("\u2014", " "), ("\u2026", " "), ("\u00a0", " ")),
)
_FOREIGN_DIGIT = re.compile("[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]")
_DIGITS = {ord(d): str(i % 10) for i, d in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९")}


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Where the words of a text are, and what each of them is."""

    whole: bytes
    """The folded text, with its capitals: no accents, one kind of blank, one before and after."""
    lowered: bytes
    """`whole` without capitals, of the same length."""
    starts: Places
    ends: Places
    sums: Hashes
    """The running sum up to each byte."""
    hashes: Hashes
    """Of each word without capitals and accents."""

    def __len__(self) -> int:
        return len(self.hashes)

    def first(self, most: int) -> "Words":
        """The first `most` words alone."""
        starts, ends = self.starts[:most], self.ends[:most]
        return Words(self.whole, self.lowered, starts, ends, self.sums, self.hashes[:most])

    def capitals(self) -> Flags:
        """Which words begin with a capital letter; none where nearly all do."""
        capital = self._capitals()
        return (
            np.zeros_like(capital) if capital.sum() > _SHOUTED * max(len(self), _FEW) else capital
        )

    def _capitals(self) -> Flags:
        first = np.frombuffer(self.whole, np.uint8).take(self.starts)
        capital = _CAPITAL.take(first)
        if self.whole.isascii():
            return capital
        whole, low = np.frombuffer(self.whole, np.uint8), np.frombuffer(self.lowered, np.uint8)
        second = np.minimum(self.starts + 1, self.ends - 1)
        differs = (first != low.take(self.starts)) | (whole.take(second) != low.take(second))
        # an ASCII letter is one byte: what follows it says nothing
        return np.where(first < 128, capital, differs)

    def numbers(self) -> Flags:
        """Which words begin with a digit."""
        return _DIGIT.take(np.frombuffer(self.whole, np.uint8).take(self.starts))

    def stems(self, most: int) -> Hashes:
        """Hashes of the beginnings of the first `most` words: `strike` and `striking` have one.

        Six letters, as far as one byte is one letter, and twice as many bytes elsewhere.
        """
        starts, ends = self.starts[:most], self.ends[:most]
        wide = np.frombuffer(self.whole, np.uint8).take(starts) >> 7
        return _between(self.sums, starts, np.minimum(ends, starts + _STEM * (1 + wide)))

    def beginnings(self, lengths: Places) -> Hashes:
        """A row for each length in bytes: hashes of that much of each word's beginning."""
        ends = np.minimum(self.ends, self.starts + lengths[:, None])
        return _between(self.sums, self.starts, ends)

    def endings(self, lengths: Places) -> Hashes:
        """A row for each length in bytes: hashes of that much of each word's end."""
        starts = np.maximum(self.starts, self.ends - lengths[:, None])
        return _between(self.sums, starts, self.ends)

    def names_and_numbers(self, most: int) -> list[bytes]:
        """The first `most` capitalised words and numbers, in order, as they are written."""
        numbers = self.numbers()
        kept = (self.capitals() | numbers).nonzero()[0][: 2 * most]
        starts, ends = self.starts.take(kept), self.ends.take(kept)
        if len(kept) > 1:
            number = numbers.take(kept)
            touches = (starts[1:] - ends[:-1] == 1) & number[1:] & number[:-1]
            between = np.frombuffer(self.whole, np.uint8).take(ends[:-1])
            apart = ~(touches & _JOINS_DIGITS.take(between))
            starts = starts[np.concatenate(([True], apart))]
            ends = ends[np.concatenate((apart, [True]))]
        pairs = zip(starts.tolist(), ends.tolist(), strict=True)
        return [self.whole[a:b] for a, b in pairs][:most]


def read_words(text: str) -> Words:
    """The words of a text, in any script, of its first `LONGEST` bytes."""
    whole, low = _folded(text)
    inside = np.frombuffer(whole.translate(_IN_WORD), np.uint8)
    edges = (inside[1:] != inside[:-1]).nonzero()[0] + 1
    starts, ends = edges[::2], edges[1::2]
    sums = BYTES.take(np.frombuffer(low, np.uint8))
    sums *= _POWERS[: len(sums)]
    sums = sums.cumsum()
    return Words(whole, low, starts, ends, sums, _between(sums, starts, ends))


def _between(sums: Hashes, starts: Places, ends: Places) -> Hashes:
    """The hashes of what stands in these places, wherever they are."""
    hashes = sums.take(ends - 1) - sums.take(starts - 1)
    hashes *= _INVERSES.take(starts)
    hashes ^= hashes >> _HALF
    hashes *= _MIX
    return hashes


def _folded(text: str) -> tuple[bytes, bytes]:
    """The text as bytes, and the same without capitals where that is as long."""
    if not text.isascii():
        text = _unaccented(text)
    if "'" in text:
        text = f"{text} "
        for genitive in ("'s ", "'s,", "'s.", "'s\n"):
            text = text.replace(genitive, genitive[2:])
        text = text.replace("'", "")
    whole = text[:LONGEST].encode("utf-8", "replace")
    low = whole.lower() if whole.isascii() else text[:LONGEST].lower().encode("utf-8", "replace")
    if len(low) != len(whole):  # a letter whose small form is longer: capitals count then
        low = whole
    return b" %b " % whole[:LONGEST], b" %b " % low[:LONGEST]


def _unaccented(text: str) -> str:
    for sign, plain in _TYPESET:  # in most English texts nothing else is left
        text = text.replace(sign, plain)
    if text.isascii():
        return text
    text = _GAPS.sub(" ", _INSIDE.sub("", text))
    text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    if text.isascii():
        return text
    if _FOREIGN_DIGIT.search(text):
        text = text.translate(_DIGITS)
    return _SPACELESS.sub(lambda run: f" {' '.join(run[0])} ", text)
