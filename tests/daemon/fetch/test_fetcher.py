"""What becomes of a fetch, whatever the server does."""

import asyncio
import gzip
import resource
import socket
import ssl
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from daemon.fetch import Fetcher, open_session
from daemon.fetch import session as session_module
from daemon.values import Failed, Fetched, NotModified
from storage.values import Feed, Outcome, Validators
from tests.daemon.fetch.servers import SETTINGS, Answer, fetch, ok, raw_site

HELD = Validators(etag='W/"a,b"', last_modified="Sat, 18 Oct 2025 12:00:00 +0000 (junk)")
FAST = SETTINGS.model_copy(update={"timeout": timedelta(milliseconds=300)})


@pytest.mark.threat("C2")
async def test_a_document_comes_with_its_validators() -> None:
    answer = ok(b"<rss/>", 'ETag: W/"x"', "Last-Modified: yesterday", "Content-Type: text/xml")
    async with raw_site(answer) as site:
        url = site.origin.replace("//", "//me:secret@") + "/feed?a=%2F#top"
        assert await fetch(url) == Fetched(
            url=f"{site.origin}/feed?a=%2F",
            body=b"<rss/>",
            content_type="text/xml",
            status=200,
            etag='W/"x"',
            last_modified="yesterday",
        )
    assert "Authorization: Basic bWU6c2VjcmV0" in site.requests[0]
    assert f"User-Agent: {SETTINGS.user_agent}" in site.requests[0]
    assert "Accept-Encoding: gzip, deflate" in site.requests[0]
    assert "application/rss+xml" in site.requests[0]


