"""Find articles by their words: the best and newest first, each with the place that was found.

Of many that fit, the 2,000 that came last are weighed, so that a common word costs no more than
a rare one. Newer ones weigh more: one of two weeks ago half as much as one of now.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, cast, column, desc, func, literal_column, select, table
from sqlalchemy.dialects.postgresql import TSQUERY

from storage.database import Transaction
from storage.errors import QueryError
from storage.listings import Line
from storage.paging import ARTICLE_COLUMNS, ARTICLES, NEWEST, Chosen, choose
from storage.schema import article_text
from storage.searchable import NAME
from storage.searchindex import indexed, is_matched, searched
from storage.snippets import MARK, snippet
from storage.values import SearchScope
from storage.wanted import Query, as_fts5, as_tsquery

MOST_WEIGHED = 2_000
HALVED = timedelta(days=14)
_LEAD = 2_000
"""Characters of a text of which a snippet is made where only titles are searched."""
_fts5 = table(NAME, column("rowid"), column(NAME))
# A word of the title weighs eight of the text.
_BM25: ColumnElement[float] = literal_column(f"bm25({NAME}, 8.0, 3.0, 1.0)")
_WEIGHTS: ColumnElement[Any] = literal_column("'{0.1, 0.2, 0.4, 1.0}'::float4[]")


@dataclass(frozen=True, slots=True)
class _Hit:
    article_id: int
    at: datetime
    relevance: float


async def search(
    tx: Transaction,
    chosen: Chosen,
    *,
    now: datetime,
    limit: int,
    columns: Collection[str] = ARTICLE_COLUMNS,
) -> list[Line]:
    """The articles that answer best to `chosen.query`, with `score` (0..1) and `snippet`.

    Raises `QueryError` where nothing is indexed.
    """
    scope = (await indexed(tx)).scope
    if scope is SearchScope.OFF:
        raise QueryError(
            'full-text search is off; set search.enabled = "titles" and run newsd db index'
        )
    scored = _scored(await _hits(tx, chosen), now)[:limit]
    found = await _shown(tx, [article_id for article_id, _ in scored], chosen.query, columns)
    return [found[i] | {"score": round(score, 4)} for i, score in scored if i in found]


async def _hits(tx: Transaction, chosen: Chosen) -> list[_Hit]:
    """The newest articles that fit, and how well."""
    dialect = tx.dialect.name
    if dialect == "sqlite":
        query = select(ARTICLES.c.article_id, NEWEST.label("at"), (-_BM25).label("relevance"))
        query = query.join(_fts5, _fts5.c.rowid == ARTICLES.c.article_id)
        query = query.where(_fts5.c[NAME].op("MATCH", is_comparison=True)(as_fts5(chosen.query)))
        newest = choose(query, _without_query(chosen), dialect).order_by(desc(_fts5.c.rowid))
        rows = await tx.execute(newest.limit(MOST_WEIGHED))
    else:
        query = select(ARTICLES.c.article_id, NEWEST.label("at"), searched.c.document)
        query = query.join(searched, searched.c.article_id == ARTICLES.c.article_id)
        query = query.where(is_matched(chosen.query, dialect))
        fitting = choose(query, _without_query(chosen), dialect)
        few = fitting.order_by(desc(ARTICLES.c.article_id)).limit(MOST_WEIGHED).subquery()
        wanted = cast(as_tsquery(chosen.query), TSQUERY)
        # 1: a long text is worth less for a word than a short one
        relevance = func.ts_rank_cd(_WEIGHTS, few.c.document, wanted, 1)
        rows = await tx.execute(select(few.c.article_id, few.c.at, relevance.label("relevance")))
    return [_Hit(r.article_id, r.at, float(r.relevance)) for r in rows]


def _without_query(chosen: Chosen) -> Chosen:
    return replace(chosen, query=())


def _scored(hits: Sequence[_Hit], now: datetime) -> list[tuple[int, float]]:
    best = max((hit.relevance for hit in hits), default=0.0) or 1.0
    scored = [(hit.article_id, hit.relevance / best * _freshness(hit.at, now)) for hit in hits]
    return sorted(scored, key=lambda one: (-one[1], -one[0]))


def _freshness(at: datetime, now: datetime) -> float:
    """1 for what is new, falling by its age; never so far that nothing but age counts."""
    return 1 / (1 + max(now - at, timedelta()) / HALVED)


async def _shown(
    tx: Transaction, article_ids: Sequence[int], query: Query, columns: Collection[str]
) -> dict[int, Line]:
    named: list[Any] = [ARTICLES.c[name] for name in ARTICLE_COLUMNS if name in columns]
    words = [
        ARTICLES.c.article_id.label("which"),
        ARTICLES.c.summary.label("had_summary"),
        func.substr(article_text.c.text, 1, _LEAD).label("had_text"),
    ]
    rows = await tx.execute(
        select(*named, *words)
        .join(article_text, article_text.c.article_id == ARTICLES.c.article_id)
        .where(ARTICLES.c.article_id.in_(article_ids))
    )
    found: dict[int, Line] = {}
    for row in rows.mappings():
        line = dict(row)
        which, summary, text = line.pop("which"), line.pop("had_summary"), line.pop("had_text")
        found[which] = line | {"snippet": _best_snippet(summary or "", text, query)}
    return found


def _best_snippet(summary: str, text: str, query: Query) -> str:
    """Of the summary, if it says what was looked for or there is no other; else of the text."""
    said = snippet(summary, query)
    in_text = snippet(text, query)
    return in_text if (MARK in in_text and MARK not in said) or not said else said
