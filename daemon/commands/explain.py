"""`newsd feeds explain`: why a feed is polled when it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from daemon.cadence import explain
from daemon.settings import ScheduleSettings
from storage.values import Feed, NextPoll, Takeover

REASONS: Mapping[NextPoll, str] = {
    NextPoll.WORTH: "by then enough waits to be worth a request",
    NextPoll.WINDOW: "later, items could roll out of the document unseen",
    NextPoll.MAX_INTERVAL: "so little is expected that schedule.max_interval decides",
    NextPoll.MIN_INTERVAL: "it would be sooner, but for schedule.min_interval",
    NextPoll.GAP: "items were lost before the last poll, so the wait was halved",
    NextPoll.FRESH: "the server says its answer is fresh until then",
    NextPoll.TTL: "the document asks for it (ttl, sy:updatePeriod)",
    NextPoll.SKIP: "the document says nothing is published before (skipHours, skipDays)",
    NextPoll.RETRY_AFTER: "the server asked for it (Retry-After)",
    NextPoll.HOST_HELD: "its host asked to be left alone (429, Retry-After)",
    NextPoll.THROTTLED: "the server refuses so many requests; backing off",
    NextPoll.ROBOTS: "the robots.txt of its host forbids it (fetch.robots)",
    NextPoll.FAILING: "the polls fail; backing off",
    NextPoll.DORMANT: "it has failed for long; it is still tried",
    NextPoll.PINGED: "its hub says that there is news",
    NextPoll.SAME_AS: "it has moved to the address of another feed",
}


def explained(
    feed: Feed,
    polls: Sequence[Mapping[str, Any]],
    pace: ScheduleSettings,
    now: datetime,
    takeover: Takeover | None = None,
) -> dict[str, Any]:
    """Which term bound, the rate we believe in, the price, and what the hints said."""
    plan = feed.plan
    return {
        "feed_id": feed.id,
        "url": feed.url,
        "state": feed.state.value,
        "last_poll_at": feed.last_poll_at,
        "next_poll_at": feed.next_poll_at,
        "interval_s": feed.interval.total_seconds() if feed.interval else None,
        "reason": plan.reason.value if plan else None,
        "because": REASONS[plan.reason] if plan else "it is new",
        "rate_per_day": plan.rate if plan else None,
        "price_article_seconds": plan.price if plan else None,
        "ttl_s": feed.hints.every.total_seconds() if feed.hints.every else None,
        "hint_s": plan.hint.total_seconds() if plan and plan.hint else None,
        "hints_ignored": plan.hints_ignored if plan else 0,
        "respect_hints": pace.respect_hints,
        "skip_hours": list(feed.hints.skip_hours),
        "skip_days": list(feed.hints.skip_days),
        "takeover": _told(takeover, feed) if takeover else None,
        "headers": [name for name, _ in feed.headers],
        "distrusted_until": feed.distrusted_until,
        **explain(feed, now),
        "polls": [dict(poll) for poll in polls],
    }


def _told(takeover: Takeover, feed: Feed) -> str:
    """What makes us think that the feed is no longer itself, and what to do about it."""
    signs = ", ".join(takeover.signs)
    return (
        f"at {takeover.at:%Y-%m-%d %H:%M}Z all its entries changed at once, and with them: "
        f"{signs}; it was called {takeover.title_before!r} and is {feed.title!r}. If that is "
        f"fine: newsd feeds accept {feed.id}; if not: newsd feeds remove {feed.id}"
    )
