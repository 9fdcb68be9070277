"""How far the change log goes back: below the horizon lines may be missing."""

from datetime import datetime

from sqlalchemy import select, update

from storage.database import Transaction
from storage.schema import horizon as table


async def horizon(tx: Transaction) -> int:
    """The number up to which lines of the change log may be missing; 0: none is.

    Of what is still kept the last line stays, so a reader who begins at 0 misses nothing; one who
    stopped at a number between the two may have missed what went.
    """
    return int((await tx.execute(select(table.c.seq).where(table.c.id == 1))).scalar_one())


async def raise_horizon(tx: Transaction, seq: int, now: datetime) -> None:
    """Lines up to `seq` may be missing from now on; it never sinks. The clock is held."""
    higher = (table.c.id == 1) & (table.c.seq < seq)
    await tx.execute(update(table).where(higher).values(seq=seq, at=now))
