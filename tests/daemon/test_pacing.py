from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.pacing import (
    BURST,
    FORGOTTEN,
    JITTER,
    SLOWEST,
    Pace,
    Paces,
    answered,
    asked,
    seconds_to_wait,
)
from daemon.values import Failed, Gathered, Unchanged
from storage.values import Outcome
from tests.samples import FEED, NOON

USUAL = Pace(0.0, latency=0.5)
SLOWED = replace(USUAL, share=0.25)
TIMEOUT = Failed(Outcome.TIMEOUT, "slow")


def answer(status: int | None = 200, seconds: float = 0.5) -> Gathered:
    news = Unchanged() if status in {200, 304} else Failed(Outcome.HTTP_STATUS, "no", status)
    if status is None:
        news = Failed(Outcome.CONNECT, "nobody listens")
    return Gathered(FEED, NOON, timedelta(seconds=seconds), news, http_status=status)


@pytest.mark.threat("C7")
@pytest.mark.parametrize(
    ("pace", "rate", "now", "wait"),
    [
        pytest.param(Pace(0.0), 2.0, 0.0, 0.0, id="at first"),
        pytest.param(Pace(0.0, tokens=1.0), 2.0, 0.0, 0.0, id="one left"),
        pytest.param(Pace(0.0, tokens=0.0), 2.0, 0.0, 0.5, id="none left"),
        pytest.param(Pace(0.0, tokens=0.0), 2.0, 0.4, 0.1, id="almost one"),
        pytest.param(Pace(0.0, tokens=-1.0), 2.0, 0.0, 1.0, id="one too many"),
        pytest.param(Pace(0.0, tokens=0.0, share=0.1), 2.0, 0.0, 5.0, id="slowed down"),
        pytest.param(Pace(0.0, tokens=0.0, share=1e-9), 2.0, 0.0, 1 / SLOWEST, id="at least"),
        pytest.param(Pace(0.0, tokens=0.0, pause=9.0), 2.0, 0.0, 9.0, id="it wants a pause"),
        pytest.param(Pace(0.0, tokens=0.0, pause=0.1), 2.0, 0.0, 0.5, id="less than ours"),
        pytest.param(Pace(0.0, tokens=0.0, pause=9e9), 2.0, 0.0, 1 / SLOWEST, id="for years"),
        pytest.param(Pace(0.0, tokens=0.0, pause=9.0), 2.0, 1e9, 0.0, id="long after a pause"),
        pytest.param(Pace(0.0, tokens=0.0), 2.0, 1e9, 0.0, id="long ago"),
    ],
)
def test_how_long_a_host_is_left_alone(pace: Pace, rate: float, now: float, wait: float) -> None:
    assert seconds_to_wait(pace, rate, now) == pytest.approx(wait)


@pytest.mark.parametrize(
    ("pace", "wait"),
    [
        pytest.param(Pace(0.0), 0.0, id="there is enough for both"),
        pytest.param(Pace(0.0, tokens=1.0), 0.5, id="the last one is another's"),
        pytest.param(Pace(0.0, tokens=1.0, pause=9.0), 0.0, id="there is never more than one"),
        pytest.param(Pace(0.0, tokens=0.0, pause=9.0), 9.0, id="and now there is none"),
    ],
)
def test_who_leaves_a_request_to_others_waits_longer(pace: Pace, wait: float) -> None:
    assert seconds_to_wait(pace, 2.0, 0.0, spare=1.0) == pytest.approx(wait)


@pytest.mark.parametrize(
    ("before", "got", "share"),
    [
        pytest.param(USUAL, answer(), 1.0, id="all is well"),
        pytest.param(SLOWED, answer(), 0.2625, id="recovery is slow"),
        pytest.param(SLOWED, answer(304), 0.2625, id="a 304 is a good answer"),
        pytest.param(SLOWED, answer(404), 0.2625, id="a 404 is no refusal"),
        pytest.param(SLOWED, answer(None), 0.25, id="nobody answers"),
        pytest.param(USUAL, answer(429), 0.5, id="429"),
        pytest.param(SLOWED, answer(429), 0.125, id="429 again"),
        pytest.param(USUAL, answer(503), 1.0, id="one 503 is a feed's own"),
        pytest.param(replace(USUAL, refusals=2), answer(403), 0.5, id="a burst of refusals"),
        pytest.param(USUAL, answer(seconds=1.9), 1.0, id="under two seconds is not slow"),
        pytest.param(USUAL, answer(seconds=2.1), 0.5, id="several times the average"),
        pytest.param(replace(USUAL, latency=3.0), answer(seconds=9), 1.0, id="always slow"),
        pytest.param(Pace(0.0), answer(seconds=9), 1.0, id="slow the first time"),
        pytest.param(USUAL, replace(answer(None), news=TIMEOUT), 0.5, id="a timeout"),
    ],
)
def test_what_an_answer_does_to_the_rate(before: Pace, got: Gathered, share: float) -> None:
    assert answered(before, got).share == pytest.approx(share)


def test_refusals_count_only_in_a_row() -> None:
    pace = USUAL
    for status in (403, 503, 200, 403, 503, 404, 503, 403):
        pace = answered(pace, answer(status))
    assert (pace.share, pace.refusals) == (1.0, 2)


def test_after_a_429_there_is_no_burst() -> None:
    slowed = answered(Pace(0.0), answer(429))
    assert seconds_to_wait(slowed, 2.0, 0.0) == pytest.approx(1.0)
    again = asked(slowed, 2.0, 1e6, 1.0)
    assert again.tokens <= BURST * slowed.share


def test_requests_do_not_come_like_clockwork() -> None:
    sure, late = (asked(Pace(0.0), 2.0, 0.0, draw) for draw in (0.0, 1.0))
    assert sure.tokens - late.tokens == pytest.approx(JITTER)


def test_a_host_that_is_slow_for_good_gets_its_rate_back() -> None:
    pace, shares = USUAL, []
    for _ in range(200):
        pace = answered(pace, answer(seconds=4))
        shares.append(pace.share)
    assert min(shares) < 0.5
    assert shares[-1] == 1.0


def test_a_handful_of_feeds_is_not_delayed() -> None:
    paces = Paces(2.0)
    for _ in range(4):
        assert paces.wait("a.example", 0.0) == 0.0
        paces.ask("a.example", 0.0)


def test_however_a_host_answers_it_is_asked_and_recovers() -> None:
    paces = Paces(2.0)
    paces.ask("a.example", 0.0)
    for _ in range(1000):
        paces.answer("a.example", answer(429))
    assert paces.wait("a.example", 0.0) == pytest.approx(1 / SLOWEST, rel=0.01)
    for _ in range(120):
        paces.answer("a.example", answer())
    paces.ask("a.example", 1e4)
    assert paces.wait("a.example", 1e4) < 1.0


def test_hosts_that_are_not_asked_are_forgotten() -> None:
    paces = Paces(2.0)
    for n in range(1000):
        paces.ask(f"h{n}.example", float(n))
    assert len(paces) == 1000
    paces.ask("late.example", FORGOTTEN + 500)
    assert len(paces) == 500
    paces.ask("late.example", FORGOTTEN * 3)
    assert len(paces) == 1


def test_what_a_poll_asked_for_beside_its_feed_is_owed() -> None:
    several = replace(answer(), more_requests=3)
    assert answered(USUAL, several).tokens == answered(USUAL, answer()).tokens - 3
