"""Run a rule over a world on a virtual clock, and count what it cost and what it brought."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Protocol

from benchmarks.schedule.world import DAY, DAYS, START, Feed

SHORTEST, LONGEST = 300.0, DAY
"""No rule polls a feed more often, or less often, than this."""


@dataclass(slots=True)
class Look:
    """What one poll of one feed shows to a rule."""

    feed: Feed
    at: float
    before: float
    """When it was polled before; `at` itself at the first poll."""
    shown: tuple[int, int]
    """The document: from which item to before which."""
    new: int
    """Items of the document that were not in the last one."""
    first: bool

    @property
    def times(self) -> Sequence[float]:
        """When the items of the document came, oldest first."""
        return self.feed.times[self.shown[0] : self.shown[1]]


class Rule(Protocol):
    """Decides for one feed, poll after poll."""

    def wait(self, look: Look) -> float:
        """Seconds until the next poll."""


MakeRule = Callable[[float, Feed], Rule]
"""The rule for a feed with its knob at a value."""


@dataclass(slots=True)
class Score:
    """What a rule came to in a world."""

    requests: int = 0
    lost: int = 0
    delays: list[float] = field(default_factory=list)
    feed_means: list[float] = field(default_factory=list)

    @property
    def per_feed_day(self) -> float:
        """Requests a feed a day."""
        return self.requests / len(self.feed_means) / DAYS if self.feed_means else 0.0

    @property
    def mean(self) -> float:
        """Mean delay, in minutes."""
        return sum(self.delays) / max(1, len(self.delays)) / 60

    @property
    def feed_mean(self) -> float:
        """Mean of the feeds' own mean delays, in minutes."""
        seen = [mean for mean in self.feed_means if mean >= 0]
        return sum(seen) / max(1, len(seen)) / 60

    def percentile(self, share: float) -> float:
        """A percentile of the delays, in minutes."""
        ordered = sorted(self.delays)
        return ordered[int(share * (len(ordered) - 1))] / 60 if ordered else 0.0


def race(feeds: Sequence[Feed], make: MakeRule, knob: float) -> Score:
    """Poll every feed for three weeks, each when its rule says."""
    score = Score()
    for feed in feeds:
        _run(feed, make(knob, feed), score)
    return score


def _run(feed: Feed, rule: Rule, score: Score) -> None:
    end = START + DAYS * DAY
    at = before = START + feed.number * 61.0 % 3600
    seen = feed.document(at)[1]
    total, count, first = 0.0, 0, True
    while at < end:
        low, high = feed.document(at)
        new = high - max(low, seen)
        score.lost += max(0, low - seen)
        for item in feed.times[high - new : high]:
            score.delays.append(at - item)
            total += at - item
        count += new
        score.requests += 1
        look = Look(feed, at, before, (low, high), new, first)
        wait = min(max(rule.wait(look), SHORTEST), LONGEST)
        before, seen, first = at, high, False
        at += wait
    score.feed_means.append(total / count if count else -1.0)


def at_budget(
    feeds: Sequence[Feed], make: MakeRule, per_day: float, start: float
) -> tuple[Score, float]:
    """The rule with its knob turned until it makes the requests of the budget, and that knob.

    Knobs are times, or areas under times: more means fewer requests, on log scales nearly along a
    line, so that secants find it in a few runs.
    """
    knob, slope = start, -1.0
    tried: list[tuple[float, float]] = []
    for _ in range(12):
        score = race(feeds, make, knob)
        miss = score.per_feed_day / per_day
        if abs(miss - 1) < 0.004:
            break
        tried.append((knob, miss))
        if len(tried) > 1:
            slope = _slope(*tried[-2:]) or slope
        knob *= miss ** (-1 / min(-0.2, slope))
    return score, knob


def _slope(one: tuple[float, float], two: tuple[float, float]) -> float:
    if one[0] == two[0] or one[1] == two[1]:
        return 0.0
    return log(two[1] / one[1]) / log(two[0] / one[0])
