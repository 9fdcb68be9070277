from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from daemon.cadence import JITTER, after_poll, first_price, is_trusted
from daemon.settings import ScheduleSettings
from daemon.values import Brought, Digested, Failed, Gathered, News, Unchanged
from storage.values import Feed, FeedKind, FeedState, Gap, NextPoll, Outcome, Validators
from tests.samples import FEED, NOON

PACE = ScheduleSettings(requests_per_day=48)
PRICE = first_price(PACE, NOON).mu
HOUR = timedelta(hours=1)
HALF_HOUR = HOUR / 2
FOLLOWED = replace(FEED, state=FeedState.HEALTHY, interval=HALF_HOUR, last_success_at=NOON)
MARKS = Validators(etag='"2"', body_hash=2)
NEWS = Digested(FeedKind.RSS, "World", None, "en", 1, (1,), frozenset({9}), ())

NOTHING = Brought()


def after(feed: Feed, news: News, brought: Brought = NOTHING, **more: Any) -> Feed:
    gathered = Gathered(feed, NOON, timedelta(), news, validators=MARKS, **more)
    return after_poll(gathered, brought, NOON, PACE, PRICE)


def wait(feed: Feed) -> timedelta:
    assert feed.next_poll_at is not None
    return feed.next_poll_at - NOON


def why(feed: Feed) -> NextPoll:
    assert feed.plan is not None
    return feed.plan.reason


def test_a_first_document_is_history() -> None:
    """Thirty items, one an hour, tell at once that this is a feed of 24 a day."""
    dates = tuple(NOON - HOUR * n for n in range(30))
    remembered = after(FEED, replace(NEWS, items=30), Brought(dates))
    assert remembered.plan is not None
    assert remembered.plan.rate == pytest.approx(24, rel=0.1)
    assert remembered.plan.reason is NextPoll.WORTH
    assert remembered.interval is not None
    assert remembered.interval <= wait(remembered) <= remembered.interval * (1 + JITTER)


def test_a_feed_whose_items_have_no_dates_starts_as_an_ordinary_one() -> None:
    remembered = after(FEED, replace(NEWS, items=30), Brought((None,) * 30))
    assert wait(remembered) < HALF_HOUR


def test_news_brings_us_back_sooner_and_silence_later() -> None:
    news = tuple(NOON - timedelta(minutes=n) for n in range(5))
    begun = replace(after(FEED, NEWS, Brought((NOON - HOUR * 30,))), last_success_at=NOON - HOUR)
    assert wait(after(begun, NEWS, Brought(news))) < wait(after(begun, Unchanged()))


def test_a_poll_that_brought_nothing_leaves_the_rhythm_as_it_was() -> None:
    begun = after(FEED, NEWS, Brought((NOON,)))
    assert after(begun, Unchanged()).rhythm is begun.rhythm


def test_after_a_gap_we_come_back_in_half_the_time_and_count_what_was_lost() -> None:
    begun = replace(after(FEED, NEWS, Brought((NOON - HOUR * 40,))), last_success_at=NOON - HOUR)
    gap = Gap(1, NOON - timedelta(minutes=12), NOON, 7)
    remembered = after(begun, NEWS, Brought((NOON,), gap))
    assert (why(remembered), remembered.interval) == (NextPoll.GAP, timedelta(minutes=6))
    assert remembered.rhythm is not None
    assert begun.rhythm is not None
    assert sum(remembered.rhythm.week) - sum(begun.rhythm.week) == pytest.approx(8, rel=0.2)


def test_a_server_that_lied_is_not_believed_for_thirty_days() -> None:
    remembered = after(FOLLOWED, NEWS, lied=True)
    assert is_trusted(FOLLOWED, NOON)
    assert not is_trusted(remembered, NOON + timedelta(days=29))
    assert is_trusted(remembered, NOON + timedelta(days=30))


def test_a_whole_document_is_remembered() -> None:
    remembered = after(FOLLOWED, NEWS)
    assert (remembered.validators, remembered.entry_hashes) == (MARKS, frozenset({9}))
    assert (remembered.kind, remembered.title) == (FeedKind.RSS, "World")


def test_an_equal_body_keeps_what_was_learned_and_takes_the_new_validators() -> None:
    feed = replace(FOLLOWED, entry_hashes=frozenset({1}))
    remembered = after(feed, Unchanged())
    assert (remembered.validators, remembered.entry_hashes) == (MARKS, frozenset({1}))


@pytest.mark.threat("B5", "C3")
@pytest.mark.parametrize("outcome", [o for o in Outcome if not o.is_success])
def test_a_failed_poll_moves_no_validators(outcome: Outcome) -> None:
    feed = replace(FOLLOWED, validators=Validators(etag='"1"'), entry_hashes=frozenset({1}))
    remembered = after(feed, Failed(outcome, "no"))
    assert (remembered.validators, remembered.entry_hashes) == (
        feed.validators,
        feed.entry_hashes,
    )
    assert remembered.last_success_at == feed.last_success_at


@pytest.mark.threat("C6")
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


@pytest.mark.threat("C7")
def test_feeds_polled_together_drift_apart() -> None:
    waits = {wait(after(replace(FOLLOWED, id=n), NEWS)) for n in range(50)}
    assert len(waits) > 40
