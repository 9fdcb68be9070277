"""The rule: poll when what is expected to wait by then is worth a request (docs: SCHEDULING)."""

from math import sqrt

from daemon.cadence.forecast import Forecast
from daemon.cadence.rhythm import DAY
from storage.values import NextPoll

FULL = 0.4
"""Share of a document's window that may be expected to have rolled over at a poll."""


def due_after(
    expected: Forecast, price: float, window: float, longest: float
) -> tuple[float, NextPoll]:
    """Seconds until the next poll, and which term decided it.

    The first time at which the area under the waiting items reaches `price` (article-seconds), or
    `FULL` of the window of items waits, or `longest` is over. For a constant rate that is
    `sqrt(2 * price / rate)`.
    """
    room = FULL * window or float("inf")
    begun = area = items = 0.0
    for length, rate in expected.steps():
        span = min(length, longest - begun)
        worth = _until_area(price - area, items, rate)
        filled = (room - items) / rate
        if min(worth, filled) <= span:
            reason = NextPoll.WORTH if worth <= filled else NextPoll.WINDOW
            return begun + min(worth, filled), reason
        begun += span
        if begun >= longest:
            break
        area += span * (items + rate * span / 2)
        items += rate * span
    return longest, NextPoll.MAX_INTERVAL


def _until_area(area: float, items: float, rate: float) -> float:
    """When `items` that wait and those that come at `rate` have waited `area` in all."""
    return 2 * area / (items + sqrt(items * items + 2 * rate * area))


def weight(level: float, alpha: float, priority: float = 1.0) -> float:
    """How much an article of this feed counts; at `alpha` 1 each counts the same.

    `level` is in items a second. Below 1 those of quiet feeds count for more (fairness).
    """
    share: float = (level * DAY) ** (alpha - 1)
    return priority * share
