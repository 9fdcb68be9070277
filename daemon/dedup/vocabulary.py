"""How common terms are, and so how much each of them tells."""

import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from storage.values import Terms

SLOTS = 1 << 17
"""Terms are counted by the low bits of their hashes; with fewer slots stories get worse."""
HEAVIEST = 24
"""Terms of an article that count."""
_HEAD_START = 2000
"""Articles that a new vocabulary claims to have seen, so that its first ones are not all rare."""
_MOST = 50_000
"""Articles after which everything is halved: what was common years ago matters little."""
_SAVED_AT = 0.02
_FEWEST_SAVED = 20

Vector = tuple[NDArray[np.uint32], NDArray[np.float64]]
"""Terms and their weights, which have length one together."""


class Vocabulary:
    """In how many articles each term was seen; what is not saved yet is known apart."""

    def __init__(self, saved: tuple[int, bytes] | None = None) -> None:
        """From how many articles, and `packed` counts; or empty."""
        self.articles, self._counts = _unpacked(saved)
        self._new_articles, self._new = 0, np.zeros(SLOTS, np.uint16)

    def learn(self, seen: Iterable[Terms]) -> None:
        """Count the terms of new articles."""
        for terms in seen:
            slots = np.frombuffer(terms.hashes, np.uint32) % SLOTS  # one of two equal ones counts
            self._counts[slots] += 1
            self._new[slots] += 1
            self.articles += 1
            self._new_articles += 1

    def weigh(self, terms: Terms) -> bytes:
        """The weightiest terms (tf-idf), as `Member.vector` has them."""
        hashes = np.frombuffer(terms.hashes, np.uint32)
        often = np.frombuffer(terms.counts, np.uint8)
        seen = self._counts.take(hashes % SLOTS)
        weights = (1 + np.log(often)) * np.log((_HEAD_START + self.articles) / (1.0 + seen))
        if len(weights) > HEAVIEST:
            heaviest = np.sort(np.argpartition(-weights, HEAVIEST)[:HEAVIEST])
            hashes, weights = hashes[heaviest], weights[heaviest]
        length = float(np.sqrt((weights * weights).sum())) or 1.0
        return hashes.tobytes() + np.rint(weights / length * 255).astype(np.uint8).tobytes()

    @property
    def is_due(self) -> bool:
        """Whether so much is new that it should be saved."""
        return self._new_articles >= max(_FEWEST_SAVED, _SAVED_AT * self.articles)

    def rebase(self, saved: tuple[int, bytes] | None) -> None:
        """Add what is new here to what is saved, which other replicas may have added to."""
        self.articles, self._counts = _unpacked(saved)
        self.articles += self._new_articles
        self._counts += self._new
        self._new_articles, self._new = 0, np.zeros(SLOTS, np.uint16)
        if self.articles > _MOST:
            self.articles //= 2
            self._counts //= 2

    def packed(self) -> bytes:
        """All counts."""
        return zlib.compress(self._counts.tobytes(), 1)


def _unpacked(saved: tuple[int, bytes] | None) -> tuple[int, NDArray[np.uint16]]:
    if saved is None:
        return 0, np.zeros(SLOTS, np.uint16)
    return saved[0], np.frombuffer(zlib.decompress(saved[1]), np.uint16).copy()


def unpack(vector: bytes) -> Vector:
    """The terms and weights of a `Member.vector`."""
    many = len(vector) // 5
    weights = np.frombuffer(vector, np.uint8, offset=4 * many).astype(np.float64) / 255
    return np.frombuffer(vector, np.uint32, many), weights
