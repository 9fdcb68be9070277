"""The fast reader says what feedparser's readers say, or declines."""

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.demo.formats import render
from daemon.demo.stories import load_edition
from daemon.errors import NewsdError
from daemon.parse import parse_feed
from daemon.parse.conventions import joined
from daemon.parse.xml import read_xml
from daemon.values import Fetched, ParsedFeed, Reader
from tests.samples import NOON

FEEDS = Path(__file__).parents[2] / "feeds"
URL = "https://paper.example/feeds/all.xml"
EDITION = load_edition(NOON)
SPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "dc": "http://purl.org/dc/elements/1.1/",
        "dcterms": "http://purl.org/dc/terms/",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "media": "http://search.yahoo.com/mrss/",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "atom": "http://www.w3.org/2005/Atom",
        "xhtml": "http://www.w3.org/1999/xhtml",
        "shop": "https://shop.example/ns",
    }.items()
)
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'


OLD_SPACES = SPACES.replace("http://www.w3.org/2005/Atom", "urn:not-atom")


def rss(items: str, channel: str = "") -> str:
    return (
        f'<?xml version="1.0"?>\n<rss version="2.0" {SPACES}><channel><title>The Paper</title>'
        f"{channel}{items}</channel></rss>"
    )


def item(inside: str) -> str:
    return rss(f"<item>{inside}</item>")


def atom(inside: str, attributes: str = "", feed: str = "") -> str:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {SPACES} {attributes}><title>The Paper</title>'
        f"{feed}<entry>{inside}</entry></feed>"
    )


def rdf(inside: str) -> str:
    return (
        f'<rdf:RDF {RDF} xmlns="http://purl.org/rss/1.0/" {OLD_SPACES}>'
        f'<channel rdf:about="x"><title>The Paper</title></channel>{inside}</rdf:RDF>'
    )


def read(text: str | bytes) -> tuple[ParsedFeed, ParsedFeed]:
    page = Fetched(URL, text.encode() if isinstance(text, str) else text)
    return parse_feed(page), parse_feed(page, fast=False)


@pytest.mark.parametrize(
    "feed",
    [p for p in sorted(FEEDS.iterdir()) if p.suffix in {".rss", ".atom"}],
    ids=lambda p: p.stem,
)
def test_a_shape_found_in_the_wild_is_read_alike(feed: Path) -> None:
    fast, slow = read(feed.read_bytes())
    assert fast == slow


