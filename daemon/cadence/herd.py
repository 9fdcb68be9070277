"""Let feeds that are overdue together start one after the other, the most valuable first."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from storage.values import Due

LATE = timedelta(minutes=2)
"""Overdue by more than this, a feed was not waited for: we were away."""
AT_ONCE = 10.0
"""Starts a second that are no herd."""
SURGE = 4.0
"""Or so many times as many as the budget pays for."""


def spread(
    waiting: Sequence[Due], now: datetime, per_second: float
) -> Iterator[tuple[Due, datetime]]:
    """Each with the time at which to start: its own, or for the overdue one after the other.

    Those of which nothing was seen yet come first, then those that publish most. `per_second` is
    how many starts the budget pays for.
    """
    gap = timedelta(seconds=1 / max(AT_ONCE, per_second * SURGE))
    overdue = sorted((w for w in waiting if w.at < now - LATE), key=_worth, reverse=True)
    for turn, one in enumerate(overdue):
        yield one, now + gap * turn
    for one in waiting:
        if one.at >= now - LATE:
            yield one, one.at


def _worth(one: Due) -> float:
    return float("inf") if one.rate is None else one.rate
