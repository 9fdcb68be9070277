from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from daemon.app import open_fetcher
from daemon.discover import Searcher
from daemon.values import Digested, Failed
from daemon.workers import Workers
from tests.conftest import Serve
from tests.daemon.conftest import LOOPBACK
from tests.daemon.pages import BRIDGE_ITEM, FERRY_ITEM, Page, rss
from tests.samples import NOON

BRIDGE, FERRY = rss([BRIDGE_ITEM]), rss([FERRY_ITEM])


@pytest.fixture
async def searcher(workers: Workers) -> AsyncIterator[Searcher]:
    async with open_fetcher(LOOPBACK, workers) as fetcher:
        yield Searcher(fetcher, workers, lambda: NOON)


def html(body: str) -> Page:
    return Page(f"<!doctype html><html><head>{body}</head></html>".encode(), etag=False)


async def found(searcher: Searcher, url: str) -> list[str]:
    results = [found async for found in searcher.search(url)]
    return [g.feed.url.removeprefix(url) for g in results if isinstance(g.news, Digested)]


async def test_a_feed_is_found_by_its_own_address(searcher: Searcher, serve: Serve) -> None:
    url = await serve({"/feed": Page(BRIDGE).answer})
    assert await found(searcher, f"{url}/feed") == [""]


async def test_a_page_leads_to_its_feeds_and_not_to_what_is_none(
    searcher: Searcher, serve: Serve
) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="{}">'
    page = html("".join(map(link.format, ("/a.xml", "/copy-of-a.xml", "/gone.xml", "/b.xml"))))
    url = await serve(
        {
            "/": page.answer,
            "/a.xml": Page(BRIDGE).answer,
            "/copy-of-a.xml": Page(BRIDGE).answer,
            "/b.xml": Page(FERRY).answer,
        }
    )
    assert await found(searcher, url) == ["/a.xml", "/b.xml"]


async def test_a_silent_page_is_tried_at_the_usual_places(
    searcher: Searcher, serve: Serve
) -> None:
    url = await serve({"/": html("").answer, "/rss.xml": Page(BRIDGE).answer})
    assert await found(searcher, url) == ["/rss.xml"]


async def test_robots_txt_names_a_news_sitemap(searcher: Searcher, serve: Serve) -> None:
    sitemap = (
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        b'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url>'
        b"<loc>https://post.example/1</loc><news:news><news:title>Bridge reopens</news:title>"
        b"<news:publication_date>2025-10-18</news:publication_date></news:news></url></urlset>"
    )

    async def robots(request: web.Request) -> web.Response:
        named = f"http://{request.host}/maps/news-latest.xml"
        return web.Response(text=f"User-agent: *\nAllow: /\nSitemap: {named}\n")

    url = await serve(
        {
            "/": html("").answer,
            "/robots.txt": robots,
            "/maps/news-latest.xml": Page(sitemap).answer,
        }
    )
    assert await found(searcher, url) == ["/maps/news-latest.xml"]


@pytest.mark.threat("C9")
async def test_an_endless_robots_txt_keeps_nobody_from_searching(
    searcher: Searcher, serve: Serve
) -> None:
    robots = Page(b"User-agent: *\nAllow: /\n" + b"#" * (9 << 20), etag=False)
    pages = {"/": html(""), "/robots.txt": robots, "/rss.xml": Page(BRIDGE)}
    url = await serve({path: page.answer for path, page in pages.items()})
    assert await found(searcher, url) == ["/rss.xml"]


@pytest.mark.threat("C9")
@pytest.mark.parametrize("status", [200, 500])
async def test_where_robots_txt_forbids_or_fails_no_address_is_guessed(
    searcher: Searcher, serve: Serve, status: int
) -> None:
    robots, guess = Page(b"User-agent: newsd\nDisallow: /\n", etag=False), Page(BRIDGE)
    robots.status = status
    pages = {"/": html(""), "/robots.txt": robots, "/rss.xml": guess}
    url = await serve({path: page.answer for path, page in pages.items()})
    (result,) = [found async for found in searcher.search(url)]
    assert isinstance(result.news, Failed)
    assert "robots.txt kept us from 10 usual places" in result.news.detail
    assert guess.requests == []


async def test_a_feed_that_a_page_names_is_no_page_to_robots_txt(
    searcher: Searcher, serve: Serve
) -> None:
    page = html('<link rel="alternate" type="application/rss+xml" href="/feed/">')
    robots = Page(b"User-agent: *\nDisallow: /feed/\n", etag=False)
    pages = {"/": page, "/robots.txt": robots, "/feed/": Page(BRIDGE)}
    url = await serve({path: page.answer for path, page in pages.items()})
    assert await found(searcher, url) == ["/feed/"]


async def test_a_site_without_feeds_says_why(searcher: Searcher, serve: Serve) -> None:
    url = await serve({"/": html("").answer})
    (result,) = [found async for found in searcher.search(url)]
    assert isinstance(result.news, Failed)
    assert "not a feed" in result.news.detail
