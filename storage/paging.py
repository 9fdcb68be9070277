"""Pages of articles and stories, as other programs turn them: none is skipped, none comes twice.

A page is cut behind the last row that was shown, by its sort key and its number, never by counting
rows; so it does not matter what is written between two pages.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from storage.contract import VIEWS
from storage.database import Transaction
from storage.listings import Line, view_table
from storage.schema import article as kept
from storage.schema import article_entity, article_topic, sighting
from storage.searchindex import matching
from storage.wanted import Query

ARTICLES = view_table("newsd_article_v1")
_story = view_table("newsd_story_v1")
ARTICLE_COLUMNS = next(v.column_names for v in VIEWS if v.name == "newsd_article_v1")
_PUBLIC = 32
"""Hex digits of a public id."""
_ENTITY_ID = re.compile(r"Q\d+|\w+:.+")
NEWEST = func.coalesce(ARTICLES.c.published_at, ARTICLES.c.first_seen_at)
"""What articles are sorted by."""


class Order(StrEnum):
    """How articles are sorted."""

    PUBLISHED = "published"
    """The newest first, by publication or else first sight."""
    CHANGED = "changed"
    """By their last change, the oldest first: to read on from."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which articles are wanted; None and empty: no matter."""

    since: datetime | None = None
    """Published (or first seen, if undated) then or later."""
    until: datetime | None = None
    """Before then."""
    topics: Collection[str] = ()
    """Ids; one of them is enough."""
    entity: str | None = None
    """An id, or a canonical name."""
    language: str | None = None
    host: str | None = None
    feed_id: int | None = None
    story_id: int | None = None
    query: Query = ()
    with_copies: bool = True
    with_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which row a page begins."""

    number: int
    """Of the article, or of its change when sorted by that."""
    at: datetime | None = None


async def articles_page(  # noqa: PLR0913  each is a part of the question
    tx: Transaction,
    chosen: Chosen,
    *,
    columns: Collection[str],
    limit: int,
    order: Order = Order.PUBLISHED,
    after: Place | None = None,
) -> list[tuple[Line, Place]]:
    """At most `limit` articles behind `after`, each with the place behind which the next stand."""
    named = [ARTICLES.c[name] for name in ARTICLE_COLUMNS if name in columns]
    query = select(*named, NEWEST.label("place"), ARTICLES.c.article_id.label("number"))
    if order is Order.CHANGED:
        query = query.add_columns(ARTICLES.c.seq.label("turn")).order_by(ARTICLES.c.seq)
        if after is not None:
            query = query.where(ARTICLES.c.seq > after.number)
        query = choose(query, chosen, tx.dialect.name)
    else:
        query = _newest_first(query, chosen, after, tx.dialect.name)
    rows = (await tx.execute(query.limit(limit))).mappings()
    return [_placed(dict(row), order) for row in rows]


def _placed(row: Line, order: Order) -> tuple[Line, Place]:
    at, number = row.pop("place"), row.pop("number")
    if order is Order.CHANGED:
        return row, Place(row.pop("turn"))
    return row, Place(number, at)


def _newest_first(
    query: Select[Any], chosen: Chosen, after: Place | None, dialect: str
) -> Select[Any]:
    """Sorted by the table that is asked first, so that its index gives the order."""
    query, rest, at, number = _led(query, chosen)
    query = query.order_by(at.desc(), number.desc())
    if after is not None and after.at is not None:
        behind = or_(at < after.at, and_(at == after.at, number < after.number))
        # the first alone lets the index begin there
        query = query.where(at <= after.at, behind)
    return choose(query, rest, dialect, at=at)


def _led(
    query: Select[Any], chosen: Chosen
) -> tuple[Select[Any], Chosen, ColumnElement[Any], ColumnElement[Any]]:
    """The query by way of the table that finds fewest, what is left to choose, and its keys."""
    if len(chosen.topics) == 1:
        led, rest = article_topic, replace(chosen, topics=())
        same = article_topic.c.topic_id == next(iter(chosen.topics))
    elif chosen.entity is not None and _ENTITY_ID.fullmatch(chosen.entity):
        led, rest = article_entity, replace(chosen, entity=None)
        same = article_entity.c.entity_id == chosen.entity
    else:
        return query, chosen, NEWEST, ARTICLES.c.article_id
    query = query.join(led, led.c.article_id == ARTICLES.c.article_id).where(same)
    return query, rest, led.c.sort_at, led.c.article_id


def choose(
    query: Select[Any], chosen: Chosen, dialect: str, *, at: ColumnElement[Any] = NEWEST
) -> Select[Any]:
    """A query of articles kept to those chosen; `at` is by what they are sorted."""
    same = {
        ARTICLES.c.language: chosen.language,
        ARTICLES.c.host: chosen.host,
        ARTICLES.c.story_id: chosen.story_id,
    }
    query = query.where(*(one == wanted for one, wanted in same.items() if wanted is not None))
    if chosen.since is not None:
        query = query.where(at >= chosen.since)
    if chosen.until is not None:
        query = query.where(at < chosen.until)
    if not chosen.with_copies:
        query = query.where(ARTICLES.c.duplicate_of.is_(None))
    if not chosen.with_deleted:
        query = query.where(ARTICLES.c.deleted.is_not(True))
    ids: list[Select[Any]] = []
    if chosen.topics:
        about = article_topic.c.topic_id.in_(sorted(chosen.topics))
        ids.append(select(article_topic.c.article_id).where(about))
    if chosen.entity is not None:
        ids.append(_naming(chosen.entity))
    if chosen.feed_id is not None:
        ids.append(select(sighting.c.article_id).where(sighting.c.feed_id == chosen.feed_id))
    if chosen.query:
        ids.append(matching(chosen.query, dialect))
    return query.where(*(ARTICLES.c.article_id.in_(one) for one in ids))


def _naming(entity: str) -> Select[Any]:
    """By its id, which the index knows, or by its name."""
    names = article_entity.c
    same = names.entity_id == entity
    if not _ENTITY_ID.fullmatch(entity):
        same = func.lower(names.name) == entity.lower()
    return select(names.article_id).where(same)


async def article_at(tx: Transaction, ref: str) -> tuple[int, bool] | None:
    """The number of the article of this number or public id, and whether it was retracted."""
    same = kept.c.public_id == ref if len(ref) == _PUBLIC else kept.c.id == int(ref)
    query = select(kept.c.id, kept.c.deleted).where(same).order_by(kept.c.deleted, kept.c.id)
    row = (await tx.execute(query.limit(1))).one_or_none()
    return (int(row.id), bool(row.deleted)) if row else None


# ---------------------------------------------------------------- stories


async def stories_page(  # noqa: PLR0913  each is a part of the question
    tx: Transaction,
    *,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
    language: str | None = None,
    fewest: int = 1,
    after: Place | None = None,
) -> list[tuple[Line, Place]]:
    """Stories of at least `fewest` articles, the one with the newest article first."""
    at, number = _story.c.last_published_at, _story.c.story_id
    query = select(_story).where(_story.c.articles >= fewest, at.is_not(None))
    if since is not None:
        query = query.where(at >= since)
    if until is not None:
        query = query.where(at < until)
    if language is not None:
        query = query.where(_story.c.language == language)
    if after is not None and after.at is not None:
        query = query.where(or_(at < after.at, and_(at == after.at, number < after.number)))
    rows = await tx.execute(query.order_by(at.desc(), number.desc()).limit(limit))
    found = [dict(row) for row in rows.mappings()]
    return [(row, Place(row["story_id"], row["last_published_at"])) for row in found]


async def story_at(tx: Transaction, story_id: int) -> Line | None:
    """A story without its articles."""
    row = (await tx.execute(select(_story).where(_story.c.story_id == story_id))).mappings()
    found = row.one_or_none()
    return dict(found) if found else None


# ---------------------------------------------------------------- topics


async def topic_counts(
    tx: Transaction, *, since: datetime, until: datetime | None, limit: int, level: int | None
) -> list[Line]:
    """How many articles each topic has in a window, copies too, the most frequent first."""
    names, number = article_topic.c, func.count().label("articles")
    query = select(names.topic_id, func.max(names.label).label("label"), names.level, number)
    query = query.where(names.sort_at >= since)
    if until is not None:
        query = query.where(names.sort_at < until)
    if level is not None:
        query = query.where(names.level == level)
    query = query.group_by(names.topic_id, names.level).order_by(number.desc(), names.topic_id)
    rows = (await tx.execute(query.limit(limit))).mappings()
    return [{str(name): row[name] for name in row} for row in rows]
