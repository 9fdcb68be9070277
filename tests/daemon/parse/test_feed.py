"""Feeds as they are in the wild, each beside what a reader must get out of it."""

import runpy
import time
from pathlib import Path

import pytest

from daemon.errors import NotAFeedError, ParseLimitError
from daemon.parse import parse_feed
from daemon.values import Fetched, ParsedFeed

FEEDS = Path(__file__).parents[2] / "feeds"
URL = "https://paper.example/feed"


@pytest.mark.threat("D7")
@pytest.mark.parametrize(
    "feed", sorted(p for p in FEEDS.iterdir() if p.suffix != ".py"), ids=lambda p: p.stem
)
def test_a_shape_found_in_the_wild(feed: Path) -> None:
    expected = runpy.run_path(str(feed.with_suffix(".expected.py")))["EXPECTED"]
    assert parse_feed(Fetched(URL, feed.read_bytes())) == expected


def rss(inside: str, before: str = "") -> Fetched:
    text = f'{before}<rss version="2.0"><channel><title>t</title>{inside}</channel></rss>'
    return Fetched(URL, text.encode())


def item(words: str) -> str:
    return f"<item><title>A title</title><description>{words}</description></item>"


def author(words: str) -> str:
    return f"<item><title>A title</title><author>{words}</author></item>"


BOMB = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))


@pytest.mark.threat("D1", "D2", "D3", "D4", "D5", "D6", "E1", "E2")
@pytest.mark.parametrize(
    ("page", "limit"),
    [
        pytest.param(
            rss(item("&l9;"), f'<!DOCTYPE r [<!ENTITY l0 "ha">{BOMB}]>'), 200, id="entity bomb"
        ),
        pytest.param(
            rss(item("&x;" * 5_000), f'<!DOCTYPE r [<!ENTITY x "{"ha" * 50_000}">]>'),
            20_000,
            id="one big entity many times",
        ),
        pytest.param(
            rss(item("&a;"), '<!DOCTYPE r [<!ENTITY a "&b;"><!ENTITY b "&a;">]>'),
            200,
            id="entities that name each other",
        ),
        pytest.param(
            rss(item("&x;"), '<!DOCTYPE r [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'),
            200,
            id="external parameter entity",
        ),
        pytest.param(
            rss(
                item(
                    '<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" '
                    'href="file:///etc/passwd"/>'
                )
            ),
            200,
            id="XInclude",
        ),
        pytest.param(
            rss(item("&x;"), '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
            200,
            id="external entity",
        ),
        pytest.param(rss(item("words"), "\n" * 200_000), 200, id="newlines before the root"),
        pytest.param(rss(item("words"), "<!ENTITY a 'b'>\n" * 20_000), 200, id="declarations"),
        pytest.param(rss(author("a@" * 50_000)), 200, id="an author of at signs"),
        pytest.param(rss(author("a & (" * 20_000)), 200, id="an author of parentheses, broken"),
        pytest.param(rss(item("w"), "<!-- -->" * 20_000), 200, id="comments before the root"),
        pytest.param(
            rss(item("<![CDATA[" * 20_000 + " & ]]>")), 200_000, id="CDATA in CDATA, broken"
        ),
        pytest.param(
            rss(f"<item><title>A title</title><pubDate>{'1 ' * 100_000}</pubDate></item>"),
            200,
            id="an endless date",
        ),
        pytest.param(
            rss(
                "<item "
                + " ".join(f"xmlns:n{n}='urn:{n}'" for n in range(20_000))
                + "><title>A title</title></item>"
            ),
            200,
            id="20,000 namespaces",
        ),
        pytest.param(rss(f"<{'n' * (8 << 20)}/>" + item("w")), 200, id="a name of 8 MiB"),
        pytest.param(rss(item("nul \0 and &#0; and &#xD800;")), 200, id="NUL and surrogates"),
        pytest.param(rss(item("& " * 20_000)), 200_000, id="bare ampersands"),
        pytest.param(rss(item("w") + "<item><title>cut"), 200, id="cut off"),
        pytest.param(
            rss("<image><height>9<width>9</height></image></x>" + item("w")),
            200,
            id="crossed tags",
        ),
    ],
)
def test_a_hostile_document_costs_little_and_keeps_what_can_be_read(
    page: Fetched, limit: int
) -> None:
    start = time.process_time()
    entry = parse_feed(page).entries[0]
    assert time.process_time() - start < 2
    assert entry.title == "A title"
    assert len(entry.content or "") < limit
    assert "root:" not in str(entry)
    assert "\0" not in str(entry)


@pytest.mark.threat("D5")
@pytest.mark.parametrize(
    "page",
    [
        pytest.param(rss(item("<a>" * 100_000)), id="deep XML"),
        pytest.param(Fetched(URL, b"[" * 200_000), id="deep JSON"),
        pytest.param(
            rss("<item " + " ".join(f"a{i}='1'" for i in range(60_000)) + "/>"),
            id="thousands of attributes",
        ),
    ],
)
def test_a_document_beyond_reason_is_refused_at_little_cost(page: Fetched) -> None:
    start = time.process_time()
    with pytest.raises(ParseLimitError):
        parse_feed(page)
    assert time.process_time() - start < 2


@pytest.mark.threat("C3", "D8")
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\xef\xbb\xbf", "empty"),
        (b"<!doctype html><html><title>Wi-Fi login</title></html>", "HTML page"),
        (b"Service unavailable", "neither XML nor JSON"),
        (b'{"message": "not found"}', "not a JSON Feed"),
        (b'{"items": [1, 2', "valid JSON"),
        (b"<note><to>You</to></note>", "root is <note>"),
        (b"<" * 10_000, "neither XML nor JSON"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(NotAFeedError, match=reason):
        parse_feed(Fetched(URL, body))


@pytest.mark.threat("D4")
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<!DOCTYPE r [" + b"<!--" * 20_000, id="comments in a declaration"),
        pytest.param(b"<!--" * 50_000, id="comments"),
        pytest.param(b"<?x " * 50_000, id="instructions"),
        pytest.param(b"<!DOCTYPE r [" + b"[" * 50_000, id="brackets"),
    ],
)
def test_what_never_ends_before_the_root_costs_little(body: bytes) -> None:
    start = time.process_time()
    with pytest.raises(NotAFeedError):
        parse_feed(Fetched(URL, body))
    assert time.process_time() - start < 2


WHOLE = rss(item("words")).body


@pytest.mark.threat("D6")
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(WHOLE[: -len(b"</item></channel></rss>")], id="cut off"),
        pytest.param(WHOLE.replace(b"words", b"<![CDATA[words"), id="an unclosed CDATA"),
        pytest.param(WHOLE + WHOLE, id="two roots"),
        pytest.param(WHOLE.replace(b"words", b"<x:y>words</x:y>"), id="an undeclared prefix"),
        pytest.param(WHOLE.replace(b"words", b"a & b < c"), id="bare & and <"),
        pytest.param(b"PHP notice\n" + WHOLE + b"<!-- cached", id="junk before and after"),
    ],
)
def test_of_a_damaged_document_what_can_be_read_is_kept(body: bytes) -> None:
    parsed = parse_feed(Fetched(URL, body))
    assert parsed.damaged
    assert {entry.title for entry in parsed.entries} == {"A title"}


