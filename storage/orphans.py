"""Copies whose original goes: the oldest of them tells it first from now on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from storage.changes import tell
from storage.chunks import chunked
from storage.database import Record, Transaction
from storage.rows import COPY
from storage.schema import article, article_decision
from storage.values import Change, ChangeKind


async def free_copies(
    tx: Transaction, gone: Sequence[int], *, after: int, now: datetime
) -> list[Change]:
    """Let the copies of articles that went be copies of the oldest of them, each a change.

    The changes are numbered from `after` + 1. The caller holds the clock, and has marked the
    articles as deleted.
    """
    groups = await _copies(tx, gone)
    rows = [copy for of in sorted(groups) for copy in groups[of]]
    told = [
        Change(seq, ChangeKind.MERGED, row.id, now, row.story_id)
        for seq, row in enumerate(rows, after + 1)
    ]
    if told:
        await _promote(tx, [copies[0].id for copies in groups.values()])
        followers = [
            {"which": row.id, "of": copies[0].id}
            for copies in groups.values()
            for row in copies[1:]
        ]
        if followers:
            await tx.execute(_FOLLOW, followers)
        await tell(tx, told)
    return told


async def _copies(tx: Transaction, gone: Sequence[int]) -> Mapping[int, list[Record]]:
    """Article that went -> its copies that stand, the oldest first."""
    found: dict[int, list[Record]] = defaultdict(list)
    for chunk in chunked(gone):
        rows = await tx.execute(
            select(article.c.id, article.c.duplicate_of, article.c.story_id)
            .where(article.c.duplicate_of.in_(chunk), article.c.deleted.is_not(True))
            .order_by(article.c.id)
        )
        for row in rows:
            found[row.duplicate_of].append(row)
    return found


async def _promote(tx: Transaction, ids: Sequence[int]) -> None:
    for chunk in chunked(ids):
        first = update(article).where(article.c.id.in_(chunk))
        await tx.execute(first.values(duplicate_of=None, relation=None, similarity=None))
        why = article_decision.c.article_id.in_(chunk) & (article_decision.c.stage == COPY)
        await tx.execute(delete(article_decision).where(why))


_FOLLOW = (
    update(article).where(article.c.id == bindparam("which")).values(duplicate_of=bindparam("of"))
)
