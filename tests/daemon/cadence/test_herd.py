from datetime import timedelta

import pytest

from daemon.cadence import spread
from daemon.cadence.herd import AT_ONCE
from storage.values import Due
from tests.samples import NOON

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.mark.threat("C7")
def test_overdue_feeds_start_one_after_the_other_the_most_valuable_first() -> None:
    waiting = [Due(1, NOON - HOUR, 2.0), Due(2, NOON - HOUR * 9, 50.0), Due(3, NOON - HOUR, None)]
    starts = list(spread(waiting, NOON, 0))
    assert [due.feed_id for due, _ in starts] == [3, 2, 1]
    assert [(at - NOON) * AT_ONCE / SECOND for _, at in starts] == [0, 1, 2]


def test_who_is_on_time_keeps_its_time() -> None:
    soon, now = Due(1, NOON + HOUR, 1.0), Due(2, NOON, 1.0)
    assert dict(spread([soon, now], NOON, 0)) == {soon: soon.at, now: now.at}


def test_a_big_house_catches_up_faster_than_its_daily_round() -> None:
    waiting = [Due(n, NOON - HOUR, 1.0) for n in range(1000)]
    last = max(at for _, at in spread(waiting, NOON, 100))
    assert timedelta(seconds=2) < last - NOON < timedelta(seconds=3)
