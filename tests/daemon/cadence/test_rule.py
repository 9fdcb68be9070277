from datetime import timedelta
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.cadence.forecast import BURST_FADES, Forecast, forecast
from daemon.cadence.rhythm import DAY, HOUR, begin
from daemon.cadence.rule import FULL, due_after, weight
from storage.values import NextPoll
from tests.daemon.cadence.rhythms import constant
from tests.samples import NOON

prices = st.floats(1e-3, 1e9)
rates = st.floats(1e-3, 1e4)
windows = st.floats(0, 1e4)


@pytest.mark.parametrize("per_day", [1, 12, 24, 300, 5000])
@pytest.mark.parametrize("price", [1, 100, 1000])
def test_at_a_constant_rate_the_wait_is_the_root_of_twice_the_price_over_the_rate(
    per_day: float, price: float
) -> None:
    seconds, reason = due_after(constant(per_day), price, 0, 30 * DAY)
    assert seconds == pytest.approx(sqrt(2 * price / (per_day / DAY)))
    assert reason is NextPoll.WORTH


@pytest.mark.parametrize(
    ("per_day", "price", "window", "seconds", "reason"),
    [
        pytest.param(
            240, 1e9, 25, HOUR, NextPoll.WINDOW, id="ten of 25 items are there in an hour"
        ),
        pytest.param(240, 1e9, 0, DAY, NextPoll.MAX_INTERVAL, id="no window is known"),
        pytest.param(1e-3, 1e3, 20, DAY, NextPoll.MAX_INTERVAL, id="hardly ever an item"),
    ],
)
def test_what_binds(
    per_day: float, price: float, window: float, seconds: float, reason: NextPoll
) -> None:
    wait, why = due_after(constant(per_day), price, window, DAY)
    assert wait == pytest.approx(seconds)
    assert why is reason


def test_a_quiet_afternoon_is_waited_through() -> None:
    """Four items an hour come from 18:00 UTC on, and none before; it is noon."""
    evening = NOON.replace(hour=18)
    dates = [evening - timedelta(days=1 + n // 24, minutes=-15 * (n % 24)) for n in range(600)]
    expected = forecast(begin(dates, 600, NOON), NOON)
    seconds, _ = due_after(expected, 8000, 0, DAY)
    assert 6 * HOUR < seconds < 7 * HOUR
    assert due_after(constant(24), 8000, 0, DAY)[0] < 3 * HOUR


def test_a_burst_brings_us_back_sooner_and_fades() -> None:
    calm, busy = constant(24), Forecast(NOON.timestamp(), 24 / DAY, excess=0.01)
    assert due_after(busy, 100, 0, DAY)[0] < due_after(calm, 100, 0, DAY)[0] / 3
    extra = sum(
        length * (rate - 24 / DAY)
        for (length, rate), _ in zip(busy.steps(), range(100), strict=False)
    )
    assert extra == pytest.approx(0.01 * BURST_FADES, rel=0.01)


@given(rates, prices, windows)
def test_the_wait_never_exceeds_the_longest(rate: float, price: float, window: float) -> None:
    seconds, _ = due_after(constant(rate), price, window, DAY)
    assert 0 < seconds <= DAY or window == 0


@given(rates, prices, st.floats(1, 100), windows, st.floats(0, 0.1))
def test_a_dearer_request_is_never_made_sooner(
    rate: float, price: float, dearer: float, window: float, excess: float
) -> None:
    expected = Forecast(NOON.timestamp(), rate / DAY, excess=excess)
    cheap, _ = due_after(expected, price, window, DAY)
    dear, _ = due_after(expected, price * dearer, window, DAY)
    assert dear >= cheap * (1 - 1e-9)


@given(rates, prices, st.floats(1, 1e4))
def test_no_more_of_the_window_is_expected_to_wait_than_may_fill_it(
    rate: float, price: float, window: float
) -> None:
    seconds, _ = due_after(constant(rate), price, window, DAY)
    assert seconds * rate / DAY <= FULL * window * (1 + 1e-9)


def test_below_alpha_one_an_article_of_a_quiet_feed_counts_for_more() -> None:
    quiet, busy = 1 / DAY, 100 / DAY
    assert weight(quiet, 1.0) == weight(busy, 1.0) == 1
    assert weight(quiet, 0.7) > weight(busy, 0.7)
    assert weight(quiet, 0.7, priority=2) == 2 * weight(quiet, 0.7)
