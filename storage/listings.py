"""What the command line lists, read from the public views like any other program would."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnClause,
    Select,
    TableClause,
    case,
    column,
    func,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.types import NullType, TypeEngine

from storage.chunks import chunked
from storage.columns import Instant, Json
from storage.contract import VIEWS
from storage.database import Transaction
from storage.schema import article as kept
from storage.schema import article_decision

Line = dict[str, Any]
"""Column -> value: instants are aware, JSON lists are lists, flags are booleans."""

_DAY = timedelta(days=1)
_LISTS = {
    *("authors", "quality", "labels", "changed_fields", "evidence", "reasons"),
    *("furniture", "dates", "takeover_signs"),
}
_FLAGS = {"deleted", "in_title"}
_SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_database_size(current_database())",
}


def _type(name: str) -> TypeEngine[Any]:
    if name in _LISTS:
        return Json()
    if name in _FLAGS:
        return Boolean()
    return Instant() if name == "at" or name.endswith("_at") else NullType()


def view_table(name: str) -> TableClause:
    """A public view, as far as a query needs to know it."""
    columns = next(view.column_names for view in VIEWS if view.name == name)
    named: list[ColumnClause[Any]] = [column(one, _type(one)) for one in columns]
    return table(name, *named)


_article = view_table("newsd_article_v1")
_evidence = view_table("newsd_article_evidence_v1")
_revision = view_table("newsd_article_revision_v1")
_sighting = view_table("newsd_sighting_v1")
_topic = view_table("newsd_article_topic_v1")
_health = view_table("newsd_feed_health_v1")
_poll = view_table("newsd_poll_v1")
_story = view_table("newsd_story_v1")
_entity = view_table("newsd_article_entity_v1")
_consumer = view_table("newsd_consumer_v1")
_dead_letter = view_table("newsd_dead_letter_v1")
_NEWEST = func.coalesce(_article.c.published_at, _article.c.first_seen_at).desc()


async def feed_health(
    tx: Transaction, *, limit: int, after_id: int = 0, state: str | None = None
) -> list[Line]:
    """How followed feeds are doing, by rising id; only those in `state`, if it is given."""
    query = select(_health).where(_health.c.feed_id > after_id).order_by(_health.c.feed_id)
    if state is not None:
        query = query.where(_health.c.state == state)
    return await _lines(tx, query.limit(limit))


async def latest_articles(  # noqa: PLR0913  each is an option of the command
    tx: Transaction,
    *,
    limit: int,
    topic: str | None = None,
    entity: str | None = None,
    language: str | None = None,
    host: str | None = None,
    since: datetime | None = None,
    search: str | None = None,
) -> list[Line]:
    """The newest articles first, without those retracted.

    `topic` is an id or a label, `entity` an id or a canonical name, `since` the oldest
    publication (or, undated, first sight); every word of `search` stands in title or summary.
    """
    query = select(_article).where(_article.c.deleted.is_not(True)).order_by(_NEWEST)
    same = {_article.c.language: language, _article.c.host: host}
    query = query.where(*(one == wanted for one, wanted in same.items() if wanted is not None))
    if since is not None:
        query = query.where(_NEWEST.element >= since)
    if topic is not None:
        about = select(_topic.c.article_id).where(
            or_(_topic.c.topic_id == topic, func.lower(_topic.c.label) == topic.lower())
        )
        query = query.where(_article.c.article_id.in_(about))
    if entity is not None:
        naming = select(_entity.c.article_id).where(
            or_(_entity.c.entity_id == entity, func.lower(_entity.c.name) == entity.lower())
        )
        query = query.where(_article.c.article_id.in_(naming))
    for word in (search or "").split():
        title, summary = _article.c.title, func.coalesce(_article.c.summary, "")
        query = query.where(or_(_has(title, word), _has(summary, word)))
    return await _lines(tx, query.order_by(_article.c.article_id.desc()).limit(limit))


async def article(tx: Transaction, article_id: int) -> Line | None:
    """An article with all that hangs on it, or None; of its revisions not the texts.

    `topics`, `entities`, `sightings`, `revisions`; `furniture` and `other_dates`: what was taken
    off it, and what gave way.
    """
    found = await _lines(tx, select(_article).where(_article.c.article_id == article_id))
    if not found:
        return None
    topics = select(_topic).where(_topic.c.article_id == article_id)
    entities = select(_entity).where(_entity.c.article_id == article_id)
    sightings = select(_sighting).where(_sighting.c.article_id == article_id)
    texts = {"title", "summary", "text", "html"}
    revisions = select(*(c for c in _revision.c if c.name not in texts)).where(
        _revision.c.article_id == article_id
    )
    evidence = await _lines(tx, select(_evidence).where(_evidence.c.article_id == article_id))
    return found[0] | {
        "furniture": evidence[0]["furniture"] if evidence else [],
        "other_dates": evidence[0]["dates"] if evidence else [],
        "topics": await _lines(tx, topics.order_by(_topic.c.score.desc(), _topic.c.topic_id)),
        "entities": await _lines(
            tx, entities.order_by(_entity.c.mentions.desc(), _entity.c.entity_id)
        ),
        "sightings": await _lines(tx, sightings.order_by(_sighting.c.first_seen_at)),
        "revisions": await _lines(tx, revisions.order_by(_revision.c.revision)),
    }


async def revision_texts(tx: Transaction, article_id: int) -> list[Line]:
    """Every text an article has had, the first one first."""
    texts = select(_revision).where(_revision.c.article_id == article_id)
    return await _lines(tx, texts.order_by(_revision.c.revision))


async def article_reasons(tx: Transaction, article_id: int) -> Mapping[str, Line]:
    """What decided about an article, by stage; only of stages that had something to decide."""
    rows = await tx.execute(
        select(article_decision.c.stage, article_decision.c.facts).where(
            article_decision.c.article_id == article_id
        )
    )
    return {row.stage: row.facts for row in rows}


async def headlines(tx: Transaction, article_ids: Collection[int]) -> dict[int, Line]:
    """Of each article what names it to a person."""
    found: list[Line] = []
    named = (_article.c.article_id, _article.c.host, _article.c.published_at, _article.c.title)
    for chunk in chunked(article_ids):
        found += await _lines(tx, select(*named).where(_article.c.article_id.in_(chunk)))
    return {line["article_id"]: line for line in found}


async def copies_of(tx: Transaction, article_id: int) -> list[Line]:
    """The articles that tell again what this one told first."""
    shown = (
        *(_article.c.article_id, _article.c.host, _article.c.title),
        *(_article.c.relation, _article.c.similarity, _article.c.first_seen_at),
    )
    query = select(*shown).where(_article.c.duplicate_of == article_id)
    return await _lines(tx, query.order_by(_article.c.article_id))


async def latest_stories(
    tx: Transaction, *, limit: int, since: datetime | None = None, fewest: int = 2
) -> list[Line]:
    """Stories of at least `fewest` articles, the one with the newest article first."""
    query = select(_story).where(_story.c.articles >= fewest)
    if since is not None:
        query = query.where(_story.c.last_published_at >= since)
    newest = (_story.c.last_published_at.desc(), _story.c.story_id.desc())
    return await _lines(tx, query.order_by(*newest).limit(limit))


async def story(tx: Transaction, story_id: int) -> Line | None:
    """A story with its `members`, the first one first, or None."""
    found = await _lines(tx, select(_story).where(_story.c.story_id == story_id))
    if not found:
        return None
    shown = (
        *(_article.c.article_id, _article.c.host, _article.c.title, _article.c.published_at),
        *(_article.c.first_seen_at, _article.c.duplicate_of, _article.c.relation),
    )
    members = select(*shown).where(
        _article.c.story_id == story_id, _article.c.deleted.is_not(True)
    )
    return found[0] | {
        "members": await _lines(tx, members.order_by(_NEWEST.element, _article.c.article_id))
    }


async def article_lines(tx: Transaction, article_ids: Collection[int]) -> list[Line]:
    """All there is to know of each of these articles, in the order of their last changes."""
    found: list[Line] = []
    for chunk in chunked(article_ids):
        found += await _lines(tx, select(_article).where(_article.c.article_id.in_(chunk)))
    return sorted(found, key=lambda line: int(line["seq"]))


async def entities_of(tx: Transaction, article_ids: Collection[int]) -> dict[int, list[Line]]:
    """Whom and what each of these articles names, the most mentioned first."""
    found: dict[int, list[Line]] = {}
    order = (_entity.c.mentions.desc(), _entity.c.entity_id)
    for chunk in chunked(sorted(article_ids)):
        query = select(_entity).where(_entity.c.article_id.in_(chunk)).order_by(*order)
        for line in await _lines(tx, query):
            found.setdefault(line.pop("article_id"), []).append(line)
    return found


async def topics_of(tx: Transaction, article_ids: Collection[int]) -> dict[int, list[Line]]:
    """The topics of each of these articles, the surest first."""
    shown = (_topic.c.article_id, _topic.c.topic_id, _topic.c.label, _topic.c.score)
    found: dict[int, list[Line]] = {}
    for chunk in chunked(sorted(article_ids)):
        query = select(*shown).where(_topic.c.article_id.in_(chunk))
        for line in await _lines(tx, query.order_by(_topic.c.score.desc(), _topic.c.topic_id)):
            found.setdefault(line.pop("article_id"), []).append(line)
    return found


async def recent_polls(tx: Transaction, feed_id: int, limit: int) -> list[Line]:
    """The last polls of a feed, the latest first."""
    query = select(_poll).where(_poll.c.feed_id == feed_id).order_by(_poll.c.started_at.desc())
    return await _lines(tx, query.limit(limit))


async def consumers(tx: Transaction, *, name: str | None = None) -> list[Line]:
    """Who reads the change log, by name; only `name`, if it is given."""
    query = select(_consumer).order_by(_consumer.c.name)
    return await _lines(tx, query if name is None else query.where(_consumer.c.name == name))


async def dead_letters(tx: Transaction, name: str, *, limit: int) -> list[Line]:
    """What a consumer would not take, in order."""
    mine = select(_dead_letter).where(_dead_letter.c.consumer == name)
    return await _lines(tx, mine.order_by(_dead_letter.c.seq).limit(limit))


async def totals(tx: Transaction, *, now: datetime) -> Line:
    """How much there is, and what the 24 hours before `now` brought."""
    # the view would look up every text too
    recent = case((kept.c.first_seen_at >= now - _DAY, 1), else_=0)
    articles = select(func.count().label("held"), func.coalesce(func.sum(recent), 0).label("new"))
    counted = (await tx.execute(articles.select_from(kept))).one()
    polled = _poll.c.started_at >= now - _DAY
    return {
        "feeds": await _counts(tx, select(_health.c.state, func.count()), _health.c.state),
        "articles": counted.held,
        "created_24h": int(counted.new),
        "polls_24h": await _counts(
            tx, select(_poll.c.outcome, func.count()).where(polled), _poll.c.outcome
        ),
        "database_bytes": (await tx.execute(text(_SIZES[tx.dialect.name]))).scalar_one(),
    }


def _has(words: ColumnClause[Any] | Any, word: str) -> Any:
    return func.lower(words).contains(word.lower(), autoescape=True)


async def _lines(tx: Transaction, query: Select[Any]) -> list[Line]:
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def _counts(
    tx: Transaction, query: Select[Any], name: ColumnClause[Any] | Any
) -> Mapping[str, int]:
    rows = await tx.execute(query.group_by(name).order_by(name))
    return {str(key): int(number) for key, number in rows}
