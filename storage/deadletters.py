"""Events that a consumer would not take, and what an operator does about consumers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from storage.consumers import ConsumerState, Cursor, advance, confirm
from storage.database import Transaction, upsert
from storage.schema import consumer, dead_letter


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A change that was tried so often."""

    seq: int
    tries: int
    why: str
    """What the receiver said."""


async def bury(tx: Transaction, cursor: Cursor, letter: DeadLetter, now: datetime) -> None:
    """Put a change aside and go on behind it. Raises `ConsumerLostError`."""
    await advance(tx, cursor, max(letter.seq, cursor.seq), now)
    await _keep(tx, cursor.name, letter, now)


async def bury_again(tx: Transaction, cursor: Cursor, letter: DeadLetter, now: datetime) -> None:
    """It was tried again, in vain. Raises `ConsumerLostError`."""
    await confirm(tx, cursor)
    await _keep(tx, cursor.name, letter, now)


async def settle(tx: Transaction, cursor: Cursor, letter: DeadLetter) -> None:
    """It was delivered after all. Raises `ConsumerLostError`."""
    await confirm(tx, cursor)
    one = (dead_letter.c.consumer == cursor.name) & (dead_letter.c.seq == letter.seq)
    await tx.execute(delete(dead_letter).where(one))


async def letters_again(tx: Transaction, name: str, *, limit: int = 500) -> Sequence[DeadLetter]:
    """Those that an operator wants delivered once more, in their order."""
    mine = (dead_letter.c.consumer == name) & dead_letter.c.again
    shown = (dead_letter.c.seq, dead_letter.c.tries, dead_letter.c.why)
    rows = await tx.execute(select(*shown).where(mine).order_by(dead_letter.c.seq).limit(limit))
    return [DeadLetter(row.seq, row.tries, row.why) for row in rows]


# ---------------------------------------------------------------- what an operator says


async def move(tx: Transaction, name: str, seq: int, now: datetime) -> bool:
    """Have a consumer go on behind `seq`, its failures forgotten; False: there is no such."""
    return await _tell(tx, name, now, seq=seq)


async def resume(tx: Transaction, name: str, now: datetime) -> bool:
    """Have a consumer go on at once where it is; False: there is no such."""
    return await _tell(tx, name, now)


async def revive_letters(tx: Transaction, name: str, now: datetime) -> int:
    """Have the dead letters of a consumer delivered once more; how many there are."""
    mine = dead_letter.c.consumer == name
    found = await tx.execute(select(func.count()).select_from(dead_letter).where(mine))
    await tx.execute(update(dead_letter).where(mine).values(again=True))
    await tx.execute(_free(name).values(epoch=consumer.c.epoch + 1, holder=None, updated_at=now))
    return int(found.scalar_one())


async def remove(tx: Transaction, name: str) -> bool:
    """Forget a consumer and its dead letters; False: there is no such."""
    await tx.execute(delete(dead_letter).where(dead_letter.c.consumer == name))
    return bool((await tx.execute(delete(consumer).where(consumer.c.name == name))).rowcount)


async def _tell(tx: Transaction, name: str, now: datetime, **values: Any) -> bool:
    """Write it so that whoever holds the cursor finds that it is another by now."""
    fresh = {"state": ConsumerState.ACTIVE.value, "failures": 0, "last_error": None}
    again = {"next_try_at": None, "updated_at": now, "holder": None, "held_until": None}
    told = _free(name).values(epoch=consumer.c.epoch + 1, **fresh, **again, **values)
    return bool((await tx.execute(told)).rowcount)


def _free(name: str) -> Any:
    return update(consumer).where(consumer.c.name == name)


async def _keep(tx: Transaction, name: str, letter: DeadLetter, now: datetime) -> None:
    row = {"consumer": name, "seq": letter.seq, "tries": letter.tries, "why": letter.why}
    insert = upsert(tx, dead_letter)
    changed = {key: insert.excluded[key] for key in ("at", "tries", "why", "again")}
    keys = ["consumer", "seq"]
    kept = insert.on_conflict_do_update(index_elements=keys, set_=changed)
    await tx.execute(kept, [row | {"at": now, "again": False}])
