"""What commands show, read from the public views as any other program would read it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, TableClause, column, desc, exists, func, select, table

from storage.database import Transaction
from storage.schema import Instant, Json

Listed = dict[str, Any]
"""A row of a view: column -> value, with aware instants and real lists."""

_INSTANTS = ("published_at", "first_seen_at", "last_seen_at", "changed_at", "seen_at", "at") + (
    "last_poll_at", "last_success_at", "next_poll_at", "started_at", "added_at",
)  # fmt: skip
_JSON = ("authors", "quality", "labels", "changed_fields", "evidence", "reasons")
_ARTICLE = (
    "article_id", "public_id", "title", "url", "canonical_url", "host", "language", "section",
    "authors", "summary", "published_at", "published_precision", "published_source",
    "first_seen_at", "changed_at", "revision", "duplicate_of", "relation", "similarity",
    "word_count", "quality",
)  # fmt: skip


def _view(name: str, *columns: str) -> TableClause:
    return table(name, *(_column(name) for name in columns))


def _column(name: str) -> Any:
    if name in _INSTANTS:
        return column(name, Instant)
    return column(name, Json) if name in _JSON else column(name)


_articles = _view("newsd_article_v1", *_ARTICLE, "text")
_topics = _view("newsd_article_topic_v1", "article_id", "topic_id", "label", "score", "source")
_sightings = _view(
    "newsd_sighting_v1", "article_id", "feed_id", "url", "first_seen_at", "last_seen_at"
)
_revisions = _view(
    "newsd_article_revision_v1", "article_id", "revision", "title", "seen_at", "changed_fields"
)
_health = _view(
    "newsd_feed_health_v1", "feed_id", "url", "state", "last_poll_at", "last_success_at",
    "last_outcome", "last_error", "failures", "next_poll_at", "next_poll_reason", "articles_7d",
    "mean_delay_s", "requests_24h", "not_modified_share",
)  # fmt: skip
_feeds = _view("newsd_feed_v1", "feed_id", "title", "site_url", "kind", "language", "labels")
_polls = _view(
    "newsd_poll_v1", "poll_id", "feed_id", "started_at", "duration_ms", "outcome", "http_status",
    "bytes", "items", "created", "revised", "duplicates", "rejected", "error",
)  # fmt: skip
_stories = _view("newsd_story_v1", "story_id")
_changes = _view("newsd_change_v1", "seq")


async def feed_health(tx: Transaction) -> list[Listed]:
    """Every feed we follow and how it is doing, those in trouble first."""
    described = (_feeds.c.title, _feeds.c.kind, _feeds.c.language, _feeds.c.labels)
    return await _rows(
        tx,
        select(*_health.c, *described)
        .where(_health.c.feed_id == _feeds.c.feed_id)
        .order_by(desc(_health.c.failures), _health.c.feed_id),
    )


async def latest_articles(
    tx: Transaction,
    *,
    limit: int,
    language: str | None = None,
    topic: str | None = None,
    feed_id: int | None = None,
    since: datetime | None = None,
) -> list[Listed]:
    """The newest articles with the labels of their topics; `topic` is an id or a label."""
    when = func.coalesce(_articles.c.published_at, _articles.c.first_seen_at, type_=Instant)
    query = select(*(_articles.c[name] for name in _ARTICLE))
    if language is not None:
        query = query.where(_articles.c.language == language)
    if since is not None:
        query = query.where(when >= since)
    if topic is not None:
        same = (_topics.c.topic_id == topic) | (func.lower(_topics.c.label) == topic.lower())
        query = query.where(_has(_topics, same))
    if feed_id is not None:
        query = query.where(_has(_sightings, _sightings.c.feed_id == feed_id))
    found = await _rows(tx, query.order_by(desc(when), desc(_articles.c.article_id)).limit(limit))
    labels = await _labels(tx, [article["article_id"] for article in found])
    return [article | {"topics": labels.get(article["article_id"], [])} for article in found]


async def article(tx: Transaction, ref: str) -> Listed | None:
    """One article with all we know of it, by its number or its public id."""
    by_number = ref.isdecimal() and len(ref) < 19
    same = _articles.c.article_id == int(ref) if by_number else _articles.c.public_id == ref
    found = await _rows(tx, select(*_articles.c).where(same))
    if not found:
        return None
    return found[0] | {
        "topics": await _parts(tx, _topics, found[0], desc(_topics.c.score)),
        "sightings": await _parts(tx, _sightings, found[0], _sightings.c.first_seen_at),
        "revisions": await _parts(tx, _revisions, found[0], _revisions.c.revision),
    }


async def recent_polls(tx: Transaction, *, limit: int) -> list[Listed]:
    """The last polls of all feeds, newest first, with the address of each feed."""
    return await _rows(
        tx,
        select(*_polls.c, _health.c.url)
        .where(_polls.c.feed_id == _health.c.feed_id)
        .order_by(desc(_polls.c.poll_id))
        .limit(limit),
    )


async def totals(tx: Transaction) -> Mapping[str, Any]:
    """How much of everything there is."""
    copies = select(func.count()).select_from(_articles).where(_articles.c.duplicate_of.is_not(None))
    found = await _rows(
        tx,
        select(
            _count(_health, "feeds"),
            _count(_articles, "articles"),
            copies.scalar_subquery().label("copies"),
            _count(_stories, "stories"),
            _count(_polls, "polls"),
            _count(_changes, "changes"),
            select(func.max(_articles.c.first_seen_at, type_=Instant))
            .scalar_subquery()
            .label("newest_article_at"),
        ),
    )
    return found[0]


async def count_by(tx: Transaction, *, what: str) -> list[Listed]:
    """How many there are of each `language`, `topic`, `outcome` or `state`, most first."""
    of = {
        "language": _articles.c.language,
        "topic": _topics.c.label,
        "outcome": _polls.c.outcome,
        "state": _health.c.state,
    }[what]
    number = func.count().label("count")
    return await _rows(tx, select(of.label(what), number).group_by(of).order_by(desc(number), of))


def _count(view: TableClause, name: str) -> ColumnElement[int]:
    return select(func.count()).select_from(view).scalar_subquery().label(name)


def _has(view: TableClause, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(view.c.article_id == _articles.c.article_id, condition)


async def _labels(tx: Transaction, ids: list[int]) -> dict[int, list[str]]:
    found = await _rows(
        tx, select(*_topics.c).where(_topics.c.article_id.in_(ids)).order_by(desc(_topics.c.score))
    )
    labels: dict[int, list[str]] = {}
    for topic in found:
        labels.setdefault(topic["article_id"], []).append(topic["label"])
    return labels


async def _parts(
    tx: Transaction, view: TableClause, whole: Listed, order: ColumnElement[Any]
) -> list[Listed]:
    columns = [c for c in view.c if c.name != "article_id"]
    query = select(*columns).where(view.c.article_id == whole["article_id"])
    return await _rows(tx, query.order_by(order))


async def _rows(tx: Transaction, query: Select[Any]) -> list[Listed]:
    return [dict(row) for row in (await tx.execute(query)).mappings()]
