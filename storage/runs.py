"""How far runs over the stored articles have come, so that a killed one goes on."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from storage.database import Transaction
from storage.schema import article, reprocessing


@dataclass(frozen=True, slots=True)
class Run:
    """A pass over stored articles, by rising id."""

    task: str
    """What is done to which articles; there is one run of a task at a time."""
    begun_at: datetime
    first_id: int
    """It began after this article."""
    after_id: int
    """All up to this one are done."""
    until_id: int
    """The last article there was when it began: later ones are made by the rules of today."""
    looked_at: int = 0
    changed: int = 0


async def run_of(tx: Transaction, task: str) -> Run | None:
    """The run of a task that has begun and not ended."""
    row = (await tx.execute(select(reprocessing).where(reprocessing.c.task == task))).one_or_none()
    return Run(**row._asdict()) if row else None


async def begin_run(tx: Transaction, task: str, *, since: datetime | None, now: datetime) -> Run:
    """A run over all articles first seen `since` then, in the place of one that has not ended."""
    await end_run(tx, task)
    first = select(func.min(article.c.id))
    if since is not None:
        first = first.where(article.c.first_seen_at >= since)
    least = (await tx.execute(first)).scalar()
    last = (await tx.execute(select(func.max(article.c.id)))).scalar() or 0
    before = last if least is None else least - 1
    run = Run(task, now, before, before, last)
    row = {"task": task, "begun_at": now, "first_id": before, "after_id": before}
    await tx.execute(insert(reprocessing), {**row, "until_id": last, "looked_at": 0, "changed": 0})
    return run


async def advance_run(tx: Transaction, run: Run, *, to: int, looked_at: int, changed: int) -> Run:
    """Note that all up to an article is done; in the transaction that did it."""
    further = replace(
        run, after_id=to, looked_at=run.looked_at + looked_at, changed=run.changed + changed
    )
    values = {name: getattr(further, name) for name in ("after_id", "looked_at", "changed")}
    await tx.execute(update(reprocessing).where(reprocessing.c.task == run.task).values(values))
    return further


async def end_run(tx: Transaction, task: str) -> None:
    """Forget the run of a task."""
    await tx.execute(delete(reprocessing).where(reprocessing.c.task == task))
