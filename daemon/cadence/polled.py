"""A feed as it should be remembered after a poll: what it taught us, and when to come back."""

from dataclasses import replace
from datetime import datetime, timedelta

from daemon.cadence.audit import DISTRUST, draw
from daemon.cadence.backoff import back_off, failing_state
from daemon.cadence.moves import confirmed_move
from daemon.cadence.plan import JITTER, plan_next
from daemon.cadence.rhythm import arrivals, begin, learn
from daemon.settings import ScheduleSettings
from daemon.values import Brought, Digested, Failed, Gathered
from storage.values import Feed, FeedKind, FeedState, Plan


def after_poll(
    gathered: Gathered, brought: Brought, now: datetime, pace: ScheduleSettings, price: float
) -> Feed:
    """The feed as it should be remembered: when to come back, and with what.

    `price` is what a request must be worth, in article-seconds.
    """
    feed = replace(gathered.feed, last_poll_at=gathered.started_at, move=confirmed_move(gathered))
    if feed.kind is FeedKind.INGEST:
        return replace(feed, state=FeedState.HEALTHY, last_success_at=gathered.started_at)
    if isinstance(gathered.news, Failed):
        return _after_failure(feed, gathered, gathered.news, now, pace)
    if isinstance(gathered.news, Digested):
        feed = _learned(feed, gathered.news, brought, gathered.started_at)
    feed = _validated(feed, gathered)
    gap = brought.gap
    shortened = (gap.before - gap.after) / 2 if gap else None
    wait, plan = plan_next(feed, gathered.fresh, price, gathered.started_at, pace, shortened)
    return replace(
        feed,
        state=FeedState.HEALTHY,
        failures=0,
        last_success_at=gathered.started_at,
        interval=wait,
        next_poll_at=max(gathered.started_at + _jittered(wait, gathered), now),
        plan=plan,
    )


def _learned(feed: Feed, news: Digested, brought: Brought, at: datetime) -> Feed:
    """What a whole, recognised document taught us about its feed."""
    rhythm = feed.rhythm
    if rhythm is None or feed.last_success_at is None:
        dates = [one for one in brought.dates if one is not None]
        rhythm = begin(dates, news.items, at) if news.items else None
    elif brought.dates:
        lost = brought.gap.estimated_items if brought.gap else 0
        came = arrivals([*brought.dates, *[None] * lost], feed.last_success_at, at)
        # a delta shows less than the feed holds
        visible = max(rhythm.window, news.items) if news.is_delta else news.items
        rhythm = learn(rhythm, came, visible, at)
    return replace(
        feed,
        kind=news.kind,
        title=news.title or feed.title,
        site_url=news.site_url or feed.site_url,
        language=news.language or feed.language,
        entry_hashes=news.entry_hashes,
        hints=news.hints,
        rhythm=rhythm,
    )


def _validated(feed: Feed, gathered: Gathered) -> Feed:
    """With the validators of a whole document, and what became of our trust in them."""
    if gathered.validators.body_hash is not None:
        feed = replace(feed, validators=gathered.validators)
    if gathered.lied:
        feed = replace(feed, distrusted_until=gathered.started_at + DISTRUST)
    return feed


def _after_failure(
    feed: Feed, gathered: Gathered, failed: Failed, now: datetime, pace: ScheduleSettings
) -> Feed:
    failures = feed.failures + 1
    wait, reason = back_off(feed, failed, failures, pace)
    return replace(
        feed,
        state=failing_state(failed, failures),
        failures=failures,
        next_poll_at=now + _jittered(wait, gathered),
        plan=replace(feed.plan, reason=reason) if feed.plan else Plan(reason),
    )


def _jittered(wait: timedelta, gathered: Gathered) -> timedelta:
    """Up to 5 % more; the same for the same poll."""
    return wait * (1 + JITTER * draw(gathered.feed.id, gathered.started_at))
