"""How far archives were replayed: a replay that was stopped goes on, and doubles nothing."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from storage.chunks import chunked
from storage.database import Transaction, upsert
from storage.schema import article, changes, poll, replayed

Poll = tuple[int, datetime]
"""Feed id, and when the poll began."""


async def last_replayed(tx: Transaction) -> dict[str, int]:
    """Session -> the last of its groups that was replayed here."""
    rows = await tx.execute(select(replayed.c.session, replayed.c.group_no))
    return {row.session: row.group_no for row in rows}


async def note_replayed(tx: Transaction, session: str, group: int, *, now: datetime) -> None:
    """Remember that this group was replayed; in the transaction that does it."""
    row = upsert(tx, replayed).values(session=session, group_no=group, at=now)
    new = {"group_no": row.excluded.group_no, "at": row.excluded.at}
    await tx.execute(row.on_conflict_do_update(index_elements=["session"], set_=new))


async def polls_there(tx: Transaction, wanted: Collection[Poll]) -> set[Poll]:
    """Which of these polls were made in this database, or replayed into it."""
    found: set[Poll] = set()
    for chunk in chunked(sorted(wanted)):
        rows = await tx.execute(
            select(poll.c.feed_id, poll.c.started_at).where(
                poll.c.feed_id.in_({feed_id for feed_id, _ in chunk}),
                poll.c.started_at.in_({at for _, at in chunk}),
            )
        )
        found |= {(row.feed_id, row.started_at) for row in rows}
    return found & set(wanted)


async def last_change_at(tx: Transaction) -> datetime | None:
    """When the last change was written; None: none was."""
    last = select(changes.c.at).order_by(changes.c.seq.desc()).limit(1)
    return (await tx.execute(last)).scalar()


async def public_articles(tx: Transaction, public_ids: Collection[str]) -> list[int]:
    """The articles with these public ids that are kept."""
    found: list[int] = []
    for chunk in chunked(sorted(public_ids)):
        which = article.c.public_id.in_(chunk) & article.c.deleted.is_not(True)
        found += (await tx.execute(select(article.c.id).where(which))).scalars()
    return sorted(found)


async def public_ids_of(tx: Transaction, article_ids: Collection[int]) -> list[str]:
    """The public ids of these articles."""
    found: list[str] = []
    for chunk in chunked(sorted(article_ids)):
        rows = await tx.execute(select(article.c.public_id).where(article.c.id.in_(chunk)))
        found += rows.scalars()
    return sorted(found)
