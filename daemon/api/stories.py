"""Stories, and how often each topic is written about."""

from datetime import timedelta

from aiohttp import web

from daemon.api import shapes
from daemon.api.articles import LIMIT, next_link
from daemon.api.calls import Asked, Call, as_json, conditional
from daemon.api.desk import Desk
from daemon.api.parameters import as_cursor, cursor, when, whole, words
from daemon.api.problems import not_there
from storage.paging import (
    ARTICLE_COLUMNS,
    Chosen,
    articles_page,
    stories_page,
    story_at,
    topic_counts,
)

MOST_TOLD = 500
"""Articles of a story that are shown, the newest; /articles?story= has them all."""
_SHOWN = [name for name in ARTICLE_COLUMNS if name not in {"text", "html"}]


async def _list(desk: Desk, asked: Asked) -> web.StreamResponse:
    async with desk.reading() as tx:
        rows = await stories_page(
            tx,
            limit=asked["limit"] + 1,
            since=asked["since"],
            until=asked["until"],
            language=asked["lang"],
            fewest=asked["fewest"],
            after=asked["cursor"],
        )
    shown = rows[: asked["limit"]]
    after = as_cursor(shown[-1][1], "stories") if len(shown) < len(rows) else None
    page = {"items": [line for line, _ in shown], "next": after}
    return as_json(page, headers=next_link(asked.request, after))


async def _one(desk: Desk, asked: Asked) -> web.StreamResponse:
    async with desk.reading() as tx:
        found = await story_at(tx, asked["id"])
        if found is None:
            raise not_there(f"story {asked['id']}")
        chosen = Chosen(story_id=asked["id"])
        rows = await articles_page(tx, chosen, columns=_SHOWN, limit=MOST_TOLD)
    # the count is `articles`, so they are called members, as newsd stories show calls them
    told = found | {"members": [line for line, _ in rows]}
    return conditional(asked.request, as_json(told))


async def _topics(desk: Desk, asked: Asked) -> web.StreamResponse:
    async with desk.reading() as tx:
        rows = await topic_counts(
            tx,
            since=asked["since"],
            until=asked["until"],
            limit=asked["limit"],
            level=asked["level"],
        )
    return as_json({"items": rows})


_STORY = shapes.row_of("newsd_story_v1")
_COUNT = {
    "type": "object",
    "properties": {
        "topic_id": shapes.column("topic_id"),
        "label": shapes.column("label"),
        "level": shapes.column("level", "1 is the broadest."),
        "articles": shapes.column("articles", "Copies among them."),
    },
}
CALLS = (
    Call(
        "GET",
        "/api/v1/stories",
        "list_stories",
        "List stories in pages, the one with the newest article first.",
        _list,
        shapes.page(_STORY),
        (
            when("since", "With an article published since then."),
            when("until", "Whose newest article is from before then."),
            words("lang", "The language of its first article.", example="de", most=35),
            whole("fewest", "Articles it has at least.", least=1, most=1_000_000, default=1),
            cursor("stories"),
            LIMIT,
        ),
    ),
    Call(
        "GET",
        "/api/v1/stories/{id}",
        "get_story",
        f"One story with its articles, the {MOST_TOLD} newest of them.",
        _one,
        shapes.also(
            _STORY,
            members=shapes.many(
                shapes.row_of("newsd_article_v1", without={"text", "html"}),
            ),
        ),
        (whole("id", "Its number.", where="path"),),
        also=(304, 404),
    ),
    Call(
        "GET",
        "/api/v1/topics",
        "count_topics",
        "Count the articles of each topic in a window of time, the most frequent first.",
        _topics,
        {"type": "object", "properties": {"items": shapes.many(_COUNT)}},
        (
            when("since", "Published since then.", default=timedelta(hours=24)),
            when("until", "Published before then."),
            whole("level", "Only of this level; 1 are the broadest.", least=1, most=12),
            whole("limit", "Topics at most.", least=1, most=2000, default=100),
        ),
    ),
)
