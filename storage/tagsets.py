"""By which rules, taxonomy and model the stored articles are tagged."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage.database import Transaction, upsert
from storage.runs import begin_run, end_run
from storage.schema import tagset


@dataclass(frozen=True, slots=True)
class Tagset:
    """What articles are tagged by."""

    name: str
    """Other rules, or another taxonomy, have another."""
    since: datetime
    is_everywhere: bool
    """Whether the articles that were there before are tagged by it too."""


async def tagset_now(tx: Transaction) -> Tagset | None:
    """That which was last begun; None: nobody has noted one yet."""
    row = (await tx.execute(select(tagset.c.name, tagset.c.since, tagset.c.is_everywhere))).first()
    return Tagset(row.name, row.since, bool(row.is_everywhere)) if row else None


async def begin_tagset(tx: Transaction, name: str, *, task: str, now: datetime) -> Tagset:
    """From now on it is this one: a run of `task` begins, over the articles that are there."""
    run = await begin_run(tx, task, since=None, now=now)
    nothing = not run.until_id
    if nothing:
        await end_run(tx, task)
    row = {"name": name, "since": now, "is_everywhere": nothing}
    noted = upsert(tx, tagset).values(id=1, **row)
    await tx.execute(noted.on_conflict_do_update(index_elements=["id"], set_=row))
    return Tagset(name, now, is_everywhere=nothing)


async def finish_tagset(tx: Transaction, name: str) -> None:
    """All articles are tagged by it; nothing if another one has begun meanwhile."""
    await tx.execute(tagset.update().where(tagset.c.name == name).values(is_everywhere=True))
