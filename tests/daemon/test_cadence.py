from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from daemon.cadence import JITTER, after_poll
from daemon.settings import ScheduleSettings
from daemon.values import Digested, Failed, Gathered, News, Unchanged
from storage.values import Feed, FeedKind, FeedState, Outcome, Poll, Validators
from tests.samples import FEED, NOON

PACE = ScheduleSettings(requests_per_day=48)
HALF_HOUR = timedelta(minutes=30)
FOLLOWED = replace(FEED, state=FeedState.HEALTHY, interval=HALF_HOUR, last_success_at=NOON)
MARKS = Validators(etag='"2"', body_hash=2)
NEWS = Digested(FeedKind.RSS, "World", None, "en", 1, (1,), frozenset({9}), ())


def after(feed: Feed, news: News, *, created: int = 0) -> Feed:
    gathered = Gathered(feed, NOON, timedelta(), news, validators=MARKS)
    poll = Poll(feed.id, NOON, timedelta(), Outcome.STORED, created=created)
    return after_poll(gathered, poll, NOON, PACE)


def wait(feed: Feed) -> timedelta:
    assert feed.next_poll_at is not None
    return feed.next_poll_at - NOON


@pytest.mark.parametrize(
    ("feed", "created", "interval", "reason"),
    [
        pytest.param(FEED, 0, HALF_HOUR, "first_poll", id="a new feed starts at its budget"),
        pytest.param(FOLLOWED, 3, HALF_HOUR / 2, "new_articles", id="news brings us back sooner"),
        pytest.param(FOLLOWED, 0, HALF_HOUR * 1.25, "nothing_new", id="silence later"),
        pytest.param(
            replace(FOLLOWED, interval=timedelta(minutes=6)),
            1,
            timedelta(minutes=5),
            "new_articles",
            id="never sooner than the shortest interval",
        ),
        pytest.param(
            replace(FOLLOWED, interval=timedelta(hours=4)),
            0,
            timedelta(hours=4),
            "nothing_new",
            id="never later than eight times the budget",
        ),
    ],
)
def test_the_interval_follows_the_news(
    feed: Feed, created: int, interval: timedelta, reason: str
) -> None:
    remembered = after(feed, NEWS, created=created)
    assert (remembered.interval, remembered.next_poll_reason) == (interval, reason)
    assert interval <= wait(remembered) <= interval * (1 + JITTER)


def test_a_whole_document_is_remembered() -> None:
    remembered = after(FOLLOWED, NEWS)
    assert (remembered.validators, remembered.entry_hashes) == (MARKS, frozenset({9}))
    assert (remembered.kind, remembered.title) == (FeedKind.RSS, "World")


def test_an_equal_body_keeps_what_was_learned_and_takes_the_new_validators() -> None:
    feed = replace(FOLLOWED, entry_hashes=frozenset({1}))
    remembered = after(feed, Unchanged())
    assert (remembered.validators, remembered.entry_hashes) == (MARKS, frozenset({1}))


@pytest.mark.parametrize("outcome", [o for o in Outcome if not o.is_success])
def test_a_failed_poll_moves_no_validators(outcome: Outcome) -> None:
    feed = replace(FOLLOWED, validators=Validators(etag='"1"'), entry_hashes=frozenset({1}))
    gathered = Gathered(feed, NOON, timedelta(), Failed(outcome, "no"))
    poll = Poll(feed.id, NOON, timedelta(), outcome)
    remembered = after_poll(gathered, poll, NOON, PACE)
    assert (remembered.validators, remembered.entry_hashes) == (
        feed.validators,
        feed.entry_hashes,
    )
    assert remembered.last_success_at == feed.last_success_at


def test_failures_back_off_and_never_stop() -> None:
    feed, waits = FOLLOWED, []
    for _ in range(30):
        feed = after(feed, Failed(Outcome.TIMEOUT, "slow"))
        waits.append(wait(feed))
    assert HALF_HOUR <= waits[0] <= HALF_HOUR * (1 + JITTER)
    assert all(b >= a * 0.9 for a, b in pairwise(waits))
    assert PACE.max_backoff <= waits[-1] <= PACE.max_backoff * (1 + JITTER)
    assert feed.state is FeedState.DORMANT


def test_a_server_that_asks_for_time_gets_it() -> None:
    asked = timedelta(hours=5)
    remembered = after(FOLLOWED, Failed(Outcome.HTTP_STATUS, "429", 429, retry_after=asked))
    assert asked <= wait(remembered) <= asked * (1 + JITTER)
    assert remembered.next_poll_reason == "retry_after"


def test_gone_needs_three_confirmations() -> None:
    feed, states = FOLLOWED, []
    for _ in range(3):
        feed = after(feed, Failed(Outcome.HTTP_STATUS, "410 Gone", 410))
        states.append(feed.state)
    assert states == [FeedState.DEGRADED, FeedState.DEGRADED, FeedState.GONE]
    assert after(feed, NEWS).state is FeedState.HEALTHY


def test_a_source_of_ingested_articles_is_never_due() -> None:
    source = replace(FEED, kind=FeedKind.INGEST, next_poll_at=None)
    assert after(source, NEWS).next_poll_at is None


def test_feeds_polled_together_drift_apart() -> None:
    waits = {wait(after(replace(FOLLOWED, id=n), NEWS)) for n in range(50)}
    assert len(waits) > 40
