"""Find what we hold that the articles in hand may turn out to be."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Column, select, text

from storage.chunks import chunked
from storage.database import Record, Transaction
from storage.schema import article
from storage.values import Fingerprint, Holdings, Known, TaggedArticle, TextSource

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
    article.c.story_id,
    article.c.deleted,
    article.c.text_source,
    article.c.word_count,
)

# A join with a list that is one value: SQLite would read the whole table for (a, b) IN (...), and
# a VALUES list is compiled anew for every length (a third of the CPU of a whole write).
_SIGHTINGS_SQLITE = text(
    "SELECT s.feed_id, s.guid_hash, s.article_id FROM json_each(:pairs) AS wanted"
    " JOIN sighting AS s ON s.feed_id = json_extract(wanted.value, '$[0]')"
    " AND s.guid_hash = json_extract(wanted.value, '$[1]')"
)
_SIGHTINGS_POSTGRESQL = text(
    "SELECT s.feed_id, s.guid_hash, s.article_id"
    " FROM unnest(CAST(:feeds AS bigint[]), CAST(:guids AS bigint[]))"
    " AS wanted (feed_id, guid_hash)"
    " JOIN sighting AS s USING (feed_id, guid_hash)"
)


async def holdings(
    tx: Transaction, wanted: Sequence[tuple[int, TaggedArticle]], near: Collection[int] = ()
) -> Holdings:
    """Every held article with the entry, the address or the words of one of (feed id, article).

    The articles that are `near` one by their marks come with them.
    """
    marks = [tagged.fingerprint for _, tagged in wanted]
    sightings = await _sightings(tx, {(f, tagged.sighting.guid_hash) for f, tagged in wanted})
    found = [
        *await _matching(tx, article.c.id, {*sightings.values(), *near}),
        *await _matching(tx, article.c.url_hash, (m.url_hash for m in marks)),
        *await _matching(tx, article.c.content_hash, (m.content_hash for m in marks)),
    ]
    return Holdings(sightings, {known.article_id: known for known in found})


async def _sightings(
    tx: Transaction, entries: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    """Article ids by (feed id, guid hash)."""
    pairs = sorted(entries)
    if not pairs:
        return {}
    if tx.dialect.name == "sqlite":
        rows = await tx.execute(_SIGHTINGS_SQLITE, {"pairs": orjson.dumps(pairs).decode()})
    else:
        feeds, guids = zip(*pairs, strict=True)
        rows = await tx.execute(_SIGHTINGS_POSTGRESQL, {"feeds": feeds, "guids": guids})
    return {(r.feed_id, r.guid_hash): r.article_id for r in rows}


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
        story_id=row.story_id,
        is_deleted=bool(row.deleted),
        text_source=TextSource(row.text_source or TextSource.FEED),
        word_count=row.word_count,
    )
