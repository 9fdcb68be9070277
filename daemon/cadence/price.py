"""Steer the one knob: what a request has to be worth, so that requests meet the budget."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import exp, log

from daemon.cadence.rhythm import DAY, HOUR
from daemon.settings import ScheduleSettings
from daemon.values import Spent
from storage.values import Price

SMOOTHED = DAY
"""Seconds over which requests and delays are averaged: a whole day, or nights would mislead."""
YOUNG = HOUR
"""A process that just began to steer averages over this, and over more as it ages."""
PATIENCE = 2.0
"""Corrections take so many times the averaging; less, and they would swing (damping .7)."""
USUAL_RATE = 4 / DAY
"""Items a second of an ordinary feed: most are quiet, and a few publish most of the news."""
SWING = 100.0
"""The price stays within this factor of the usual one: where it has no power over the requests,
because `min_interval` holds them, it must not run away."""


def first_price(pace: ScheduleSettings, now: datetime) -> Price:
    """What to start from: an ordinary feed would be polled as often as the budget says."""
    return Price(_usual(pace), now, now, pace.requests_per_day)


def steer(price: Price, pace: ScheduleSettings, now: datetime, spent: Spent) -> Price:
    """The price after what was spent since it was last set.

    Requests go with one over the root of the price, so twice the logarithm of the miss corrects
    it. With `target_delay` the price also rises while articles come sooner than they need to.
    """
    span = (now - price.at).total_seconds()
    if span <= 0 or not spent.feeds:
        return Price(price.mu, now, price.since, price.requests, price.delay)
    over = min(max((now - price.since).total_seconds(), YOUNG), SMOOTHED)
    kept = exp(-span / over)
    rate = spent.polls / spent.feeds * DAY / span
    requests = price.requests * kept + rate * (1 - kept)
    delay = _delay(price.delay, spent.delays, pace)
    miss = _miss(requests, delay, pace)
    mu = price.mu * exp(2 * miss * min(1.0, span / (over * PATIENCE)))
    usual = _usual(pace)
    return Price(min(max(mu, usual / SWING), usual * SWING), now, price.since, requests, delay)


def _usual(pace: ScheduleSettings) -> float:
    """The price at which the budget pays for ordinary feeds."""
    interval = DAY / pace.requests_per_day
    return interval * interval * USUAL_RATE / 2


def _miss(requests: float, delay: float | None, pace: ScheduleSettings) -> float:
    """How much too dear we live: above 0 the price has to rise."""
    budget = log(max(requests, 1e-6) / pace.requests_per_day)
    if pace.target_delay is None or delay is None:
        return max(-1.0, min(budget, 1.0))
    return max(-1.0, min(max(budget, log(pace.target_delay.total_seconds() / delay)), 1.0))


def _delay(held: float | None, delays: Sequence[float], pace: ScheduleSettings) -> float | None:
    """The mean delay, in which each article weighs a hundredth; older news was no news to us."""
    for one in delays:
        if 0 <= one <= pace.max_interval / timedelta(seconds=1):
            held = one if held is None else held + (one - held) / 100
    return max(held, 1.0) if held is not None else None
