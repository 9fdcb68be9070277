"""The feeds that are followed, and how they are doing; no password in an address is told."""

from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from daemon.addresses import LONGEST_URL, check_address
from daemon.api import shapes
from daemon.api.articles import LIMIT
from daemon.api.calls import Asked, Call, Label, as_json
from daemon.api.desk import Desk
from daemon.api.parameters import choice, whole
from daemon.api.problems import Problem, not_there
from daemon.credentials import without_credentials
from daemon.errors import UsageError
from storage.feeds import find_feed
from storage.following import add_feeds, remove_feed
from storage.listings import Line, feed_health, recent_polls
from storage.values import FeedState, FullText, Subscription


class Wish(BaseModel):
    """A feed to follow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(min_length=1, max_length=LONGEST_URL, description="Its address.")
    labels: tuple[Label, ...] = Field(default=(), max_length=50, description="Labels of yours.")
    full_text: FullText | None = Field(
        default=None, description="Whether its articles' pages are asked for; null: as it is."
    )


POLLS = 20
"""Of a feed that are shown, the last ones."""


def _shown(line: Line) -> Line:
    """A row without what stands before the host of an address."""
    return {k: without_credentials(v) if isinstance(v, str) else v for k, v in line.items()}


async def _list(desk: Desk, asked: Asked) -> web.StreamResponse:
    async with desk.reading() as tx:
        rows = await feed_health(
            tx, limit=asked["limit"] + 1, after_id=asked["after"], state=asked["state"] or None
        )
    shown = rows[: asked["limit"]]
    after = shown[-1]["feed_id"] if len(shown) < len(rows) else None
    return as_json({"items": list(map(_shown, shown)), "next": after})


async def _one(desk: Desk, asked: Asked) -> web.StreamResponse:
    async with desk.reading() as tx:
        feed = await find_feed(tx, str(asked["id"]))
        if feed is None:
            raise not_there(f"feed {asked['id']}")
        health = await feed_health(tx, limit=1, after_id=feed.id - 1)
        polls = await recent_polls(tx, feed.id, POLLS)
    about: Line = {"title": feed.title, "site_url": feed.site_url, "kind": feed.kind}
    about |= {"language": feed.language, "labels": list(feed.labels)}
    found = {**health[0], **about} if health else about | {"feed_id": feed.id}
    return as_json(_shown(found) | {"polls": list(map(_shown, polls))})


# ---------------------------------------------------------------- with a token


async def _add(desk: Desk, asked: Asked) -> web.StreamResponse:
    wanted = asked.body_as(Wish)
    url = wanted.url.strip()
    try:
        check_address(url, desk.allow_networks)
    except UsageError as error:
        raise Problem(400, "bad-body", str(error), parameter="url") from error
    wish = Subscription(url, labels=wanted.labels, full_text=wanted.full_text)
    async with desk.writing() as tx:
        added = await add_feeds(tx, [wish], now=desk.clock())
        feed = await find_feed(tx, url)
    if feed is None:
        raise Problem(409, "not-followed", "this address belongs to a feed that is not followed")
    told: dict[str, Any] = {"feed_id": feed.id, "url": feed.url, "added": bool(added)}
    headers = {"Location": f"/api/v1/feeds/{feed.id}"}
    return as_json(_shown(told), status=201 if added else 200, headers=headers)


async def _remove(desk: Desk, asked: Asked) -> web.StreamResponse:
    async with desk.writing() as tx:
        feed = await remove_feed(tx, str(asked["id"]), now=desk.clock())
    if feed is None:
        raise not_there(f"feed {asked['id']}")
    return web.Response(status=204)


_HEALTH = shapes.row_of("newsd_feed_health_v1")
_ID = whole("id", "Its number.", most=10**18 - 1, where="path")
_ABOUT = ("title", "site_url", "kind", "language", "labels")
CALLS = (
    Call(
        "GET",
        "/api/v1/feeds",
        "list_feeds",
        "List the feeds that are followed, by rising number, and how they are doing.",
        _list,
        {
            "type": "object",
            "properties": {
                "items": shapes.many(_HEALTH),
                "next": {"type": ["integer", "null"], "description": "To give as after."},
            },
        },
        (
            choice("state", "Only in this state.", [s.value for s in FeedState], default=""),
            whole("after", "Those behind this number.", default=0),
            LIMIT,
        ),
    ),
    Call(
        "GET",
        "/api/v1/feeds/{id}",
        "get_feed",
        "One feed, how it is doing, and its last polls.",
        _one,
        shapes.also(
            _HEALTH,
            **{name: shapes.column(name) for name in _ABOUT},
            polls=shapes.many(shapes.row_of("newsd_poll_v1")),
        ),
        (_ID,),
        also=(404,),
    ),
)
WRITING = (
    Call(
        "POST",
        "/api/v1/feeds",
        "add_feed",
        "Follow a feed; one that is followed already gets the new labels, too.",
        _add,
        {
            "type": "object",
            "properties": {
                "feed_id": {"type": "integer"},
                "url": {"type": "string"},
                "added": {"type": "boolean", "description": "Whether it was not followed before."},
            },
        },
        body=Wish,
        status=201,
        also=(200, 409),
    ),
    Call(
        "DELETE",
        "/api/v1/feeds/{id}",
        "remove_feed",
        "Stop following a feed; its articles stay.",
        _remove,
        {},
        (_ID,),
        status=204,
        also=(404,),
    ),
)
