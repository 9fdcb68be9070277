"""Our subscriptions at hubs: one a feed at most."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from storage.database import Record, Transaction, upsert
from storage.schema import feed, poll_state, websub
from storage.values import HubState, HubSubscription


async def subscription_of(tx: Transaction, feed_id: int) -> HubSubscription | None:
    """The subscription of a feed."""
    return await _one(tx, select(websub).where(websub.c.feed_id == feed_id))


async def find_subscription(tx: Transaction, token: str) -> HubSubscription | None:
    """The subscription whose callback has this secret name."""
    return await _one(tx, select(websub).where(websub.c.token == token))


async def due_subscriptions(
    tx: Transaction, *, before: datetime, shards: Collection[int] | None, limit: int
) -> list[HubSubscription]:
    """Subscriptions of followed feeds that hubs have to be asked about, longest due first."""
    query = (
        select(websub)
        .where(websub.c.next_at <= before, feed.c.id == websub.c.feed_id)
        .where(feed.c.removed_at.is_(None), poll_state.c.feed_id == feed.c.id)
    )
    if shards is not None:
        query = query.where(poll_state.c.shard.in_(sorted(shards)))
    rows = await tx.execute(query.order_by(websub.c.next_at).limit(limit))
    return [_subscription(row) for row in rows]


async def save_subscription(tx: Transaction, held: HubSubscription) -> None:
    """Write a subscription over whatever the feed had before."""
    row = {
        "feed_id": held.feed_id,
        "hub": held.hub,
        "topic": held.topic,
        "token": held.token,
        "secret": held.secret,
        "state": held.state,
        "next_at": held.next_at,
        "expires_at": held.expires_at,
    }
    statement = upsert(tx, websub)
    changed = {name: statement.excluded[name] for name in row if name != "feed_id"}
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["feed_id"], set_=changed), [row]
    )


async def _one(tx: Transaction, query: Select[Any]) -> HubSubscription | None:
    row = (await tx.execute(query)).one_or_none()
    return _subscription(row) if row else None


def _subscription(row: Record) -> HubSubscription:
    return HubSubscription(
        feed_id=row.feed_id,
        hub=row.hub,
        topic=row.topic,
        token=row.token,
        secret=row.secret,
        state=HubState(row.state),
        next_at=row.next_at,
        expires_at=row.expires_at,
    )
