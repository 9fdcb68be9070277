"""When to look at a feed again: one pure function of what the last poll came to."""

from dataclasses import replace
from datetime import datetime, timedelta

import xxhash

from daemon.settings import ScheduleSettings
from daemon.values import Digested, Failed, Gathered
from storage.values import Feed, FeedKind, FeedState, Outcome, Poll

DAY = timedelta(days=1)
SHORTEN, LENGTHEN = 0.5, 1.25
"""Multiplicative increase and decrease, the crawlers' fixed-hit-rate rule."""
SPREAD = 8
"""A feed's interval stays within this factor of the one that its budget pays for."""
CONFIRMATIONS = 3
"""Answers of 410 in a row before a feed counts as gone."""
DORMANT_AFTER = 10
"""Failures in a row before a feed counts as dormant."""
JITTER = 0.05


def after_poll(gathered: Gathered, poll: Poll, now: datetime, pace: ScheduleSettings) -> Feed:
    """The feed as it should be remembered: when to come back, and with what."""
    feed = replace(gathered.feed, last_poll_at=gathered.started_at)
    if feed.kind is FeedKind.INGEST:
        return replace(feed, state=FeedState.HEALTHY, last_success_at=gathered.started_at)
    if isinstance(gathered.news, Failed):
        return _after_failure(feed, gathered.news, now, pace)
    if isinstance(gathered.news, Digested):
        feed = _learned(feed, gathered.news)
    if gathered.validators.body_hash is not None:
        feed = replace(feed, validators=gathered.validators)
    interval, reason = _next_interval(feed, poll, pace)
    return replace(
        feed,
        state=FeedState.HEALTHY,
        failures=0,
        last_success_at=gathered.started_at,
        interval=interval,
        next_poll_at=now + _jittered(interval, feed, now),
        next_poll_reason=reason,
    )


def _learned(feed: Feed, news: Digested) -> Feed:
    """What a whole, recognised document taught us about its feed."""
    return replace(
        feed,
        kind=news.kind,
        title=news.title or feed.title,
        site_url=news.site_url or feed.site_url,
        language=news.language or feed.language,
        entry_hashes=news.entry_hashes,
    )


def _next_interval(feed: Feed, poll: Poll, pace: ScheduleSettings) -> tuple[timedelta, str]:
    usual = DAY / pace.requests_per_day
    low = max(pace.min_interval, usual / SPREAD)
    high = max(low, min(pace.max_interval, usual * SPREAD))
    if feed.interval is None:
        return min(max(usual, low), high), "first_poll"
    if poll.created:
        return min(max(feed.interval * SHORTEN, low), high), "new_articles"
    return min(max(feed.interval * LENGTHEN, low), high), "nothing_new"


def _after_failure(feed: Feed, failed: Failed, now: datetime, pace: ScheduleSettings) -> Feed:
    failures = feed.failures + 1
    usual = max(pace.min_interval, DAY / pace.requests_per_day)
    wait = min(usual * 2 ** min(failures - 1, 20), pace.max_backoff)
    reason = f"backoff_{failed.outcome}"
    if failed.retry_after is not None and failed.retry_after > wait:
        wait, reason = failed.retry_after, "retry_after"
    return replace(
        feed,
        state=_failing_state(failed, failures),
        failures=failures,
        next_poll_at=now + _jittered(wait, feed, now),
        next_poll_reason=reason,
    )


def _failing_state(failed: Failed, failures: int) -> FeedState:
    gone = failed.outcome is Outcome.HTTP_STATUS and failed.http_status == 410
    if gone and failures >= CONFIRMATIONS:
        return FeedState.GONE
    return FeedState.DORMANT if failures >= DORMANT_AFTER else FeedState.DEGRADED


def _jittered(wait: timedelta, feed: Feed, now: datetime) -> timedelta:
    """Up to 5 % more, so that feeds polled together drift apart; the same for the same poll."""
    draw = xxhash.xxh32_intdigest(f"{feed.id}@{now.isoformat()}".encode()) / 2**32
    return wait * (1 + JITTER * draw)
