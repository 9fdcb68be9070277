from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.cadence.backoff import back_off, failing_state
from daemon.settings import ScheduleSettings
from daemon.values import Failed
from storage.values import FeedState, NextPoll, Outcome
from tests.samples import FEED

PACE = ScheduleSettings(requests_per_day=48)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FOLLOWED = replace(FEED, interval=HOUR)
SLOW = Failed(Outcome.TIMEOUT, "slow")
FORBIDDEN = Failed(Outcome.ROBOTS, "robots.txt")


def status(code: int, retry_after: timedelta | None = None) -> Failed:
    return Failed(Outcome.HTTP_STATUS, str(code), code, retry_after)


@pytest.mark.threat("C4", "C6")
@pytest.mark.parametrize(
    ("failed", "failures", "wait", "reason"),
    [
        pytest.param(SLOW, 1, HOUR, NextPoll.FAILING, id="the first failure changes little"),
        pytest.param(SLOW, 3, HOUR * 4, NextPoll.FAILING, id="each next one doubles the wait"),
        pytest.param(SLOW, 9, DAY, NextPoll.FAILING, id="up to a day"),
        pytest.param(SLOW, 20, DAY * 7, NextPoll.DORMANT, id="after long, up to a week"),
        pytest.param(SLOW, 10_000, DAY * 7, NextPoll.DORMANT, id="and never longer"),
        pytest.param(status(429), 20, HOUR * 6, NextPoll.THROTTLED, id="throttled: six hours"),
        pytest.param(status(503), 20, HOUR * 6, NextPoll.THROTTLED, id="overloaded: the same"),
        pytest.param(
            status(503, HOUR * 9), 1, HOUR * 9, NextPoll.RETRY_AFTER, id="what is asked for"
        ),
        pytest.param(
            status(429, MINUTE), 3, HOUR * 4, NextPoll.THROTTLED, id="asked for less: no matter"
        ),
        pytest.param(status(410), 2, HOUR * 2, NextPoll.FAILING, id="gone, unconfirmed"),
        pytest.param(status(410), 3, DAY * 7, NextPoll.DORMANT, id="gone, confirmed"),
        pytest.param(FORBIDDEN, 1, DAY, NextPoll.ROBOTS, id="forbidden: robots.txt holds a day"),
        pytest.param(FORBIDDEN, 99, DAY, NextPoll.ROBOTS, id="forbidden for long: the same"),
    ],
)
def test_how_long_a_failing_feed_is_left_alone(
    failed: Failed, failures: int, wait: timedelta, reason: NextPoll
) -> None:
    assert back_off(FOLLOWED, failed, failures, PACE) == (wait, reason)


def test_a_new_feed_that_fails_is_tried_again_as_often_as_the_budget_pays() -> None:
    assert back_off(FEED, SLOW, 1, PACE)[0] == MINUTE * 30


@pytest.mark.threat("C6")
@pytest.mark.parametrize(
    ("failed", "failures", "state"),
    [
        (SLOW, 1, FeedState.DEGRADED),
        (SLOW, 10, FeedState.DORMANT),
        (status(410), 2, FeedState.DEGRADED),
        (status(410), 3, FeedState.GONE),
        (status(404), 3, FeedState.DEGRADED),
    ],
)
def test_the_state_of_a_failing_feed(failed: Failed, failures: int, state: FeedState) -> None:
    assert failing_state(failed, failures) is state
