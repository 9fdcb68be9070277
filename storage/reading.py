"""Read the change log forward, each change with the article it speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from storage.changes import clock_now
from storage.database import Transaction
from storage.listings import Line, topics_of
from storage.schema import article, changes

_SHOWN = (
    *(changes.c.seq, changes.c.kind, changes.c.at, changes.c.article_id, changes.c.story_id),
    *(changes.c.changed_fields, article.c.public_id, article.c.title, article.c.canonical_url),
    *(article.c.host, article.c.language, article.c.published_at, article.c.duplicate_of),
    *(article.c.relation,),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the log: what a reader wants of it, and how far it reaches."""

    lines: Sequence[Line]
    seq: int
    """Read on from here; the same as before if there was nothing new."""


async def changes_page(
    tx: Transaction,
    after: int,
    *,
    limit: int = 500,
    language: str | None = None,
    topic: str | None = None,
) -> Page:
    """The changes that follow number `after`, those wanted of at most `limit`.

    `topic` is an id or a label. An article that is kept no more has no title.
    """
    rows = await tx.execute(
        select(*_SHOWN)
        .select_from(changes.outerjoin(article, article.c.id == changes.c.article_id))
        .where(changes.c.seq > after)
        .order_by(changes.c.seq)
        .limit(limit)
    )
    found: list[Line] = [{str(name): row[name] for name in row} for row in rows.mappings()]
    last = int(found[-1]["seq"]) if found else after
    if language is not None:
        found = [line for line in found if line["language"] == language]
    topics = await topics_of(tx, {line["article_id"] for line in found})
    for line in found:
        line["topics"] = topics.get(line["article_id"], [])
    if topic is not None:
        wanted = topic.casefold()
        found = [line for line in found if any(_is(wanted, t) for t in line["topics"])]
    return Page(found, last)


def _is(wanted: str, topic: dict[str, Any]) -> bool:
    return wanted in {topic["topic_id"].casefold(), topic["label"].casefold()}


async def seq_before(tx: Transaction, at: datetime) -> int:
    """The number of the last change that was made before `at`; 0 when all are later.

    Numbers and times of changes rise together, so halving finds it.
    """
    low, high = 0, await clock_now(tx)
    while low < high:
        middle = (low + high + 1) // 2
        time = select(changes.c.at).where(changes.c.seq >= middle).order_by(changes.c.seq)
        found = (await tx.execute(time.limit(1))).scalar()
        if found is not None and found < at:
            low = middle
        else:
            high = middle - 1
    return low


async def seq_back(tx: Transaction, lines: int) -> int:
    """The number after which `lines` changes follow, or all there are."""
    some = select(changes.c.seq).order_by(changes.c.seq.desc()).limit(lines).subquery()
    first = (await tx.execute(select(func.min(some.c.seq)))).scalar()
    return int(first) - 1 if first is not None and lines else await clock_now(tx)
