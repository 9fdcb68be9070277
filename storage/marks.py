"""Under which keys articles are found again, and the marks they are compared by.

Keys live in buckets, wide slices of time: the present one and the one before are looked into,
older ones go. So copies are found over at least the length of a bucket.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import orjson
from sqlalchemy import Table, bindparam, delete, select, text, tuple_

from storage.bulk import insert_tuples
from storage.chunks import chunked
from storage.database import Transaction, upsert
from storage.schema import dedup_key, fingerprint
from storage.values import Likeness, Marks

BUCKET = timedelta(days=32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Found = Sequence[tuple[int, Likeness]]
"""Article ids, and by what each is found."""

# CROSS: SQLite would read the whole bucket and look each of its keys up in the list
_POSTINGS_SQLITE = text(
    "SELECT k.key, k.article_id FROM json_each(:keys) AS wanted CROSS JOIN dedup_key AS k"
    " ON k.bucket = :bucket AND k.key = wanted.value UNION ALL"
    " SELECT k.key, k.article_id FROM json_each(:keys) AS wanted CROSS JOIN dedup_key AS k"
    " ON k.bucket = :bucket - 1 AND k.key = wanted.value"
)
_POSTINGS_POSTGRESQL = text(
    "SELECT k.key, k.article_id FROM unnest(CAST(:keys AS integer[])) AS wanted (key)"
    " JOIN dedup_key AS k ON k.bucket = :bucket AND k.key = wanted.key UNION ALL"
    " SELECT k.key, k.article_id FROM unnest(CAST(:keys AS integer[])) AS wanted (key)"
    " JOIN dedup_key AS k ON k.bucket = :bucket - 1 AND k.key = wanted.key"
)


def bucket_of(at: datetime) -> int:
    """The slice of time in which an article first seen `at` is looked for."""
    return (at - _EPOCH) // BUCKET


def is_looked_into(seen_at: datetime, now: datetime) -> bool:
    """Whether an article first seen then is still found by its keys."""
    return bucket_of(seen_at) >= bucket_of(now) - 1


async def postings(
    tx: Transaction, keys: Collection[int], *, now: datetime
) -> dict[int, list[int]]:
    """The articles under each key, oldest first; a key that nothing is under is left out."""
    if not keys:
        return {}
    sqlite = tx.dialect.name == "sqlite"
    wanted = sorted(keys)
    rows = await tx.execute(
        _POSTINGS_SQLITE if sqlite else _POSTINGS_POSTGRESQL,
        {"keys": orjson.dumps(wanted).decode() if sqlite else wanted, "bucket": bucket_of(now)},
    )
    found: dict[int, list[int]] = defaultdict(list)
    for key, article_id in rows:
        found[key].append(article_id)
    return {key: sorted(set(ids)) for key, ids in found.items()}


async def marks_of(tx: Transaction, article_ids: Iterable[int]) -> dict[int, list[Marks]]:
    """The marks of these articles, of the first and the last text, as far as they are kept."""
    found: dict[int, list[Marks]] = defaultdict(list)
    for chunk in chunked(sorted(article_ids)):
        rows = await tx.execute(
            select(fingerprint)
            .where(fingerprint.c.article_id.in_(chunk))
            .order_by(fingerprint.c.article_id, fingerprint.c.is_last)
        )
        for r in rows:
            found[r.article_id].append(Marks(r.words, r.sketch, r.lead, r.names))
    return dict(found)


async def save_marks(
    tx: Transaction, made: Found, crowded: Collection[int], *, now: datetime
) -> None:
    """Let new articles be found by their keys, but for those that are `crowded`."""
    bucket = bucket_of(now)
    await insert_tuples(tx, fingerprint, [_row(i, bucket, found.marks) for i, found in made])
    keys = [(bucket, k, i) for i, found in made for k in found.keys if k not in crowded]
    await insert_tuples(tx, dedup_key, sorted(keys))


async def drop_marks(tx: Transaction, made: Found, *, now: datetime) -> None:
    """Take back what `save_marks` wrote in this transaction."""
    for chunk in chunked([i for i, _ in made]):
        await tx.execute(delete(fingerprint).where(fingerprint.c.article_id.in_(chunk)))
    keys = [(bucket_of(now), k, i) for i, found in made for k in found.keys]
    if keys:
        await tx.execute(_DROP_KEY, [dict(zip(("b", "k", "i"), key, strict=True)) for key in keys])


_DROP_KEY = delete(dedup_key).where(
    dedup_key.c.bucket == bindparam("b"),
    dedup_key.c.key == bindparam("k"),
    dedup_key.c.article_id == bindparam("i"),
)


async def renew_marks(tx: Transaction, revised: Found, *, now: datetime) -> None:
    """Let revised articles be found by their new text too."""
    for chunk in chunked([i for i, _ in revised]):
        last = fingerprint.c.article_id.in_(chunk) & (fingerprint.c.is_last == 1)
        await tx.execute(delete(fingerprint).where(last))
    bucket = bucket_of(now)
    rows = {i: _row(i, bucket, found.marks, is_last=1) for i, found in revised}
    await insert_tuples(tx, fingerprint, list(rows.values()))
    keys = [(bucket, k, i) for i, found in revised for k in found.keys]
    if keys:
        named = [dict(zip(("bucket", "key", "article_id"), key, strict=True)) for key in keys]
        await tx.execute(upsert(tx, dedup_key).on_conflict_do_nothing(), named)


async def forget_marks(tx: Transaction, *, now: datetime, limit: int) -> int:
    """Delete some of what is older than the bucket before this one; how many rows went."""
    return await _forget(tx, dedup_key, now, limit) + await _forget(tx, fingerprint, now, limit)


async def _forget(tx: Transaction, table: Table, now: datetime, limit: int) -> int:
    """Rows stand in the order of their age: only the first ones are looked at."""
    key = list(table.primary_key.columns)
    rows = await tx.execute(
        select(*key, table.c.bucket.label("slice")).order_by(*key).limit(limit)
    )
    old = [tuple(row[:-1]) for row in rows if row.slice < bucket_of(now) - 1]
    for chunk in chunked(old, 200):
        await tx.execute(delete(table).where(tuple_(*key).in_(chunk)))
    return len(old)


def mark_row(article_id: int, bucket: int, marks: Marks, *, is_last: int) -> dict[str, object]:
    """The marks of an article by the names of their columns."""
    names = [column.name for column in fingerprint.columns]
    return dict(zip(names, _row(article_id, bucket, marks, is_last=is_last), strict=True))


def _row(article_id: int, bucket: int, marks: Marks, *, is_last: int = 0) -> tuple[object, ...]:
    return article_id, is_last, bucket, marks.words, marks.sketch, marks.lead, marks.names
