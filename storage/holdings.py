"""Find what we hold that the articles in hand may turn out to be."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, column, select, values

from storage.chunks import CHUNK, chunked
from storage.database import Record, Transaction
from storage.schema import Big, article, sighting
from storage.values import Fingerprint, Holdings, Known, TaggedArticle

_KNOWN = (
    article.c.id,
    article.c.feed_id,
    article.c.site,
    article.c.canonical_url,
    article.c.title,
    article.c.url_hash,
    article.c.content_hash,
    article.c.item_hash,
    article.c.public_id,
    article.c.revision,
    article.c.published_raw,
    article.c.duplicate_of,
)


async def holdings(tx: Transaction, wanted: Sequence[tuple[int, TaggedArticle]]) -> Holdings:
    """Every held article with the entry, the address or the words of one of (feed id, article)."""
    marks = [tagged.fingerprint for _, tagged in wanted]
    sightings = await _sightings(tx, {(f, tagged.sighting.guid_hash) for f, tagged in wanted})
    found = [
        *await _matching(tx, article.c.id, sightings.values()),
        *await _matching(tx, article.c.url_hash, (m.url_hash for m in marks)),
        *await _matching(tx, article.c.content_hash, (m.content_hash for m in marks)),
    ]
    return Holdings(sightings, {known.article_id: known for known in found})


async def _sightings(
    tx: Transaction, entries: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for chunk in chunked(sorted(entries), CHUNK // 2):
        # a join, because SQLite reads the whole table for (feed_id, guid_hash) IN (...)
        entry = values(column("feed_id", Big), column("guid_hash", Big), name="entry")
        wanted = entry.data(chunk).cte("wanted")
        same = (sighting.c.feed_id == wanted.c.feed_id) & (
            sighting.c.guid_hash == wanted.c.guid_hash
        )
        rows = await tx.execute(
            select(sighting.c.feed_id, sighting.c.guid_hash, sighting.c.article_id).select_from(
                wanted.join(sighting, same)
            )
        )
        found.update({(r.feed_id, r.guid_hash): r.article_id for r in rows})
    return found


async def _matching(
    tx: Transaction, column: Column[Any], values: Iterable[int | None]
) -> list[Known]:
    found: list[Known] = []
    for chunk in chunked(sorted({v for v in values if v is not None})):
        rows = await tx.execute(select(*_KNOWN).where(column.in_(chunk)).order_by(article.c.id))
        found += [_known(row) for row in rows]
    return found


def _known(row: Record) -> Known:
    return Known(
        article_id=row.id,
        feed_id=row.feed_id,
        site=row.site,
        canonical_url=row.canonical_url,
        title=row.title,
        fingerprint=Fingerprint(row.url_hash, row.content_hash, row.item_hash, row.public_id),
        revision=row.revision,
        published_raw=row.published_raw,
        duplicate_of=row.duplicate_of,
    )
