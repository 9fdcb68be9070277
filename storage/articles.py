"""Save what was judged: new articles, new revisions, and the changes that tell of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import assert_never

from sqlalchemy import delete, text

from storage.bulk import insert_rows
from storage.chunks import chunked
from storage.database import Transaction
from storage.marks import drop_marks, renew_marks, save_marks
from storage.revisions import revise
from storage.rows import (
    article_row,
    change_row,
    copy_decision_row,
    entity_rows,
    evidence_rows,
    origin_rows,
    sort_at,
    text_row,
    topic_rows,
)
from storage.schema import (
    article,
    article_decision,
    article_entity,
    article_evidence,
    article_origin,
    article_text,
    article_topic,
    changes,
)
from storage.searchindex import index_new
from storage.sightings import note_sightings
from storage.stories import retell_stories, save_stories
from storage.values import (
    Change,
    ChangeKind,
    Created,
    Judged,
    Likeness,
    Placed,
    Repeated,
    Revised,
)

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


async def stage(
    tx: Transaction, judged: Sequence[Judged], crowded: Collection[int] = (), *, now: datetime
) -> None:
    """Write what hangs on new articles: rows that nobody else can collide with.

    `now` is the one that `save` gets: an undated article is sorted by it. Keys that are `crowded`
    lead nowhere, and are left out.
    """
    new = [(j.verdict, j.tagged) for j in judged if isinstance(j.verdict, Created)]
    await insert_rows(tx, article_text, [text_row(v.article_id, t.article) for v, t in new])
    evidence = [evidence_rows(v.article_id, t.article) for v, t in new]
    await insert_rows(tx, article_evidence, [row for rows in evidence for row in rows])
    origins = [origin_rows(v.article_id, t, now, is_first=True) for v, t in new]
    await insert_rows(tx, article_origin, [row for rows in origins for row in rows])
    topics = [topic_rows(v.article_id, t.topics, sort_at(t.article, now)) for v, t in new]
    await insert_rows(tx, article_topic, [row for rows in topics for row in rows])
    entities = [entity_rows(v.article_id, t, sort_at(t.article, now)) for v, t in new]
    await insert_rows(tx, article_entity, [row for rows in entities for row in rows])
    decisions = [copy_decision_row(v.article_id, v.copy) for v, _ in new if v.copy is not None]
    await insert_rows(tx, article_decision, decisions)
    await save_marks(tx, _likenesses(judged), crowded, now=now)


_STAGED = (
    *(article_text, article_evidence, article_origin, article_topic, article_entity),
    article_decision,
)


async def unstage(tx: Transaction, judged: Sequence[Judged], *, now: datetime) -> None:
    """Take back what `stage` wrote: somebody else wrote in between, and all is judged again."""
    for chunk in chunked(j.verdict.article_id for j in judged if isinstance(j.verdict, Created)):
        for table in _STAGED:
            await tx.execute(delete(table).where(table.c.article_id.in_(chunk)))
    await drop_marks(tx, _likenesses(judged), now=now)


def _likenesses(judged: Sequence[Judged]) -> list[tuple[int, Likeness]]:
    return [
        (j.verdict.article_id, j.tagged.likeness)
        for j in judged
        if isinstance(j.verdict, Created) and j.tagged.likeness is not None
    ]


async def save(
    tx: Transaction, judged: Sequence[Judged], placed: Placed, *, after: int, now: datetime
) -> list[Change]:
    """Write what was judged, placed and staged; return the changes, numbered from `after` + 1.

    The caller holds the clock, judged against what it then found, and advances it to the number
    of the last change.
    """
    stories = {place.article_id: place.story_id for place in placed.places}
    numbered = list(_numbered(judged, stories, after, now))
    created = [(j, v, c) for j, c in numbered if isinstance(v := j.verdict, Created)]
    revised = [(j, c) for j, c in numbered if isinstance(j.verdict, Revised)]
    await insert_rows(tx, article, [article_row(j, v, c) for j, v, c in created])
    await index_new(tx, [(v.article_id, j.tagged.article) for j, v, _ in created])
    await revise(tx, revised)
    await renew_marks(tx, _renewed(revised), now=now)
    await note_sightings(tx, judged, now=now)
    await insert_rows(tx, changes, [change_row(c) for _, c in numbered])
    told = [change for _, change in numbered]
    new = {c.article_id: (j.tagged.article, c.seq) for j, _, c in created}
    merges = await save_stories(tx, new, placed, after=after + len(told), now=now)
    await retell_stories(tx, [c.article_id for _, c in revised])
    return told + merges


def _renewed(revised: Iterable[tuple[Judged, Change]]) -> list[tuple[int, Likeness]]:
    return [(c.article_id, j.tagged.likeness) for j, c in revised if j.tagged.likeness is not None]


def _numbered(
    judged: Iterable[Judged], stories: Mapping[int, int], after: int, now: datetime
) -> Iterator[tuple[Judged, Change]]:
    """Each entry that changed something, with the line of the log that tells of it."""
    seq = count(after + 1)
    for one in judged:
        match one.verdict:
            case Created(article_id=held):
                story_id = stories.get(held)
                yield one, Change(next(seq), ChangeKind.CREATED, held, now, story_id)
            case Revised(article_id=held, changed_fields=fields, story_id=story_id):
                yield one, Change(next(seq), ChangeKind.REVISED, held, now, story_id, fields)
            case Repeated():
                pass
            case _:
                assert_never(one.verdict)
