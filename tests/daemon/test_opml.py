"""Lists of feeds come in, go out, and come in again."""

import resource
from collections.abc import Iterator

import pytest

from daemon.errors import UsageError
from daemon.opml import Outlines, read_opml, write_opml
from storage.values import Subscription
from tests.samples import NOON

A, B = "https://a.example/feed", "http://b.example/rss?x=1&y=2"


def opml(body: str, prolog: str = '<?xml version="1.0"?>\n') -> bytes:
    return f'{prolog}<opml version="2.0"><head/><body>\n{body}\n</body></opml>'.encode()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param("", [], id="an empty list"),
        pytest.param(
            f'<outline type="rss" text="A &amp; co" xmlUrl="{A}" htmlUrl="https://a.example/"/>',
            [Subscription(A, "A & co", "https://a.example/")],
            id="a feed",
        ),
        pytest.param(
            f'<outline title="A" xmlurl=" {A} "/>', [Subscription(A, "A")], id="loosely written"
        ),
        pytest.param(
            '<outline text="x" xmlUrl="http://b.example/rss?x=1&amp;y=2" htmlUrl="javascript:x"/>',
            [Subscription(B, "x")],
            id="a site address of another kind is left out",
        ),
        pytest.param(
            f'<outline text="World"><outline text=""><outline text="Asia">'
            f'<outline text="A" xmlUrl="{A}"/></outline></outline></outline>'
            f'<outline text="B" xmlUrl="http://b.example/"/>',
            [
                Subscription(A, "A", None, ("World", "Asia")),
                Subscription("http://b.example/", "B"),
            ],
            id="folders are labels",
        ),
        pytest.param(
            f'<outline text="One"><outline text="A" xmlUrl="{A}"/></outline>'
            f'<outline text="Two"><outline text="again" xmlUrl="{A}"/></outline>',
            [Subscription(A, "A", None, ("One", "Two"))],
            id="a feed in two folders has both labels",
        ),
    ],
)
def test_what_is_read(body: str, found: list[Subscription]) -> None:
    assert read_opml(opml(body), "list.opml") == Outlines(tuple(found))


@pytest.mark.threat("A8", "G6")
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(
            '<outline text="x" xmlUrl="javascript:alert(1)"/>',
            "list.opml:3: not an http(s) address: 'javascript:alert(1)'",
            id="a script",
        ),
        pytest.param(
            '\n<outline text="x" xmlUrl="file:///etc/passwd"/>',
            "list.opml:4: not an http(s) address: 'file:///etc/passwd'",
            id="a file",
        ),
        pytest.param(
            '<outline text="x" xmlUrl="http://[::1"/>',
            "list.opml:3: not an http(s) address: 'http://[::1'",
            id="a broken address",
        ),
        pytest.param(
            '<outline text="note"/>',
            "list.opml:3: neither a feed nor a folder: 'note'",
            id="a note",
        ),
        pytest.param(
            '<outline text="a&#10;b&#x202e;"/>',
            "list.opml:3: neither a feed nor a folder: 'a\\nb\\u202e'",
            id="a hostile label is printable",
        ),
    ],
)
def test_nothing_is_dropped_silently(body: str, reason: str) -> None:
    good = f'<outline text="A" xmlUrl="{A}"/>'
    assert read_opml(opml(body + good), "list.opml") == Outlines(
        (Subscription(A, "A"),), (reason,)
    )


@pytest.mark.threat("G6")
@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "list.opml:1: not well-formed XML", id="nothing"),
        pytest.param(b"url,title\n", "list.opml:1: not well-formed XML", id="a spreadsheet"),
        pytest.param(opml("<outline>"), "list.opml:4: not well-formed XML", id="unclosed"),
        pytest.param(b"<rss/>", "its root is <rss>", id="a feed"),
        pytest.param(
            opml("", '<!DOCTYPE opml [<!ENTITY a "b">]>'), "<!DOCTYPE>", id="its own entities"
        ),
        pytest.param(
            opml("", '<!DOCTYPE opml SYSTEM "http://x.example/dtd">'), "<!DOCTYPE>", id="a DTD"
        ),
        pytest.param(opml('<outline text="&a;"/>'), "not well-formed XML", id="an unknown entity"),
        pytest.param(
            opml("<outline>" * 100_000), "list.opml:3: not well-formed XML", id="100,000 deep"
        ),
    ],
)
def test_what_is_no_opml_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_opml(data, "list.opml")
    assert words in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_any_declared_encoding_is_read(encoding: str) -> None:
    name = "utf-8" if encoding == "utf-8-sig" else encoding
    prolog = f'<?xml version="1.0" encoding="{name}"?>'
    data = opml(f'<outline text="Café" xmlUrl="{A}"/>', prolog).decode().encode(encoding)
    assert read_opml(data, "x").subscriptions == (Subscription(A, "Café"),)


def test_what_is_written_can_be_read() -> None:
    subscriptions = (
        Subscription(A, 'A "quoted" <b> & co', "https://a.example/", ("World", "Asia")),
        Subscription("https://c.example/", "=cmd|'/c calc'", None, ("World",)),
        Subscription(B, "B", None, ("Währung",)),
        Subscription("https://d.example/", "日本"),
    )
    assert read_opml(write_opml(subscriptions, NOON), "out.opml") == Outlines(subscriptions)


@pytest.mark.threat("G6")
def test_what_xml_cannot_hold_is_left_out() -> None:
    hostile = Subscription(A, "a\0b\x1b[31m\ud800\uffff", None, ("f\0",))
    written = write_opml([hostile], NOON)
    assert b"<dateCreated>Sat, 18 Oct 2025 12:00:00 +0000</dateCreated>" in written
    assert read_opml(written, "x").subscriptions == (Subscription(A, "ab[31m", None, ("f",)),)


@pytest.mark.threat("G6")
def test_a_long_list_takes_little_more_than_its_feeds() -> None:
    def outlines() -> Iterator[str]:
        for n in range(100_000):
            yield f'<outline text="{n}" xmlUrl="https://a.example/{n}"/>'

    data = opml("\n".join(outlines()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = read_opml(data, "long.opml")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert len(found.subscriptions) == 100_000
    assert grown < 100 << 10, "KiB"
