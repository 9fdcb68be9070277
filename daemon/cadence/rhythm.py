"""Learn when a feed publishes from what its documents bring. No input or output, no clock.

The counts are kept in a unit that grows (forward decay), so that a poll which brings nothing
changes nothing, and one which brings three items touches three numbers.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import exp, log

from storage.values import Rhythm

HOUR = 3600.0
DAY = 24 * HOUR
WEEK_HOURS = 168
MEMORY = 14 * DAY
"""Seconds in which a count fades to 1/e."""
BURST_MEMORY = 3 * HOUR
HISTORY = timedelta(days=28)
"""Dates in a first document that are older tell nothing about today."""
PINNED = 10
"""One in so many items of a first document may be an old one that was pinned there."""
REBASE = 4 * MEMORY * log(2)
"""After so long the unit is 16; taken out again, nothing is lost: it is a power of two."""
LARGEST = 60_000.0
"""What a packed count can hold (half precision ends at 65,504)."""


def begin(dates: Sequence[datetime], visible: int, now: datetime) -> Rhythm:
    """A rhythm from a first document of `visible` items: their dates are the feed's history."""
    past = sorted(at for at in dates if at <= now)
    past = past[len(past) // PINNED :]
    since = max(past[0], now - HISTORY) if len(past) > visible / 2 else now
    blank = Rhythm(since, since, since, (0.0,) * WEEK_HOURS)
    return learn(blank, [at for at in past if at > since], visible, now)


def learn(rhythm: Rhythm, times: Sequence[datetime], visible: float, now: datetime) -> Rhythm:
    """The rhythm after a document of `visible` items, of which those at `times` were new."""
    rhythm = _rebased(rhythm, now)
    epoch, here = rhythm.epoch.timestamp(), now.timestamp()
    quiet = max(0.0, here - rhythm.at.timestamp())
    week = list(rhythm.week)
    burst = rhythm.burst * exp(-quiet / BURST_MEMORY)
    for time in times:
        at = time.timestamp()
        cell = int(at // HOUR) % WEEK_HOURS
        week[cell] = min(week[cell] + exp((at - epoch) / MEMORY), LARGEST)
        burst += exp(min(0.0, at - here) / BURST_MEMORY)
    left = max(0.0, rhythm.window - visible) * exp(-quiet / MEMORY)
    return replace(rhythm, at=now, week=tuple(week), burst=burst, window=visible + left)


def arrivals(dates: Sequence[datetime | None], after: datetime, now: datetime) -> list[datetime]:
    """When new items came: at their dates, if these lie between the two polls.

    The others came at times unknown, which are taken to be spread evenly between the polls.
    """
    dated = [at for at in dates if at is not None and after < at <= now]
    unknown = len(dates) - len(dated)
    step = max(timedelta(), now - after) / (unknown or 1)
    return dated + [now - step * (n + 0.5) for n in range(unknown)]


def _rebased(rhythm: Rhythm, now: datetime) -> Rhythm:
    turns = int((now - rhythm.epoch).total_seconds() // REBASE)
    if turns < 1:
        return rhythm
    return replace(
        rhythm,
        epoch=rhythm.epoch + timedelta(seconds=REBASE) * turns,
        week=tuple(count * 2.0 ** (-4 * turns) for count in rhythm.week),
    )
