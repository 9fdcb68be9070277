"""What a server and a document ask for, believed as far as it is plausible (docs: SCHEDULING)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from daemon.cadence.forecast import Forecast
from daemon.cadence.rhythm import HOUR
from daemon.settings import RespectHints
from daemon.values import Fresh
from storage.values import Hints, NextPoll

IMPLAUSIBLE = 3.0
"""A wait in which more items than this are expected (three mean gaps) is not believed."""
_WEEK = 7 * 24


@dataclass(frozen=True, slots=True)
class Wish:
    """A wait that somebody asked for."""

    wait: timedelta
    reason: NextPoll
    items: float
    """How many items are expected meanwhile."""
    is_hard: bool = False
    """Looking earlier can show nothing new: a cache would answer with the same copy."""


def wishes(fresh: Fresh | None, hints: Hints, expected: Forecast) -> Iterator[Wish]:
    """How long the answer's headers and the document ask us to wait."""
    if fresh is not None:
        items = expected.level * fresh.span.total_seconds()
        yield Wish(fresh.span, NextPoll.FRESH, items, is_hard=fresh.is_cached)
    if hints.every is not None:
        yield Wish(hints.every, NextPoll.TTL, expected.level * hints.every.total_seconds())


def skipped(wait: timedelta, hints: Hints, expected: Forecast) -> Wish | None:
    """If `wait` ends in hours or on days to be skipped: the wait that ends behind them."""
    if not hints.skip_hours and not hints.skip_days:
        return None
    first = hour = int((expected.start + wait.total_seconds()) // HOUR)
    items = 0.0
    while _skips(hints, hour) and hour < first + _WEEK:
        items += expected.usual(hour) * HOUR
        hour += 1
    if hour in {first, first + _WEEK}:  # not to be skipped, or never to be asked at all
        return None
    return Wish(timedelta(seconds=hour * HOUR - expected.start), NextPoll.SKIP, items)


def is_believed(wish: Wish, respect: RespectHints) -> bool:
    """Whether we wait so long."""
    if respect == "plausible":
        return wish.is_hard or wish.items <= IMPLAUSIBLE
    return respect == "strict"


def _skips(hints: Hints, hour: int) -> bool:
    # the Unix epoch was a Thursday
    return hour % 24 in hints.skip_hours or (hour // 24 + 3) % 7 in hints.skip_days
