"""Feeds that mean harm, or might as well: a real server, real workers, a real database."""

import json
import re
from dataclasses import replace

import pytest
from aiohttp import web

from storage.database import Database
from storage.values import Outcome
from tests.conftest import Serve
from tests.daemon.conftest import Bench
from tests.daemon.pages import BRIDGE_ITEM, FERRY_ITEM, Item, Page, rss
from tests.sql import ask, one


async def changes(database: Database) -> object:
    return await one(database, "SELECT count(*) FROM newsd_change_v1")


@pytest.mark.threat("F2", "F3")
async def test_names_that_change_at_every_poll_make_no_second_article(
    bench: Bench, serve: Serve
) -> None:
    link = "https://post.example/a/1"
    page = Page(rss([replace(BRIDGE_ITEM, link=link)]))
    url = await serve(page.answer)
    await bench.follow(url)
    for guid, address in (
        ("1", link),
        ("new", link),
        ("new", f"{link}?sid=5f3a"),
        ("newer", "http://post.example/a/1?utm_source=rss"),
        ("newest", "https://post.example/moved/1"),
    ):
        page.body = rss([replace(BRIDGE_ITEM, guid=guid, link=address)])
        await bench.poll(url)
    assert await changes(bench.database) == 1


@pytest.mark.threat("F4")
async def test_an_entry_without_guid_and_link_is_known_again(bench: Bench, serve: Serve) -> None:
    page = Page()
    url = await serve(page.answer)
    await bench.follow(url)
    created = []
    for items in ([BRIDGE_ITEM], [FERRY_ITEM, BRIDGE_ITEM], [BRIDGE_ITEM, FERRY_ITEM]):
        page.body = re.sub(rb"<(guid|link)\b.*?</\1>", b"", rss(items))
        (report,) = await bench.poll(url)
        created.append(report.poll.created)
    assert created == [1, 1, 0]


@pytest.mark.threat("F1")
async def test_one_guid_for_all_items_costs_none_of_them(bench: Bench, serve: Serve) -> None:
    same = [
        replace(item, guid="1", link=f"https://post.example/{n}")
        for n, item in enumerate((BRIDGE_ITEM, FERRY_ITEM))
    ]
    url = await serve(Page(rss([*same, same[0]])).answer)
    await bench.follow(url)

    (report,) = await bench.poll(url)

    assert (report.poll.outcome, report.poll.created) == (Outcome.STORED, 2)


@pytest.mark.threat("E5")
async def test_a_charset_that_flips_between_polls_makes_no_news(
    bench: Bench, serve: Serve
) -> None:
    item = replace(BRIDGE_ITEM, title="Le café du pont", text=f"Café “Pont”: {BRIDGE_ITEM.text}")
    page, text = Page(etag=False), rss([item]).decode()
    url = await serve(page.answer)
    await bench.follow(url)
    for codec, said in (
        ("utf-8", "utf-8"),
        ("cp1252", "windows-1252"),
        ("utf-8", "iso-8859-1"),
        ("cp1252", "utf-8"),
        ("utf-16", "utf-8"),
        ("utf-8-sig", "martian"),
    ):
        page.body = text.replace('encoding="utf-8"', f'encoding="{said}"').encode(codec)
        await bench.poll(url)
    assert await changes(bench.database) == 1
    titles = await ask(bench.database, "SELECT title FROM newsd_article_v1")
    assert titles == [("Le café du pont",)]


EVERYTHING = """<?xml-stylesheet href="{0}/style" type="text/xsl"?>{1}
<rss xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:xi="http://www.w3.org/2001/XInclude" version="2.0"><channel><title>The Harbour Post</title>
<link>{0}/home</link><image><url>{0}/logo</url></image><atom:icon>{0}/icon</atom:icon>
<atom:link rel="hub" href="{0}/hub"/><atom:link rel="self" href="{0}/self"/>
<atom:link rel="next" href="{0}/next"/><cloud domain="127.0.0.1" path="/cloud"/>
<xi:include href="{0}/include"/><item><title>Ferries</title><link>{0}/item</link>
<comments>{0}/comments</comments><source url="{0}/source">x</source>
<enclosure url="{0}/sound" type="audio/mpeg"/><media:content url="{0}/picture"/>
<description>&lt;img src="{0}/pixel"&gt; Ferries run again. {2}</description></item>
</channel></rss>"""


