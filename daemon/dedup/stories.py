"""Which story an article belongs to: articles of a few days that share their weightiest terms.

A story is a label; it never drops an article. The window of recent articles is in memory, and is
what the database holds: a replica catches up by reading on.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from daemon.dedup.vocabulary import unpack
from storage.values import Member, Merge

SPAN = timedelta(days=4)
"""Articles published further apart than this do not meet in one story by likeness."""
ALIKE = 0.2
"""Mean similarity to the nearest members from which an article joins a story."""
ONE_EVENT = 0.5
"""Similarity to two stories from which they are one."""
_NEAREST = 40
_MEMBERS = 6


@dataclass(frozen=True, slots=True)
class Nearby:
    """A story an article may belong to."""

    story_id: int
    similarity: float
    """Mean, to its nearest members."""
    members: tuple[int, ...]
    """Its nearest articles."""


class Window:
    """The articles of the last days, to be looked up by their terms."""

    def __init__(self) -> None:
        self.seq = 0
        """The last change that is in it."""
        self._rows: dict[int, int] = {}
        """Article id -> where it stands in the arrays."""
        self._articles = array("q")
        self._stories = array("q")
        self._times = array("d")
        self._sizes = Counter[int]()
        """Story -> how many members it has."""
        self._postings: dict[int, tuple[array[int], array[float]]] = {}
        """Term -> the rows that have it, and its weight in each."""

    def __len__(self) -> int:
        return len(self._articles)

    def add(self, members: Iterable[Member]) -> None:
        """Take in articles, or the news that an article is in another story now."""
        for member in members:
            self.seq = max(self.seq, member.seq)
            row = self._rows.get(member.article_id)
            if row is not None:
                self._sizes[self._stories[row]] -= 1
                self._stories[row] = member.story_id
            else:
                self._append(member)
            self._sizes[member.story_id] += 1

    def _append(self, member: Member) -> None:
        row = self._rows[member.article_id] = len(self._articles)
        self._articles.append(member.article_id)
        self._stories.append(member.story_id)
        self._times.append(member.at.timestamp())
        terms, weights = unpack(member.vector)
        for term, weight in zip(terms.tolist(), weights.tolist(), strict=True):
            rows, heavy = self._postings.setdefault(term, (array("I"), array("f")))
            rows.append(row)
            heavy.append(weight)

    def holds(self, article_id: int) -> bool:
        """Whether an article is among them."""
        return article_id in self._rows

    def merge(self, merge: Merge) -> None:
        """Put all articles of one story into another."""
        stories = np.frombuffer(self._stories, np.int64)
        stories[stories == merge.story_id] = merge.into
        self._sizes[merge.into] += self._sizes.pop(merge.story_id, 0)

    def nearby(self, vector: bytes, at: datetime, least: float) -> list[Nearby]:
        """The stories at least so much like this article, the one most alike first."""
        rows, scores = self._nearest(vector, at)
        if not len(scores) or scores[0] < least:  # a mean is no more than its greatest part
            return []
        by_story: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for row, score in zip(rows.tolist(), scores.tolist(), strict=True):
            by_story[self._stories[row]].append((self._articles[row], score))
        found = [
            self._nearby(story_id, alike)
            for story_id, alike in by_story.items()
            if alike[0][1] >= least
        ]
        found = [one for one in found if one.similarity >= least]
        return sorted(found, key=lambda one: (-one.similarity, one.story_id))

    def _nearby(self, story_id: int, alike: Sequence[tuple[int, float]]) -> Nearby:
        nearest = alike[:_MEMBERS]
        counted = min(_MEMBERS, self._sizes[story_id])
        similarity = sum(score for _, score in nearest) / max(1, counted)
        return Nearby(story_id, similarity, tuple(article_id for article_id, _ in nearest))

    def _nearest(
        self, vector: bytes, at: datetime
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """The most similar articles of the time, most alike first: rows and cosines."""
        none = np.empty(0, np.intp), np.empty(0)
        terms, weights = unpack(vector)
        found = [
            (np.frombuffer(held[0], np.uint32), np.frombuffer(held[1], np.float32) * weight)
            for term, weight in zip(terms.tolist(), weights.tolist(), strict=True)
            if (held := self._postings.get(term)) is not None
        ]
        if not found:
            return none
        scores = np.bincount(
            np.concatenate([rows for rows, _ in found]),
            weights=np.concatenate([heavy for _, heavy in found]),
        ).astype(np.float64, copy=False)
        rows = scores.nonzero()[0]
        times = np.frombuffer(self._times, np.float64).take(rows)
        rows = rows[np.abs(times - at.timestamp()) < SPAN.total_seconds()]
        alike = scores.take(rows)
        best = np.lexsort((rows, -alike))[:_NEAREST]
        return rows.take(best), alike.take(best)
