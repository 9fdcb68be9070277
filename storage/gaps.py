"""Write down when a feed may have lost entries before we looked."""

from collections.abc import Sequence

from storage.database import Transaction, upsert
from storage.schema import gap
from storage.values import Gap


async def note_gaps(tx: Transaction, gaps: Sequence[Gap]) -> None:
    """One row for each; doing it again changes nothing."""
    if not gaps:
        return
    row = upsert(tx, gap)
    told = {name: row.excluded[name] for name in ("before", "estimated_items")}
    again = row.on_conflict_do_update(index_elements=["feed_id", "after"], set_=told)
    await tx.execute(
        again,
        [
            {"feed_id": g.feed_id, "after": g.after, "before": g.before}
            | {"estimated_items": g.estimated_items}
            for g in gaps
        ],
    )
