"""Articles whose feed has but a part of them, completed from their own web pages."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from aiohttp import web

from daemon.completing import Unread
from daemon.fetch import Fetcher, Robots, open_session
from daemon.holds import Holds
from daemon.pacing import Paces
from daemon.pages import ENOUGH, FIRST_WAIT, TRIES, Asking, Pages, Tries
from daemon.robotstxt import read_rules
from daemon.settings import DigestSettings, ExtractSettings
from daemon.values import Digested, Gathered, PollReport
from daemon.workers import Workers
from storage.following import add_feeds
from storage.values import NO_FULL_TEXT, FullText, Outcome, Subscription
from tests.conftest import Serve
from tests.daemon.conftest import LOOPBACK, Bench
from tests.daemon.pages import Item, Page, rss
from tests.samples import FEED, NOON, TAGGED
from tests.sql import ask, one

TITLE = "Ferry returns to the northern islands"
TEASER = "The ferry is back after a year."
STORY = (
    "The ferry to the northern islands sailed again on Friday morning, a year after a storm.",
    "Four hundred people stood on the quay at six, and the band played the march it knows.",
    "It played it twice, because the captain had forgotten his keys and had to go back home.",
    "The new engines use a third less fuel, the shipyard says, and the upper deck has a baker.",
)


def page(*paragraphs: str, title: str = TITLE, head: str = "") -> str:
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f'<html lang="en"><head><title>{title}</title><meta property="og:title" content="{title}">'
        f"{head}</head><body><nav><a href=/>Home</a></nav><article><h1>{title}</h1>{text}"
        "</article><footer>All rights reserved</footer></body></html>"
    )


@dataclass
class Site:
    """A feed whose entries lead to pages of the same server."""

    url: str
    feed: Page
    answers: dict[str, Callable[[], web.StreamResponse]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    robots: str = ""

    def show(self, *items: tuple[str, str, str]) -> None:
        """Entries as (number, title, teaser); each leads to /a/number."""
        listed = [Item(n, title, text, f"{self.url}/a/{n}") for n, title, text in items]
        self.feed.body = rss(listed)

    def serve(self, number: str, body: str, **options: object) -> None:
        kind = str(options.get("kind", "text/html"))
        status = int(str(options.get("status", 200)))
        headers = {"Retry-After": str(options["wait"])} if "wait" in options else {}
        self.answers[number] = lambda: web.Response(
            text=body, content_type=kind, status=status, headers=headers
        )


@pytest.fixture
async def site(serve: Serve) -> Site:
    feed = Page()

    async def answer(request: web.Request) -> web.StreamResponse:
        number = request.match_info["number"]
        made.asked.append(number)
        return made.answers[number]()

    async def robots(_: web.Request) -> web.Response:
        return web.Response(text=made.robots)

    url = await serve({"/feed": feed.answer, "/a/{number}": answer, "/robots.txt": robots})
    made = Site(url, feed)
    return made


@dataclass
class Press:
    """A bench whose polls go by the pages."""

    bench: Bench
    asking: Asking
    tries: Tries
    done: asyncio.Queue[Gathered] = field(default_factory=asyncio.Queue)

    async def follow(self, site: Site, policy: FullText | None = FullText.IF_SHORT) -> None:
        wish = Subscription(f"{site.url}/feed", full_text=policy)
        async with self.bench.database.writing() as tx:
            await add_feeds(tx, [wish], now=self.bench.now)

    async def poll(self, site: Site) -> PollReport:
        """Poll, complete and keep."""
        url = f"{site.url}/feed"
        gathered = await self.bench.poller.gather(await self.bench.read(url))
        async with self.pages() as pages:
            if pages.take(gathered):
                gathered = await self.done.get()
        (report,) = await self.bench.keeper.keep([gathered], self.bench.now)
        self.bench.now += timedelta(minutes=1)
        return report

    @asynccontextmanager
    async def pages(self) -> AsyncIterator[Pages]:
        async with asyncio.TaskGroup() as group:
            yield Pages(group, self.asking, self.tries, self.done.put)


@pytest.fixture
async def press(bench: Bench) -> AsyncIterator[Press]:
    async with open_session(LOOPBACK) as session:
        plain = Fetcher(session, LOOPBACK)

        async def read(body: bytes) -> object:
            return read_rules(body, LOOPBACK.user_agent)

        robots = Robots(lambda url: plain.fetch_start(url, 1 << 16), read)  # type: ignore[arg-type]
        asking = Asking(
            fetcher=Fetcher(session, LOOPBACK, robots),
            workers=bench.poller.workers,
            clock=lambda: bench.now,
            settings=ExtractSettings(short_words=50),
            paces=Paces(1000.0),
            holds=Holds({}),
        )
        yield Press(bench, asking, Tries())


async def stored(press: Press) -> list[tuple[str, str, list[str]]]:
    rows = await ask(
        press.bench.database,
        "SELECT text, text_source, quality FROM newsd_article_v1 ORDER BY article_id",
    )
    return [(text, source, str(quality)) for text, source, quality in rows]  # type: ignore[misc]


async def test_a_short_article_gets_the_text_of_its_page(press: Press, site: Site) -> None:
    site.show(("1", TITLE, TEASER))
    site.serve("1", page(*STORY))
    await press.follow(site)

    report = await press.poll(site)

    assert (report.poll.created, report.pages) == (1, {"read": 1})
    ((text, source, _),) = await stored(press)
    assert (text.split("\n"), source) == (list(STORY), "page")
    assert await one(press.bench.database, "SELECT summary FROM newsd_article_v1") == TEASER


@pytest.mark.parametrize("policy", [FullText.NEVER, None])
async def test_no_page_is_asked_unless_somebody_wants_it(
    press: Press, site: Site, policy: FullText | None
) -> None:
    site.show(("1", TITLE, TEASER))
    await press.follow(site, policy)
    await press.poll(site)
    assert site.asked == []
    assert [text for text, _, _ in await stored(press)] == [TEASER]


async def test_an_article_that_is_whole_needs_no_page_unless_always(
    press: Press, site: Site
) -> None:
    site.show(("1", TITLE, " ".join(STORY)))
    site.serve("1", page(*STORY, "And a fourth paragraph that the feed does not have at all."))
    await press.follow(site)
    await press.poll(site)
    assert site.asked == []
    await press.follow(site, FullText.ALWAYS)
    site.show(("1", f"{TITLE}, at last", " ".join(STORY)))
    await press.poll(site)
    assert site.asked == ["1"]


async def test_a_text_that_is_cut_off_is_short_however_long(press: Press, site: Site) -> None:
    site.show(("1", TITLE, " ".join(STORY[:2]) + " […]"))
    site.serve("1", page(*STORY))
    await press.follow(site)
    await press.poll(site)
    ((text, source, _),) = await stored(press)
    assert (text.count("\n"), source) == (3, "page")


@pytest.mark.parametrize(
    ("body", "options", "outcome"),
    [
        pytest.param("gone", {"status": 410}, "http_status", id="it is gone"),
        pytest.param("oops", {"status": 500}, "http_status", id="its server is broken"),
        pytest.param("%PDF", {"kind": "application/pdf"}, "no_text", id="it is no page"),
        pytest.param(
            page(*(f"We and our {n} partners value your privacy, and theirs." for n in range(9)),
                 title="Before you go on"),
            {}, "no_text", id="a wall stands before it",
        ),
        pytest.param(page(*STORY * 9000), {}, "too_large", id="it is endless"),
    ],
)  # fmt: skip
async def test_without_its_page_an_article_has_the_text_of_its_feed(
    press: Press, site: Site, body: str, options: dict[str, object], outcome: str
) -> None:
    site.show(("1", TITLE, TEASER))
    site.serve("1", body, **options)
    await press.follow(site)

    report = await press.poll(site)

    assert (report.poll.outcome, report.pages) == (Outcome.STORED, {outcome: 1})
    ((text, source, quality),) = await stored(press)
    assert (text, source) == (TEASER, "feed")
    assert NO_FULL_TEXT in quality


async def test_a_page_that_robots_txt_forbids_is_not_asked(press: Press, site: Site) -> None:
    site.robots = "User-agent: *\nDisallow: /a/"
    site.show(("1", TITLE, TEASER))
    await press.follow(site)
    report = await press.poll(site)
    assert (site.asked, report.pages) == ([], {"robots": 1})


async def test_a_page_that_failed_is_asked_again_later_and_makes_a_revision(
    press: Press, site: Site
) -> None:
    site.show(("1", TITLE, TEASER))
    site.serve("1", "oops", status=503)
    await press.follow(site)
    await press.poll(site)
    site.serve("1", page(*STORY))

    site.show(("1", TITLE, TEASER), ("2", "The tide table is right again", " ".join(STORY)))
    soon = await press.poll(site)
    assert (site.asked, soon.pages, soon.poll.created) == (["1"], {"later": 1}, 1)

    press.bench.now += FIRST_WAIT
    site.show(("1", TITLE, TEASER), ("3", "A whale was seen off the cape", " ".join(STORY[::-1])))
    later = await press.poll(site)
    assert (site.asked, later.pages, later.poll.revised) == (["1", "1"], {"read": 1}, 1)
    assert (await stored(press))[0][:2] == ("\n".join(STORY), "page")


async def test_a_whole_text_is_not_replaced_by_the_part_that_a_feed_has(
    press: Press, site: Site
) -> None:
    site.show(("1", TITLE, TEASER))
    site.serve("1", page(*STORY))
    await press.follow(site)
    await press.poll(site)
    site.show(("1", TITLE, f"{TEASER} Really."))
    site.serve("1", "oops", status=503)

    again = await press.poll(site)

    assert (again.poll.revised, again.poll.duplicates) == (0, 1)
    assert (await stored(press))[0][:2] == ("\n".join(STORY), "page")


async def test_an_edited_page_is_a_revision(press: Press, site: Site) -> None:
    site.show(("1", TITLE, TEASER))
    site.serve("1", page(*STORY))
    await press.follow(site)
    await press.poll(site)
    site.show(("1", TITLE, f"{TEASER} Update."))
    site.serve("1", page(*STORY, "The captain has since found his keys in the other jacket."))
    assert (await press.poll(site)).poll.revised == 1


async def test_a_host_that_fails_twice_is_left_alone(press: Press, site: Site) -> None:
    numbers = "12345"
    site.show(*((n, f"{TITLE} {n}", f"{TEASER} {n * 5}") for n in numbers))
    for n in numbers:
        site.serve(n, "oops", status=500)
    await press.follow(site)
    report = await press.poll(site)
    assert len(site.asked) == ENOUGH
    assert report.pages == {"http_status": ENOUGH, "later": len(numbers) - ENOUGH}


async def test_a_host_that_asks_to_wait_is_waited_for(press: Press, site: Site) -> None:
    site.show(("1", TITLE, TEASER), ("2", "A whale was seen off the cape", "It blew twice."))
    for n in "12":
        site.serve(n, "slow down", status=429, wait=600)
    await press.follow(site)
    await press.poll(site)
    assert len(site.asked) == 1
    assert press.asking.holds.until(site.url, press.bench.now) is not None


async def test_no_more_pages_are_asked_than_allowed_and_the_rest_later(
    press: Press, site: Site
) -> None:
    press.asking = replace(press.asking, settings=ExtractSettings(pages_per_poll=2))
    titles = ["A whale off the cape", "The mill turns again", "Snow fell on the orchard"]
    site.show(*((str(n), title, f"{title}, they say.") for n, title in enumerate(titles)))
    for n, title in enumerate(titles):
        site.serve(str(n), page(*(f"{title} {line}" for line in STORY), title=title))
    await press.follow(site)

    first = await press.poll(site)
    assert first.pages == {"read": 2, "later": 1}
    second = await press.poll(site)  # of a document that is the same
    assert second.pages == {"read": 1}
    assert {source for _, source, _ in await stored(press)} == {"page"}


async def test_pages_that_give_themselves_one_address_stay_two_articles(
    press: Press, site: Site
) -> None:
    head = f'<link rel="canonical" href="{site.url}/a/live-page-of-the-day">'
    site.show(("1", TITLE, TEASER), ("2", "A whale was seen off the cape", "It blew twice."))
    site.serve("1", page(*STORY, head=head))
    whale = ("A whale was seen off the cape by two fishermen.", *(f"{s}?" for s in STORY[::-1]))
    site.serve("2", page(*whale, title="A whale was seen off the cape", head=head))
    await press.follow(site)
    report = await press.poll(site)
    assert (report.poll.created, report.pages) == (2, {"read": 2})


def test_a_page_is_asked_for_one_feed_and_not_for_each() -> None:
    told = Tries()
    told.note("https://a.example/1", FEED, TAGGED, NOON)
    assert told.is_done("https://a.example/1", replace(FEED, id=2))
    assert not told.is_done("https://a.example/1", FEED)


def test_a_page_is_tried_so_often_and_at_longer_and_longer_intervals() -> None:
    told, url, now = Tries(), "https://a.example/1", NOON
    for wait in (FIRST_WAIT, FIRST_WAIT * 4):
        told.note(url, FEED, Unread("timeout", is_final=False), now)
        assert not told.is_due(url, now + wait - timedelta(seconds=1))
        now += wait
        assert told.is_due(url, now)
        assert not told.is_done(url, FEED)
    for _ in range(TRIES - 2):
        told.note(url, FEED, Unread("timeout", is_final=False), now)
    assert told.is_done(url, FEED)


async def test_who_is_in_a_hurry_gets_what_is_there(press: Press, serve: Serve) -> None:
    began, release = asyncio.Event(), asyncio.Event()
    feed = Page()

    async def answer(_: web.Request) -> web.Response:
        began.set()
        await release.wait()
        return web.Response(text=page(*STORY), content_type="text/html")

    url = await serve({"/feed": feed.answer, "/a/1": answer})
    feed.body = rss([Item("1", TITLE, TEASER, f"{url}/a/1")])
    await press.follow(Site(url, feed))
    gathered = await press.bench.poller.gather(await press.bench.read(f"{url}/feed"))
    async with press.pages() as pages:
        assert pages.take(gathered)
        await began.wait()
        pages.hurry()
        done = await press.done.get()
    release.set()
    assert isinstance(done.news, Digested)
    assert done.news.pages == {"later": 1}
    assert done.news.entry_hashes == frozenset()


@pytest.mark.threat("D5")
async def test_a_page_made_to_be_slow_costs_that_page(press: Press, site: Site) -> None:
    bomb = " ".join(f'a{n}="x"' for n in range(90_000))
    site.show(("1", TITLE, TEASER), ("2", "A whale was seen off the cape", "It blew twice."))
    site.serve("1", page(*STORY, head=f"<meta {bomb}>"))
    site.serve("2", page(*STORY, title="A whale was seen off the cape"))
    await press.follow(site)
    hasty = Workers(DigestSettings(workers=1, cpu_limit=timedelta(seconds=1.5)))
    press.asking = replace(press.asking, workers=hasty)
    try:
        report = await press.poll(site)
    finally:
        await hasty.close()
    assert (report.poll.created, report.pages) == (2, {"parse_limit": 1, "read": 1})
