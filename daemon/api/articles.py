"""Articles: found, listed in pages, one with all that hangs on it."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import orjson
from aiohttp import hdrs, web
from pydantic import BaseModel, ConfigDict, Field

from daemon.api import shapes
from daemon.api.calls import JSON, Asked, Call, Label, as_json, conditional
from daemon.api.desk import Desk
from daemon.api.parameters import (
    Parameter,
    as_cursor,
    choice,
    cursor,
    flag,
    in_path,
    listed,
    when,
    whole,
    words,
)
from daemon.api.problems import Problem, not_there
from storage.database import Transaction
from storage.errors import QueryError
from storage.listings import Line, article, copies_of, entities_of, revision_texts, topics_of
from storage.paging import ARTICLE_COLUMNS, Chosen, Order, Place, article_at, articles_page
from storage.retraction import retract
from storage.search import search
from storage.wanted import Query, parse_query

RELEVANCE = "relevance"
MOST_BYTES = 8 << 20
"""Of a page: a page of long texts ends sooner."""
_HANGING = ("topics", "entities")
_SHOWN = tuple(name for name in ARTICLE_COLUMNS if name not in {"text", "html"})
_DEFAULT = (*_SHOWN, "score", "snippet")
_FIELDS = {*_DEFAULT, *_HANGING}
_TEXTS = ("title", "summary", "text", "html")

REF = in_path("id", "Its number, or its public_id.", r"(?:\d{1,18}|[0-9a-f]{32})")
LIMIT = whole("limit", "Rows at most.", least=1, most=500, default=50)
QUERY = words("q", 'Words, "a phrase", -without, one OR other, beginn*.', example="bridge repair*")
FILTERS: tuple[Parameter, ...] = (
    when("since", "Published (or first seen, if undated) since then."),
    when("until", "Published before then."),
    words("topic", "An id, or a label.", example="medtop:16000000", most=200),
    words("entity", "An id, or a name.", example="NATO", most=200),
    words("lang", "A language.", example="de", most=35),
    words("host", "A host.", example="news.example", most=253),
    whole("feed", "The number of a feed that showed it."),
    whole("story", "The number of its story."),
    QUERY,
    flag("duplicates", "Copies of other articles, too."),
)


def chosen_by(desk: Desk, asked: Asked) -> Chosen:
    """What `FILTERS` say. Raises `Problem`."""
    values = asked.values
    return Chosen(
        since=values.get("since"),
        until=values.get("until"),
        topics=topics_called(desk, values.get("topic")),
        entity=values.get("entity"),
        language=values.get("lang"),
        host=values.get("host"),
        feed_id=values.get("feed"),
        story_id=values.get("story"),
        query=_query(values.get("q")),
        with_copies=bool(values.get("duplicates")),
    )


def topics_called(desk: Desk, name: str | None) -> Sequence[str]:
    """The ids of the topics of that name. Raises `Problem`."""
    if name is None:
        return ()
    found = desk.topics.find(name)
    if not found:
        raise Problem(400, "bad-parameter", f"no topic is called {name!r}", parameter="topic")
    return found


def _query(text: str | None) -> Query:
    try:
        return parse_query(text) if text is not None else ()
    except QueryError as error:
        raise Problem(400, "bad-query", str(error), parameter="q") from error


# ---------------------------------------------------------------- the list


async def _list(desk: Desk, asked: Asked) -> web.StreamResponse:
    chosen, after = chosen_by(desk, asked), asked["cursor"]
    if chosen.query and asked["order"] in {RELEVANCE, ""} and after is None:
        return await _found(desk, asked, chosen)
    order = _order(asked["order"], after)
    async with desk.reading() as tx:
        rows = await articles_page(
            tx,
            replace(chosen, with_deleted=order is Order.CHANGED),
            columns={*asked["fields"], "article_id"},
            limit=asked["limit"] + 1,
            order=order,
            after=after,
        )
        lines = await _hung(tx, [line for line, _ in rows], asked["fields"])
    return _page(asked, lines, [place for _, place in rows])


def _order(said: str, after: Place | None) -> Order:
    if said == RELEVANCE:
        why = "order=relevance needs q, and has one page only"
        raise Problem(400, "bad-parameter", why, parameter="order")
    order = Order(said or Order.PUBLISHED)
    if after is not None and (after.at is None) is not (order is Order.CHANGED):
        why = "this is a cursor of another order; begin without one"
        raise Problem(400, "bad-parameter", why, parameter="cursor")
    return order


async def _found(desk: Desk, asked: Asked, chosen: Chosen) -> web.StreamResponse:
    async with desk.reading() as tx:
        rows = await search(
            tx,
            chosen,
            now=desk.clock(),
            limit=asked["limit"],
            columns={*asked["fields"], "article_id"},
        )
        lines = await _hung(tx, rows, asked["fields"])
    return _page(asked, lines, [])


async def _hung(tx: Transaction, lines: list[Line], fields: Collection[str]) -> list[Line]:
    """The lines with what hangs on articles, if it is wanted, and nothing that is not."""
    ids = [line["article_id"] for line in lines]
    if "topics" in fields:
        topics = await topics_of(tx, ids)
        lines = [line | {"topics": topics.get(line["article_id"], [])} for line in lines]
    if "entities" in fields:
        entities = await entities_of(tx, ids)
        lines = [line | {"entities": entities.get(line["article_id"], [])} for line in lines]
    wanted = set(fields)
    return [{name: line[name] for name in line if name in wanted} for line in lines]


def _page(asked: Asked, lines: Sequence[Line], places: Sequence[Place]) -> web.Response:
    """As many lines as were asked for and fit, and the cursor behind them if more follow."""
    parts: list[bytes] = []
    size = 0
    for line in lines[: asked["limit"]]:
        part = orjson.dumps(line, option=orjson.OPT_UTC_Z)
        size += len(part)
        if parts and size > MOST_BYTES:
            break
        parts.append(part)
    has_more = len(parts) < len(places)
    after = as_cursor(places[len(parts) - 1], "articles") if has_more else None
    body = b'{"items":[' + b",".join(parts) + b'],"next":' + orjson.dumps(after) + b"}"
    return web.Response(body=body, content_type=JSON, headers=next_link(asked.request, after))


def next_link(request: web.Request, after: str | None) -> dict[str, str]:
    """The address of the next page (RFC 8288); a token is not repeated in it."""
    if after is None:
        return {}
    query = {name: value for name, value in request.query.items() if name != "token"}
    url = request.rel_url.with_query(query | {"cursor": after})
    return {hdrs.LINK: f'<{url}>; rel="next"'}


# ---------------------------------------------------------------- one


async def _one(desk: Desk, asked: Asked) -> web.StreamResponse:
    async with desk.reading() as tx:
        number = await _number(tx, asked["id"])
        found = await article(tx, number)
        if found is None:
            raise not_there(f"article {asked['id']}")
        whole_of_it = found | {"copies": await copies_of(tx, number)}
    return conditional(asked.request, as_json(whole_of_it))


async def _revisions(desk: Desk, asked: Asked) -> web.StreamResponse:
    async with desk.reading() as tx:
        rows = await revision_texts(tx, await _number(tx, asked["id"]))
    return conditional(asked.request, as_json({"items": rows}))


async def _number(tx: Transaction, ref: str) -> int:
    """The number of an article that is there. Raises `Problem`."""
    found = await article_at(tx, ref)
    if found is None:
        raise not_there(f"article {ref}")
    number, is_deleted = found
    if is_deleted:
        raise Problem(410, "retracted", f"article {number} was retracted")
    return number


# ---------------------------------------------------------------- with a token


class Reason(BaseModel):
    """Why an article is taken back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    why: Label = Field(description="Kept beside it, for whoever asks.")


