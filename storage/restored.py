"""After a backup was put back: numbers that were given since it was made are not given again.

Whoever read on since then has seen those numbers, of changes, articles and all else, and would
take what gets them next for what it knows.
"""

from sqlalchemy import text

from storage.changes import advance_clock, take_clock
from storage.database import Transaction
from storage.schema import article, feed, poll, story

LEAP = 1 << 20
"""More than are given between a backup and its use: at ten changes a second, in a day."""
_NUMBERED = (article, feed, poll, story)


async def leap(tx: Transaction) -> int:
    """Leave out `LEAP` numbers everywhere; the number of the last change is returned."""
    n = await take_clock(tx) + LEAP
    await advance_clock(tx, n)
    for table in _NUMBERED:
        if tx.dialect.name == "sqlite":
            # no row: none was ever given
            await tx.execute(
                text("UPDATE sqlite_sequence SET seq = seq + :leap WHERE name = :table"),
                {"leap": LEAP, "table": table.name},
            )
        else:
            sequence = "pg_get_serial_sequence(:table, 'id')"
            await tx.execute(
                text(f"SELECT setval({sequence}, nextval({sequence}) + :leap)"),
                {"leap": LEAP, "table": table.name},
            )
    return n
