"""Which entries of which feeds are which articles, and how long they stood there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, case, select, update

from storage.chunks import chunked
from storage.database import Transaction, upsert
from storage.rows import sighting_row
from storage.schema import sighting
from storage.values import Judged


async def note_sightings(tx: Transaction, judged: Sequence[Judged], *, now: datetime) -> None:
    """Write each entry with its article; one that had left its feed stands there again.

    A feed that gives an old guid to another article moves the entry to that article.
    """
    if not judged:
        return
    row = upsert(tx, sighting)
    same = sighting.c.article_id == row.excluded.article_id
    again = row.on_conflict_do_update(
        index_elements=["feed_id", "guid_hash"],
        set_={
            "article_id": row.excluded.article_id,
            "url": row.excluded.url,
            "title": row.excluded.title,
            "first_seen_at": case(
                (same, sighting.c.first_seen_at), else_=row.excluded.first_seen_at
            ),
            "last_seen_at": None,
        },
    )
    await tx.execute(again, [sighting_row(one, now) for one in judged])


async def mark_departed(
    tx: Transaction, present: Mapping[int, Collection[int]], seen_at: Mapping[int, datetime]
) -> None:
    """Note for each feed which entries have left its document, and when they last stood in it.

    `present` holds the guid hashes of the whole document of each feed; `seen_at` when the one
    before it was read. A feed without an earlier document has nothing that could have left it.
    """
    gone = [
        {"feed": feed_id, "entry": guid_hash, "then": seen_at[feed_id]}
        for feed_id, guid_hash in await _standing(tx, present.keys() & seen_at.keys())
        if guid_hash not in present[feed_id]
    ]
    if gone:
        await tx.execute(
            update(sighting)
            .where(sighting.c.feed_id == bindparam("feed"))
            .where(sighting.c.guid_hash == bindparam("entry"))
            .values(last_seen_at=bindparam("then")),
            gone,
        )


async def _standing(tx: Transaction, feed_ids: Collection[int]) -> list[tuple[int, int]]:
    """(feed id, guid hash) of what stood in the last documents of these feeds."""
    found: list[tuple[int, int]] = []
    for chunk in chunked(sorted(feed_ids)):
        rows = await tx.execute(
            select(sighting.c.feed_id, sighting.c.guid_hash)
            .where(sighting.c.feed_id.in_(chunk), sighting.c.last_seen_at.is_(None))
            .with_hint(sighting, "INDEXED BY ix_sighting_open", "sqlite")
            .order_by(sighting.c.feed_id, sighting.c.guid_hash)
        )
        found += [(r.feed_id, r.guid_hash) for r in rows]
    return found
