"""Rhythms for the tests."""

from datetime import datetime, timedelta

from daemon.cadence.forecast import Forecast
from daemon.cadence.rhythm import DAY, begin
from storage.values import Rhythm
from tests.samples import NOON

WEEKS = timedelta(weeks=4)


def steady(per_day: float, now: datetime = NOON) -> Rhythm:
    """Four weeks of a feed that publishes at even intervals, day and night."""
    gap = timedelta(days=1) / per_day
    count = int(WEEKS / gap)
    return begin([now - gap * (n + 0.5) for n in range(count)], count, now)


def constant(per_day: float, now: datetime = NOON) -> Forecast:
    """The expectation of exactly so many items a day at any time."""
    return Forecast(now.timestamp(), per_day / DAY)
