"""Furniture that nobody wrote a rule for, from the first poll to a clean text."""

from datetime import timedelta

import pytest
from aiohttp import web

from daemon.learned import AGE, LearnedLines
from storage.database import Database
from storage.furniture import forget_lines, keep_lines, lines_of
from storage.lines import LearnedLine, SiteLines
from storage.values import Feed
from tests.conftest import Serve
from tests.daemon.conftest import Bench
from tests.samples import FEED, NOON
from tests.sql import ask, one

STAMP = "Brought ashore by the Harbour Gazette"


CREW = ("cook", "mate", "pilot", "master", "bosun", "owner", "agent")


def spelled(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(number))


def item(number: int, link: str = "https://gazette.example/story") -> str:
    name = spelled(number)
    return (
        f"<item><title>Boat {name} comes home</title><link>{link}-{number}</link>"
        f"<guid>{link}-{number}</guid><description>&lt;p&gt;Boat {name} came home on Friday with "
        f"fish for {name} families.&lt;/p&gt;&lt;p&gt;{STAMP}&lt;/p&gt;</description></item>"
    )


def document(*items: str) -> bytes:
    head = "<rss version='2.0'><channel><title>Feed</title><link>https://gazette.example/</link>"
    return f"{head}{''.join(items)}</channel></rss>".encode()


class Site:
    """A feed whose items a test can change."""

    def __init__(self) -> None:
        self.items: list[str] = []

    async def feed(self, _: web.Request) -> web.Response:
        return web.Response(body=document(*self.items), content_type="text/xml")


async def texts(database: Database) -> list[str]:
    rows = await ask(database, "SELECT text FROM newsd_article_v1 ORDER BY article_id")
    return [row[0] for row in rows]


async def test_a_site_s_furniture_is_learned_item_by_item_within_forty_articles(
    bench: Bench, serve: Serve
) -> None:
    site = Site()
    url = await serve(site.feed)
    await bench.follow(url)
    for number in range(14):
        site.items.insert(0, item(number))
        await bench.poll(url)
    kept = await texts(bench.database)
    assert STAMP in kept[9]
    assert [text for text in kept[10:] if STAMP in text] == []
    assert all("came home on Friday" in text for text in kept)
    last = "SELECT max(article_id) FROM newsd_article_v1"
    shown = f"SELECT furniture FROM newsd_article_evidence_v1 WHERE article_id = ({last})"
    assert STAMP in str(await one(bench.database, shown))
    html = f"SELECT html FROM newsd_article_v1 WHERE article_id = ({last})"
    assert STAMP not in await one(bench.database, html)


async def test_a_document_of_many_items_is_clean_from_the_first(
    bench: Bench, serve: Serve
) -> None:
    site = Site()
    site.items = [item(number) for number in range(20)]
    url = await serve(site.feed)
    await bench.follow(url)
    await bench.poll(url)
    assert [text for text in await texts(bench.database) if STAMP in text] == []


async def test_furniture_that_makes_all_articles_look_alike_is_learned_too(
    bench: Bench, serve: Serve
) -> None:
    site, weeds = Site(), [f"Ask the {who} of the Harbour Gazette" for who in CREW]
    paragraphs = "".join(f"&lt;p&gt;{line}&lt;/p&gt;" for line in weeds)
    url = await serve(site.feed)
    await bench.follow(url)
    for number in range(13):
        site.items.insert(0, item(number).replace("</description>", f"{paragraphs}</description>"))
        await bench.poll(url)
    last = (await texts(bench.database))[-1]
    assert [line for line in weeds if line in last] == []


async def test_the_same_text_under_many_addresses_teaches_nothing(
    bench: Bench, serve: Serve
) -> None:
    site = Site()
    url = await serve(site.feed)
    await bench.follow(url)
    for number in range(12):
        again = item(number).replace(f"Boat {spelled(number)} came", "Boats came")
        site.items.insert(0, again.replace(f"for {spelled(number)} families", "for all"))
        await bench.poll(url)
    async with bench.database.reading() as tx:
        known = await lines_of(tx, ["gazette.example"])
    assert known["gazette.example"].learned == ()
    assert await one(bench.database, "SELECT count(*) FROM newsd_article_v1") == 12


async def test_an_article_counts_once_however_often_it_comes(bench: Bench, serve: Serve) -> None:
    site = Site()
    site.items = [item(number) for number in range(6)]
    urls = [await serve(site.feed) for _ in range(2)]
    await bench.follow(*urls)
    for turn in range(3):
        await bench.poll(*urls)
        # edited, so that each poll digests every item anew
        site.items = [i.replace("<title>", f"<title>{spelled(turn)} ") for i in site.items]
    async with bench.database.reading() as tx:
        known = await lines_of(tx, ["gazette.example"])
    assert known["gazette.example"].learned == ()
    assert len(known["gazette.example"].recent) == 6 * 12 * 4


async def test_a_feed_that_leads_to_another_site_is_freed_of_that_site_s_lines(
    bench: Bench, serve: Serve
) -> None:
    site = Site()
    url = await serve(site.feed)
    await bench.follow(url)
    for number in range(13):
        site.items.insert(0, item(number, "https://elsewhere.example/story"))
        await bench.poll(url)
    assert [text for text in (await texts(bench.database))[10:] if STAMP in text] == []


def known(site: str, mark: int) -> SiteLines:
    return SiteLines(site, b"", (LearnedLine(mark, "words", 6, 10, NOON),))


FOLLOWED = Feed(9, "https://news.gazette.co.uk/feed", site_url="https://paper.example/")


async def test_the_site_is_one_of_the_domains_of_the_feed_s_host(database: Database) -> None:
    async with database.writing() as tx:
        await keep_lines(tx, [known("gazette.co.uk", 5), known("paper.example", 6)])
    memory = LearnedLines(database)
    assert await memory.known_to(FOLLOWED, NOON) == {"gazette.co.uk": {5}, "paper.example": {6}}
    assert await memory.known_to(FEED, NOON) == {}


async def test_what_was_just_learned_is_known_at_once(database: Database) -> None:
    memory = LearnedLines(database)
    assert await memory.known_to(FOLLOWED, NOON) == {}
    memory.taught([known("paper.example", 7)])
    assert await memory.known_to(FOLLOWED, NOON) == {"paper.example": {7}}


async def test_what_others_wrote_is_known_after_an_hour(database: Database) -> None:
    async with database.writing() as tx:
        await keep_lines(tx, [known("paper.example", 6)])
    memory = LearnedLines(database)
    await memory.known_to(FOLLOWED, NOON)
    async with database.writing() as tx:
        await forget_lines(tx, "paper.example")
    assert await memory.known_to(FOLLOWED, NOON + AGE) == {"paper.example": {6}}
    assert await memory.known_to(FOLLOWED, NOON + AGE + timedelta(seconds=1)) == {}


@pytest.mark.parametrize(
    "url", ["https://[::1]/feed", "https://localhost/feed", "feed", "https://[x"]
)
async def test_a_host_without_a_site_has_no_furniture(database: Database, url: str) -> None:
    assert await LearnedLines(database).known_to(Feed(1, url), NOON) == {}
