"""What a feed's rhythm lets us expect: items a second, hour by hour. No input or output."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import exp

from daemon.cadence.rhythm import BURST_MEMORY, DAY, HOUR, MEMORY, WEEK_HOURS
from storage.values import Rhythm

PRIOR_ITEMS = 0.5
PRIOR_RATE = 12 / DAY
"""A feed of which nothing was seen is taken for one of twelve items a day, and soon corrected."""
DAY_PSEUDO = 1.0
"""Items in an hour of the day that stand for the belief that all hours are alike."""
WEEK_PSEUDO = 1.0
"""Items in an hour of the week that stand for the belief that all days are alike."""
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
    week: tuple[float, ...] = (0.0,) * WEEK_HOURS
    """Items seen in each of the 168 hours; `fade` turns them into counts as of `start`."""
    fade: float = 1.0
    span: float = 0.0
    """Seconds we have watched, until `start`."""
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

        The hour of the week is shrunk to the hour of the day, and that to the level: each by
        pseudo-counts, as if so many items had been seen at the rate of the coarser one.
        """
        daily = sum(self.week[hour % 24 :: 24]) * self.fade + DAY_PSEUDO
        of_day = daily / (self._watched(hour, 24) + DAY_PSEUDO / self.level)
        weekly = self.week[hour % WEEK_HOURS] * self.fade + WEEK_PSEUDO
        return weekly / (self._watched(hour, WEEK_HOURS) + WEEK_PSEUDO / of_day)

    def _watched(self, hour: int, period: int) -> float:
        """Seconds we watched such an hour, which comes every `period` hours, fading like counts.

        An hour that we never watched is not one in which nothing came.
        """
        age = (self.start / HOUR - hour) % period
        turns = int((self.span / HOUR - age) // period) + 1
        if turns < 1:  # we came in while it ran, or after it
            return HOUR * max(0.0, self.span / HOUR - max(0.0, age - 1))
        each = exp(-period * HOUR / MEMORY)
        all_of_them = (1 - each**turns) / (1 - each)
        unfinished = max(0.0, 1 - age)
        return HOUR * exp(-age * HOUR / MEMORY) * (all_of_them - unfinished)


def forecast(rhythm: Rhythm, now: datetime) -> Forecast:
    """What to expect of a feed from `now` on."""
    here = now.timestamp()
    # a clock that was set back for decades must not make the counts grow
    fade = exp(min(0.0, rhythm.epoch.timestamp() - here) / MEMORY)
    span = max(0.0, here - rhythm.since.timestamp())
    watched = MEMORY * (1 - exp(-span / MEMORY))
    level = (sum(rhythm.week) * fade + PRIOR_ITEMS) / (watched + PRIOR_ITEMS / PRIOR_RATE)
    steady = Forecast(here, level, rhythm.week, fade, span)
    lately = rhythm.burst * exp(min(0.0, rhythm.at.timestamp() - here) / BURST_MEMORY)
    over = lately / BURST_MEMORY - steady.usual(int(here // HOUR))
    return replace(steady, excess=BURST_SHARE * over) if over > 0 else steady