@pytest.mark.threat("C2")
async def test_both_validators_go_back_byte_for_byte() -> None:
    async with raw_site(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n") as site:
        assert await fetch(site.origin, validators=HELD) == NotModified()
    assert f"If-None-Match: {HELD.etag}\r\n" in site.requests[0]
    assert f"If-Modified-Since: {HELD.last_modified}\r\n" in site.requests[0]


@pytest.mark.threat("C2")
async def test_a_validator_that_cannot_be_stored_is_not_kept() -> None:
    head = (
        b'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nETag: "caf\xe9"\r\nLast-Modified: \xc3\xa9\r\n'
    )
    async with raw_site(head + b"\r\nx") as site:
        result = await fetch(site.origin)
    assert isinstance(result, Fetched)
    assert (result.etag, result.last_modified) == (None, "é")


BODY = b"<rss>" + b"news " * 3000 + b"</rss>"
GZIP = gzip.compress(BODY)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.threat("B6")
@pytest.mark.parametrize(
    ("answer", "body"),
    [
        pytest.param(ok(GZIP, "Content-Encoding: gzip"), BODY, id="gzip"),
        pytest.param(ok(zlib.compress(BODY), "Content-Encoding: deflate"), BODY, id="deflate"),
        pytest.param(CHUNKED + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde", id="chunks"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\nold", b"old", id="HTTP/1.0 without a length"),
        pytest.param(b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", b"x", id="no reason phrase"),
        pytest.param(b"HTTP/1.1 103 Hint\r\n\r\n" + ok(b"x"), b"x", id="an early hint first"),
        pytest.param(ok(b"x", status="203 Other"), b"x", id="203"),
    ],
)
async def test_a_whole_answer_is_read(answer: bytes, body: bytes) -> None:
    async with raw_site(answer) as site:
        result = await fetch(site.origin)
    assert isinstance(result, Fetched)
    assert result.body == body


@pytest.mark.threat("A7", "A8", "B3", "B5", "B6", "B8", "C1", "C3", "C8")
@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [
        pytest.param(ok(status="404 Not Found"), Outcome.HTTP_STATUS, 404, id="404"),
        pytest.param(ok(status="410 Gone"), Outcome.HTTP_STATUS, 410, id="410"),
        pytest.param(ok(status="500 Oh"), Outcome.HTTP_STATUS, 500, id="500"),
        pytest.param(ok(status="999 No"), Outcome.HTTP_STATUS, 999, id="999 with a feed in it"),
        pytest.param(ok(status="401 Who"), Outcome.HTTP_STATUS, 401, id="401 with a feed in it"),
        pytest.param(ok(status="403 No"), Outcome.HTTP_STATUS, 403, id="403 with a feed in it"),
        pytest.param(ok(status="206 Part"), Outcome.BAD_HTTP, 206, id="a part, unasked"),
        pytest.param(ok(b"", status="204 None"), Outcome.NOT_A_FEED, 204, id="204"),
        pytest.param(ok(b""), Outcome.NOT_A_FEED, 200, id="an empty document"),
        pytest.param(ok(b"", status="304 Same"), Outcome.BAD_HTTP, 304, id="304, unasked"),
        pytest.param(ok(status="302 Found"), Outcome.REDIRECT, 302, id="a redirect to nowhere"),
        pytest.param(
            ok(b"", "Location: file:///etc/passwd", status="301 M"),
            Outcome.REDIRECT, 301, id="a redirect to a file",
        ),
        pytest.param(
            ok(b"", "Location: http://[::1", status="301 M"),
            Outcome.REDIRECT, 301, id="a redirect to a broken address",
        ),
        pytest.param(
            ok(b"", "Location: http://10.0.0.1/", status="307 T"),
            Outcome.BLOCKED_ADDRESS, None, id="a redirect to a private address",
        ),
        pytest.param(
            ok(b"", "Location: http://2130706433/", status="308 P"),
            Outcome.BLOCKED_ADDRESS, None, id="a redirect to a decimal address",
        ),
        pytest.param(
            ok(b"", "Location: http://[::ffff:a9fe:a9fe]/", status="303 S"),
            Outcome.BLOCKED_ADDRESS, None, id="a redirect to a wrapped address",
        ),
        pytest.param(
            ok(b"", "Location: /again", status="302 Found"),
            Outcome.REDIRECT, None, id="a redirect loop",
        ),
        pytest.param(
            ok(b"", "Location: on/and", status="302 Found"),
            Outcome.REDIRECT, None, id="an address that grows",
        ),
        pytest.param(ok(b"x" * 100_001), Outcome.TOO_LARGE, 200, id="a long body, announced"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_001,
            Outcome.TOO_LARGE, 200, id="a long body, not announced",
        ),
        pytest.param(
            ok(gzip.compress(bytes(100_001)), "Content-Encoding: gzip"),
            Outcome.TOO_LARGE, 200, id="a body that is long when decoded",
        ),
        pytest.param(ok(b"x" * 9)[:-3], Outcome.BAD_HTTP, None, id="a body cut short"),
        pytest.param(CHUNKED + b"9\r\nabc", Outcome.BAD_HTTP, None, id="chunks cut short"),
        pytest.param(CHUNKED + b"zz\r\nabc", Outcome.BAD_HTTP, None, id="a broken chunk size"),
        pytest.param(
            CHUNKED + b"f" * 40 + b"\r\nabc", Outcome.BAD_HTTP, None, id="a giant chunk size"
        ),
        pytest.param(
            ok(GZIP[:-9], "Content-Encoding: gzip"), Outcome.BAD_HTTP, None, id="gzip cut short"
        ),
        pytest.param(
            ok(BODY, "Content-Encoding: gzip"), Outcome.BAD_HTTP, None, id="gzip in name only"
        ),
        pytest.param(
            ok(BODY, "Content-Encoding: br"), Outcome.BAD_HTTP, None, id="a coding not asked for"
        ),
        pytest.param(b"", Outcome.BAD_HTTP, None, id="silence, then the end"),
        pytest.param(b"\x00\xff\r\n\r\n", Outcome.BAD_HTTP, None, id="garbage"),
        pytest.param(b"<rss/>", Outcome.BAD_HTTP, None, id="HTTP/0.9"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nA: " + b"x" * 1_000_000 + b"\r\n\r\n",
            Outcome.BAD_HTTP, None, id="a header line of a megabyte",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
            Outcome.BAD_HTTP, None, id="20,000 headers",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
            Outcome.BAD_HTTP, None, id="both a length and chunks",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            Outcome.BAD_HTTP, None, id="a negative length",
        ),
    ],
)  # fmt: skip
async def test_trouble_has_a_name(answer: bytes, outcome: Outcome, status: int | None) -> None:
    async with raw_site(answer) as site:
        result = await fetch(site.origin.replace("//", "//me:secret@"))
    assert isinstance(result, Failed)
    assert (result.outcome, result.http_status) == (outcome, status)
    assert result.detail.isprintable()
    assert 0 < len(result.detail) <= 500
    assert "secret" not in result.detail


@pytest.mark.threat("C4", "G4")
async def test_a_busy_server_says_how_long_to_wait() -> None:
    answer = ok(b"", "Retry-After: 600", status="429 Slow\x1b[31m down")
    async with raw_site(answer) as site:
        assert await fetch(site.origin) == Failed(
            Outcome.HTTP_STATUS, "429 Slow [31m down", 429, timedelta(minutes=10)
        )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(status: int) -> None:
    moved = ok(b"", "Location: ../there?x=1#y", status=f"{status} Moved")
    async with raw_site(moved, ok(b"here")) as site:
        result = await fetch(site.origin + "/a/b/c")
    assert isinstance(result, Fetched)
    assert (result.url, result.body) == (f"{site.origin}/a/there?x=1", b"here")


@pytest.mark.parametrize(
    ("hops", "place"),
    [
        pytest.param((), None, id="no redirect"),
        pytest.param((301,), "/1", id="301"),
        pytest.param((308, 301), "/2", id="308, then 301"),
        pytest.param((302,), None, id="302"),
        pytest.param((301, 307), None, id="301, then 307"),
        pytest.param((303, 308), None, id="303, then 308"),
    ],
)
async def test_a_feed_has_moved_where_only_permanent_redirects_led(
    hops: tuple[int, ...], place: str | None
) -> None:
    answers = [ok(b"", f"Location: /{n}", status=f"{s} M") for n, s in enumerate(hops, 1)]
    async with raw_site(*answers, ok()) as site:
        result = await fetch(site.origin)
    assert isinstance(result, Fetched)
    assert result.moved_to == (place and site.origin + place)
    async with raw_site(*answers, ok(b"", status="304 Same")) as site:
        result = await fetch(site.origin, validators=HELD)
    assert result == NotModified(moved_to=place and site.origin + place)


@pytest.mark.threat("A12")
async def test_nobody_moves_to_an_endless_address() -> None:
    moved = ok(b"", f"Location: /{'x' * 2000}", status="301 M")
    async with raw_site(moved, ok()) as site:
        result = await fetch(site.origin)
    assert isinstance(result, Fetched)
    assert result.moved_to is None


@pytest.mark.threat("A11")
async def test_credentials_stay_with_their_origin() -> None:
    async with raw_site(ok()) as other:
        to_other = ok(b"", f"Location: {other.origin.replace('//', '//x:y@')}/z", status="302 F")
        async with raw_site(ok(b"", "Location: /b", status="301 M"), to_other) as site:
            await fetch(site.origin.replace("//", "//me:secret@"))
    assert ["Authorization" in head for head in site.requests] == [True, True]
    assert ["Authorization" in head for head in other.requests] == [False]


@pytest.mark.threat("A11")
async def test_headers_of_a_feed_are_sent_to_its_origin_and_to_no_other() -> None:
    """Not even when another server leads back: it would choose who gets the key."""
    key = (("X-Key", "s3cret"), ("accept", "text/xml"))
    places: list[str] = []

    async def next_place(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ok(b"", f"Location: {places.pop(0)}", status="302 F"))

    async with (
        raw_site(next_place) as other,
        raw_site(next_place, next_place, ok()) as site,
    ):
        places += [f"{site.origin}/b", f"{other.origin}/z", f"{site.origin}/c"]
        await fetch(f"{site.origin}/a", validators=HELD, headers=key)
    assert ["X-Key: s3cret" in head for head in site.requests] == [True, True, False]
    assert ["X-Key" in head for head in other.requests] == [False]
    first = site.requests[0].lower()
    assert (first.count("accept: "), first.count("if-none-match: ")) == (1, 1)
    assert "accept: text/xml\r\n" in first


@pytest.mark.threat("A11")
async def test_cookies_are_not_kept() -> None:
    moved = ok(b"", "Set-Cookie: a=b", "Location: /b", status="302 F")
    async with raw_site(moved, ok()) as site:
        await fetch(site.origin)
    assert all("Cookie" not in head for head in site.requests)


@pytest.mark.threat("A1", "A2", "A3", "A4", "A8")
@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "unix:///run/x", "feed",
        "", "http://", "http://[::1", "javascript:alert(1)",
        "http://127.0.0.2:1/", "http://[::1]:1/", "http://[::ffff:127.0.0.2]:1/",
        "http://169.254.169.254/", "http://2130706433/", "http://0x7f.0.0.1/", "http://127.1/",
        "http://0177.0.0.1/", "http://localhost:1/", "http://\uff11\uff12\uff17.0.0.2/",
    ],
)  # fmt: skip
async def test_only_public_web_addresses_are_fetched(url: str) -> None:
    result = await fetch(url, SETTINGS.model_copy(update={"allow_networks": ()}))
    assert isinstance(result, Failed)
    assert result.outcome is Outcome.BLOCKED_ADDRESS


