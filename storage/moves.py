"""Adopt the address that a feed has moved to; its id, and so its articles, stay."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from storage.addresses import is_same_origin, one_address
from storage.database import Record, Transaction
from storage.feeds import shard_of
from storage.schema import feed, poll_state
from storage.secrets import forget_headers
from storage.values import Feed, Move, NextPoll, Plan


async def adopt_move(tx: Transaction, moved: Feed, move: Move, *, now: datetime) -> Feed:
    """Follow the feed at its new address, and return it as it is then.

    Where another feed we follow has that address already, this one hands its labels over and is
    not polled any more. Where one that was removed has it, nothing changes: nobody wants it.
    """
    to = one_address(move.to)
    there = await _at(tx, to, moved.id)
    if there is None:
        try:
            async with tx.begin_nested():
                return await _adopted(tx, moved, to)
        except IntegrityError:  # in the same instant another replica gave it to another feed
            there = await _at(tx, to, moved.id)
    if there is None or there.removed_at is not None:
        return moved
    return await _merged(tx, moved, there, now)


async def _at(tx: Transaction, url: str, other_than: int) -> Record | None:
    same = select(feed.c.id, feed.c.labels, feed.c.removed_at).where(feed.c.url == url)
    return (await tx.execute(same.where(feed.c.id != other_than))).one_or_none()


async def _adopted(tx: Transaction, moved: Feed, to: str) -> Feed:
    shard = shard_of(to)
    here, state = feed.c.id == moved.id, poll_state.c.feed_id == moved.id
    await tx.execute(update(feed).where(here).values(url=to, moved_from=moved.url))
    await tx.execute(update(poll_state).where(state).values(shard=shard))
    headers = moved.headers if is_same_origin(to, moved.url) else ()
    if headers != moved.headers:  # it answers there without them: redirects lost them
        await forget_headers(tx, [moved.id])
    return replace(moved, url=to, shard=shard, headers=headers, move=None)


async def _merged(tx: Transaction, moved: Feed, there: Record, now: datetime) -> Feed:
    """The other one answers to the old address too, so that adding that again adds nothing."""
    labels = list(dict.fromkeys([*there.labels, *moved.labels]))
    known_as = func.coalesce(feed.c.moved_from, moved.url)
    await tx.execute(
        update(feed).where(feed.c.id == there.id).values(labels=labels, moved_from=known_as)
    )
    await tx.execute(update(feed).where(feed.c.id == moved.id).values(removed_at=now))
    await forget_headers(tx, [moved.id])
    same = Plan(NextPoll.SAME_AS)
    plan = replace(moved.plan, reason=same.reason) if moved.plan else same
    return replace(moved, next_poll_at=None, plan=plan)
