"""How far back the change log reaches: at or below the horizon lines may be missing.

Of what is still kept the last line of each article stays, so whoever begins at 0 misses nothing;
whoever stopped in between, and comes back, has missed what went meanwhile.
"""

from datetime import datetime

from sqlalchemy import select, update

from storage.database import Transaction
from storage.errors import CursorExpiredError
from storage.schema import horizon as table


async def horizon(tx: Transaction) -> int:
    """The number up to which lines may be missing from the log; 0: none is."""
    return int((await tx.execute(select(table.c.seq).where(table.c.id == 1))).scalar_one())


async def raise_horizon(tx: Transaction, seq: int, now: datetime) -> None:
    """Say that the changes up to `seq` are gone; in the transaction that deletes them."""
    higher = (table.c.id == 1) & (table.c.seq < seq)
    await tx.execute(update(table).where(higher).values(seq=seq, at=now))


async def check_cursor(tx: Transaction, seq: int, whole: int = 0) -> None:
    """Raise `CursorExpiredError` if changes after `seq` are gone, so that a reader missed some.

    What went before a reader began was no loss to it: up to `whole`.
    To be asked after the changes were read: on PostgreSQL each statement sees what is committed
    by then, and whoever deletes raises the horizon in the same transaction.
    """
    gone = await horizon(tx)
    if seq < gone and whole < gone:
        raise CursorExpiredError(seq, gone)
