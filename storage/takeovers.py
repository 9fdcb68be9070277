"""Remember which feeds seem to have changed hands, until an operator says that it is fine."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from storage.database import Transaction, upsert
from storage.schema import article, sighting, takeover
from storage.values import Shown, Takeover, TakeoverSign


async def shown_last(tx: Transaction, feed_id: int) -> Shown:
    """What stood in the last document of a feed."""
    rows = list(
        await tx.execute(
            select(sighting.c.guid_hash, article.c.id, article.c.language, article.c.site)
            .join(article, article.c.id == sighting.c.article_id)
            .where(sighting.c.feed_id == feed_id, sighting.c.last_seen_at.is_(None))
        )
    )
    return Shown(
        guids=frozenset(row.guid_hash for row in rows),
        articles=frozenset(row.id for row in rows),
        languages=tuple(row.language for row in rows),
        sites=frozenset(row.site for row in rows if row.site),
    )


async def note_takeovers(tx: Transaction, found: Sequence[Takeover]) -> None:
    """One row a feed: the latest; doing it again changes nothing."""
    if not found:
        return
    row = upsert(tx, takeover)
    latest = {name: row.excluded[name] for name in ("at", "signs", "title_before")}
    await tx.execute(
        row.on_conflict_do_update(index_elements=["feed_id"], set_=latest),
        [
            {"feed_id": one.feed_id, "at": one.at, "signs": list(one.signs)}
            | {"title_before": one.title_before}
            for one in found
        ],
    )


async def takeover_of(tx: Transaction, feed_id: int) -> Takeover | None:
    """The takeover that nobody has looked at yet."""
    query = select(takeover).where(takeover.c.feed_id == feed_id)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    return Takeover(feed_id, row.at, tuple(map(TakeoverSign, row.signs)), row.title_before)


async def accept_takeover(tx: Transaction, feed_id: int) -> bool:
    """Say that the feed is what its followers want; whether there was anything to say it of."""
    gone = await tx.execute(delete(takeover).where(takeover.c.feed_id == feed_id))
    return gone.rowcount > 0
