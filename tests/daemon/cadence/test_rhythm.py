from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.cadence.forecast import forecast
from daemon.cadence.rhythm import DAY, HISTORY, HOUR, REBASE, arrivals, begin, learn
from tests.daemon.cadence.rhythms import steady
from tests.samples import NOON

DAYS, HOURS = timedelta(days=1), timedelta(hours=1)


@pytest.mark.parametrize("per_day", [2, 24, 200])
def test_the_dates_of_a_first_document_tell_the_rate(per_day: float) -> None:
    dates = [NOON - DAYS / per_day * n for n in range(40)]
    level = forecast(begin(dates, 40, NOON), NOON).level * DAY
    assert level == pytest.approx(per_day, rel=0.25)


def test_an_old_item_pinned_to_a_document_tells_nothing() -> None:
    fresh = [NOON - HOURS * n for n in range(20)]
    pinned = begin([*fresh, NOON - HISTORY / 2], 21, NOON)
    assert forecast(pinned, NOON).level == pytest.approx(24 / DAY, rel=0.3)


def test_a_feed_asleep_for_a_month_is_believed_to_sleep() -> None:
    dates = [NOON - HISTORY - DAYS * n for n in range(20)]
    assert forecast(begin(dates, 20, NOON), NOON).level * DAY < 0.1


def test_a_document_mostly_without_dates_is_no_history() -> None:
    assert begin([NOON - DAYS], 10, NOON).since == NOON


def test_dates_in_the_future_are_no_history() -> None:
    assert begin([NOON + DAYS] * 3, 3, NOON).since == NOON


def test_what_is_not_fed_fades_within_weeks() -> None:
    rhythm = steady(24)
    now, later = forecast(rhythm, NOON), forecast(rhythm, NOON + DAYS * 28)
    assert now.level * DAY == pytest.approx(24, rel=0.02)
    assert later.level * DAY == pytest.approx(24 * 0.135, rel=0.2)


def test_a_weekly_habit_is_learned() -> None:
    """Ten items every Saturday at noon, and no others."""
    dates = [NOON - DAYS * 7 * week - HOURS / 20 * n for week in range(4) for n in range(10)]
    expected = forecast(begin(dates, 40, NOON), NOON)
    hour = int(NOON.timestamp() // HOUR) - 1
    tuesday = hour + 72
    assert expected.usual(hour) > 5 * expected.usual(tuesday)


def test_a_feed_without_habits_is_expected_to_have_none() -> None:
    """Though what it did lately weighs more than what it did a week ago."""
    expected = forecast(steady(48), NOON)
    hour = int(NOON.timestamp() // HOUR)
    rates = [expected.usual(hour + n) * DAY for n in range(168)]
    assert rates == pytest.approx([48] * 168, rel=0.15)


def test_an_hour_never_watched_is_not_taken_for_a_quiet_one() -> None:
    dates = [NOON - HOURS / 10 * n for n in range(30)]
    expected = forecast(begin(dates, 30, NOON), NOON)
    later = int(NOON.timestamp() // HOUR) + 4
    assert expected.usual(later) == pytest.approx(expected.level)


def test_the_hour_in_which_a_feed_is_met_is_watched_from_then_on() -> None:
    met = NOON + timedelta(minutes=9)
    came = [met + timedelta(seconds=n) for n in range(1, 121)]
    rhythm = learn(begin([], 20, met), came, 20, came[-1])
    _, rate = next(forecast(rhythm, came[-1]).steps())
    assert 0.3 < rate < 1.5


def test_a_burst_is_an_excess_that_is_gone_by_evening() -> None:
    burst = learn(steady(24), [NOON - timedelta(minutes=n) for n in range(30)], 50, NOON)
    assert forecast(burst, NOON).excess > 24 / DAY
    assert forecast(burst, NOON + HOURS * 10).excess == 0


def test_the_window_is_the_largest_document_slowly_forgotten() -> None:
    wide = learn(steady(24), [NOON], 60_000, NOON)
    assert wide.window == 60_000
    narrow = learn(wide, [NOON + DAYS * 14], 10, NOON + DAYS * 14)
    assert 10 < narrow.window < 30_000


def test_the_counts_survive_a_change_of_their_unit() -> None:
    rhythm = steady(24)
    later = NOON + timedelta(seconds=REBASE)
    moved = learn(rhythm, [], 0, later)
    assert moved.epoch > rhythm.epoch
    assert max(moved.week) == pytest.approx(max(rhythm.week) / 16)
    assert forecast(moved, later).level == pytest.approx(forecast(rhythm, later).level)


@pytest.mark.parametrize(
    ("dates", "came"),
    [
        pytest.param([NOON - HOURS / 2], [NOON - HOURS / 2], id="between the polls: as dated"),
        pytest.param([None], [NOON - HOURS], id="undated: in the middle"),
        pytest.param([None, None], [NOON - HOURS / 2, NOON - HOURS * 1.5], id="undated: evenly"),
        pytest.param([NOON - DAYS], [NOON - HOURS], id="older than the last poll: it came since"),
        pytest.param([NOON + DAYS], [NOON - HOURS], id="from the future: it came since"),
    ],
)
def test_when_items_came(dates: list, came: list) -> None:  # type: ignore[type-arg]  # a table
    assert arrivals(dates, NOON - HOURS * 2, NOON) == came


@given(
    st.lists(st.timedeltas(-DAYS * 400, DAYS * 400), max_size=30),
    st.timedeltas(-DAYS * 20_000, DAYS * 20_000),
)
def test_no_dates_and_no_jump_of_the_clock_break_a_forecast(
    ages: list[timedelta], jump: timedelta
) -> None:
    rhythm = begin([NOON - age for age in ages], len(ages), NOON)
    then = NOON + jump
    rhythm = learn(rhythm, arrivals([NOON - age for age in ages], NOON, then), len(ages), then)
    expected = forecast(rhythm, then)
    assert 0 < expected.level < 1
    assert 0 <= expected.excess < 1