class Answers(AbstractResolver):
    """A name server that says what a test tells it to, a different thing at each question."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if not answer:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [
            ResolveResult(
                hostname=host, host=address, port=port, proto=0, flags=0,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
            )
            for address in answer
        ]  # fmt: skip

    @override
    async def close(self) -> None:
        pass


@pytest.mark.threat("A5")
async def test_of_good_and_bad_addresses_only_the_good_are_tried() -> None:
    async with raw_site(ok()) as site:
        url = f"http://news.example:{site.port}/"
        result = await fetch(url, resolver=Answers(["10.0.0.1", "::1", "127.0.0.1", "fe80::1"]))
    assert isinstance(result, Fetched)


@pytest.mark.threat("A5", "A6", "B10")
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param(["10.0.0.1"], Outcome.BLOCKED_ADDRESS, id="a private address"),
        pytest.param(["10.0.0.1", "::1", "10.0.0.2"], Outcome.BLOCKED_ADDRESS, id="several"),
        pytest.param([], Outcome.DNS, id="no address"),
        pytest.param(["127.0.0.1"], Outcome.CONNECT, id="nobody listens"),
    ],
)
async def test_a_name_may_lead_nowhere(answer: list[str], outcome: Outcome) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    result = await fetch(f"http://news.example:{port}/", resolver=Answers(answer))
    assert isinstance(result, Failed)
    assert result.outcome is outcome


@pytest.mark.threat("B10")
@pytest.mark.parametrize("host", ["a" * 70 + ".invalid", "no-such-name.invalid", "a..b.invalid"])
async def test_a_name_that_cannot_be_resolved(host: str) -> None:
    result = await fetch(f"http://{host}/")
    assert isinstance(result, Failed)
    assert result.outcome in {Outcome.DNS, Outcome.BLOCKED_ADDRESS}


class Deaf(Answers):
    """A name server that never answers for one name."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if host == "deaf.example":
            await asyncio.Event().wait()
        return await super().resolve(host, port, family)


