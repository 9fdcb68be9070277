"""Several replicas share the shards of a PostgreSQL database.

A replica is alive for as long as a session of it holds an advisory lock on its name. The server
lets go of that within moments of a kill -9, long before a lease would expire.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from math import ceil

from sqlalchemy import text

from storage.database import Database, Transaction
from storage.errors import LeaseHeldError, StorageUnavailableError
from storage.feeds import SHARDS
from storage.values import Lease

TTL = timedelta(seconds=30)
"""A lease that is not renewed for so long is free, by the clock of the server."""

_PAUSE_S = 0.5
_ALIVE = """SELECT objid FROM pg_locks
  WHERE locktype = 'advisory' AND classid = 702183511 AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
_TAKE_PART = text("SELECT pg_try_advisory_lock(702183511, hashtext(:replica))")
_ROLL_CALL = text(f"""
SELECT count(*) AS replicas,
  count(*) FILTER (WHERE objid = (hashtext(:replica)::bigint & 4294967295)::oid) AS present
FROM ({_ALIVE}) AS alive""")  # noqa: S608  our own text
_RENEW = text("""
UPDATE lease SET expires_at = clock_timestamp() + :ttl
WHERE holder = :replica RETURNING shard, epoch""")
_TAKE = text(f"""
WITH free AS MATERIALIZED (
  SELECT shard FROM lease
  WHERE holder IS NULL OR expires_at < clock_timestamp()
    OR (hashtext(holder)::bigint & 4294967295)::oid NOT IN ({_ALIVE})
  ORDER BY shard LIMIT :wanted FOR UPDATE SKIP LOCKED
)
UPDATE lease
SET holder = :replica, epoch = epoch + 1, expires_at = clock_timestamp() + :ttl
FROM free WHERE lease.shard = free.shard
RETURNING lease.shard, lease.epoch""")  # noqa: S608  our own text
_GIVE_UP = text("UPDATE lease SET holder = NULL WHERE holder = :replica AND shard = ANY(:shards)")
_LEAVE = text("UPDATE lease SET holder = NULL WHERE holder = :replica")
_OTHERS = text("SELECT DISTINCT holder FROM lease WHERE holder <> :replica ORDER BY holder")


class Sharer:
    """One of several replicas."""

    def __init__(self, database: Database, replica: str, session: AsyncExitStack) -> None:
        self._database = database
        self._replica = replica
        self._session = session
        self.leases: Mapping[int, Lease] = {}

    async def beat(self) -> None:
        """Renew the leases, take free ones, give up what is more than a fair share.

        Raises `LeaseHeldError` when another process took this name while the server was away.
        """
        if not (await self._roll_call())[1]:
            await self.take_part()
        replicas, _ = await self._roll_call()
        async with self._database.writing() as tx:
            self.leases = await self._fair(tx, share=ceil(SHARDS / replicas))

    async def take_part(self) -> None:
        """Let the others see that this replica lives. Leases of an earlier life are void."""
        self.leases = {}
        await self._session.aclose()
        session = self._database.session(f"newsd:{self._replica}")
        tx = await self._session.enter_async_context(session)
        if not (await tx.execute(_TAKE_PART, {"replica": self._replica})).scalar():
            raise LeaseHeldError(
                f"another newsd on {self._database.name} is called {self._replica}; "
                "every replica needs a name of its own"
            )
        await tx.execute(_LEAVE, {"replica": self._replica})

    async def take_first(self, patience: timedelta) -> None:
        """The first leases; the others notice us at their next beat and give up some."""
        clock = asyncio.get_running_loop().time
        end = clock() + patience.total_seconds()
        await self.beat()
        while not self.leases:
            if clock() >= end:
                raise LeaseHeldError(f"{self._database.name} is in use by {await self._others()}")
            await asyncio.sleep(_PAUSE_S)
            await self.beat()

    async def leave(self) -> None:
        """Give up every lease."""
        self.leases = {}
        async with self._database.writing() as tx:
            await tx.execute(_LEAVE, {"replica": self._replica})

    async def _roll_call(self) -> tuple[int, bool]:
        """How many replicas are alive, and whether we are among them."""
        async with self._database.reading() as tx:
            call = (await tx.execute(_ROLL_CALL, {"replica": self._replica})).one()
        return max(call.replicas, 1), call.present > 0

    async def _fair(self, tx: Transaction, *, share: int) -> Mapping[int, Lease]:
        me = {"replica": self._replica}
        rows = await tx.execute(_RENEW, me | {"ttl": TTL})
        held = {row.shard: Lease(row.shard, row.epoch) for row in rows}
        surplus = sorted(held)[share:]
        if surplus:
            await tx.execute(_GIVE_UP, me | {"shards": surplus})
        if len(held) < share:
            taken = await tx.execute(_TAKE, me | {"ttl": TTL, "wanted": share - len(held)})
            held |= {row.shard: Lease(row.shard, row.epoch) for row in taken}
        return {shard: one for shard, one in held.items() if shard not in surplus}

    async def _others(self) -> str:
        async with self._database.reading() as tx:
            names = (await tx.execute(_OTHERS, {"replica": self._replica})).scalars()
            return f"newsd on {', '.join(names) or 'another replica'}"


@asynccontextmanager
async def sharing(database: Database, replica: str, patience: timedelta) -> AsyncIterator[Sharer]:
    """A fair share of the shards, from the first on."""
    async with AsyncExitStack() as session:
        sharer = Sharer(database, replica, session)
        await sharer.take_part()
        try:
            await sharer.take_first(patience)
            yield sharer
        finally:
            with suppress(StorageUnavailableError):  # away: the others see that our session ended
                await sharer.leave()
