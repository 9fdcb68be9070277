"""A sitemap index from end to end: its sitemaps are asked for, and read as one document."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from aiohttp import web

from storage.values import Outcome
from tests.conftest import Serve
from tests.daemon.conftest import MAX_ENTRIES, Bench
from tests.daemon.pages import Page
from tests.samples import NOON
from tests.sql import ask

SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)


def sitemap(*titles: str) -> Page:
    pages = "".join(
        f"<url><loc>https://post.example/{title.replace(' ', '-')}</loc><news:news>"
        f"<news:publication_date>2025-10-18T11:30:00Z</news:publication_date>"
        f"<news:title>{title}</news:title></news:news></url>"
        for title in titles
    )
    return Page(f"<urlset {SPACES}>{pages}</urlset>".encode(), etag=False)


def index(named: Mapping[str, str]) -> bytes:
    """An index of addresses and when each was changed, empty for those of which it is not said."""
    sitemaps = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>"
        for loc, at in named.items()
    )
    return f"<sitemapindex {SPACES}>{sitemaps}</sitemapindex>".encode()


async def titles(bench: Bench) -> list[str]:
    found = await ask(bench.database, "SELECT title FROM newsd_article_v1 ORDER BY title")
    return [str(row[0]) for row in found]


async def test_the_newest_sitemaps_of_an_index_are_read(bench: Bench, serve: Serve) -> None:
    maps = {f"/{n}.xml": sitemap(f"Ferry {n} sails") for n in range(1, 6)}
    named = {path: f"2025-10-1{path[1]}T08:00:00Z" for path in maps}
    url = await serve(
        {"/index.xml": Page(index(named)).answer, **{p: m.answer for p, m in maps.items()}}
    )
    await bench.follow(f"{url}/index.xml")

    (report,) = await bench.poll(f"{url}/index.xml")

    assert (report.poll.outcome, report.poll.items, report.poll.created) == (Outcome.STORED, 3, 3)
    assert await titles(bench) == ["Ferry 3 sails", "Ferry 4 sails", "Ferry 5 sails"]
    assert [len(m.requests) for m in maps.values()] == [0, 0, 1, 1, 1]


async def test_a_sitemap_that_did_not_change_is_not_asked_for_again(
    bench: Bench, serve: Serve
) -> None:
    old, new = sitemap("Bridge opens"), sitemap("Ferry sails")
    page = Page(index({"/old.xml": "2025-10-01T08:00:00Z", "/new.xml": NOON.isoformat()}))
    url = await serve({"/index.xml": page.answer, "/old.xml": old.answer, "/new.xml": new.answer})
    await bench.follow(f"{url}/index.xml")
    await bench.poll(f"{url}/index.xml")
    (unchanged,) = await bench.poll(f"{url}/index.xml")

    new.body = sitemap("Ferry sails", "Pier closes").body
    later = (NOON + timedelta(minutes=2)).isoformat()
    page.body = index({"/old.xml": "2025-10-01T08:00:00Z", "/new.xml": later})
    (changed,) = await bench.poll(f"{url}/index.xml")

    assert (unchanged.poll.outcome, unchanged.poll.http_status) == (Outcome.UNCHANGED, 304)
    assert (changed.poll.items, changed.poll.created) == (2, 1)
    assert (len(old.requests), len(new.requests)) == (1, 2)
    assert await titles(bench) == ["Bridge opens", "Ferry sails", "Pier closes"]
    gone = "SELECT count(*) FROM sighting WHERE last_seen_at IS NOT NULL"
    assert await ask(bench.database, gone) == [(0,)]


@pytest.mark.parametrize("dated", ["", "2025-10-18"])
async def test_an_index_that_does_not_tell_of_changes_is_not_believed_to_have_none(
    bench: Bench, serve: Serve, dated: str
) -> None:
    news = sitemap("Bridge opens")
    page = Page(index({"/news.xml": dated}))
    url = await serve({"/index.xml": page.answer, "/news.xml": news.answer})
    await bench.follow(f"{url}/index.xml")
    await bench.poll(f"{url}/index.xml")
    news.body = sitemap("Ferry sails").body

    (report,) = await bench.poll(f"{url}/index.xml")

    assert (report.poll.outcome, report.poll.created) == (Outcome.STORED, 1)


@pytest.mark.threat("D8")
async def test_sitemaps_of_other_sites_and_of_a_third_level_are_left(
    bench: Bench, serve: Serve
) -> None:
    named = {"/more.xml": "", "https://elsewhere.example/a.xml": "", "/news.xml": ""}
    more = Page(index({"/news.xml": ""}))
    url = await serve(
        {
            "/index.xml": Page(index(named)).answer,
            "/more.xml": more.answer,
            "/news.xml": sitemap("Bridge opens").answer,
        }
    )
    await bench.follow(f"{url}/index.xml")

    (report,) = await bench.poll(f"{url}/index.xml")

    assert (report.poll.items, report.poll.created) == (1, 1)
    assert report.poll.error is not None
    assert "an index inside an index" in report.poll.error
    assert "elsewhere" not in report.poll.error


async def test_a_sitemap_that_is_missing_is_asked_for_again(bench: Bench, serve: Serve) -> None:
    missing = sitemap("Ferry sails")
    missing.status = 404
    page = Page(index({"/a.xml": "2025-10-18T08:00:00Z", "/b.xml": "2025-10-18T07:00:00Z"}))
    url = await serve(
        {
            "/index.xml": page.answer,
            "/a.xml": missing.answer,
            "/b.xml": sitemap("Bridge opens").answer,
        }
    )
    await bench.follow(f"{url}/index.xml")
    (first,) = await bench.poll(f"{url}/index.xml")
    missing.status = 200
    (second,) = await bench.poll(f"{url}/index.xml")

    assert (first.poll.outcome, first.poll.created) == (Outcome.STORED, 1)
    assert first.poll.error is not None
    assert "404" in first.poll.error
    assert (second.poll.created, second.poll.error) == (1, None)


async def test_an_index_none_of_whose_sitemaps_answers_has_failed(
    bench: Bench, serve: Serve
) -> None:
    async def busy(_request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "600"})

    url = await serve({"/index.xml": Page(index({"/a.xml": ""})).answer, "/a.xml": busy})
    await bench.follow(f"{url}/index.xml")

    (report,) = await bench.poll(f"{url}/index.xml")

    assert report.poll.outcome is Outcome.HTTP_STATUS
    assert report.held_until is not None


@pytest.mark.threat("D8")
async def test_the_bounds_of_a_document_hold_for_all_sitemaps_together(
    bench: Bench, serve: Serve
) -> None:
    first = sitemap(*(f"Ferry {n} sails" for n in range(MAX_ENTRIES - 1)))
    second = sitemap("Bridge opens", "Pier closes")
    named = {"/1.xml": "2025-10-18T08:00:00Z", "/2.xml": "2025-10-18T07:00:00Z"}
    url = await serve(
        {
            "/index.xml": Page(index(named)).answer,
            "/1.xml": first.answer,
            "/2.xml": second.answer,
        }
    )
    await bench.follow(f"{url}/index.xml")

    (poll, rest) = [(await bench.poll(f"{url}/index.xml"))[0].poll for _ in range(2)]

    assert (poll.created, poll.reasons) == (MAX_ENTRIES, {"over_max_entries": 1})
    assert (rest.created, rest.reasons) == (1, {})
