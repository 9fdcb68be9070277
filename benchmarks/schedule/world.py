"""Feeds that never were: heavy-tailed rates, weekly habits, bursts, documents that roll over."""

from bisect import bisect_right
from dataclasses import dataclass
from math import cos, exp, log, pi
from random import Random
from statistics import NormalDist

HOUR = 3600.0
DAY = 24 * HOUR
START = 1_760_313_600.0
"""Monday 2025-10-13, 00:00 UTC, in seconds since the Unix epoch."""
DAYS = 21
BEFORE = 28
"""Days of history that first documents may show."""
FEEDS = 150
MEAN_PER_DAY = 12.6
SIGMA = 1.75
"""Of the logarithm of the rates: most feeds are quiet, a few publish all the time."""
WINDOWS = (10, 15, 20, 25, 30, 50, 100)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: when its items came, and how many its document shows."""

    number: int
    times: tuple[float, ...]
    window: int

    def document(self, at: float) -> tuple[int, int]:
        """First (inclusive) and last (exclusive) item that its document shows at an instant."""
        last = bisect_right(self.times, at)
        return max(0, last - self.window), last


def world(seed: int, feeds: int = FEEDS) -> list[Feed]:
    """The feeds of one seed."""
    chance = Random(seed)  # noqa: S311  a simulation
    median = log(MEAN_PER_DAY) - SIGMA * SIGMA / 2
    normal = NormalDist(median, SIGMA)
    # drawn at even quantiles, so that no seed's result hangs on one feed more in the tail
    rates = [exp(normal.inv_cdf((n + 0.5) / feeds)) for n in range(feeds)]
    return [_feed(chance, number, per_day) for number, per_day in enumerate(rates)]


def _feed(chance: Random, number: int, per_day: float) -> Feed:
    week = _habits(chance)
    in_bursts = chance.uniform(0.0, 0.5)
    first, last = START - BEFORE * DAY, START + DAYS * DAY
    single = _arrivals(chance, per_day * (1 - in_bursts), week, first, last)
    times = list(single)
    size = max(2.0, chance.lognormvariate(log(6), 0.6))
    for begun in _arrivals(chance, per_day * in_bursts / size, week, first, last):
        fades = chance.uniform(0.3, 1.5) * HOUR
        count = max(1, round(chance.expovariate(1 / size)))
        times += [begun + chance.expovariate(1 / fades) for _ in range(count)]
    return Feed(number, tuple(sorted(t for t in times if t < last)), chance.choice(WINDOWS))


def _habits(chance: Random) -> list[float]:
    """The rate of each hour of a week as a multiple of the mean: days, nights, weekends."""
    peak = chance.gauss(13, 4)
    depth, sharp = chance.uniform(0.3, 0.98), chance.uniform(1, 3)
    weekend = chance.uniform(0.2, 1.0)
    week = []
    for hour in range(168):
        day = ((1 + cos(2 * pi * (hour % 24 - peak) / 24)) / 2) ** sharp
        rate = (1 - depth + depth * day) * (weekend if hour >= 120 else 1.0)
        week.append(rate * chance.lognormvariate(0, 0.35))
    mean = sum(week) / 168
    return [rate / mean for rate in week]


def _arrivals(
    chance: Random, per_day: float, week: list[float], first: float, last: float
) -> list[float]:
    """A Poisson process whose rate follows the week, by thinning."""
    top = max(week) * per_day / DAY
    if top <= 0:
        return []
    times, at = [], first + chance.expovariate(top)
    while at < last:
        if chance.random() * top < per_day / DAY * week[int((at - START) // HOUR) % 168]:
            times.append(at)
        at += chance.expovariate(top)
    return times
