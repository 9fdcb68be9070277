from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.cadence.plan import plan_next
from daemon.settings import RespectHints, ScheduleSettings
from daemon.values import Fresh
from storage.values import Hints, NextPoll
from tests.daemon.cadence.rhythms import steady
from tests.samples import FEED, NOON

HOUR = timedelta(hours=1)
PRICE = 1.0
"""So cheap that only the shortest interval holds us back."""
HOURLY = replace(FEED, rhythm=steady(24))


def planned(
    fresh: Fresh | None = None, hints: Hints | None = None, respect: RespectHints = "plausible"
) -> tuple[timedelta, NextPoll, int]:
    feed = replace(HOURLY, hints=hints or Hints())
    pace = ScheduleSettings(respect_hints=respect, max_interval=timedelta(days=3))
    wait, plan = plan_next(feed, fresh, PRICE, NOON, pace)
    return wait, plan.reason, plan.hints_ignored


LEAST = (ScheduleSettings().min_interval, NextPoll.MIN_INTERVAL)


@pytest.mark.threat("C5")
@pytest.mark.parametrize(
    ("fresh", "hints", "told"),
    [
        pytest.param(None, None, (*LEAST, 0), id="nothing is said"),
        pytest.param(Fresh(HOUR), None, (HOUR, NextPoll.FRESH, 0), id="an hour: one item"),
        pytest.param(
            Fresh(HOUR * 4), None, (*LEAST, 1), id="four hours, four items: not believed"
        ),
        pytest.param(
            Fresh(HOUR * 4, is_cached=True),
            None,
            (HOUR * 4, NextPoll.FRESH, 0),
            id="but a cache would only say the same again",
        ),
        pytest.param(None, Hints(HOUR), (HOUR, NextPoll.TTL, 0), id="ttl"),
        pytest.param(None, Hints(HOUR * 24), (*LEAST, 1), id="ttl of a day: not believed"),
        pytest.param(
            Fresh(HOUR), Hints(HOUR * 2), (HOUR * 2, NextPoll.TTL, 0), id="the longer one counts"
        ),
        pytest.param(
            None, Hints(skip_hours=(12, 13)), (HOUR * 2, NextPoll.SKIP, 0), id="hours to skip"
        ),
        pytest.param(
            None, Hints(skip_days=(5,)), (*LEAST, 1), id="a busy Saturday to skip: not believed"
        ),
        pytest.param(None, Hints(skip_hours=(11, 14)), (*LEAST, 0), id="other hours to skip"),
    ],
)
def test_a_plausible_wish_is_followed(
    fresh: Fresh | None, hints: Hints | None, told: tuple[timedelta, NextPoll, int]
) -> None:
    wait, reason, ignored = planned(fresh, hints)
    assert (wait, reason, ignored) == told


def test_strictly_every_wish_is_followed() -> None:
    assert planned(Fresh(HOUR * 24), respect="strict") == (HOUR * 24, NextPoll.FRESH, 0)


def test_never_is_never() -> None:
    assert planned(Fresh(HOUR, is_cached=True), Hints(HOUR), "never") == (*LEAST, 2)


@pytest.mark.threat("C5")
def test_no_wish_goes_beyond_the_longest_interval() -> None:
    pace = ScheduleSettings(respect_hints="strict", max_interval=HOUR * 2)
    wait, _ = plan_next(HOURLY, Fresh(HOUR * 24), PRICE, NOON, pace)
    assert wait < HOUR * 2


def test_wishes_not_believed_are_counted_up() -> None:
    pace = ScheduleSettings()
    _, plan = plan_next(HOURLY, Fresh(HOUR * 12), PRICE, NOON, pace)
    _, again = plan_next(replace(HOURLY, plan=plan), Fresh(HOUR * 12), PRICE, NOON, pace)
    assert (plan.hints_ignored, again.hints_ignored, again.hint) == (1, 2, HOUR * 12)
