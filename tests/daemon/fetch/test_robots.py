"""robots.txt, asked of real servers; the clock is a number that a test moves."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from yarl import URL

from daemon.errors import DigestLimitError
from daemon.fetch import Fetcher, Robots, open_session
from daemon.fetch import robots as robots_module
from daemon.fetch.robots import AGAIN, FRESH, STALE, Permission
from daemon.robotstxt import LONGEST, RobotRules, read_rules
from daemon.settings import RespectRobots
from daemon.values import Failed, Fetched
from storage.values import Feed, Outcome
from tests.daemon.fetch.servers import SETTINGS, Answer, ok, raw_site

NO = ok(b"User-agent: *\nDisallow: /private\nCrawl-delay: 7\nSitemap: http://a.example/s\n")
NONE = ok(b"", status="404 Not Found")
BROKEN = ok(b"", status="500 Oops")
SHORT = SETTINGS.model_copy(update={"timeout": timedelta(milliseconds=300), "max_redirects": 5})


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def read(body: bytes) -> RobotRules:
    return read_rules(body, "newsd/1")


@asynccontextmanager
async def asking(clock: Clock | None = None) -> AsyncIterator[Robots]:
    async with open_session(SHORT) as session:
        fetcher = Fetcher(session, SHORT)
        yield Robots(lambda url: fetcher.fetch_start(url, LONGEST), read, clock)


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del writer
    await reader.read()


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del reader
    writer.write(b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /private\n")
    while True:
        writer.write(b"# more\n" * 10_000)
        await writer.drain()


def hop(path: str) -> bytes:
    return ok(b"", f"Location: {path}", status="302 Found")


@pytest.mark.threat("C9")
@pytest.mark.parametrize(
    ("answers", "permission"),
    [
        pytest.param([NO], Permission.FORBIDDEN, id="it forbids"),
        pytest.param([ok(b"User-agent: *\nDisallow:\n")], Permission.ALLOWED, id="it allows"),
        pytest.param([NONE], Permission.ALLOWED, id="there is none"),
        pytest.param([ok(b"")], Permission.ALLOWED, id="it is empty"),
        pytest.param([ok(b"", status="403 No")], Permission.ALLOWED, id="it may not be read"),
        pytest.param([BROKEN], Permission.UNKNOWN, id="the server is broken"),
        pytest.param([silent], Permission.UNKNOWN, id="no answer comes"),
        pytest.param([b"SSH-2.0-x\r\n"], Permission.UNKNOWN, id="no HTTP"),
        pytest.param([endless], Permission.FORBIDDEN, id="it has no end"),
        pytest.param(
            [ok(gzip.compress(b"User-agent: *\nDisallow: /private\n" + b"#" * (9 << 20)),
                "Content-Encoding: gzip")],
            Permission.FORBIDDEN,
            id="a bomb",
        ),
        pytest.param([hop("/x")] * 5 + [NO], Permission.FORBIDDEN, id="five redirects"),
        pytest.param([hop("/x")], Permission.ALLOWED, id="redirects without end"),
    ],
)  # fmt: skip
async def test_what_a_robots_txt_comes_to(
    answers: list[bytes | Answer], permission: Permission
) -> None:
    async with raw_site(*answers) as site, asking() as robots:
        assert await robots.permission(URL(f"{site.origin}/private/1")) is permission


async def test_a_host_is_asked_once_a_day_however_many_want_to_know() -> None:
    clock = Clock()
    async with raw_site(NO) as site, asking(clock) as robots:
        urls = [URL(f"{site.origin}/{path}") for path in ("a", "private", "b")]
        found = await asyncio.gather(*map(robots.permission, urls))
        assert found == [Permission.ALLOWED, Permission.FORBIDDEN, Permission.ALLOWED]
        clock.now += FRESH - 1
        await robots.permission(urls[0])
        assert len(site.requests) == 1
        clock.now += 1
        await robots.permission(urls[0])
    assert [request.split()[1] for request in site.requests] == ["/robots.txt"] * 2


@pytest.mark.threat("C9")
async def test_while_a_host_gives_no_answer_its_last_one_holds_for_a_month() -> None:
    clock = Clock()
    async with raw_site(NO, BROKEN) as site, asking(clock) as robots:
        url = URL(f"{site.origin}/private")
        await robots.permission(url)
        clock.now += FRESH
        assert await robots.permission(url) is Permission.FORBIDDEN
        assert await robots.permission(url) is Permission.FORBIDDEN
        assert len(site.requests) == 2
        clock.now += AGAIN
        await robots.permission(url)
        assert len(site.requests) == 3
        clock.now += STALE
        assert await robots.permission(url) is Permission.UNKNOWN


@pytest.mark.threat("C9")
async def test_a_file_that_takes_too_long_to_read_is_as_good_as_none() -> None:
    async def too_much(_: bytes) -> RobotRules:
        raise DigestLimitError("over 20 s of CPU time")

    async with raw_site(NO) as site, open_session(SHORT) as session:
        robots = Robots(lambda url: Fetcher(session, SHORT).fetch_start(url, LONGEST), too_much)
        assert await robots.permission(URL(site.origin)) is Permission.UNKNOWN


async def test_no_more_is_remembered_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_site(NO) as one, raw_site(NO) as other, asking() as robots:
        for limit in ("MOST_HOSTS", "MOST_BYTES"):
            monkeypatch.setattr(robots_module, limit, 1 if limit == "MOST_HOSTS" else 100)
            for site in (one, other):
                await robots.permission(URL(site.origin))
            assert (robots.pause(URL(one.origin)), robots.pause(URL(other.origin))) == (0.0, 7.0)


@asynccontextmanager
async def minding(respect: RespectRobots) -> AsyncIterator[Fetcher]:
    settings = SETTINGS.model_copy(update={"robots": respect})
    async with asking() as robots, open_session(settings) as session:
        yield Fetcher(session, settings, robots)


async def test_a_feed_is_asked_for_without_asking_robots_txt() -> None:
    async with raw_site(ok(b"<rss/>")) as site, minding("pages") as fetcher:
        assert isinstance(await fetcher.fetch(Feed(1, f"{site.origin}/private")), Fetched)
    assert len(site.requests) == 1


async def test_where_feeds_are_minded_a_forbidden_one_is_not_asked_for() -> None:
    async with raw_site(NO) as site, minding("all") as fetcher:
        result = await fetcher.fetch(Feed(1, f"{site.origin}/private/feed?key=1"))
    assert isinstance(result, Failed)
    assert result.outcome is Outcome.ROBOTS
    detail = "the robots.txt of 127.0.0.1 does not let us ask for /private/feed"
    assert result.detail == detail
    assert len(site.requests) == 1


async def test_a_redirect_does_not_lead_around_robots_txt() -> None:
    async with raw_site(NO, hop("/private/feed")) as site, minding("all") as fetcher:
        result = await fetcher.fetch(Feed(1, f"{site.origin}/feed"))
    assert isinstance(result, Failed)
    assert result.outcome is Outcome.ROBOTS


@pytest.mark.threat("C9")
@pytest.mark.parametrize("answer", [BROKEN, silent], ids=["broken", "silent"])
async def test_a_feed_does_not_die_of_a_robots_txt_that_cannot_be_had(
    answer: bytes | Answer,
) -> None:
    async with raw_site(answer, ok(b"<rss/>")) as site, minding("all") as fetcher:
        assert isinstance(await fetcher.fetch(Feed(1, f"{site.origin}/feed")), Fetched)


@pytest.mark.parametrize(
    ("respect", "answer", "allowed"),
    [
        pytest.param("pages", NO, False, id="forbidden"),
        pytest.param("all", NO, False, id="forbidden to all"),
        pytest.param("never", NO, True, id="never minded"),
        pytest.param("pages", NONE, True, id="nothing is said"),
        pytest.param("pages", BROKEN, False, id="who knows"),
    ],
)
async def test_whether_a_page_may_be_asked_for(
    respect: RespectRobots,
    answer: bytes,
    allowed: bool,  # noqa: FBT001
) -> None:
    async with raw_site(answer) as site, minding(respect) as fetcher:
        assert await fetcher.allowed(f"{site.origin}/private/page") is allowed


async def test_what_else_it_says_is_known_once_it_was_asked_for() -> None:
    async with raw_site(NO) as site, minding("pages") as fetcher:
        url = f"{site.origin}/a"
        assert fetcher.pause(url) == 0.0
        assert await fetcher.sitemaps(url) == ("http://a.example/s",)
        assert fetcher.pause(url) == 7.0


@pytest.mark.threat("A9")
@pytest.mark.parametrize("answer", [NO, BROKEN], ids=["forbidden", "who knows"])
async def test_a_page_is_not_asked_for_where_robots_txt_does_not_let_us(answer: bytes) -> None:
    async with raw_site(answer) as site, minding("pages") as fetcher:
        result = await fetcher.fetch_page(f"{site.origin}/private/1", 1000)
    assert isinstance(result, Failed)
    assert all("/robots.txt" in request for request in site.requests)


async def test_a_page_that_leads_to_a_forbidden_one_is_followed_no_further() -> None:
    async with raw_site(NO, hop("/private/1")) as site, minding("pages") as fetcher:
        result = await fetcher.fetch_page(f"{site.origin}/public", 1000)
    assert isinstance(result, Failed)
    assert result.outcome is Outcome.ROBOTS


@pytest.mark.parametrize(
    ("kind", "size", "outcome"),
    [
        pytest.param("video/mp4", 10, Outcome.NOT_A_FEED, id="no page"),
        pytest.param("text/html", 1001, Outcome.TOO_LARGE, id="too large"),
    ],
)
async def test_what_is_no_page_of_reasonable_size_is_left(
    kind: str, size: int, outcome: Outcome
) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
    answer = head.encode() + b"x" * size
    async with raw_site(NONE, answer) as site, minding("pages") as fetcher:
        result = await fetcher.fetch_page(f"{site.origin}/a", 1000)
    assert isinstance(result, Failed)
    assert result.outcome is outcome
