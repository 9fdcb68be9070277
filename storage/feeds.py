"""Which feeds we follow, and which of them are due."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import xxhash
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, update

from storage.addresses import one_address, other_scheme
from storage.chunks import chunked
from storage.database import Record, Transaction
from storage.hashes import unpack_hashes
from storage.plans import hints_of, move_of, plan_of
from storage.rhythms import unpack_rhythm
from storage.schema import feed, poll_state, request_headers
from storage.secrets import headers_of
from storage.values import (
    Due,
    Feed,
    FeedKind,
    FeedState,
    FullText,
    NextPoll,
    Subscription,
    Validators,
)

SHARDS = 256
_SET_BACK = timedelta(minutes=5)
"""Clocks of replicas may differ by less."""
_IS_PROVEN = and_(poll_state.c.last_success_at.is_not(None), poll_state.c.failures == 0).label(
    "proven"
)
_ID = re.compile(r"\d{1,18}")


def shard_of(url: str) -> int:
    """0..255: all feeds of one host fall into one shard, so that one replica is polite to it."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    return xxhash.xxh3_64_intdigest((host or url).encode()) % SHARDS


async def find_feed(tx: Transaction, ref: str) -> Feed | None:
    """The feed with this id or URL, if we follow it."""
    feed_id = int(ref) if _ID.fullmatch(ref) else await _id_at(tx, one_address(ref))
    if feed_id is None:
        return None
    row = (await tx.execute(_followed().where(feed.c.id == feed_id))).one_or_none()
    return _feed(row) if row else None


async def _id_at(tx: Transaction, url: str) -> int | None:
    known = (await known_addresses(tx, [url])).get(url)
    return None if known is None else int(known.id)


async def known_addresses(tx: Transaction, urls: Sequence[str]) -> Mapping[str, Record]:
    """For each of these addresses the feed that it is, if we have it: rather one we follow."""
    exact = set(urls)
    asked = {spelling: url for url in urls for spelling in (other_scheme(url), url)}
    rows = list(await tx.execute(_rows().where(feed.c.url.in_(asked))))
    moved = list(await tx.execute(_rows().where(feed.c.moved_from.in_(urls))))
    return (
        {row.url: row for row in rows if row.url in exact}
        | {row.moved_from: row for row in moved if row.removed_at is None}
        | {asked[row.url]: row for row in rows if row.removed_at is None and row.url not in exact}
        | {row.url: row for row in rows if row.removed_at is None and row.url in exact}
    )


def _rows() -> Select[Any]:
    return select(feed.c.id, feed.c.url, feed.c.moved_from, feed.c.labels, feed.c.removed_at)


async def due_feeds(
    tx: Transaction,
    *,
    before: datetime | None,
    after_id: int = 0,
    limit: int,
    shards: Collection[int] | None = None,
) -> list[Feed]:
    """The feeds to poll by `before` (None: every one), by rising id from the one after `after_id`.

    Sources of articles given by hand are never among them. `shards` keeps to those shards.
    """
    query = _followed().where(
        feed.c.id > after_id, or_(feed.c.kind.is_(None), feed.c.kind != FeedKind.INGEST.value)
    )
    if before is not None:
        query = query.where(_is_due(before, now=before))
    if shards is not None:
        query = query.where(poll_state.c.shard.in_(sorted(shards)))
    return [_feed(row) for row in await tx.execute(query.order_by(feed.c.id).limit(limit))]


async def due_times(
    tx: Transaction, *, now: datetime, before: datetime, shards: Collection[int] | None = None
) -> list[Due]:
    """When every feed is due that is to be polled before an instant."""
    query = (
        select(feed.c.id, poll_state.c.next_poll_at, poll_state.c.rate, _IS_PROVEN)
        .where(feed.c.removed_at.is_(None), feed.c.id == poll_state.c.feed_id)
        .where(_is_due(before, now=now))
    )
    if shards is not None:
        query = query.where(poll_state.c.shard.in_(sorted(shards)))
    rows = await tx.execute(query)
    overdue = now - _SET_BACK
    return [
        Due(r.id, r.next_poll_at if r.next_poll_at <= before else overdue, r.rate, bool(r.proven))
        for r in rows
    ]


async def postpone(tx: Transaction, times: Mapping[int, datetime], reason: NextPoll) -> None:
    """Move these feeds' next polls without a poll."""
    if times:
        await tx.execute(
            update(poll_state)
            .where(poll_state.c.feed_id == bindparam("feed"))
            .values(next_poll_at=bindparam("then"), next_poll_reason=reason.value),
            [{"feed": feed_id, "then": times[feed_id]} for feed_id in sorted(times)],
        )