@pytest.mark.threat("A9", "D2")
@pytest.mark.parametrize(
    ("declaration", "use"),
    [
        pytest.param("", "", id="links"),
        pytest.param('<!DOCTYPE rss SYSTEM "{0}/dtd">', "", id="a DTD"),
        pytest.param('<!DOCTYPE r [<!ENTITY x SYSTEM "{0}/x">]>', "&x;", id="an entity"),
        pytest.param('<!DOCTYPE r [<!ENTITY % p SYSTEM "{0}/p"> %p;]>', "", id="a parameter"),
    ],
)
async def test_nothing_that_a_feed_names_is_fetched(
    bench: Bench, serve: Serve, declaration: str, use: str
) -> None:
    page, asked = Page(Link="</hub>; rel=hub, </self>; rel=self"), []

    async def note(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(text="never to be stored")

    origin = await serve({"/feed": page.answer, "/{other:.*}": note})
    page.body = EVERYTHING.format(origin, declaration.format(origin), use).encode()
    await bench.follow(f"{origin}/feed")

    (report,) = await bench.poll(f"{origin}/feed")

    assert (report.poll.created, asked) == (1, [])


@pytest.mark.threat("F9")
async def test_a_feed_that_empties_and_fills_again_brings_nothing_twice(
    bench: Bench, serve: Serve
) -> None:
    page = Page()
    url = await serve(page.answer)
    await bench.follow(url)
    outcomes = []
    for items in ([BRIDGE_ITEM, FERRY_ITEM], [], [BRIDGE_ITEM], [FERRY_ITEM, BRIDGE_ITEM]):
        page.body = rss(items)
        (report,) = await bench.poll(url)
        outcomes.append(report.poll.outcome)
    assert outcomes[:2] == [Outcome.STORED, Outcome.EMPTY]
    assert await changes(bench.database) == 2


NASTY = ("a\0b", "a\ud800b", "a\x1b[2Jb", "a\uffffb", "a\x85b")


@pytest.mark.threat("E1", "E2", "E3")
@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
async def test_no_character_keeps_an_item_out_of_the_database(
    bench: Bench, serve: Serve, nasty: str
) -> None:
    words = f"{nasty} {BRIDGE_ITEM.text}"
    fields = ("id", "title", "content_html", "language", "date_published", "image")
    item = dict.fromkeys(fields, words) | {
        "url": f"https://post.example/{nasty}", "authors": [{"name": nasty}], "tags": [nasty],
    }  # fmt: skip
    feed = {"title": nasty, "home_page_url": nasty, "language": nasty, "items": [item]}
    numbers = "".join(f"&#{ord(c)};" if c in nasty[1:-1] else c for c in nasty)
    items = [Item(t, t, f"{t} {FERRY_ITEM.text}", date=t) for t in (nasty, f"{numbers}!")]
    pages = {"/json": json.dumps(feed).encode(), "/xml": _written(rss_text(items, nasty))}
    origin = await serve({path: Page(body, etag=False).answer for path, body in pages.items()})
    urls = [f"{origin}{path}" for path in pages]
    await bench.follow(*urls)

    reports = await bench.poll(*urls)

    assert [(r.poll.outcome, r.poll.rejected) for r in reports] == [(Outcome.STORED, 0)] * 2
    kept = await ask(bench.database, "SELECT title, text FROM newsd_article_v1")
    assert not set("\0\x1b\uffff\x85") & set(str(kept))


def rss_text(items: list[Item], title: str) -> str:
    """The document of `rss`, before it is encoded."""
    marked = [replace(i, guid=f"@{n}g", title=f"@{n}t", text=f"@{n}x", date=f"@{n}d")
              for n, i in enumerate(items)]  # fmt: skip
    text = rss(marked, "@title").decode().replace("@title", title)
    for n, i in enumerate(items):
        for mark, value in (("g", i.guid), ("t", i.title), ("x", i.text), ("d", i.date)):
            text = text.replace(f"@{n}{mark}", value)
    return text


def _written(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@pytest.mark.threat("E6")
async def test_fields_without_end_cost_at_most_their_item(bench: Bench, serve: Serve) -> None:
    long = "word " * 200_000
    many = "".join(f"<category>c{n}</category>" for n in range(20_000)) + "".join(
        f'<enclosure url="https://post.example/{n}.mp3"/>' for n in range(20_000)
    )
    items = [
        replace(BRIDGE_ITEM, guid="g" * 1_000_000, link=f"https://post.example/{'l' * 1_000_000}"),
        Item("9", long, long, date=long[:1_000_000]),
        FERRY_ITEM,
    ]
    body = rss(items).replace(b"</item>", f"<author>{long}</author>{many}</item>".encode(), 1)
    url = await serve(Page(body).answer)
    await bench.follow(url)

    (report,) = await bench.poll(url)

    assert (report.poll.outcome, report.poll.items) == (Outcome.STORED, 3)
    assert report.poll.created + report.poll.rejected == 3
    assert FERRY_ITEM.title in str(await ask(bench.database, "SELECT title FROM newsd_article_v1"))


INJECTIONS = "'; DROP TABLE article; -- %s %(x)s {0} :name $1 ${jndi:ldap://x} ../../etc \\\\ \\"


@pytest.mark.threat("G5")
async def test_text_is_only_ever_text(bench: Bench, serve: Serve) -> None:
    item = Item(INJECTIONS, INJECTIONS, f"{FERRY_ITEM.text} {INJECTIONS}")
    url = await serve(Page(rss([item], INJECTIONS)).answer)
    await bench.follow(url)

    (report,) = await bench.poll(url)

    assert report.poll.created == 1
    kept = await ask(
        bench.database,
        "SELECT a.title, s.guid FROM newsd_article_v1 a"
        " JOIN newsd_sighting_v1 s ON s.article_id = a.article_id",
    )
    assert kept == [(INJECTIONS, INJECTIONS)]
