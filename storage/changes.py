"""The change log, and the clock that orders it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, update

from storage.database import Transaction
from storage.rows import change_row
from storage.schema import article, changes, clock
from storage.values import Change, ChangeKind


async def clock_now(tx: Transaction) -> int:
    """The last number given, without waiting for whoever is writing."""
    return await _number(tx, select(clock.c.n).where(clock.c.id == 1))


async def take_clock(tx: Transaction) -> int:
    """The last number given; until this transaction ends nobody else gives one.

    Lock order everywhere: the clock, then poll rows by rising feed id; who writes no articles
    takes poll rows only. On SQLite `writing()` holds the whole database already.
    """
    return await _number(tx, select(clock.c.n).where(clock.c.id == 1).with_for_update())


async def advance_clock(tx: Transaction, n: int) -> None:
    """From now on `n` is the last number given; the clock is held by `take_clock`."""
    await tx.execute(update(clock).where(clock.c.id == 1).values(n=n))


async def tell(tx: Transaction, told: Sequence[Change]) -> None:
    """Write these lines of the log, of articles that are there; the clock is held."""
    if not told:
        return
    rows = [{"which": c.article_id, "new_seq": c.seq, "new_at": c.at} for c in told]
    await tx.execute(
        update(article)
        .where(article.c.id == bindparam("which"))
        .values(seq=bindparam("new_seq"), changed_at=bindparam("new_at")),
        rows,
    )
    await tx.execute(insert(changes), [change_row(change) for change in told])


async def changes_after(tx: Transaction, seq: int, *, limit: int = 1000) -> list[Change]:
    """The next lines of the change log; a row with a lower number never appears later."""
    rows = await tx.execute(
        select(changes).where(changes.c.seq > seq).order_by(changes.c.seq).limit(limit)
    )
    return [
        Change(r.seq, ChangeKind(r.kind), r.article_id, r.at, r.story_id, tuple(r.changed_fields))
        for r in rows
    ]


async def _number(tx: Transaction, query: Select[Any]) -> int:
    return int((await tx.execute(query)).scalar_one())
