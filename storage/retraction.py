"""Take articles back: nothing of their words stays, and they do not come back.

The row itself stays, marked `deleted`, with its number and hashes of its address and of its names:
they keep the article away when a feed still shows it (a tombstone). What an operator took back
stays away for good; what retention let go does for as long as `retention.tombstones` says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, null, select, update

from storage.bulk import insert_rows
from storage.changes import advance_clock, take_clock
from storage.chunks import chunked
from storage.database import Transaction
from storage.horizon import horizon
from storage.orphans import free_copies
from storage.rows import EXPIRED, RETRACTED, change_row
from storage.schema import (
    article,
    article_decision,
    article_entity,
    article_evidence,
    article_origin,
    article_revision,
    article_text,
    article_topic,
    changes,
    fingerprint,
    sighting,
    story_member,
)
from storage.searchindex import unindex
from storage.stories import retell_stories
from storage.values import Change, ChangeKind

_WORDS = (
    *(article_decision, article_entity, article_evidence, article_revision, article_topic),
    *(article_origin, fingerprint, story_member),
)
"""Tables that say something of an article; its rows there go."""


@dataclass(frozen=True, slots=True)
class _Leave:
    """In what way articles go."""

    stage: str
    why: Mapping[int, str]
    changed_fields: tuple[str, ...] = ()


async def retract(
    tx: Transaction, article_ids: Sequence[int], *, why: str, now: datetime
) -> list[Change]:
    """Empty these articles for good and say so in the change log; those retracted stay so.

    `why` is kept, for whoever asks. Numbers that no article has are passed over. Copies of them
    stay; the oldest of them is then the original.
    """
    ids = list(dict.fromkeys(article_ids))
    told = await _withdraw(tx, ids, _Leave(RETRACTED, dict.fromkeys(ids, why)), now)
    await _keep_away(tx, ids, why)
    return told


async def expire(tx: Transaction, why: Mapping[int, str], *, now: datetime) -> list[Change]:
    """Empty these articles, each for the rule that it is named with, because they are old.

    Readers of the change log see `retracted`, of which `expired` changed.
    """
    return await _withdraw(tx, list(why), _Leave(EXPIRED, why, ("expired",)), now)


async def _withdraw(
    tx: Transaction, ids: Sequence[int], leave: _Leave, now: datetime
) -> list[Change]:
    n = await take_clock(tx)
    rows = [row for chunk in chunked(ids) for row in await _standing(tx, chunk)]
    told = [
        Change(seq, ChangeKind.RETRACTED, row.id, now, row.story_id, leave.changed_fields)
        for seq, row in enumerate(sorted(rows, key=lambda row: row.id), n + 1)
    ]
    if not told:
        return []
    gone = [change.article_id for change in told]
    await _empty(tx, told)
    await unindex(tx, gone)
    reasons = [
        {"article_id": i, "stage": leave.stage, "facts": {"why": leave.why[i]}} for i in gone
    ]
    await insert_rows(tx, article_decision, reasons)
    await insert_rows(tx, changes, [change_row(change) for change in told])
    await _forget_lines(tx, [row.seq for row in rows])
    told += await free_copies(tx, gone, after=n + len(told), now=now)
    await retell_stories(tx, gone)
    await advance_clock(tx, n + len(told))
    return told


async def _standing(tx: Transaction, ids: Sequence[int]) -> Sequence[Any]:
    there = select(article.c.id, article.c.story_id, article.c.seq).where(
        article.c.id.in_(ids), article.c.deleted.is_not(True)
    )
    return (await tx.execute(there)).all()


async def _empty(tx: Transaction, told: Sequence[Change]) -> None:
    for ids in chunked([change.article_id for change in told]):
        for table in _WORDS:
            await tx.execute(delete(table).where(table.c.article_id.in_(ids)))
        words = update(article_text).where(article_text.c.article_id.in_(ids))
        await tx.execute(words.values(text="", html=""))
        seen = update(sighting).where(sighting.c.article_id.in_(ids))
        await tx.execute(seen.values(guid="", url=None, title=""))
    await tx.execute(_EMPTY, [{"which": c.article_id, "new_seq": c.seq, "at": c.at} for c in told])


async def _forget_lines(tx: Transaction, seqs: Sequence[int]) -> None:
    """Lines that were kept below the horizon for articles that are there no more."""
    below = await horizon(tx)
    for chunk in chunked([seq for seq in seqs if seq <= below]):
        await tx.execute(delete(changes).where(changes.c.seq.in_(chunk)))


async def _keep_away(tx: Transaction, ids: Sequence[int], why: str) -> None:
    """What had expired before somebody took it back is away for good now."""
    for chunk in chunked(ids):
        await tx.execute(
            update(article_decision)
            .where(article_decision.c.article_id.in_(chunk), article_decision.c.stage == EXPIRED)
            .values(stage=RETRACTED, facts={"why": why})
        )


_EMPTY = (
    update(article)
    .where(article.c.id == bindparam("which"))
    .values(
        seq=bindparam("new_seq"),
        changed_at=bindparam("at", type_=article.c.changed_at.type),
        title="",
        url=None,
        canonical_url=None,
        host=None,
        site=None,
        summary=None,
        authors=[],
        section=None,
        image_url=None,
        word_count=0,
        # what could be read as a date is one, and tells the entry when all its names change
        published_raw=case(
            (article.c.published_at.is_(None), null()), else_=article.c.published_raw
        ),
        changed_fields=[],
        duplicate_of=None,
        relation=None,
        similarity=None,
        quality=[],
        deleted=True,
    )
)