@pytest.mark.threat("D6")
def test_blank_lines_behind_a_byte_order_mark_are_no_damage() -> None:
    parsed = parse_feed(Fetched(URL, b"\xef\xbb\xbf\r\n\n" + WHOLE))
    assert (len(parsed.entries), parsed.damaged) == (1, None)


@pytest.mark.threat("E7")
@pytest.mark.parametrize("kind", ["", "text/html", "image/png", "application/octet-stream", "x"])
def test_the_content_decides_what_a_document_is(kind: str) -> None:
    assert parse_feed(Fetched(URL, WHOLE, kind)) == parse_feed(Fetched(URL, WHOLE, "text/xml"))


def test_a_feed_without_items_is_a_feed() -> None:
    parsed = parse_feed(rss(""))
    assert (parsed.title, parsed.entries, parsed.damaged) == ("t", (), None)


@pytest.mark.threat("D2")
def test_a_body_that_names_a_file_is_not_opened() -> None:
    with pytest.raises(NotAFeedError):
        parse_feed(Fetched(URL, str(FEEDS / "news_sitemap.xml").encode()))


@pytest.mark.threat("E6")
def test_endless_categories_are_cut() -> None:
    many = "".join(f"<category>c{i}</category>" for i in range(5000))
    assert (
        len(parse_feed(rss(f"<item><title>t</title>{many}</item>")).entries[0].categories) == 200
    )


def test_entries_that_say_nothing_are_counted() -> None:
    parsed: ParsedFeed = parse_feed(rss("<item/>" + item("words")))
    assert (len(parsed.entries), parsed.rejected) == (1, {"empty_item": 1})
