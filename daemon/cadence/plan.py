"""From what we know of a feed to the wait before its next poll, and the reason for it."""

from datetime import datetime, timedelta

from daemon.cadence.forecast import Forecast, forecast
from daemon.cadence.rhythm import DAY, begin
from daemon.cadence.rule import due_after, weight
from daemon.cadence.said import Wish, is_believed, skipped, wishes
from daemon.settings import ScheduleSettings
from daemon.values import Fresh
from storage.values import Feed, NextPoll, Plan

JITTER = 0.05
"""A wait grows by up to this share, so that feeds polled together drift apart."""

Term = tuple[timedelta, NextPoll]
"""How long to wait, and what says so."""


def plan_next(  # noqa: PLR0913, PLR0917  each is a term of the rule
    feed: Feed,
    fresh: Fresh | None,
    price: float,
    now: datetime,
    pace: ScheduleSettings,
    shortened: timedelta | None = None,
) -> tuple[timedelta, Plan]:
    """How long to wait after a good poll at `now`, jitter apart, and why.

    `price` is what a request must be worth, in article-seconds; after a gap we wait `shortened` at
    most. The wait lies between the shortest and the longest of the settings, whatever is said.
    """
    rhythm = feed.rhythm or begin((), 0, now)
    expected = forecast(rhythm, now)
    longest = pace.max_interval / (1 + JITTER)
    worth = price / weight(expected.level, pace.fairness)
    seconds, reason = due_after(expected, worth, rhythm.window, longest.total_seconds())
    term = timedelta(seconds=seconds), reason
    if shortened is not None and shortened < term[0]:
        term = shortened, NextPoll.GAP
    if pace.min_interval > term[0]:
        term = pace.min_interval, NextPoll.MIN_INTERVAL
    (wait, reason), ignored, asked = _heeded(feed, fresh, expected, term, pace)
    before = feed.plan.hints_ignored if feed.plan else 0
    rate = expected.level * DAY if feed.rhythm else None
    return max(min(wait, longest), pace.min_interval), Plan(
        reason, rate, price, asked, before + ignored
    )


def _heeded(
    feed: Feed, fresh: Fresh | None, expected: Forecast, term: Term, pace: ScheduleSettings
) -> tuple[Term, int, timedelta | None]:
    """The later of the rule's term and the wishes believed; how many were not; the longest."""
    asked = [*wishes(fresh, feed.hints, expected)]
    for wish in asked:
        term = _later(term, wish, pace)
    behind = skipped(term[0], feed.hints, expected)
    if behind is not None:
        asked.append(behind)
        term = _later(term, behind, pace)
    longer = (wish for wish in asked if wish.wait > term[0])
    ignored = sum(not is_believed(wish, pace.respect_hints) for wish in longer)
    return term, ignored, max((wish.wait for wish in asked), default=None)


def _later(term: Term, wish: Wish, pace: ScheduleSettings) -> Term:
    if wish.wait > term[0] and is_believed(wish, pace.respect_hints):
        return wish.wait, wish.reason
    return term
