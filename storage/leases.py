"""Who may poll and write: one process on a SQLite file, several that share on PostgreSQL."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Protocol

from sqlalchemy import select

from storage.database import Database, Transaction
from storage.filelock import locked
from storage.schema import lease
from storage.shares import sharing
from storage.values import Lease

BEAT = timedelta(seconds=10)
"""How often `Holder.beat` wants to be called."""
_AT_ONCE = timedelta(0)


class Holder(Protocol):
    """The leases of this process."""

    @property
    def leases(self) -> Mapping[int, Lease]:
        """Shard -> lease: what may be polled and written now."""

    async def beat(self) -> None:
        """Renew the leases, take free ones, give up what is more than a fair share."""


@asynccontextmanager
async def hold(
    database: Database, replica: str, *, patience: timedelta = _AT_ONCE
) -> AsyncIterator[Holder]:
    """Take part in the work on this database for the length of the block.

    `replica` names this process and no other. Where others hold everything, wait for up to
    `patience` until they share; they notice at their next beat. Raises `LeaseHeldError` when
    nothing is to be had.
    """
    if database.path is not None:
        with locked(database.path) as alone:
            yield alone
    else:
        async with sharing(database, replica, patience) as sharer:
            yield sharer


async def still_held(tx: Transaction, leases: Collection[Lease], replica: str) -> frozenset[int]:
    """The shards whose lease is still this replica's, at that epoch, until `tx` ends.

    To be asked in the write transaction, after the clock was taken: what is not in the answer
    belongs to somebody else now and must not be written. On SQLite that is never so.
    """
    if tx.dialect.name == "sqlite":
        return frozenset(held.shard for held in leases)
    rows = await tx.execute(
        select(lease.c.shard, lease.c.epoch)
        .where(lease.c.holder == replica, lease.c.shard.in_({held.shard for held in leases}))
        .order_by(lease.c.shard)
        .with_for_update(read=True)
    )
    now = {Lease(row.shard, row.epoch) for row in rows}
    return frozenset(held.shard for held in leases if held in now)
