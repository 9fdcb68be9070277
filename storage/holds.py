"""Hosts that asked us to leave all their feeds alone for a while; a restart does not forget it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select

from storage.database import Transaction, upsert
from storage.schema import host_hold


async def hold_hosts(tx: Transaction, holds: Mapping[str, datetime], *, now: datetime) -> None:
    """Remember until when to leave these hosts alone; holds that are over are forgotten."""
    if not holds:
        return
    await tx.execute(delete(host_hold).where(host_hold.c.until <= now))
    row = upsert(tx, host_hold)
    again = row.on_conflict_do_update(
        index_elements=["host"], set_={"until": row.excluded["until"]}
    )
    await tx.execute(again, [{"host": h, "until": holds[h]} for h in sorted(holds)])


async def held_hosts(tx: Transaction, *, now: datetime) -> dict[str, datetime]:
    """The hosts to leave alone, and until when."""
    rows = await tx.execute(select(host_hold).where(host_hold.c.until > now))
    return {row.host: row.until for row in rows}
