"""Run a rule over a world on a virtual clock, and count what it cost and what it brought."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import log
from random import Random
from typing import Protocol

from benchmarks.schedule.world import DAY, DAYS, START, Feed

SHORTEST, LONGEST = 60.0, DAY
"""No rule polls a feed more often, or less often, than this; some have narrower bounds."""
END = START + DAYS * DAY
ASKED = 600.0
"""Seconds that a refusing server asks us to wait."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong in a world."""

    name: str = "none"
    refuses: float = 0.0
    """Share of polls answered by 429."""
    liars: float = 0.0
    """Share of feeds that answer 304 to every conditional request."""
    set_back_at: float = END
    """When our clock is set back by a day."""


@dataclass(slots=True)
class Look:
    """What one poll of one feed shows to a rule."""

    feed: Feed
    at: float
    """By our clock."""
    before: float
    """When it was polled before; `at` itself at the first poll."""
    shown: tuple[int, int]
    """The document: from which item to before which."""
    new: int = 0
    """Items of the document that were not in the last one."""
    first: bool = False
    refused: bool = False
    lied: bool = False
    """The rule asked without validators, and the server would have said 304 to them."""

    @property
    def times(self) -> Sequence[float]:
        """When the items of the document came, oldest first."""
        return self.feed.times[self.shown[0] : self.shown[1]]


class Rule(Protocol):
    """Decides for one feed, poll after poll."""

    def wait(self, look: Look) -> float:
        """Seconds until the next poll."""

    def asks_anew(self) -> bool:
        """Whether the next request is sent without validators."""

    @property
    def minds_the_clock(self) -> bool:
        """Whether a clock that is set back is noticed."""


MakeRule = Callable[[float, Feed], Rule]
"""The rule for a feed with its knob at a value."""


@dataclass(slots=True)
class Score:
    """What a rule came to in a world."""

    requests: int = 0
    lost: int = 0
    delays: list[float] = field(default_factory=list)
    feed_means: list[float] = field(default_factory=list)
    feeds: int = 0

    @property
    def per_feed_day(self) -> float:
        """Requests a feed a day."""
        return self.requests / self.feeds / DAYS

    @property
    def mean(self) -> float:
        """Mean delay, in minutes."""
        return sum(self.delays) / max(1, len(self.delays)) / 60

    @property
    def feed_mean(self) -> float:
        """Mean of the feeds' own mean delays, in minutes."""
        return sum(self.feed_means) / max(1, len(self.feed_means)) / 60

    def percentile(self, share: float) -> float:
        """A percentile of the delays, in minutes."""
        ordered = sorted(self.delays)
        return ordered[int(share * (len(ordered) - 1))] / 60 if ordered else 0.0


class Runner:
    """One feed under one rule."""

    def __init__(self, feed: Feed, rule: Rule, trouble: Trouble) -> None:
        self.at = START + feed.number * 61.0 % 3600
        self._feed = feed
        self._rule = rule
        self._trouble = trouble
        self._chance = Random(feed.number)  # noqa: S311  a simulation
        self._lies = self._chance.random() < trouble.liars
        self._shown = (0, feed.document(self.at)[1])
        self._first = True
        self._before = self.at
        self._delays: list[float] = []

    def step(self, score: Score) -> None:
        """Make one poll, and move to the next."""
        score.requests += 1
        look = self._look(score)
        wait = min(max(self._rule.wait(look), SHORTEST), LONGEST)
        self._before = self.at
        self.at = self._next(wait)

    def end(self, score: Score) -> None:
        """Count what is known only in the end."""
        gone = self._feed.document(END)[0] - self._shown[1]
        score.lost += max(0, gone)
        score.feeds += 1
        if self._delays:
            score.delays += self._delays
            score.feed_means.append(sum(self._delays) / len(self._delays))

    def _look(self, score: Score) -> Look:
        clock, before = self._clock(self.at), self._clock(self._before)
        if not self._first and self._chance.random() < self._trouble.refuses:
            return Look(self._feed, clock, before, self._shown, refused=True)
        anew = self._rule.asks_anew() or self._first
        low, high = self._shown if self._lies and not anew else self._feed.document(self.at)
        seen = self._shown[1]
        new = high - max(low, seen)
        score.lost += max(0, low - seen)
        self._delays += [self.at - item for item in self._feed.times[high - new : high]]
        first, self._first, self._shown = self._first, False, (low, high)
        lied = self._lies and new > 0 and not first
        return Look(self._feed, clock, before, (low, high), new, first, lied=lied)

    def _clock(self, at: float) -> float:
        return at - DAY if at >= self._trouble.set_back_at else at

    def _next(self, wait: float) -> float:
        """A poll planned by a clock that is then set back comes a day late, if nobody minds."""
        then, back = self.at + wait, self._trouble.set_back_at
        if not self.at < back <= then:
            return then
        return back + self._feed.number / 10 if self._rule.minds_the_clock else then + DAY


NO_TROUBLE = Trouble()


def race(
    feeds: Sequence[Feed], make: MakeRule, knob: float, trouble: Trouble = NO_TROUBLE
) -> Score:
    """Poll every feed for three weeks, each when its rule says."""
    score = Score()
    for feed in feeds:
        runner = Runner(feed, make(knob, feed), trouble)
        while runner.at < END:
            runner.step(score)
        runner.end(score)
    return score


def at_budget(
    feeds: Sequence[Feed], make: MakeRule, per_day: float, start: float
) -> tuple[Score, float]:
    """The rule with its knob turned until it makes the requests of the budget, and that knob.

    Knobs are times, or areas under times: more means fewer requests, on log scales nearly along a
    line, so that secants find it in a few runs.
    """
    best: tuple[float, Score, float] | None = None
    for score, knob in _secants(feeds, make, per_day, start):
        miss = abs(score.per_feed_day / per_day - 1)
        if best is None or miss < best[0]:
            best = miss, score, knob
        if miss < TOLERATED:
            break
    if best is None:
        raise AssertionError("there is always a first try")
    return best[1:]


TOLERATED = 0.004
"""Requests may differ from the budget by this share."""
TRIES = 12


def _secants(
    feeds: Sequence[Feed], make: MakeRule, per_day: float, knob: float
) -> Iterator[tuple[Score, float]]:
    slope, last = -1.0, (0.0, 0.0)
    for _ in range(TRIES):
        score = race(feeds, make, knob)
        yield score, knob
        here = log(knob), log(score.per_feed_day / per_day)
        if last[0] and here[0] != last[0]:
            slope = min(-0.2, (here[1] - last[1]) / (here[0] - last[0]))
        last = here
        knob *= (per_day / score.per_feed_day) ** (1 / slope)
