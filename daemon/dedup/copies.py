"""Is a text a copy of an older one, and what kind of copy? Decided by marks alone, without texts.

The thresholds are those of DEDUP.md; `benchmarks/dedup` shows what each is worth.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Self

import numpy as np
from rapidfuzz.distance import LCSseq

from daemon.dedup.marks import Runs, is_sampled, is_whole
from storage.values import CROWDED, Alike, Likeness, Marks, Relation

BEST = 8
"""Candidates that are looked at, of those that share most keys."""

_RUNS_SAME, _RUNS_KEPT, _RUNS_ADDED_TO, _RUNS_COVERED = 0.5, 0.7, 0.8, 0.2
_NAMES_SAME, _NAMES_RESPUN, _NAMES_BRIEF = 0.75, 0.72, 0.95
_ORDER_RESPUN, _ORDER_BRIEF = 0.64, 0.9
_FEW_NAMES, _BRIEF_NAMES, _ENOUGH_NAMES, _MANY_NAMES = 3, 6, 12, 30
_DIFFERENT_NAMES, _RUNS_TOLD = 11, 0.1
"""Reports of one speaker repeat a few names; without common runs that is no copy."""
_NAMES_LENGTHS = 0.3
_FEWEST_WORDS = 20
_LEAD = 0.5
_LONGER, _LEAD_NAMES, _LEAD_ORDER = 1.25, 10, 0.6


def nearest(keys: Iterable[int], postings: Mapping[int, Sequence[int]]) -> list[int]:
    """The articles that share the rarest keys, at most `BEST`; of equally near ones the latest."""
    shared: dict[int, float] = defaultdict(float)
    for key in keys:
        found = postings.get(key, ())
        for held in found if len(found) <= CROWDED else ():
            shared[held] += 1 / len(found)
    return nsmallest(BEST, shared, key=lambda held: (-shared[held], -held))


def compare(old: Marks, new: Likeness) -> Alike | None:
    """How `new` copies `old`, or None when it is an article of its own."""
    found = _Common.of(old, new.marks)
    for relation, similarity in (
        (Relation.NEAR, _near(found)),
        (Relation.TRUNCATED, _truncated(found, new.marks)),
        (Relation.EXPANDED, _expanded(found, old, new)),
    ):
        if similarity is not None:
            return Alike(relation, round(similarity, 4), found.evidence())
    order = _respun(found, old, new.marks)
    if order is None:
        return None
    return Alike(Relation.RESPUN, round(order, 4), found.evidence() | {"order": round(order, 4)})


def how_sure(alike: Alike) -> float:
    """What two ways of being alike are compared by: common runs say more than names."""
    return alike.similarity + (alike.relation in {Relation.NEAR, Relation.TRUNCATED})


@dataclass(frozen=True, slots=True)
class _Common:
    """What two articles have in common."""

    runs: int
    """Runs of four words that stand in both, as far as both sketches tell."""
    jaccard: float
    """Of the runs: those in both, of those in either."""
    of_old: float
    of_new: float
    fewer: int
    """Names and numbers of the article that has fewer of them."""
    more: int
    different: int
    """How many different ones the fewer are."""
    bag: float
    """The share of the fewer that stands in the other, in any order."""

    @classmethod
    def of(cls, old: Marks, new: Marks) -> Self:
        ours, theirs = _comparable(old, new)
        shared = len(np.intersect1d(ours, theirs, assume_unique=True))
        fewer, more = sorted((_names(old), _names(new)), key=len)
        both = (Counter(fewer) & Counter(more)).total()
        return cls(
            runs=shared,
            jaccard=shared / max(1, len(ours) + len(theirs) - shared),
            of_old=shared / max(1, len(ours)),
            of_new=shared / max(1, len(theirs)),
            fewer=len(fewer),
            more=len(more),
            different=len(set(fewer)),
            bag=both / len(fewer) if fewer else 1.0,
        )

    @property
    def is_borne_out(self) -> bool:
        """Whether it is more than chance, and the names do not speak against it."""
        return self.runs > 1 and (self.fewer < _FEW_NAMES or self.bag >= _NAMES_SAME)

    @property
    def is_certain(self) -> bool:
        """Whether there are so many names that their order alone can tell a copy."""
        if self.fewer < _ENOUGH_NAMES or not (self.runs or self.fewer >= _MANY_NAMES):
            return False
        return self.different >= _DIFFERENT_NAMES or self.jaccard >= _RUNS_TOLD

    @property
    def is_brief(self) -> bool:
        """Whether it is short, and all its few names are there: an order can tell with more."""
        return (
            self.runs > 1
            and self.fewer >= max(_BRIEF_NAMES, self.more / 2)
            and self.bag >= _NAMES_BRIEF
        )

    def evidence(self) -> dict[str, float]:
        """What the decision was made from, for people."""
        return {
            "runs": self.runs,
            "jaccard": round(self.jaccard, 4),
            "of_old": round(self.of_old, 4),
            "of_new": round(self.of_new, 4),
            "names": self.fewer,
            "names_shared": round(self.bag, 4),
        }


def _near(found: _Common) -> float | None:
    return found.jaccard if found.jaccard >= _RUNS_SAME and found.is_borne_out else None


def _truncated(found: _Common, new: Marks) -> float | None:
    """The new text is part of the old one."""
    if found.of_new >= _RUNS_KEPT and new.words >= _FEWEST_WORDS and found.is_borne_out:
        return found.of_new
    return None


def _expanded(found: _Common, old: Marks, new: Likeness) -> float | None:
    """The old text is part of the new one, and the new one begins with it."""
    if (
        found.of_old >= _RUNS_ADDED_TO
        and found.of_new >= _RUNS_COVERED
        and old.words >= _FEWEST_WORDS
        and found.is_borne_out
    ):
        lead = np.frombuffer(old.lead, np.uint32)
        head = np.frombuffer(new.head, np.uint32)
        if np.isin(lead, head).sum() >= _LEAD * len(lead):
            return found.of_old
    return None


def _respun(found: _Common, old: Marks, new: Marks) -> float | None:
    """Other words, but the same names and numbers in the same order."""
    if found.fewer < _NAMES_LENGTHS * found.more or found.bag < _NAMES_RESPUN:
        return None
    if not found.is_certain and not found.is_brief:
        return None
    ours, theirs = _names(old), _names(new)
    if len(theirs) > _LONGER * len(ours) and not _leads_with(ours, theirs):
        return None
    order = LCSseq.similarity(ours, theirs) / found.fewer
    return order if order >= (_ORDER_RESPUN if found.is_certain else _ORDER_BRIEF) else None


def _leads_with(ours: str, theirs: str) -> bool:
    """Whether a longer article begins as ours: one with a lead of its own is a follow-up."""
    lead = ours[:_LEAD_NAMES]
    top = theirs[: max(2 * _LEAD_NAMES, len(theirs) // 3)]
    return float(LCSseq.similarity(lead, top)) >= _LEAD_ORDER * len(lead)


def _comparable(old: Marks, new: Marks) -> tuple[Runs, Runs]:
    """The runs of both, or a sample of both."""
    ours, theirs = np.frombuffer(old.sketch, np.uint32), np.frombuffer(new.sketch, np.uint32)
    if is_whole(old.words) and is_whole(new.words):
        return ours, theirs
    return ours[is_sampled(ours)], theirs[is_sampled(theirs)]


def _names(marks: Marks) -> str:
    """One character a name, which is what the fastest comparison takes."""
    return "".join(map(chr, np.frombuffer(marks.names, np.uint16).tolist()))