@pytest.mark.parametrize("channel", EDITION.channels, ids=lambda c: c.path)
def test_the_feeds_of_the_demo_are_read_alike(channel: object) -> None:
    found = next(c for c in EDITION.channels if c is channel)
    body, kind = render(found, EDITION.on(found, 0))
    page = Fetched(URL, body, kind)
    try:
        slow = parse_feed(page, fast=False)
    except NewsdError:
        return  # a page for logging in
    assert parse_feed(page) == slow


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            item("<title>A <![CDATA[&nbsp;<b>b</b>]]> &amp;lt;</title><link>/?b=1&amp;c=2</link>"),
            id="title with markup",
        ),
        pytest.param(
            item("<description>one</description><description>two</description>"),
            id="two descriptions",
        ),
        pytest.param(
            item("<content:encoded>long</content:encoded><description>short</description>"),
            id="content before the summary",
        ),
        pytest.param(
            item("<description>a <b>word</b> of <div>markup</div></description>"),
            id="markup that is not escaped",
        ),
        pytest.param(
            item('<guid isPermaLink="false">7</guid><title>t</title>'), id="guid that is no link"
        ),
        pytest.param(item("<guid>https://paper.example/7</guid>"), id="guid that is a link"),
        pytest.param(
            item('<media:group><media:title>in</media:title><media:content type="IMAGE/PNG" '
                 'url="p.png"><media:description>of it</media:description></media:content>'
                 "</media:group><title>out</title>"),
            id="a group of media",
        ),
        pytest.param(
            item("<category domain='d'/><category>a</category><dc:subject>b</dc:subject>"
                 "<itunes:keywords>c, d,,a</itunes:keywords><category>a</category>"),
            id="categories of all kinds",
        ),
        pytest.param(
            item("<author>ann@paper.example (Ann)</author><dc:creator>Bob</dc:creator>"
                 "<atom:author><atom:name>Cat</atom:name><title>Editor</title></atom:author>"),
            id="authors of all kinds",
        ),
        pytest.param(
            item("<title>t</title><image><title>its picture</title><url>u</url></image>"),
            id="the title of a picture",
        ),
        pytest.param(
            item("<dc:date>2025-01-02</dc:date><pubDate>1 Jan 2025</pubDate>"
                 "<dcterms:issued>2025-01-03</dcterms:issued><dcterms:modified>2026</dcterms:modified>"),
            id="dates of all kinds",
        ),
        pytest.param(item("<title>KÃ¼che â\x80\x93 \x93so\x94</title>"), id="encoded twice"),
        pytest.param(
            item("<guid>7</guid><link>https://paper.example/7</link><title>t</title>"
                 "<shop:variant><id>8</id><title>red</title></shop:variant>"),
            id="variants inside an item",
        ),
        pytest.param(
            item("<title>t</title><shop:variant><title/></shop:variant><title/>"),
            id="an empty title inside an item",
        ),
        pytest.param(
            rss("<item xml:lang='de_AT' xml:base='https://b.example/x/'><title>t</title>"
                "<link>y</link></item>", "<language>en</language><ttl>30</ttl><link>/</link>"),
            id="base and language of an item",
        ),
        pytest.param(
            atom("<id>urn:1</id><title type='html'>a &amp;lt;b&gt;</title><link href='1'/>"
                 "<content type='xhtml' xml:base='/b/'><div xmlns='http://www.w3.org/1999/xhtml'>"
                 "a &lt; <p class='&quot;x'>b<br/></p></div></content>"
                 "<source><id>urn:2</id><title>other</title></source>", "xml:lang='en'"),
            id="Atom with XHTML",
        ),
        pytest.param(
            atom("<summary type='xhtml'><div>a</div><div>b</div></summary><updated>2025</updated>"
                 "<link rel='enclosure' type='image/png' href='p.png'/>"),
            id="Atom with two divisions",
        ),
        pytest.param(
            rdf('<item rdf:about="https://paper.example/1"><title>t</title></item>'), id="RDF"
        ),
    ],
)  # fmt: skip
def test_both_readers_agree_on(text: str) -> None:
    fast, slow = read(text)
    assert (fast.reader, fast.declined) == (Reader.FAST, None)
    assert fast == slow


MANY = " ".join(f"a{number}='1'" for number in range(300))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<!DOCTYPE rss SYSTEM "rss.dtd">' + item("<title>t</title>"), "doctype"),
        (item("<title>t</title>")[:-5], "not well-formed"),
        (item("<title>a & b</title>"), "not well-formed"),
        (item("<title><unknown:x/></title>"), "not well-formed"),
        (item("<content mode='base64'>YQ==</content>"), "base64 or another type"),
        (item("<content type='application/pdf'>YQ==</content>"), "base64 or another type"),
        (rss("<item/></channel><channel><title>t</title>"), "not one channel"),
        (item("<og><description>d</description></og>"), "nested description"),
        (item("<item><title>t</title></item>"), "item"),
        (atom("<id>1</id>", feed="<link href='a'><link/></link>"), "nested link"),
        (atom("<content type='xhtml'><svg/></content>"), "feed elements in a text"),
        (item(f"<title {MANY}>t</title>"), "attributes"),
        (item("<content:encoded type='text/markdown'>_a_</content:encoded>"),
         "base64 or another type"),
        (rdf("<item><title>b</title></item>").replace("</channel>", "<item/></channel>"),
         "item in the channel"),
    ],
)  # fmt: skip
def test_what_only_feedparser_can_read_is_declined_by_name(text: str, reason: str) -> None:
    try:
        parsed, slow = read(text)
    except NewsdError:
        with pytest.raises(NewsdError):
            parse_feed(Fetched(URL, text.encode()), fast=False)
    else:
        assert (parsed.reader, parsed.declined) == (Reader.FEEDPARSER, reason)
        assert parsed == slow


