"""Feeds of ours: the stream without copies, of a topic, of a rule, of a story, or all of it."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from urllib.parse import quote, urlencode

from aiohttp import hdrs, web

from daemon.api.articles import FILTERS, chosen_by
from daemon.api.calls import Asked, Call, conditional
from daemon.api.desk import Desk
from daemon.api.parameters import Parameter, choice, in_path, whole, words
from daemon.api.problems import not_there
from daemon.syndicate import Channel, Item, write_atom, write_json_feed
from storage.listings import Line, topics_of
from storage.paging import Chosen, articles_page, story_at

MAX_AGE = timedelta(minutes=1)
_ATOM, _JSON = "application/atom+xml", "application/feed+json"
_WRITERS = {"atom": (write_atom, _ATOM), "json": (write_json_feed, _JSON)}
_COLUMNS = (
    *("article_id", "public_id", "title", "summary", "canonical_url", "url", "host", "language"),
    *("authors", "image_url", "published_at", "changed_at"),
)


async def _all(desk: Desk, asked: Asked) -> web.StreamResponse:
    return await _feed(desk, asked, chosen_by(desk, asked), _titled("All news", asked))


async def _topic(desk: Desk, asked: Asked) -> web.StreamResponse:
    topics = desk.topics.find(asked["name"])
    if not topics:
        raise not_there(f"topic {asked['name']!r}")
    return await _of_topics(desk, asked, topics)


async def _rule(desk: Desk, asked: Asked) -> web.StreamResponse:
    topic = f"user:{asked['name']}"
    if topic not in desk.topics.labels:
        raise not_there(f"rule {asked['name']!r}")
    return await _of_topics(desk, asked, (topic,))


async def _of_topics(desk: Desk, asked: Asked, topics: Sequence[str]) -> web.StreamResponse:
    labels = [desk.topics.labels.get(topic, topic) for topic in topics]
    chosen = Chosen(topics=topics, language=asked["lang"], with_copies=False)
    return await _feed(desk, asked, chosen, _titled(" / ".join(dict.fromkeys(labels)), asked))


async def _story(desk: Desk, asked: Asked) -> web.StreamResponse:
    async with desk.reading() as tx:
        found = await story_at(tx, asked["id"])
    if found is None:
        raise not_there(f"story {asked['id']}")
    chosen = Chosen(story_id=asked["id"], with_copies=False)
    return await _feed(desk, asked, chosen, f"Story: {found['title']}")


def _titled(name: str, asked: Asked) -> str:
    said = [asked.values.get(key) for key in ("lang", "host", "q")]
    return f"newsd: {', '.join([name, *filter(None, said)])}"


async def _feed(desk: Desk, asked: Asked, chosen: Chosen, title: str) -> web.StreamResponse:
    """The newest articles chosen, as a document in the format that was asked for."""
    is_full = asked["content"] == "full"
    columns = {*_COLUMNS, "html"} if is_full else _COLUMNS
    async with desk.reading() as tx:
        rows = await articles_page(tx, chosen, columns=columns, limit=asked["limit"])
        topics = await topics_of(tx, [line["article_id"] for line, _ in rows])
    items = [_item(line, topics.get(line["article_id"], [])) for line, _ in rows]
    url, home = _addresses(desk, asked)
    channel = Channel(title, url, home, items, asked.values.get("lang"))
    write, content = _WRITERS[asked["format"]]
    response = web.Response(body=write(channel), content_type=content, charset="utf-8")
    if items:
        response.last_modified = channel.updated_at.astimezone(UTC)
    shared = "private" if desk.has_token else "public"
    response.headers[hdrs.CACHE_CONTROL] = f"{shared}, max-age={MAX_AGE // timedelta(seconds=1)}"
    return conditional(asked.request, response)


def _item(line: Line, topics: Sequence[Line]) -> Item:
    return Item(
        public_id=line["public_id"],
        title=line["title"],
        url=line["canonical_url"] or line["url"],
        host=line["host"],
        changed_at=line["changed_at"],
        published_at=line["published_at"],
        summary=line["summary"],
        html=line.get("html"),
        authors=line["authors"],
        topics=[(topic["topic_id"], topic["label"]) for topic in topics],
        language=line["language"],
        image_url=line["image_url"],
    )


def _addresses(desk: Desk, asked: Asked) -> tuple[str, str]:
    """The feed's own address, without a token, and that of newsd."""
    request = asked.request
    home = desk.public_url.rstrip("/") or f"{request.scheme}://{request.host}"
    said = sorted((name, text) for name, text in request.query.items() if name != "token")
    query = f"?{urlencode(said)}" if said else ""
    return f"{home}{quote(request.path, safe='/:')}{query}", f"{home}/"


# ---------------------------------------------------------------- what there is to ask

_FORMAT = in_path("format", "atom (RFC 4287) or json (JSON Feed 1.1).", "(?:atom|json)")
_COMMON: tuple[Parameter, ...] = (
    _FORMAT,
    choice(
        "content", "full: the whole of each article, too.", ["summary", "full"], default="summary"
    ),
    whole("limit", "Articles at most.", least=1, most=200, default=50),
)
_LANG = words("lang", "Only in this language.", example="de", most=35)
_ID = whole("id", "Its number.", where="path")
_NAME = in_path("name", "An id, or a label with hyphens: conflict-war-and-peace.", "[^/]{1,200}")


CALLS = tuple(
    Call(
        "GET",
        f"/feeds/{path}.{{format}}",
        name,
        meaning,
        answer,
        {},
        (*own, *_COMMON),
        content=f"{_ATOM}, {_JSON}",
        also=(304, 404),
    )
    for path, name, meaning, answer, own in (
        (
            "all",
            "feed_of_all",
            "A feed of all articles without copies, or of those chosen.",
            _all,
            tuple(one for one in FILTERS if one.name != "duplicates"),
        ),
        ("topic/{name}", "feed_of_topic", "A feed of a topic.", _topic, (_NAME, _LANG)),
        ("rule/{name}", "feed_of_rule", "A feed of a topic of your own.", _rule, (_NAME, _LANG)),
        ("story/{id}", "feed_of_story", "A feed of a story.", _story, (_ID,)),
    )
)
