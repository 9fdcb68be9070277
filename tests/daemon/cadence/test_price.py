from dataclasses import replace
from datetime import timedelta
from math import sqrt

import pytest

from daemon.cadence import first_price, steer
from daemon.cadence.price import SWING, USUAL_RATE
from daemon.settings import ScheduleSettings
from daemon.values import Spent
from storage.values import Price
from tests.samples import NOON

DAY = timedelta(days=1)
STEP = timedelta(minutes=10)
FEEDS = 1000


def demand(price: Price, rate: float) -> float:
    """Requests a feed a day of feeds that all publish `rate` items a second."""
    return 86400 / sqrt(2 * price.mu / rate)


def lived(price: Price, pace: ScheduleSettings, days: int, rate: float) -> Price:
    """After days of making the requests that the price asks for."""
    owed = 0.0
    for _ in range(days * DAY // STEP):
        owed += demand(price, rate) * FEEDS * (STEP / DAY)
        polls, owed = int(owed), owed % 1
        price = steer(price, pace, price.at + STEP, Spent(FEEDS, polls))
    return price


@pytest.mark.parametrize("budget", [12, 48, 300])
@pytest.mark.parametrize("off", [0.02, 1, 50])
def test_requests_come_to_meet_the_budget(budget: float, off: float) -> None:
    """However wrong the first guess was, by a factor of seven either way in requests."""
    pace = ScheduleSettings(requests_per_day=budget)
    price = lived(first_price(pace, NOON), pace, 14, USUAL_RATE * off)
    assert demand(price, USUAL_RATE * off) == pytest.approx(budget, rel=0.05)


def test_a_price_without_power_does_not_run_away() -> None:
    """One feed that is polled as often as `min_interval` lets us, and that is not enough."""
    pace = ScheduleSettings(requests_per_day=1000)
    begun = price = first_price(pace, NOON)
    for _ in range(60 * DAY // STEP):
        price = steer(price, pace, price.at + STEP, Spent(1, 2))
    assert price.mu == pytest.approx(begun.mu / SWING)


def test_the_first_guess_suits_ordinary_feeds() -> None:
    pace = ScheduleSettings(requests_per_day=24)
    assert demand(first_price(pace, NOON), USUAL_RATE) == pytest.approx(24)


def test_within_a_day_most_of_an_error_is_gone() -> None:
    pace = ScheduleSettings(requests_per_day=24)
    price = lived(replace(first_price(pace, NOON), mu=1), pace, 2, USUAL_RATE)
    assert 24 / 1.5 < demand(price, USUAL_RATE) < 24 * 1.5


def test_news_that_comes_soon_enough_saves_requests() -> None:
    pace = ScheduleSettings(requests_per_day=48, target_delay=timedelta(hours=1))
    quick, slow = Spent(10, 0, (60.0,) * 500), Spent(10, 0, (7200.0,) * 500)
    held = replace(first_price(pace, NOON), requests=40)
    assert steer(held, pace, NOON + STEP, quick).mu > held.mu
    assert steer(held, pace, NOON + STEP, slow).mu < held.mu


def test_the_budget_is_kept_even_if_news_comes_late() -> None:
    pace = ScheduleSettings(requests_per_day=48, target_delay=timedelta(minutes=1))
    held = replace(first_price(pace, NOON), requests=60)
    spent = Spent(10, 100, (7200.0,) * 500)
    assert steer(held, pace, NOON + STEP, spent).mu > held.mu


@pytest.mark.parametrize("later", [-DAY, timedelta()])
def test_a_clock_that_stands_or_is_set_back_moves_no_price(later: timedelta) -> None:
    pace = ScheduleSettings()
    held = first_price(pace, NOON)
    assert steer(held, pace, NOON + later, Spent(10, 500)).mu == held.mu
