"""Whether to believe a server's 304: now and then we ask without validators, and compare."""

from dataclasses import replace
from datetime import datetime, timedelta

import xxhash

from storage.values import Feed, Validators

ONE_IN = 64
"""Polls, of which one sends no validators."""
DISTRUST = timedelta(days=30)


def audit_due(feed: Feed) -> bool:
    """Whether the next poll is one to ask unconditionally; as good as chance, yet repeatable."""
    if not has_conditions(feed.validators) or feed.last_poll_at is None:
        return False
    return draw(feed.id, feed.last_poll_at) < 1 / ONE_IN


def is_trusted(feed: Feed, now: datetime) -> bool:
    """Whether a 304 of its server means that the document is the same."""
    return feed.distrusted_until is None or feed.distrusted_until <= now


def unconditional(feed: Feed) -> Feed:
    """The feed as one asks for the whole document; an equal body is still recognised."""
    return replace(feed, validators=Validators(body_hash=feed.validators.body_hash))


def has_conditions(held: Validators) -> bool:
    """Whether there is anything to ask conditionally with."""
    return bool(held.etag or held.last_modified)


def draw(feed_id: int, at: datetime) -> float:
    """A number in 0..1 that is the same for the same poll."""
    return xxhash.xxh32_intdigest(f"{feed_id}@{at.timestamp()}".encode()) / 2**32
