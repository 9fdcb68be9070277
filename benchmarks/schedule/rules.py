"""The rules of other pollers, written from their formulas; each has one knob."""

from collections import deque
from collections.abc import Sequence
from math import sqrt

from benchmarks.schedule.race import LONGEST, Look
from benchmarks.schedule.world import DAY, HOUR, Feed

FIVE_MINUTES = 300.0


class Blind:
    """What these rules have in common: they believe servers and clocks."""

    minds_the_clock = False

    def asks_anew(self) -> bool:
        """Never."""
        return False


class Fixed(Blind):
    """The same interval for every feed: the knob."""

    def __init__(self, knob: float, _: Feed) -> None:
        self._interval = knob

    def wait(self, _: Look) -> float:
        """The knob."""
        return self._interval


class Multiplicative(Blind):
    """Crawlers' fixed hit rate: shorter after a change, longer after none. The knob caps it."""

    U = 0.5

    def __init__(self, knob: float, _: Feed, *, down: float) -> None:
        self._cap, self._down = knob, down
        self._least = max(FIVE_MINUTES, knob / 24)
        self._interval = knob

    def wait(self, look: Look) -> float:
        """`(1 - d) I + d I_min` after a change, `I (1 + u)` after none."""
        if look.new:
            self._interval += self._down * (self._least - self._interval)
        else:
            self._interval *= 1 + self.U
        self._interval = min(self._interval, self._cap)
        return self._interval


class EntryFrequency(Blind):
    """Miniflux: a week divided by the entries of the week, times the knob."""

    WEEK = 7 * DAY

    def __init__(self, knob: float, _: Feed) -> None:
        self._factor = knob
        self._entries: deque[float] = deque()

    def wait(self, look: Look) -> float:
        """`7 d / n * factor`, between 5 minutes and a day; a day when n is 0."""
        self._entries += look.times if look.first else look.times[-look.new :] if look.new else ()
        while self._entries and self._entries[0] < look.at - self.WEEK:
            self._entries.popleft()
        if not self._entries:
            return LONGEST
        return max(self.WEEK / len(self._entries) * self._factor, FIVE_MINUTES)


class HalfMeanGap(Blind):
    """CommaFeed: half the mean gap between the entries of the document; the knob scales it."""

    def __init__(self, knob: float, _: Feed) -> None:
        self._scale = knob

    def wait(self, look: Look) -> float:
        """Between 5 minutes and an hour; 1, 2, 4 hours after 7, 14, 30 silent days."""
        return max(self._scale * self._unscaled(look.times, look.at), FIVE_MINUTES)

    @staticmethod
    def _unscaled(times: Sequence[float], at: float) -> float:
        if not times:
            return 4 * HOUR
        silent = at - times[-1]
        for days, hours in ((30, 4), (14, 2), (7, 1)):
            if silent > days * DAY:
                return hours * HOUR
        gap = (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else HOUR
        return min(max(gap / 2, FIVE_MINUTES), HOUR)


class SquareRoot(Blind):
    """Sia, Cho & Cho 2007: intervals in proportion to one over the root of the rate."""

    MEMORY = 14 * DAY

    def __init__(self, knob: float, _: Feed) -> None:
        self._scale = knob
        self._entries: deque[float] = deque()

    def wait(self, look: Look) -> float:
        """`knob / sqrt(rate)`, the rate from the entries of two weeks."""
        self._entries += look.times if look.first else look.times[-look.new :] if look.new else ()
        while self._entries and self._entries[0] < look.at - self.MEMORY:
            self._entries.popleft()
        return self._scale / sqrt((len(self._entries) + 1) / self.MEMORY)
