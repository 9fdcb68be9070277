"""The change log, read on from a number: in pages, with a wait for the next, or as a stream."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import orjson
from aiohttp import web

from daemon.api import shapes
from daemon.api.articles import topics_called
from daemon.api.calls import ALLOWING, Asked, Call, as_json
from daemon.api.desk import Desk
from daemon.api.parameters import span, whole, words
from daemon.api.problems import Problem
from storage.changes import clock_now
from storage.reading import Page, changes_page

BATCH = 200
"""Changes sent at once."""
LONGEST_WAIT = timedelta(seconds=60)


# ---------------------------------------------------------------- pages


async def _list(desk: Desk, asked: Asked) -> web.StreamResponse:
    page = await _read(desk, asked, Page((), asked["after"], asked["whole"]), asked["limit"])
    wait = asked["wait"].total_seconds()
    if not page.lines and wait and page.seq >= await _last(desk):
        async with desk.waiting():
            page = await _await(desk, asked, page, wait)
    return as_json({"items": page.lines, "next": page.seq, "whole": page.whole})


async def _await(desk: Desk, asked: Asked, page: Page, wait: float) -> Page:
    """The next page with something in it, or where the log ends when the time is over."""
    timer = asyncio.get_running_loop().time
    ends = timer() + wait
    while not page.lines and not desk.news.is_closed:
        if not await desk.news.newer(page.seq, ends - timer()):
            break
        page = await _read(desk, asked, page, asked["limit"])
    return page


async def _read(desk: Desk, asked: Asked, last: Page, limit: int) -> Page:
    topics = topics_called(desk, asked["topic"])
    async with desk.reading() as tx:
        page = await changes_page(
            tx, last.seq, limit=limit, language=asked["lang"], whole=last.whole
        )
    if not topics:
        return page
    wanted = set(topics)
    of_it = [line for line in page.lines if any(t["topic_id"] in wanted for t in line["topics"])]
    return replace(page, lines=of_it)


async def _last(desk: Desk) -> int:
    async with desk.reading() as tx:
        return await clock_now(tx)


# ---------------------------------------------------------------- the stream


async def _stream(desk: Desk, asked: Asked) -> web.StreamResponse:
    """Server-sent events (HTML, 9.2): the id of each is its number, by which a reader resumes."""
    request = asked.request
    after = _resumed(request, asked["after"])
    async with desk.waiting():
        if after is None:
            after = await _last(desk)
        first = await _read(desk, asked, Page((), after), BATCH)
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        response.headers.update(request[ALLOWING])
        await response.prepare(request)
        await _send_all(desk, asked, response, first)
    return response


def _resumed(request: web.Request, after: int | None) -> int | None:
    """Behind which number to begin; None: behind the last there is."""
    last = request.headers.get("Last-Event-ID", "")
    if not last:
        return after
    if not (last.isascii() and last.isdecimal() and len(last) < 19):
        raise Problem(
            400, "bad-parameter", "Last-Event-ID is no number", parameter="Last-Event-ID"
        )
    return int(last)


async def _send_all(desk: Desk, asked: Asked, response: web.StreamResponse, first: Page) -> None:
    """Send until the reader goes, is too slow, the database goes, or we end."""
    try:
        await _send(desk, response, b"retry: 2000\n\n" + _events(first))
        async for page in _pages(desk, asked, first):
            await _send(desk, response, _events(page))
    except (ConnectionError, Problem):
        return
    except TimeoutError:
        # whatever waits in the buffer is not worth waiting for
        transport = asked.request.transport
        if transport is not None:
            transport.abort()


async def _pages(desk: Desk, asked: Asked, page: Page) -> AsyncIterator[Page]:
    """Each next page; an empty one when it is time for a sign of life."""
    while not desk.news.is_closed:
        is_more = await desk.news.newer(page.seq, desk.heartbeat)
        if is_more:
            page = await _read(desk, asked, page, BATCH)
        if not desk.news.is_closed:
            yield page if is_more else replace(page, lines=())


async def _send(desk: Desk, response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(desk.slow):
        await response.write(data)


def _events(page: Page) -> bytes:
    """A page as events; a comment keeps the connection open where there are none.

    A reader who resumes goes on behind what it was not shown, too.
    """
    told = b"".join(
        b"id: %d\nevent: %s\ndata: %s\n\n"
        % (line["seq"], line["kind"].encode(), orjson.dumps(line, option=orjson.OPT_UTC_Z))
        for line in page.lines
    )
    return told or b": %d\n\n" % page.seq


_TOPIC = shapes.many(
    {
        "type": "object",
        "properties": {name: shapes.column(name) for name in ("topic_id", "label", "score")},
    }
)
_OF_ARTICLE = (
    *("public_id", "title", "canonical_url", "host", "language", "published_at"),
    *("duplicate_of", "relation"),
)
_LINE = shapes.also(
    shapes.row_of("newsd_change_v1"),
    **{name: shapes.column(name) for name in _OF_ARTICLE},
    topics=_TOPIC,
)
_FILTERS = (
    words("topic", "Only of articles with this topic: an id, or a label.", most=200),
    words("lang", "Only of articles in this language.", most=35),
)
CALLS = (
    Call(
        "GET",
        "/api/v1/changes",
        "list_changes",
        "Read the change log on from a number; nothing is left out, and no lower number follows.",
        _list,
        {
            "type": "object",
            "required": ["items", "next", "whole"],
            "properties": {
                "items": shapes.many(_LINE),
                "next": {"type": "integer", "description": "To give as after; always there."},
                "whole": {"type": "integer", "description": "To give as whole, beside after."},
            },
        },
        (
            whole("after", "Those behind this number.", default=0),
            whole("whole", "As the page before this one says it.", default=0),
            *_FILTERS,
            span("wait", "How long to wait where there is nothing yet.", most=LONGEST_WAIT),
            whole("limit", "Changes looked at, at most.", least=1, most=1000, default=500),
        ),
        is_waiting=True,
        also=(410,),
    ),
    Call(
        "GET",
        "/api/v1/changes/stream",
        "stream_changes",
        "Be sent changes as they are committed; Last-Event-ID resumes, else only new ones come.",
        _stream,
        _LINE,
        (
            whole("after", "Those behind this number; by default behind the last there is."),
            *_FILTERS,
        ),
        content="text/event-stream",
        is_waiting=True,
        also=(410,),
    ),
)
