"""How long to leave a feed alone that failed: by the kind of failure, and never for ever."""

from datetime import timedelta
from http import HTTPStatus

from daemon.settings import ScheduleSettings
from daemon.values import Failed
from storage.values import Feed, FeedState, NextPoll, Outcome

CONFIRMATIONS = 3
"""Answers of 410 in a row before a feed counts as gone."""
DORMANT_AFTER = 10
"""Failures in a row before a feed counts as dormant."""
THROTTLED_MOST = timedelta(hours=6)
FAILING_MOST = timedelta(hours=24)
DAY = timedelta(days=1)
_THROTTLED = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


def failing_state(failed: Failed, failures: int) -> FeedState:
    """How a feed is doing that has failed so often in a row. 410 needs to be said three times."""
    gone = failed.outcome is Outcome.HTTP_STATUS and failed.http_status == HTTPStatus.GONE
    if gone and failures >= CONFIRMATIONS:
        return FeedState.GONE
    return FeedState.DORMANT if failures >= DORMANT_AFTER else FeedState.DEGRADED


def back_off(
    feed: Feed, failed: Failed, failures: int, pace: ScheduleSettings
) -> tuple[timedelta, NextPoll]:
    """How long to wait, jitter apart, after the failure that is the `failures`-th in a row.

    The wait doubles from the feed's own interval up to the most of its class; a server that asks
    for more gets more. A gone feed is asked as rarely as can be, and one that robots.txt forbids
    when that file is to be read again.
    """
    state = failing_state(failed, failures)
    most, reason = _class_of(failed, state, pace)
    own = max(feed.interval or DAY / pace.requests_per_day, pace.min_interval)
    at_most = state is FeedState.GONE or failed.outcome is Outcome.ROBOTS
    wait = most if at_most else min(own * 2 ** min(failures - 1, 20), most)
    if failed.retry_after is not None and failed.retry_after > wait:
        return failed.retry_after, NextPoll.RETRY_AFTER
    return max(wait, pace.min_interval), reason


def _class_of(
    failed: Failed, state: FeedState, pace: ScheduleSettings
) -> tuple[timedelta, NextPoll]:
    if failed.outcome is Outcome.ROBOTS:
        return min(FAILING_MOST, pace.max_backoff), NextPoll.ROBOTS
    if failed.http_status in _THROTTLED:
        return min(THROTTLED_MOST, pace.max_backoff), NextPoll.THROTTLED
    if state in {FeedState.DORMANT, FeedState.GONE}:
        return pace.max_backoff, NextPoll.DORMANT
    return min(FAILING_MOST, pace.max_backoff), NextPoll.FAILING
