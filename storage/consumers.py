"""Named cursors on the change log: who reads it, how far each has come, whose turn it is.

A consumer is read by one process at a time. Whoever claims it gets an epoch; every write says that
epoch, and is refused once somebody else has claimed the consumer or an operator has moved it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, func, or_, select, true, update

from storage.changes import clock_now
from storage.database import Record, Transaction, upsert
from storage.errors import ConsumerLostError
from storage.horizon import horizon
from storage.schema import clock, consumer


class ConsumerState(StrEnum):
    """How a consumer is doing, in one word."""

    ACTIVE = "active"
    FAILING = "failing"
    """It is tried again and again, ever more seldom."""
    STOPPED = "stopped"
    """Its receiver wants no more."""
    EXPIRED = "expired"
    """It came too late: changes it had not read are kept no more."""

    @property
    def is_over(self) -> bool:
        """Whether only an operator can make it go on."""
        return self in {ConsumerState.STOPPED, ConsumerState.EXPIRED}


@dataclass(frozen=True, slots=True)
class Registration:
    """The wish that there be a consumer."""

    name: str
    kind: str
    target: str = ""
    """Where to, without credentials."""
    from_beginning: bool = False
    """Whether a new one begins with the oldest change that is kept, or with the next one."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A process that would read, and for how long it may be silent before others take over."""

    name: str
    ttl: timedelta = timedelta(seconds=15)
    alone: bool = False
    """Whether there can be no other: it holds the lock of a SQLite file."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A consumer as the process that claimed it knows it."""

    name: str
    holder: str
    epoch: int
    seq: int
    state: ConsumerState = ConsumerState.ACTIVE
    failures: int = 0
    next_try_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pulse:
    """What tells that there may be something to do."""

    seq: int
    """The number of the last change."""
    epochs: Mapping[str, int]


async def register(tx: Transaction, wanted: Sequence[Registration], now: datetime) -> None:
    """See to it that these consumers exist; one that does keeps its cursor."""
    if not wanted:
        return
    newest, oldest = await clock_now(tx), await horizon(tx)
    insert = upsert(tx, consumer)
    same = insert.on_conflict_do_update(
        index_elements=["name"],
        set_={"kind": insert.excluded.kind, "target": insert.excluded.target},
    )
    fresh = {"created_at": now, "updated_at": now, "failures": 0, "epoch": 0}
    rows = [
        {"name": w.name, "kind": w.kind, "target": w.target, "state": ConsumerState.ACTIVE.value}
        | {"seq": oldest if w.from_beginning else newest}
        | fresh
        for w in wanted
    ]
    await tx.execute(same, rows)


async def claim(tx: Transaction, name: str, reader: Reader, *, now: datetime) -> Cursor | None:
    """The cursor, the reader's for as long as it renews it; None: another one has it.

    Time is that of the database server, where there is one.
    """
    free = or_(
        consumer.c.holder.is_(None),
        consumer.c.holder == reader.name,
        consumer.c.held_until < _time(tx, now),
    )
    taken = (
        update(consumer)
        .where(consumer.c.name == name, true() if reader.alone else free)
        .values(
            holder=reader.name,
            epoch=consumer.c.epoch + 1,
            held_until=_time(tx, now) + reader.ttl,
        )
        .returning(consumer)
    )
    row = (await tx.execute(taken)).one_or_none()
    return None if row is None else _cursor(row)


async def kind_of(tx: Transaction, name: str) -> str | None:
    """What kind of consumer has this name; None: there is none."""
    return (await tx.execute(select(consumer.c.kind).where(consumer.c.name == name))).scalar()


async def holder_of(tx: Transaction, name: str) -> str | None:
    """Which process reads under this name."""
    return (await tx.execute(select(consumer.c.holder).where(consumer.c.name == name))).scalar()


async def renew(tx: Transaction, reader: Reader, *, now: datetime) -> None:
    """Keep all that the reader holds for another while."""
    mine = update(consumer).where(consumer.c.holder == reader.name)
    await tx.execute(mine.values(held_until=_time(tx, now) + reader.ttl))


async def release(tx: Transaction, cursor: Cursor) -> None:
    """Let others have it; nothing happens if they have it already."""
    await tx.execute(_ours(cursor).values(holder=None, held_until=None))


async def advance(tx: Transaction, cursor: Cursor, seq: int, now: datetime) -> None:
    """Everything up to `seq` is done. Raises `ConsumerLostError`."""
    fine = {"state": ConsumerState.ACTIVE.value, "failures": 0, "last_error": None}
    await _write(tx, cursor, seq=seq, updated_at=now, next_try_at=None, **fine)


async def note_failure(
    tx: Transaction, cursor: Cursor, *, why: str, next_try_at: datetime, now: datetime
) -> None:
    """Remember that a delivery failed. Raises `ConsumerLostError`."""
    again = {"failures": consumer.c.failures + 1, "last_error": why, "next_try_at": next_try_at}
    await _write(tx, cursor, state=ConsumerState.FAILING.value, updated_at=now, **again)


async def park(
    tx: Transaction, cursor: Cursor, state: ConsumerState, *, why: str, now: datetime
) -> None:
    """Nothing more is delivered until an operator says so. Raises `ConsumerLostError`."""
    parked = {"state": state.value, "last_error": why, "next_try_at": None}
    await _write(tx, cursor, updated_at=now, **parked)


async def confirm(tx: Transaction, cursor: Cursor) -> None:
    """Raise `ConsumerLostError` unless it is ours until `tx` ends."""
    await _write(tx, cursor, holder=cursor.holder)


async def pulse(tx: Transaction) -> Pulse:
    """The number of the last change, and the epoch of each consumer."""
    last = select(clock.c.n).where(clock.c.id == 1).scalar_subquery()
    rows = (await tx.execute(select(consumer.c.name, consumer.c.epoch, last.label("n")))).all()
    return Pulse(max((row.n for row in rows), default=0), {r.name: r.epoch for r in rows})


async def _write(tx: Transaction, cursor: Cursor, **values: Any) -> None:
    written = await tx.execute(_ours(cursor).values(**values))
    if not written.rowcount:
        raise ConsumerLostError(
            f"consumer {cursor.name} is another process's by now, or was moved by an operator"
        )


def _ours(cursor: Cursor) -> Any:
    return update(consumer).where(
        consumer.c.name == cursor.name,
        consumer.c.holder == cursor.holder,
        consumer.c.epoch == cursor.epoch,
    )


def _time(tx: Transaction, now: datetime) -> Any:
    """The one clock of all replicas."""
    if tx.dialect.name == "sqlite":
        return now
    return func.clock_timestamp(type_=DateTime(timezone=True))


def _cursor(row: Record) -> Cursor:
    return Cursor(
        name=row.name,
        holder=row.holder,
        epoch=row.epoch,
        seq=row.seq,
        state=ConsumerState(row.state),
        failures=row.failures,
        next_try_at=row.next_try_at,
    )
