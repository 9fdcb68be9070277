"""Save what was judged: new articles, new revisions, and the changes that tell of them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Any, assert_never

from sqlalchemy import Table, delete, insert, text

from storage.chunks import chunked
from storage.database import Transaction
from storage.revisions import revise
from storage.rows import article_row, change_row, evidence_rows, sort_at, text_row, topic_rows
from storage.schema import article, article_evidence, article_text, article_topic, changes
from storage.sightings import note_sightings
from storage.values import Change, ChangeKind, Created, Judged, Repeated, Revised

# The sequence behind the identity; a number taken is never given again, not even after a delete.
_NEXT_POSTGRESQL = text(
    "SELECT nextval(pg_get_serial_sequence('article', 'id')) FROM generate_series(1, :wanted)"
)
_NEXT_SQLITE = text(
    "UPDATE sqlite_sequence SET seq = seq + :wanted WHERE name = 'article' RETURNING seq"
)
_FIRST_SQLITE = text("INSERT INTO sqlite_sequence (name, seq) VALUES ('article', :wanted)")


async def next_article_ids(tx: Transaction, wanted: int) -> list[int]:
    """`wanted` fresh ids, rising; none of them was or will be given to anybody else."""
    if wanted == 0:
        return []
    if tx.dialect.name == "postgresql":
        return list((await tx.execute(_NEXT_POSTGRESQL, {"wanted": wanted})).scalars())
    last = (await tx.execute(_NEXT_SQLITE, {"wanted": wanted})).scalar()
    if last is None:
        await tx.execute(_FIRST_SQLITE, {"wanted": wanted})
        last = wanted
    return list(range(last - wanted + 1, last + 1))


async def stage(tx: Transaction, judged: Sequence[Judged], *, now: datetime) -> None:
    """Write the texts and topics of new articles: rows that nobody else can collide with.

    `now` is the one that `save` gets: an undated article is sorted by it.
    """
    new = [(j.verdict.article_id, j.tagged) for j in judged if isinstance(j.verdict, Created)]
    await _insert(tx, article_text, [text_row(i, tagged.article) for i, tagged in new])
    evidence = [evidence_rows(i, tagged.article) for i, tagged in new]
    await _insert(tx, article_evidence, [row for rows in evidence for row in rows])
    topics = [topic_rows(i, tagged, sort_at(tagged.article, now)) for i, tagged in new]
    await _insert(tx, article_topic, [row for rows in topics for row in rows])


async def unstage(tx: Transaction, article_ids: Iterable[int]) -> None:
    """Take back what `stage` wrote for articles that turned out to be known."""
    for chunk in chunked(article_ids):
        for table in (article_text, article_evidence, article_topic):
            await tx.execute(delete(table).where(table.c.article_id.in_(chunk)))


async def save(
    tx: Transaction, judged: Sequence[Judged], *, after: int, now: datetime
) -> list[Change]:
    """Write what was judged and staged, and return the changes, numbered from `after` + 1.

    The caller holds the clock, judged against what it then found, and advances it to the number
    of the last change.
    """
    numbered = list(_numbered(judged, after, now))
    created = [article_row(j, v, c) for j, c in numbered if isinstance(v := j.verdict, Created)]
    await _insert(tx, article, created)
    await revise(tx, [(j, c) for j, c in numbered if isinstance(j.verdict, Revised)])
    await note_sightings(tx, judged, now=now)
    await _insert(tx, changes, [change_row(c) for _, c in numbered])
    return [change for _, change in numbered]


def _numbered(
    judged: Iterable[Judged], after: int, now: datetime
) -> Iterator[tuple[Judged, Change]]:
    """Each entry that changed something, with the line of the log that tells of it."""
    seq = count(after + 1)
    for one in judged:
        match one.verdict:
            case Created(article_id=held):
                yield one, Change(next(seq), ChangeKind.CREATED, held, now)
            case Revised(article_id=held, changed_fields=fields):
                yield one, Change(next(seq), ChangeKind.REVISED, held, now, None, fields)
            case Repeated():
                pass
            case _:
                assert_never(one.verdict)


async def _insert(tx: Transaction, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        await tx.execute(insert(table), rows)