@pytest.mark.threat("B10")
async def test_a_name_that_is_never_answered_for_keeps_nobody_else_waiting() -> None:
    resolver = Deaf(["127.0.0.1"])
    async with raw_site(ok()) as site, open_session(FAST, resolver=resolver) as session:
        fetcher = Fetcher(session, FAST)
        urls = [f"http://{name}.example:{site.port}/" for name in ("deaf", "news")]
        deaf, news = await asyncio.gather(*(fetcher.fetch(Feed(id=1, url=u)) for u in urls))
    assert isinstance(deaf, Failed)
    assert deaf.outcome is Outcome.TIMEOUT
    assert isinstance(news, Fetched)


async def drip_head(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"A: b\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


async def drip_body(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def flood_of_hints(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.001)


HINTS = b"HTTP/1.1 103 Early Hints\r\n\r\n"


@pytest.mark.threat("B3")
@pytest.mark.parametrize(
    ("begin", "more", "outcome"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", Outcome.BAD_HTTP, id="headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA: ", b"x", Outcome.BAD_HTTP, id="a header line"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", b" ", Outcome.TOO_LARGE, id="white space"),
        pytest.param(CHUNKED, b"1\r\nx\r\n", Outcome.TOO_LARGE, id="small chunks"),
        pytest.param(CHUNKED + b"1\r\nx\r\n0\r\n", b"A: b\r\n", Outcome.BAD_HTTP, id="trailers"),
        pytest.param(CHUNKED + b"1;", b"x", Outcome.TIMEOUT, id="a chunk extension"),
        pytest.param(b"", HINTS, Outcome.TIMEOUT, id="early hints"),
    ],
)
async def test_what_never_ends_is_cut_and_not_collected(
    begin: bytes, more: bytes, outcome: Outcome
) -> None:
    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        while True:
            writer.write(more * 500)
            await writer.drain()

    async with raw_site(endless) as site:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = await fetch(site.origin, FAST)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert isinstance(result, Failed)
    assert result.outcome is outcome
    assert grown < 32 << 10, "KiB"


@pytest.mark.threat("B3", "B4")
@pytest.mark.parametrize("answer", [drip_head, drip_body, say_nothing, flood_of_hints])
async def test_a_slow_server_is_left_at_the_deadline(answer: Answer) -> None:
    async with raw_site(answer) as site, asyncio.timeout(5):
        result = await fetch(site.origin, FAST)
    assert isinstance(result, Failed)
    assert result == Failed(Outcome.TIMEOUT, "no whole answer within 0.3 s")


@pytest.mark.threat("B4", "B8")
async def test_an_endless_feed_of_redirects_shares_one_deadline() -> None:
    async def slow_redirect(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        writer.write(ok(b"", "Location: /b", status="302 F"))

    async with raw_site(slow_redirect) as site:
        result = await fetch(site.origin, FAST.model_copy(update={"max_redirects": 50}))
    assert isinstance(result, Failed)
    assert result.outcome is Outcome.TIMEOUT


@pytest.mark.threat("B5")
async def test_a_reset_connection_is_bad_http() -> None:
    async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc")
        await writer.drain()
        writer.transport.abort()

    async with raw_site(reset) as site:
        result = await fetch(site.origin)
    assert isinstance(result, Failed)
    assert result.outcome is Outcome.BAD_HTTP


def bomb() -> Iterator[bytes]:
    """One GiB of zeros, gzipped."""
    packer = zlib.compressobj(9, wbits=31)
    for _ in range(1024):
        yield packer.compress(bytes(1 << 20))
    yield packer.flush()


@pytest.mark.threat("B1")
async def test_a_gzip_bomb_does_not_unfold() -> None:
    body = b"".join(bomb())
    settings = SETTINGS.model_copy(update={"max_bytes": 8 << 20})
    async with raw_site(ok(body, "Content-Encoding: gzip")) as site:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = await fetch(site.origin, settings)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert result == Failed(Outcome.TOO_LARGE, "more than 8388608 bytes", 200)
    assert grown < 32 << 10, "KiB"


@pytest.mark.threat("B7")
async def test_a_forged_second_answer_reaches_nobody() -> None:
    """Neither one sent along with the first, nor one sent while the connection idles."""
    forged = ok(b"forged")

    async def forger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ok(b"first") + forged)
        await writer.drain()
        await reader.read()

    async def patient_forger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ok(b"second"))
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(forged)
        await writer.drain()
        await reader.read()

    async with (
        raw_site(forger, patient_forger, ok(b"third")) as site,
        open_session(SETTINGS) as session,
    ):
        fetcher = Fetcher(session, SETTINGS)
        bodies = []
        for path in ("/1", "/2", "/3"):
            result = await fetcher.fetch(Feed(id=1, url=site.origin + path))
            bodies.append(result.body if isinstance(result, Fetched) else result)
            await asyncio.sleep(0.1)
    assert bodies == [b"first", b"second", b"third"]


