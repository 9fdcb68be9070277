"""Take an article back: nothing of its words stays, and it does not come back.

The row itself stays, marked `deleted`, with its number and hashes of its address and of its names:
they keep the article away when a feed still shows it (a tombstone).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from storage.bulk import insert_rows
from storage.changes import advance_clock, take_clock
from storage.database import Transaction
from storage.rows import RETRACTED, change_row
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


async def retract(
    tx: Transaction, article_ids: Sequence[int], *, why: str, now: datetime
) -> list[Change]:
    """Empty these articles and say so in the change log; those that are retracted stay so.

    `why` is kept, for whoever asks. Numbers that no article has are passed over.
    """
    n = await take_clock(tx)
    there = select(article.c.id, article.c.story_id).where(
        article.c.id.in_(article_ids), article.c.deleted.is_not(True)
    )
    rows = (await tx.execute(there.order_by(article.c.id))).all()
    told = [
        Change(seq, ChangeKind.RETRACTED, row.id, now, row.story_id)
        for seq, row in enumerate(rows, n + 1)
    ]
    if not told:
        return []
    ids = [change.article_id for change in told]
    for table in _WORDS:
        await tx.execute(delete(table).where(table.c.article_id.in_(ids)))
    await tx.execute(
        update(article_text).where(article_text.c.article_id.in_(ids)).values(text="", html="")
    )
    seen = update(sighting).where(sighting.c.article_id.in_(ids))
    await tx.execute(seen.values(guid="", url=None, title=""))
    await unindex(tx, ids)
    await tx.execute(_EMPTY, [{"which": c.article_id, "new_seq": c.seq, "at": now} for c in told])
    reasons = [{"article_id": i, "stage": RETRACTED, "facts": {"why": why}} for i in ids]
    await insert_rows(tx, article_decision, reasons)
    await insert_rows(tx, changes, [change_row(change) for change in told])
    await retell_stories(tx, ids)
    await advance_clock(tx, n + len(told))
    return told


_EMPTY = (
    update(article)
    .where(article.c.id == bindparam("which"))
    .values(
        seq=bindparam("new_seq"),
        changed_at=bindparam("at", type_=article.c.changed_at.type),
        title="",
        url=None,
        canonical_url=None,
        summary=None,
        authors=[],
        section=None,
        image_url=None,
        word_count=0,
        quality=[],
        deleted=True,
    )
)
