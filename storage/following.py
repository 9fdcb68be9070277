"""Follow feeds, and stop following them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from storage.addresses import is_same_origin, one_address, other_scheme
from storage.chunks import CHUNK, chunked
from storage.database import Record, Transaction, upsert
from storage.errors import OtherOriginError
from storage.feeds import find_feed, known_addresses, shard_of
from storage.schema import feed, poll_state, takeover
from storage.secrets import change_headers, forget_headers
from storage.values import Feed, FeedKind, FeedState, Subscription


async def add_feeds(tx: Transaction, wanted: Sequence[Subscription], *, now: datetime) -> int:
    """Follow these feeds and return how many were not followed before.

    One address has many spellings (`one_address`, http and https), and a feed that has moved is
    known by its old one too. A new feed is due at once. One that is followed already keeps what we
    know of it and gets the new labels, headers and choices too; one that was removed is followed
    again.

    Raises `OtherOriginError` for headers of an address whose feed is asked at another origin.
    """
    added = 0
    for chunk in chunked(_merged(wanted).values(), CHUNK // 2):  # two spellings each
        known = await known_addresses(tx, [w.url for w in chunk])
        await _insert(tx, [w for w in chunk if w.url not in known], now)
        again = [w for w in chunk if w.url in known]
        await _relabel(tx, again, known)
        await _choose(tx, again, known)
        removed = [r.id for r in known.values() if r.removed_at is not None]
        await _revive(tx, removed, now)
        await _equip(tx, [w for w in chunk if w.headers])
        added += len(chunk) - len(known) + len(removed)
    return added


async def remove_feed(tx: Transaction, ref: str, *, now: datetime) -> Feed | None:
    """Stop following the feed with this id or URL; its articles stay. None: there is no such."""
    found = await find_feed(tx, ref)
    if found is None:
        return None
    await tx.execute(update(feed).where(feed.c.id == found.id).values(removed_at=now))
    await tx.execute(
        update(poll_state).where(poll_state.c.feed_id == found.id).values(next_poll_at=None)
    )
    await forget_headers(tx, [found.id])
    await tx.execute(delete(takeover).where(takeover.c.feed_id == found.id))
    return replace(found, headers=(), next_poll_at=None)


async def ingest_source(tx: Transaction, name: str, *, now: datetime) -> Feed:
    """The source that articles given by hand under this name belong to."""
    url = f"ingest:{name}"
    found = await find_feed(tx, url)
    if found is not None:
        return found
    await _insert(tx, [Subscription(url, title=name)], now, kind=FeedKind.INGEST)
    made = await find_feed(tx, url)
    if made is None:
        raise LookupError(url)
    return made


def _merged(wanted: Iterable[Subscription]) -> dict[str, Subscription]:
    """One wish an address, with the labels of all."""
    merged: dict[str, Subscription] = {}
    for wish in wanted:
        url = one_address(wish.url)
        if other_scheme(url) in merged:
            url = other_scheme(url)
        first = merged.setdefault(url, replace(wish, url=url))
        labels, headers = _union(first.labels, wish.labels), (*first.headers, *wish.headers)
        full_text = wish.full_text or first.full_text
        merged[url] = replace(first, labels=labels, headers=headers, full_text=full_text)
    return merged


def _union(old: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*old, *new]))


async def _insert(
    tx: Transaction, wanted: Sequence[Subscription], now: datetime, kind: FeedKind | None = None
) -> None:
    if not wanted:
        return
    rows = [
        {"url": w.url, "kind": kind, "title": w.title, "site_url": w.site_url}
        | {"labels": list(w.labels), "added_at": now, "full_text": w.full_text}
        for w in wanted
    ]
    await tx.execute(upsert(tx, feed).on_conflict_do_nothing(), rows)
    ids = await _held(tx, [w.url for w in wanted])
    await tx.execute(
        upsert(tx, poll_state).on_conflict_do_nothing(),
        [
            {"feed_id": feed_id, "shard": shard_of(url), "state": FeedState.NEW.value}
            | {"next_poll_at": None if kind is FeedKind.INGEST else now, "failures": 0}
            for url, feed_id in ids.items()
        ],
    )


async def _held(tx: Transaction, urls: Sequence[str]) -> Mapping[str, int]:
    rows = await tx.execute(select(feed.c.url, feed.c.id).where(feed.c.url.in_(urls)))
    return {row.url: row.id for row in rows}


async def _relabel(
    tx: Transaction, wanted: Sequence[Subscription], known: Mapping[str, Record]
) -> None:
    before = {row.id: tuple(row.labels) for row in known.values()}
    labels = dict(before)
    for wish in wanted:
        feed_id = known[wish.url].id
        labels[feed_id] = _union(labels[feed_id], wish.labels)
    relabelled = [
        {"feed": feed_id, "all": list(now)}
        for feed_id, now in labels.items()
        if now != before[feed_id]
    ]
    if relabelled:
        await tx.execute(
            update(feed).where(feed.c.id == bindparam("feed")).values(labels=bindparam("all")),
            relabelled,
        )


async def _choose(
    tx: Transaction, wanted: Sequence[Subscription], known: Mapping[str, Record]
) -> None:
    chosen = [{"which": known[w.url].id, "now": w.full_text} for w in wanted if w.full_text]
    if chosen:
        one = feed.c.id == bindparam("which")
        await tx.execute(update(feed).where(one).values(full_text=bindparam("now")), chosen)


async def _equip(tx: Transaction, wanted: Sequence[Subscription]) -> None:
    known = await known_addresses(tx, [w.url for w in wanted])
    for wish in wanted:
        there = known[wish.url]
        if not is_same_origin(there.url, wish.url):
            raise OtherOriginError(
                f"that address is by now feed {there.id} at another origin: name it as "
                "`newsd feeds list` shows it to give it headers"
            )
        await change_headers(tx, there.id, wish.headers)


async def _revive(tx: Transaction, ids: Sequence[int], now: datetime) -> None:
    if not ids:
        return
    await tx.execute(update(feed).where(feed.c.id.in_(ids)).values(removed_at=None))
    await tx.execute(
        update(poll_state)
        .where(poll_state.c.feed_id.in_(ids))
        .values(
            state=FeedState.NEW.value,
            next_poll_at=now,
            next_poll_reason=None,
            failures=0,
            moved_to=None,
            rhythm=None,  # nobody watched meanwhile
        )
    )