@pytest.mark.threat("D1")
def test_an_entity_is_never_resolved() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha ha">]>' + item("<title>&a;&a;</title>")
    assert "ha ha" not in str(parse_feed(Fetched(URL, bomb.encode())).entries)


@pytest.mark.parametrize(
    "address", ["https://a.example/x?y=1", "http://a.example:80/x", "HTTP://A.example/../x", "x;"]
)
def test_an_address_that_needs_no_joining_is_what_joining_makes_of_it(address: str) -> None:
    raw = read_xml(item(f"<link>{address}</link>").partition("?>")[2].strip(), URL)
    assert joined(URL, address) == raw.entries[0].link


# ---------------------------------------------------------------- documents nobody thought of

NAMES = """
title dc:title description summary content content:encoded guid id link atom:link pubDate dc:date
updated published author dc:creator itunes:author category dc:subject itunes:category tags
itunes:keywords media:keywords media:title media:description media:thumbnail media:content
media:group media:category enclosure source itunes:image itunes:subtitle itunes:summary image
language ttl shop:price contributor name email uri url dcterms:issued xhtml:p p div og comments
"""
NAME = st.sampled_from(NAMES.split())
TEXTS = st.sampled_from(
    [
        *(
            "",
            " ",
            "words",
            "a &amp; b",
            "a &lt; b",
            "&lt;b&gt;c&lt;/b&gt; &amp;nbsp;",
            "a, b,, c",
        ),
        *("<![CDATA[<p>a&nbsp;b &amp; c</p>]]>", "/a/b", "https://x.example/a?b=c", "7", "true"),
        *("cafÃ©", "\x93so\x94", "<!-- no -->", "Mon, 1 Jan 2024 10:00:00 GMT", "naïve – “so”"),
    ]
)
VALUES = st.sampled_from(
    [
        *(
            "",
            "html",
            "xhtml",
            "text",
            "text/html",
            "TEXT/PLAIN",
            "image/png",
            "alternate",
            "self",
        ),
        *(
            "enclosure",
            "/p/q",
            "https://y.example/",
            "false",
            "true",
            "de",
            "en_GB",
            "x & y",
            '"<',
        ),
    ]
)
ATTRIBUTE = st.sampled_from(
    [
        *("type", "rel", "href", "url", "isPermaLink", "domain", "term", "label", "xml:lang"),
        *("xml:base", "medium", "lang", "text", "shop:type", "base"),
    ]
)
ATTRIBUTES = st.dictionaries(ATTRIBUTE, VALUES, max_size=3)


def written(name: str, attributes: dict[str, str], inside: list[str]) -> str:
    pairs = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{pairs}>{''.join(inside)}</{name}>"


LEAVES = st.builds(written, NAME, ATTRIBUTES, st.lists(TEXTS, max_size=2))
PLAIN = st.builds(written, NAME, st.just({}), st.lists(TEXTS, max_size=1))
TREES = st.recursive(
    LEAVES | PLAIN,
    lambda inner: st.builds(written, NAME, ATTRIBUTES, st.lists(inner | TEXTS, max_size=3)),
    max_leaves=4,
)
INSIDE = st.lists(PLAIN | LEAVES | TREES, max_size=6).map("".join)
DOCUMENTS = st.one_of(
    st.builds(lambda i, c: rss(f"<item>{i}</item><item>{i}</item>", c), INSIDE, INSIDE),
    st.builds(lambda i: rss(f"<item>{i}</item>"), INSIDE),
    st.builds(lambda i, c: atom(i, feed=c), INSIDE, INSIDE),
    st.builds(atom, INSIDE),
    st.builds(lambda i: rdf(f"<item rdf:about='{escape('a')}'>{i}</item>"), INSIDE),
)


@given(DOCUMENTS)
@settings(max_examples=150, deadline=None)
def test_whatever_is_not_declined_is_read_alike(text: str) -> None:
    fast, slow = read(text)
    assert fast.declined != "internal error"
    assert fast == slow
