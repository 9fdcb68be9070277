"""What a feed's rhythm lets us expect: items a second, hour by hour. No input or output."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import exp

from daemon.cadence.rhythm import BURST_MEMORY, DAY, HOUR, MEMORY, WEEK_HOURS
from storage.values import Rhythm

PRIOR_ITEMS = 1.0
PRIOR_RATE = 12 / DAY
"""A feed of which nothing was seen is taken for one of twelve items a day, and soon corrected."""
DAY_PSEUDO = 12.0
"""Items' worth of belief that all hours of a day are alike."""
WEEK_PSEUDO = 60.0
"""Items' worth of belief that all days of a week are alike."""
BURST_SHARE = 0.35
BURST_FADES = 0.75 * HOUR
STEP = HOUR / 4
"""While a burst lasts, its rate counts as constant for so long."""
_FAINT = 0.01


@dataclass(frozen=True, slots=True)
class Forecast:
    """How fast items are expected from an instant on."""

    start: float
    """The instant, in seconds since the Unix epoch."""
    level: float
    """Items a second, on average over a week."""
    week: tuple[float, ...]
    """Items seen in each of the 168 hours; `fade` turns them into counts as of `start`."""
    fade: float
    seen: float
    """Items seen in all, as of `start`."""
    excess: float = 0.0
    """Items a second on top at `start`, fading."""

    def steps(self) -> Iterator[tuple[float, float]]:
        """Seconds and the rate that holds for them, from `start` on without end."""
        at, excess = self.start, self.excess
        while True:
            hour = int(at // HOUR)
            base = self.usual(hour)
            length = (hour + 1) * HOUR - at
            if excess <= base * _FAINT:
                yield length, base
            else:
                length = min(length, STEP)
                kept = exp(-length / BURST_FADES)
                yield length, base + excess * BURST_FADES * (1 - kept) / length
                excess *= kept
            at += length

    def usual(self, hour: int) -> float:
        """Items a second in an hour (counted since the epoch), bursts apart.

        The hour of the week is shrunk to the hour of the day, and that to a flat line: with few
        items the shape is flat, and each one more counts against the pseudo-counts.
        """
        daily = sum(self.week[hour % 24 :: 24]) * self.fade
        of_day = (24 * daily + DAY_PSEUDO) / (self.seen + DAY_PSEUDO)
        weekly = self.week[hour % WEEK_HOURS] * self.fade
        of_week = WEEK_HOURS * weekly + WEEK_PSEUDO * of_day
        return self.level * of_week / (self.seen + WEEK_PSEUDO)


def forecast(rhythm: Rhythm, now: datetime) -> Forecast:
    """What to expect of a feed from `now` on."""
    here = now.timestamp()
    fade = exp((rhythm.epoch.timestamp() - here) / MEMORY)
    seen = sum(rhythm.week) * fade
    watched = MEMORY * (1 - exp(min(0.0, rhythm.since.timestamp() - here) / MEMORY))
    level = (seen + PRIOR_ITEMS) / (watched + PRIOR_ITEMS / PRIOR_RATE)
    steady = Forecast(here, level, rhythm.week, fade, seen)
    lately = rhythm.burst * exp(min(0.0, rhythm.at.timestamp() - here) / BURST_MEMORY)
    over = lately / BURST_MEMORY - steady.usual(int(here // HOUR))
    return replace(steady, excess=BURST_SHARE * over) if over > 0 else steady
