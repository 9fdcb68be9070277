"""Read the change log forward, each change with the article it speaks of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from storage.changes import clock_now
from storage.chunks import chunked
from storage.database import Transaction
from storage.errors import CursorExpiredError
from storage.horizon import check_cursor, horizon
from storage.listings import Line, entities_of, topics_of
from storage.schema import article, article_text, changes
from storage.values import ChangeKind

_SHOWN = (
    *(changes.c.seq, changes.c.kind, changes.c.at, changes.c.article_id, changes.c.story_id),
    *(changes.c.changed_fields, article.c.public_id, article.c.title, article.c.canonical_url),
    *(article.c.host, article.c.language, article.c.published_at, article.c.duplicate_of),
    *(article.c.relation,),
)
_TOLD = (*_SHOWN, article.c.summary, article.c.deleted)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes a reader is told of, as their articles are now; empty: of all.

    A retraction passes every filter of topics: with its words an article loses its topics.
    """

    kinds: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    """Ids or labels, case folded."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the log: what a reader wants of it, and how far it reaches."""

    lines: Sequence[Line]
    seq: int
    """Read on from here; the same as before if there was nothing new."""
    whole: int = 0
    """Give it back with `seq`: up to this horizon the reader, who began at 0, missed nothing."""


async def changes_page(  # noqa: PLR0913  what a reader wants, and where it stands
    tx: Transaction,
    after: int,
    *,
    limit: int = 500,
    language: str | None = None,
    topic: str | None = None,
    whole: int = 0,
) -> Page:
    """The changes that follow number `after`, those wanted of at most `limit`.

    `topic` is an id or a label. An article that is kept no more has no title. After 0 comes the
    oldest that is kept; raises `CursorExpiredError` for any other number below the horizon, but
    for a reader who began at 0 since it was there (`whole`).
    """
    if not after:
        whole = await horizon(tx)
    wanted = Wanted(
        languages=frozenset([language] if language is not None else ()),
        topics=frozenset([topic.casefold()] if topic is not None else ()),
    )
    page = await _page(tx, _SHOWN, after, limit, wanted)
    if after:
        await check_cursor(tx, after, whole)
    return replace(page, whole=whole)


async def told_page(
    tx: Transaction, after: int, wanted: Wanted, *, limit: int = 500, texts: bool = False
) -> Page:
    """What a consumer is told: as `changes_page`, with summary, entities and, if asked, text.

    Raises `CursorExpiredError` for a cursor below the horizon, 0 included.
    """
    page = await _page(tx, _TOLD, after, limit, wanted)
    await check_cursor(tx, after)
    ids = {line["article_id"] for line in page.lines}
    entities = await entities_of(tx, ids)
    written = await _texts(tx, ids) if texts else {}
    for line in page.lines:
        line["entities"] = entities.get(line["article_id"], [])
        if texts:
            line["text"] = written.get(line["article_id"])
    return page


async def told_one(tx: Transaction, seq: int, *, texts: bool = False) -> Line | None:
    """One change as `told_page` shows it; None: it is kept no more."""
    try:
        page = await told_page(tx, seq - 1, Wanted(), limit=1, texts=texts)
    except CursorExpiredError:
        return None
    return next((line for line in page.lines if line["seq"] == seq), None)


async def _page(
    tx: Transaction, shown: Sequence[Any], after: int, limit: int, wanted: Wanted
) -> Page:
    rows = await tx.execute(
        select(*shown)
        .select_from(changes.outerjoin(article, article.c.id == changes.c.article_id))
        .where(changes.c.seq > after)
        .order_by(changes.c.seq)
        .limit(limit)
    )
    names = [str(name) for name in rows.keys()]  # noqa: SIM118  a result is no mapping
    found: list[Line] = [dict(zip(names, row, strict=True)) for row in rows]
    last = int(found[-1]["seq"]) if found else after
    if wanted.kinds:
        found = [line for line in found if line["kind"] in wanted.kinds]
    if wanted.languages:
        found = [line for line in found if line["language"] in wanted.languages]
    topics = await topics_of(tx, {line["article_id"] for line in found})
    for line in found:
        line["topics"] = topics.get(line["article_id"], [])
    if wanted.topics:
        found = [line for line in found if _is_about(line, wanted.topics)]
    return Page(found, last)


def _is_about(line: Line, topics: frozenset[str]) -> bool:
    return line["kind"] == ChangeKind.RETRACTED or any(
        not topics.isdisjoint((topic["topic_id"].casefold(), topic["label"].casefold()))
        for topic in line["topics"]
    )


async def _texts(tx: Transaction, article_ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for chunk in chunked(sorted(article_ids)):
        query = select(article_text.c.article_id, article_text.c.text)
        rows = await tx.execute(query.where(article_text.c.article_id.in_(chunk)))
        found |= {row.article_id: row.text for row in rows}
    return found


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
