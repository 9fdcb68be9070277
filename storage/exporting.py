"""Articles as other programs take them over, in the order in which they last changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from storage.contract import VIEWS
from storage.database import Transaction
from storage.horizon import check_cursor, horizon
from storage.listings import Line, article_lines, entities_of, topics_of
from storage.schema import article, changes

EXPORTED = next(view.column_names for view in VIEWS if view.name == "newsd_article_v1")
"""What every exported article has, beside its topics and entities."""


@dataclass(frozen=True, slots=True)
class Exported:
    """Some articles, and the number of the change to go on from."""

    articles: Sequence[Line]
    seq: int
    whole: int = 0
    """As `storage.reading.Page.whole`."""


async def exported_after(
    tx: Transaction, seq: int, *, limit: int = 500, whole: int = 0
) -> Exported:
    """The articles whose last change is among the `limit` changes after number `seq`.

    Whoever goes on until `seq` stays as it is has every article once, as it is then; an article
    that changes meanwhile comes again. Retracted ones come too, with `deleted` set. After 0 comes
    the oldest that is kept; raises `CursorExpiredError` as `changes_page` does.
    """
    if not seq:
        whole = await horizon(tx)
    last = await _last_of(tx, seq, limit)
    ids = await _changed(tx, seq, last) if last != seq else []
    if seq:
        await check_cursor(tx, seq, whole)
    lines = await article_lines(tx, ids)
    topics, entities = await topics_of(tx, ids), await entities_of(tx, ids)
    found = [
        line
        | {"topics": topics.get(line["article_id"], [])}
        | {"entities": entities.get(line["article_id"], [])}
        for line in lines
    ]
    return Exported(found, last, whole)


async def _last_of(tx: Transaction, seq: int, limit: int) -> int:
    some = select(changes.c.seq).where(changes.c.seq > seq).order_by(changes.c.seq).limit(limit)
    return max((row.seq for row in await tx.execute(some)), default=seq)


async def _changed(tx: Transaction, after: int, last: int) -> list[int]:
    """The articles of these changes that have not changed since."""
    here = (changes.c.seq > after) & (changes.c.seq <= last)
    query = select(article.c.id).join(changes, changes.c.article_id == article.c.id)
    rows = await tx.execute(
        query.where(here, changes.c.seq == article.c.seq).order_by(article.c.seq)
    )
    return [row.id for row in rows]
