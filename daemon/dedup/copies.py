"""Is a text a copy of an older one, and what kind of copy? Decided by marks alone, without texts.

The thresholds are those of DEDUP.md; `benchmarks/dedup` shows what they are worth.
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
_LITTLE_LONGER, _TOP_NAMES, _TOP_KNOWN = 1.1, 12, 0.2


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
    found = _Runs.of(old, new.marks)
    names = _Names.of(old, new.marks)
    if _has_lead_of_its_own(names):
        return None
    if (alike := _alike_by_runs(found, names, old, new)) is not None:
        relation, similarity = alike
        return Alike(relation, round(similarity, 4), found.evidence() | names.evidence())
    order = _respun(found, names)
    if order is None:
        return None
    evidence = found.evidence() | names.evidence() | {"order": round(order, 4)}
    return Alike(Relation.RESPUN, round(order, 4), evidence)


def how_sure(alike: Alike) -> float:
    """What two ways of being alike are compared by: common runs say more than names."""
    return alike.similarity + (alike.relation in {Relation.NEAR, Relation.TRUNCATED})


@dataclass(frozen=True, slots=True)
class _Runs:
    """The runs of four words that two texts have in common."""

    shared: int
    """As far as both sketches tell."""
    jaccard: float
    """Those in both, of those in either."""
    of_old: float
    of_new: float

    @classmethod
    def of(cls, old: Marks, new: Marks) -> Self:
        ours, theirs = _comparable(old, new)
        both = np.concatenate((ours, theirs))
        both.sort()
        shared = int(np.count_nonzero(both[1:] == both[:-1]))
        a, b = len(ours), len(theirs)
        return cls(shared, shared / max(1, a + b - shared), shared / max(1, a), shared / max(1, b))

    def evidence(self) -> dict[str, float]:
        """What was seen, for people."""
        return {
            "runs": self.shared,
            "jaccard": round(self.jaccard, 4),
            "of_old": round(self.of_old, 4),
            "of_new": round(self.of_new, 4),
        }


@dataclass(frozen=True, slots=True)
class _Names:
    """The names and numbers of two texts, in their order: one character each."""

    old: str
    new: str

    @classmethod
    def of(cls, old: Marks, new: Marks) -> Self:
        return cls(old.names.decode("utf-16-le"), new.names.decode("utf-16-le"))

    @property
    def fewer(self) -> str:
        return min(self.old, self.new, key=len)

    @property
    def more(self) -> str:
        return self.old if self.fewer is self.new else self.new

    def shared(self) -> float:
        """The share of the fewer that stands in the other, in any order."""
        fewer = self.fewer
        return (Counter(fewer) & Counter(self.more)).total() / len(fewer) if fewer else 1.0

    def in_order(self) -> float:
        """The share of the fewer that stands in the other in the same order."""
        return float(LCSseq.similarity(self.old, self.new)) / max(1, len(self.fewer))

    def evidence(self) -> dict[str, float]:
        """What was seen, for people."""
        return {"names": len(self.fewer), "names_shared": round(self.shared(), 4)}


def _alike_by_runs(
    found: _Runs, names: _Names, old: Marks, new: Likeness
) -> tuple[Relation, float] | None:
    """Nearly the same text, a part of the old one, or the old one with more behind it."""
    if found.jaccard >= _RUNS_SAME:
        alike = Relation.NEAR, found.jaccard
    elif found.of_new >= _RUNS_KEPT and new.marks.words >= _FEWEST_WORDS:
        alike = Relation.TRUNCATED, found.of_new
    elif _is_expanded(found, old, new):
        alike = Relation.EXPANDED, found.of_old
    else:
        return None
    is_told = found.shared > 1 and (len(names.fewer) < _FEW_NAMES or names.shared() >= _NAMES_SAME)
    return alike if is_told else None


def _is_expanded(found: _Runs, old: Marks, new: Likeness) -> bool:
    """Whether the old text is part of the new one, and the new one begins with it."""
    if found.of_old < _RUNS_ADDED_TO or found.of_new < _RUNS_COVERED or old.words < _FEWEST_WORDS:
        return False
    lead, head = np.frombuffer(old.lead, np.uint32), np.frombuffer(new.head, np.uint32)
    return bool(np.isin(lead, head).sum() >= _LEAD * len(lead))


def _respun(found: _Runs, names: _Names) -> float | None:
    """Other words, but the same names and numbers in the same order: how well that agrees."""
    fewer, more = len(names.fewer), len(names.more)
    if fewer < max(_BRIEF_NAMES, _NAMES_LENGTHS * more):
        return None
    order = names.in_order()  # a tenth of the cost of the bag, and never more
    if order < _ORDER_RESPUN:
        return None
    shared = names.shared()
    if shared >= _NAMES_RESPUN and _are_enough(found, names):
        return order if _leads_with(names) else None
    is_brief = found.shared > 1 and fewer >= more / 2 and shared >= _NAMES_BRIEF
    return order if is_brief and order >= _ORDER_BRIEF and _leads_with(names) else None


def _are_enough(found: _Runs, names: _Names) -> bool:
    """Whether there are so many names that their order alone can tell a copy."""
    fewer = names.fewer
    if len(fewer) < _ENOUGH_NAMES or not (found.shared or len(fewer) >= _MANY_NAMES):
        return False
    return len(set(fewer)) >= _DIFFERENT_NAMES or found.jaccard >= _RUNS_TOLD


def _leads_with(names: _Names) -> bool:
    """Whether a longer text begins as the old one."""
    if len(names.new) <= _LONGER * len(names.old):
        return True
    lead = names.old[:_LEAD_NAMES]
    top = names.new[: max(2 * _LEAD_NAMES, len(names.new) // 3)]
    return float(LCSseq.similarity(lead, top)) >= _LEAD_ORDER * len(lead)


def _has_lead_of_its_own(names: _Names) -> bool:
    """Whether a longer text begins with names that the old one does not know.

    Then it tells something new, and only its background is old.
    """
    if len(names.new) < _LITTLE_LONGER * len(names.old) or len(names.old) < _BRIEF_NAMES:
        return False
    top, known = names.new[:_TOP_NAMES], set(names.old)
    return len(top) == _TOP_NAMES and sum(name in known for name in top) < _TOP_KNOWN * len(top)


def _comparable(old: Marks, new: Marks) -> tuple[Runs, Runs]:
    """The runs of both, or a sample of both."""
    ours, theirs = np.frombuffer(old.sketch, np.uint32), np.frombuffer(new.sketch, np.uint32)
    if is_whole(old.words) == is_whole(new.words):
        return ours, theirs
    return ours[is_sampled(ours)], theirs[is_sampled(theirs)]
