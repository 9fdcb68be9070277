"""What a feed's rhythm lets us expect right now, in numbers for people."""

from datetime import datetime

from daemon.cadence.forecast import forecast
from daemon.cadence.rhythm import DAY, HOUR
from storage.values import Feed


def explain(feed: Feed, now: datetime) -> dict[str, object]:
    """Rates in items a day: on average, in this hour, and what a burst adds. Empty: unknown."""
    if feed.rhythm is None:
        return {}
    expected = forecast(feed.rhythm, now)
    return {
        "watched_since": feed.rhythm.since,
        "average_per_day": expected.level * DAY,
        "this_hour_per_day": expected.usual(int(expected.start // HOUR)) * DAY,
        "burst_per_day": expected.excess * DAY,
        "window_items": feed.rhythm.window,
    }
