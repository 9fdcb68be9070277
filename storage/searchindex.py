"""Keep the full-text index in step with the articles, in the transactions that write those.

What is indexed is said by the database (`search_index`), not by whoever writes: so every program
that writes articles keeps the same index. It is read while the clock is held, and changed only
then, so no article falls between two opinions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    cast,
    column,
    func,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from storage.changes import take_clock
from storage.chunks import chunked
from storage.database import Database, Transaction
from storage.folding import spaced
from storage.schema import article, article_text, search_index
from storage.searchable import CREATE, DROP, NAME
from storage.values import Article, SearchScope
from storage.wanted import Query, as_fts5, as_tsquery, as_tsvector

STEP = 200
"""Articles indexed in one transaction when the index is built: some 10 ms, with bodies 100."""
_INSERT = {
    "sqlite": f"INSERT INTO {NAME} (rowid, title, summary, text) VALUES (?, ?, ?, ?)",  # noqa: S608  our own name
    "postgresql": f"INSERT INTO {NAME} (article_id, document)"  # noqa: S608  our own name
    " VALUES ($1, CAST($2::text AS tsvector))",
}
_DELETE = {
    "sqlite": f"DELETE FROM {NAME} WHERE rowid = ?",  # noqa: S608  our own name
    "postgresql": f"DELETE FROM {NAME} WHERE article_id = $1",  # noqa: S608  our own name
}


@dataclass(frozen=True, slots=True)
class Indexed:
    """What can be searched for now."""

    scope: SearchScope
    before_id: int
    """Articles below this number are still to be indexed; 0: none."""


@dataclass(frozen=True, slots=True)
class Searchable:
    """The words of an article."""

    article_id: int
    title: str
    summary: str
    text: str


async def indexed(tx: Transaction) -> Indexed:
    """What is indexed, and how far building the index has come."""
    row = (await tx.execute(select(search_index))).one_or_none()
    return Indexed(SearchScope(row.scope), row.before_id) if row else Indexed(SearchScope.OFF, 0)


# The public view, as far as a query needs to know it.
searched = table("newsd_search_v1", column("article_id"), column("document"))


def is_matched(query: Query, dialect: str) -> ColumnElement[bool]:
    """Whether a row of `searched` holds what is searched for, as its engine says it."""
    if dialect == "sqlite":
        return searched.c.document.op("MATCH", is_comparison=True)(as_fts5(query))
    wanted = cast(as_tsquery(query), TSQUERY)
    return searched.c.document.op("@@", is_comparison=True)(wanted)


def matching(query: Query, dialect: str) -> Select[Any]:
    """The numbers of the articles that hold what is searched for."""
    return select(searched.c.article_id).where(is_matched(query, dialect))


# ---------------------------------------------------------------- with each write


async def index_new(tx: Transaction, articles: Sequence[tuple[int, Article]]) -> None:
    """Index articles that were not there before; the clock is held."""
    if not articles:
        return
    scope = (await indexed(tx)).scope
    made = (Searchable(i, a.title, a.summary or "", a.text) for i, a in articles)
    await _insert(tx, scope, made)


async def index_again(tx: Transaction, article_ids: Sequence[int]) -> None:
    """Index these articles as they stand now; the clock is held."""
    if not article_ids:
        return
    scope = (await indexed(tx)).scope
    if scope is SearchScope.OFF:
        return
    for chunk in chunked(sorted(set(article_ids))):
        await unindex(tx, chunk)
        await _insert(tx, scope, await _standing(tx, chunk, scope))


async def unindex(tx: Transaction, article_ids: Iterable[int]) -> None:
    """Let these articles be found no more; the clock is held."""
    rows = [(article_id,) for article_id in article_ids]
    if rows:
        await tx.exec_driver_sql(_DELETE[tx.dialect.name], rows)


async def _standing(
    tx: Transaction, article_ids: Sequence[int], scope: SearchScope
) -> list[Searchable]:
    words = [article.c.id, article.c.title, article.c.summary]
    query = select(*words).where(article.c.id.in_(article_ids), article.c.deleted.is_not(True))
    if scope is SearchScope.BODIES:
        query = query.add_columns(article_text.c.text).where(
            article_text.c.article_id == article.c.id
        )
    rows = await tx.execute(query)
    return [Searchable(r.id, r.title, r.summary or "", getattr(r, "text", "")) for r in rows]


async def _insert(tx: Transaction, scope: SearchScope, articles: Iterable[Searchable]) -> None:
    if scope is SearchScope.OFF:
        return
    row = _sqlite_row if tx.dialect.name == "sqlite" else _postgresql_row
    rows = [row(one, has_text=scope is SearchScope.BODIES) for one in articles]
    if rows:
        await tx.exec_driver_sql(_INSERT[tx.dialect.name], rows)


def _sqlite_row(one: Searchable, *, has_text: bool) -> tuple[Any, ...]:
    text = spaced(one.text) if has_text else ""
    return one.article_id, spaced(one.title), spaced(one.summary), text


def _postgresql_row(one: Searchable, *, has_text: bool) -> tuple[Any, ...]:
    parts = [(one.title, "A"), (one.summary, "B")]
    return one.article_id, as_tsvector([*parts, (one.text, "D")] if has_text else parts)


# ---------------------------------------------------------------- when the setting has changed


async def switch_index(database: Database, scope: SearchScope) -> bool:
    """From now on index this of each article; whether that is another thing than before.

    The articles that are there are then to be indexed by `build_index`.
    """
    async with database.reading() as tx:
        if (await indexed(tx)).scope is scope:
            return False
    async with database.writing() as tx:
        await take_clock(tx)
        if (await indexed(tx)).scope is scope:
            return False
        await _empty(tx)
        last = (await tx.execute(select(func.max(article.c.id)))).scalar() or 0
        before = 0 if scope is SearchScope.OFF or not last else last + 1
        row = {"scope": scope.value, "before_id": before}
        if not (await tx.execute(update(search_index).values(row))).rowcount:
            await tx.execute(insert(search_index).values(id=1, **row))
    return True


async def build_index(database: Database, *, limit: int = STEP) -> int:
    """Index the newest `limit` of the articles that are still to be; how many that were.

    A short transaction: writers wait no longer for it than for each other.
    """
    async with database.writing() as tx:
        await take_clock(tx)
        before = (await indexed(tx)).before_id
        if not before:
            return 0
        query = select(article.c.id).where(article.c.id < before).order_by(article.c.id.desc())
        ids = list((await tx.execute(query.limit(limit))).scalars())
        await index_again(tx, ids)
        rest = ids[-1] if len(ids) == limit else 0
        await tx.execute(update(search_index).values(before_id=rest))
    return len(ids)


async def count_unindexed(tx: Transaction) -> int:
    """How many articles are still to be indexed."""
    before = (await indexed(tx)).before_id
    if not before:
        return 0
    query = select(func.count()).select_from(article).where(article.c.id < before)
    return int((await tx.execute(query)).scalar_one())


async def _empty(tx: Transaction) -> None:
    """Quicker than row by row, and gives the room back."""
    if tx.dialect.name == "postgresql":
        await tx.exec_driver_sql(f"TRUNCATE {NAME}")
        return
    await tx.exec_driver_sql(DROP)
    for statement in CREATE["sqlite"]:
        await tx.exec_driver_sql(statement)