async def count_completed(tx: Transaction) -> int:
    """How many feeds we follow whose articles are completed from their pages."""
    query = select(func.count()).where(
        feed.c.removed_at.is_(None), feed.c.full_text != FullText.NEVER.value
    )
    return int((await tx.execute(query)).scalar_one())


async def count_feeds(tx: Transaction, shards: Collection[int] | None = None) -> int:
    """How many feeds are polled by themselves."""
    query = (
        select(func.count())
        .select_from(feed)
        .join(poll_state, feed.c.id == poll_state.c.feed_id)
        .where(feed.c.removed_at.is_(None), poll_state.c.next_poll_at.is_not(None))
    )
    if shards is not None:
        query = query.where(poll_state.c.shard.in_(sorted(shards)))
    return int((await tx.execute(query)).scalar_one())


async def poll_soon(tx: Transaction, feed_id: int, *, now: datetime) -> None:
    """Make a feed due now: somebody said that it has news."""
    await tx.execute(
        update(poll_state)
        .where(poll_state.c.feed_id == feed_id, poll_state.c.next_poll_at > now)
        .values(next_poll_at=now, next_poll_reason=NextPoll.PINGED.value)
    )


async def load_feeds(tx: Transaction, feed_ids: Sequence[int]) -> list[Feed]:
    """These feeds as they are remembered now, but for those that were removed."""
    found: list[Feed] = []
    for chunk in chunked(feed_ids):
        rows = await tx.execute(_followed().where(feed.c.id.in_(chunk)))
        found += [_feed(row) for row in rows]
    return found


async def subscriptions(tx: Transaction) -> list[Subscription]:
    """Every feed we follow, as an OPML file would state it."""
    rows = await tx.execute(
        select(feed.c.url, feed.c.title, feed.c.site_url, feed.c.labels)
        .where(
            feed.c.removed_at.is_(None),
            or_(feed.c.kind.is_(None), feed.c.kind != FeedKind.INGEST.value),
        )
        .order_by(feed.c.id)
    )
    return [Subscription(r.url, r.title, r.site_url, tuple(r.labels)) for r in rows]


def _is_due(before: datetime, *, now: datetime) -> ColumnElement[bool]:
    """Whether a feed is to be polled by then.

    One that was polled in what is the future `now` is due too: the clock was set back, and it
    would wait for as long.
    """
    at, last = poll_state.c.next_poll_at, poll_state.c.last_poll_at
    return and_(at.is_not(None), or_(at <= before, last > now + _SET_BACK))


def _followed() -> Select[Any]:
    tables = feed.join(poll_state).outerjoin(request_headers)
    return (
        select(
            feed.c.id,
            feed.c.url,
            poll_state.c.shard,
            feed.c.kind,
            feed.c.title,
            feed.c.site_url,
            feed.c.language,
            feed.c.labels,
            feed.c.full_text,
            poll_state.c.state,
            poll_state.c.etag,
            poll_state.c.last_modified,
            poll_state.c.body_hash,
            poll_state.c.entry_hashes,
            poll_state.c.failures,
            poll_state.c.interval_s,
            poll_state.c.next_poll_at,
            poll_state.c.next_poll_reason,
            poll_state.c.rate,
            poll_state.c.price,
            poll_state.c.hint_s,
            poll_state.c.hints_ignored,
            poll_state.c.hints,
            poll_state.c.rhythm,
            poll_state.c.distrusted_until,
            poll_state.c.moved_to,
            poll_state.c.moved_since,
            poll_state.c.moved_polls,
            poll_state.c.last_poll_at,
            poll_state.c.last_success_at,
            request_headers.c.headers,
        )
        .select_from(tables)
        .where(feed.c.removed_at.is_(None))
    )


def _feed(row: Record) -> Feed:
    return Feed(
        id=row.id,
        url=row.url,
        shard=row.shard,
        kind=FeedKind(row.kind) if row.kind else None,
        title=row.title,
        site_url=row.site_url,
        language=row.language,
        labels=tuple(row.labels),
        headers=headers_of(row.headers),
        full_text=FullText(row.full_text) if row.full_text else None,
        state=FeedState(row.state),
        validators=Validators(row.etag, row.last_modified, row.body_hash),
        entry_hashes=unpack_hashes(row.entry_hashes),
        failures=row.failures,
        interval=None if row.interval_s is None else timedelta(seconds=row.interval_s),
        next_poll_at=row.next_poll_at,
        plan=plan_of(row),
        rhythm=unpack_rhythm(row.rhythm),
        hints=hints_of(row.hints),
        distrusted_until=row.distrusted_until,
        move=move_of(row),
        last_poll_at=row.last_poll_at,
        last_success_at=row.last_success_at,
    )