async def _retract(desk: Desk, asked: Asked) -> web.StreamResponse:
    why = asked.body_as(Reason).why
    async with desk.reading() as tx:
        number = await _number(tx, asked["id"])
    async with desk.writing() as tx:
        told = await retract(tx, [number], why=why, now=desk.clock())
    if not told:  # somebody else was first
        raise Problem(410, "retracted", f"article {number} was retracted")
    return as_json({"article_id": number, "seq": told[0].seq})


# ---------------------------------------------------------------- what there is to ask

_ARTICLE = shapes.row_of("newsd_article_v1")
_TOPICS = shapes.many(shapes.row_of("newsd_article_topic_v1"))
_ENTITIES = shapes.many(shapes.row_of("newsd_article_entity_v1"))
_REVISION = shapes.row_of("newsd_article_revision_v1")
_LISTED = shapes.also(
    _ARTICLE,
    topics=_TOPICS,
    entities=_ENTITIES,
    score=shapes.column("score", "How well it answers q, and how new it is: 0..1."),
    snippet=shapes.column("snippet", "The place that answers q, its words between **."),
)
_WHOLE = shapes.also(
    _ARTICLE,
    topics=_TOPICS,
    entities=_ENTITIES,
    sightings=shapes.many(shapes.row_of("newsd_sighting_v1")),
    revisions=shapes.many(shapes.row_of("newsd_article_revision_v1", without=_TEXTS)),
    copies=shapes.many(_ARTICLE),
    furniture=shapes.many({"type": "string"}),
    other_dates=shapes.many({"type": "object"}),
)
CALLS = (
    Call(
        "GET",
        "/api/v1/articles",
        "list_articles",
        "List articles in pages: the newest first, by change, or by how well they answer q.",
        _list,
        shapes.page(_LISTED),
        (
            *FILTERS,
            listed("fields", "What of them.", {*_FIELDS, "text", "html"}, default=_DEFAULT),
            choice(
                "order",
                "published (the newest first), changed (the oldest change first, retracted ones"
                " too) or relevance (one page; what q alone means).",
                ["published", "changed", RELEVANCE],
                default="",
            ),
            cursor("articles"),
            LIMIT,
        ),
    ),
    Call(
        "GET",
        "/api/v1/articles/{id}",
        "get_article",
        "One article with its text, topics, entities, sightings, revisions and copies.",
        _one,
        _WHOLE,
        (REF,),
        also=(304, 404, 410),
    ),
    Call(
        "GET",
        "/api/v1/articles/{id}/revisions",
        "list_revisions",
        "Every text an article has had.",
        _revisions,
        {"type": "object", "properties": {"items": shapes.many(_REVISION)}},
        (REF,),
        also=(304, 404, 410),
    ),
)
WRITING = (
    Call(
        "POST",
        "/api/v1/articles/{id}/retract",
        "retract_article",
        "Take an article back for good: its words go, and no feed brings it again.",
        _retract,
        {
            "type": "object",
            "properties": {"article_id": {"type": "integer"}, "seq": {"type": "integer"}},
        },
        (REF,),
        body=Reason,
        also=(404, 410),
    ),
)
