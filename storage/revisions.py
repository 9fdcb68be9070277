"""Put a new text in the place of an old one, and keep the old one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, case, delete, func, insert, select, update

from storage.bulk import insert_rows
from storage.chunks import chunked
from storage.database import Transaction
from storage.rows import (
    content_row,
    entity_rows,
    evidence_rows,
    origin_rows,
    published_row,
    text_row,
    topic_rows,
)
from storage.schema import (
    article,
    article_entity,
    article_evidence,
    article_origin,
    article_revision,
    article_text,
    article_topic,
)
from storage.searchindex import index_again
from storage.values import Article, Change, Judged, TaggedArticle, Topic

Revision = tuple[Judged, Change]


async def revise(tx: Transaction, revised: Sequence[Revision]) -> None:
    """Each article gets its new text; what readers saw until now becomes an earlier revision.

    Address, first publication time and public id stay what they were.
    """
    for turn in _turns(revised):
        for chunk in chunked([change.article_id for _, change in turn]):
            await put_aside(tx, chunk)
        await tx.execute(_REVISE, [_revision(j.tagged, c) for j, c in turn])
        await tx.execute(RETEXT, [retext_row(c.article_id, j.tagged) for j, c in turn])
        await _retag(tx, turn)
        await _weigh_again(tx, turn)
        await _keep_origins(tx, turn)
    await index_again(tx, [change.article_id for _, change in revised])


def _turns(revised: Sequence[Revision]) -> Iterator[list[Revision]]:
    """Revisions in turns, so that no turn holds two of one article: none is overwritten."""
    waiting = list(revised)
    while waiting:
        turn: dict[int, Revision] = {}
        for one in waiting:
            turn.setdefault(one[1].article_id, one)
        yield list(turn.values())
        waiting = [one for one in waiting if turn[one[1].article_id] is not one]


async def put_aside(tx: Transaction, article_ids: Sequence[int]) -> None:
    """Make what readers see of these articles, a chunk of them, an earlier revision."""
    present = select(
        article.c.id,
        article.c.revision,
        article.c.title,
        article.c.summary,
        article_text.c.text,
        article_text.c.html,
        article.c.revision_at,
        article.c.changed_fields,
    ).where(article.c.id == article_text.c.article_id, article.c.id.in_(article_ids))
    columns = list(article_revision.c)
    await tx.execute(insert(article_revision).from_select(columns, present))


async def _retag(tx: Transaction, turn: Sequence[Revision]) -> None:
    """What the new text is about, and whom it names."""
    await replace_topics(tx, {c.article_id: j.tagged.topics for j, c in turn}, turn[0][1].at)
    entities = [row for j, c in turn for row in entity_rows(c.article_id, j.tagged, c.at)]
    await _replace(tx, article_entity, [change.article_id for _, change in turn], entities)


async def replace_topics(
    tx: Transaction, topics: Mapping[int, Iterable[Topic]], at: datetime
) -> None:
    """Give articles these topics and no others."""
    rows = [row for held in topics for row in topic_rows(held, topics[held], at)]
    await _replace(tx, article_topic, list(topics), rows)


async def _replace(
    tx: Transaction, table: Table, ids: Sequence[int], rows: Sequence[dict[str, Any]]
) -> None:
    """New rows in the place of those of these articles, each where its article stands."""
    for chunk in chunked(ids):
        await tx.execute(delete(table).where(table.c.article_id.in_(chunk)))
    if not rows:
        return
    await insert_rows(tx, table, rows)
    newest = func.coalesce(article.c.published_at, article.c.first_seen_at)
    place = select(newest).where(article.c.id == table.c.article_id)
    for chunk in chunked(ids):
        await tx.execute(
            update(table)
            .where(table.c.article_id.in_(chunk))
            .values(sort_at=place.scalar_subquery())
        )


async def _weigh_again(tx: Transaction, turn: Sequence[Revision]) -> None:
    await replace_evidence(tx, {c.article_id: j.tagged.article for j, c in turn})


async def replace_evidence(tx: Transaction, articles: Mapping[int, Article]) -> None:
    """The evidence of the texts that readers now see."""
    for chunk in chunked(articles):
        await tx.execute(delete(article_evidence).where(article_evidence.c.article_id.in_(chunk)))
    rows = [row for held, kept in articles.items() for row in evidence_rows(held, kept)]
    await insert_rows(tx, article_evidence, rows)


async def _keep_origins(tx: Transaction, turn: Sequence[Revision]) -> None:
    """What the text that readers now see was made of."""
    for chunk in chunked([change.article_id for _, change in turn]):
        await tx.execute(delete(article_origin).where(article_origin.c.article_id.in_(chunk)))
    origins = [origin_rows(c.article_id, j.tagged, c.at, is_first=False) for j, c in turn]
    rows = [row for of_one in origins for row in of_one]
    await insert_rows(tx, article_origin, rows)


def _revision(tagged: TaggedArticle, change: Change) -> dict[str, Any]:
    row = content_row(tagged) | published_row(tagged.article.published)
    row |= {"changed_fields": list(change.changed_fields), "at": change.at, "seq": change.seq}
    return {f"new_{name}": value for name, value in row.items()} | {"which": change.article_id}


def retext_row(article_id: int, tagged: TaggedArticle) -> dict[str, Any]:
    """What `RETEXT` takes."""
    row = text_row(article_id, tagged.article)
    return {f"new_{name}": value for name, value in row.items()}


def _new(name: str, column: str | None = None) -> Any:
    return bindparam(f"new_{name}", type_=article.c[column or name].type)


def _first(name: str) -> Any:
    """A first publication time stays; an undated article may learn its own."""
    return case((article.c.published_at.is_(None), _new(name)), else_=article.c[name])


_CONTENT = (
    *("title", "summary", "language", "authors", "section", "image_url", "word_count"),
    *("content_hash", "item_hash", "quality", "changed_fields", "seq", "text_source"),
)
PUBLISHED = (
    *("published_at", "published_precision", "published_source", "published_tz"),
    "published_raw",
)
_REVISE = (
    update(article)
    .where(article.c.id == bindparam("which"))
    .values(
        {name: _new(name) for name in _CONTENT}
        | {name: _first(name) for name in PUBLISHED}
        | {
            "revision": article.c.revision + 1,
            "revision_at": _new("at", "revision_at"),
            "changed_at": _new("at", "changed_at"),
        }
    )
)
RETEXT = (
    update(article_text)
    .where(article_text.c.article_id == bindparam("new_article_id"))
    .values(text=bindparam("new_text"), html=bindparam("new_html"))
)