@pytest.mark.threat("C1", "B7")
@pytest.mark.parametrize(
    ("pause", "told"),
    [
        pytest.param(0, Outcome.BAD_HTTP, id="at once"),
        pytest.param(0.05, Outcome.UNCHANGED, id="later"),
    ],
)
async def test_a_body_behind_a_304_is_nobody_s(pause: float, told: Outcome) -> None:
    async def talkative(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n")
        await asyncio.sleep(pause)
        writer.write(b"<rss/>" + ok(b"lie"))
        await writer.drain()
        await reader.read()

    async with raw_site(talkative, ok(b"true")) as site, open_session(SETTINGS) as session:
        fetcher = Fetcher(session, SETTINGS)
        same = await fetcher.fetch(Feed(id=1, url=site.origin, validators=HELD))
        await asyncio.sleep(0.1)
        other = await fetcher.fetch(Feed(id=2, url=f"{site.origin}/other"))
    assert (same.outcome if isinstance(same, Failed) else Outcome.UNCHANGED) is told
    assert not isinstance(same, Fetched)
    assert isinstance(other, Fetched)
    assert other.body == b"true"


@pytest.mark.threat("A10")
async def test_the_proxies_of_the_environment_are_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with raw_site(ok(b"proxy")) as proxy, raw_site(ok(b"site")) as site:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.origin)
        result = await fetch(site.origin)
    assert isinstance(result, Fetched)
    assert result.body == b"site"
    assert not proxy.requests


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate nobody vouches for."""
    key = tmp_path_factory.mktemp("tls") / "key.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
    try:
        subprocess.run(
            [*request, "-keyout", key, "-out", key.with_name("cert.pem")],
            check=True, capture_output=True,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("needs the openssl command to make a certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(key).with_name("cert.pem"), key)
    return context


@pytest.mark.threat("B9")
async def test_a_certificate_must_be_vouched_for(self_signed: ssl.SSLContext) -> None:
    async with raw_site(ok(), tls=self_signed) as site:
        result = await fetch(site.origin)
    assert isinstance(result, Failed)
    assert result.outcome is Outcome.TLS
    assert not site.requests


@pytest.mark.threat("B9")
async def test_plain_http_on_the_tls_port_is_no_reason_to_do_without() -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ok())
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        result = await fetch(f"https://127.0.0.1:{port}/")
    assert isinstance(result, Failed)
    assert result.outcome is Outcome.TLS


async def test_cancelling_is_the_only_way_out() -> None:
    asked = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()

    async with raw_site(listen) as site:
        task = asyncio.create_task(fetch(site.origin))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_connections_are_kept_for_the_next_feed_of_a_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_module, "KEEP_ALIVE", 60.0)  # a loaded machine may take seconds
    peers = set()

    async def answer(request: web.Request) -> web.Response:
        peers.add(request.transport.get_extra_info("peername") if request.transport else None)
        return web.Response(text="<rss/>")

    app = web.Application()
    app.router.add_get("/{any}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        async with open_session(SETTINGS) as session:
            fetcher = Fetcher(session, SETTINGS)
            feed = Feed(id=1, url=f"http://{host}:{port}/a")
            for path in ("a", "b", "c"):
                await fetcher.fetch(replace(feed, url=f"http://{host}:{port}/{path}"))
    finally:
        await runner.cleanup()
    assert len(peers) == 1
