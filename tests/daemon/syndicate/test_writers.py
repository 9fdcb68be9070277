"""What we write, others read as it was meant: our own readers, and feedparser."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import feedparser
import orjson
import pytest
from lxml import etree

from daemon.parse import parse_feed
from daemon.syndicate import Channel, Item, stable_id, write_atom, write_json_feed
from daemon.values import Fetched, ParsedFeed
from tests.samples import NOON

ITEM = Item(
    public_id="ab" * 16,
    title="Harbour bridge reopens",
    url="https://news.example/a/1?x=1&y=2",
    host="news.example",
    changed_at=NOON,
    published_at=NOON - timedelta(minutes=30, microseconds=-123),
    summary="It is open.",
    html="<p>It is <em>open</em> &amp; dry.</p>",
    authors=("Ada Example", "Bo Example"),
    topics=(("medtop:04000000", "economy, business and finance"), ("user:port", "Port")),
    language="de",
    image_url="https://news.example/a.jpg",
)
CHANNEL = Channel("newsd: All", "http://localhost/feeds/all.atom", "http://localhost/", (ITEM,))
HOSTILE = (
    "<script>alert(1)</script>",
    "]]> <!-- --> <![CDATA[ x ]]> &lt; &amp;amp; &#0; %s {0}",
    "a\x00b\x0bc\x1b[31m\ufffe\uffffd",
    "</title></entry><entry><id>urn:forged</id>",
    "  blanks  and\nlines ",
    "'\"`=cmd|' /C calc'!A0 \u202e \U0001f5de \u2028",
)
WRITERS = (
    pytest.param(write_atom, "application/atom+xml", id="Atom"),
    pytest.param(write_json_feed, "application/feed+json", id="JSON Feed"),
)
Writer = Callable[[Channel], bytes]


def read(write: Writer, content_type: str, *items: Item) -> ParsedFeed:
    return parse_feed(Fetched(CHANNEL.url, write(replace(CHANNEL, items=items)), content_type))


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


@pytest.mark.parametrize(("write", "content_type"), WRITERS)
def test_our_own_reader_reads_it_back(write: Writer, content_type: str) -> None:
    feed = read(write, content_type, ITEM)
    assert (feed.title, feed.site_url, feed.damaged) == (CHANNEL.title, CHANNEL.home, None)
    (entry,) = feed.entries
    assert entry.guid == "urn:uuid:" + "-".join(["ab" * 4, "abab", "abab", "abab", "ab" * 6])
    assert (entry.link, entry.title, entry.language) == (ITEM.url, ITEM.title, ITEM.language)
    assert (entry.summary, entry.content) == (ITEM.summary, ITEM.html)
    assert (entry.authors, entry.image) == (ITEM.authors, ITEM.image_url)
    assert entry.categories == tuple(label for _, label in ITEM.topics)
    assert (instant(entry.published), instant(entry.updated)) == (
        ITEM.published_at,
        ITEM.changed_at,
    )


@pytest.mark.parametrize(("write", "content_type"), WRITERS)
def test_what_is_not_known_is_not_said(write: Writer, content_type: str) -> None:
    bare = Item("cd" * 16, "Bare", "https://news.example/b", None, NOON, language="und")
    (entry,) = read(write, content_type, bare).entries
    assert (entry.published, entry.authors, entry.language, entry.image) == (None, (), None, None)
    assert (entry.summary, entry.categories) == (None, ())


@pytest.mark.threat("G1", "G2")
@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize(("write", "content_type"), WRITERS)
def test_text_is_only_text(write: Writer, content_type: str, words: str) -> None:
    hostile = replace(
        ITEM,
        title=words,
        summary=words,
        html=None,
        authors=(words,),
        topics=(("user:x", words),),
        host="a.example",
    )
    feed = read(write, content_type, hostile, ITEM)
    assert [entry.guid for entry in feed.entries] == [ITEM.name, ITEM.name]
    assert feed.entries[1].title == ITEM.title
    assert feed.damaged is None
    said = feed.entries[0].title
    assert said is None or set(said) <= {*words, " "}


@pytest.mark.parametrize("words", HOSTILE)
def test_feedparser_agrees(words: str) -> None:
    document = write_atom(replace(CHANNEL, items=(replace(ITEM, title=words), ITEM)))
    feed = feedparser.parse(document)
    assert not feed.bozo
    assert [entry.id for entry in feed.entries] == [ITEM.name, ITEM.name]
    assert (feed.entries[1].title, feed.entries[1].link) == (ITEM.title, ITEM.url)
    assert feed.entries[1].content[0].value == ITEM.html
    assert feed.entries[1].source.title == "news.example"


def test_what_rfc_4287_demands_is_there() -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    nothing = Item("ef" * 16, "No address", None, None, NOON)
    root = etree.fromstring(write_atom(replace(CHANNEL, items=(ITEM, nothing))))
    assert root.tag == f"{atom}feed"
    for holder in (root, *root.iter(f"{atom}entry")):
        assert [len(holder.findall(f"{atom}{name}")) for name in ("id", "title", "updated")] == [
            1,
            1,
            1,
        ]
    assert root.findtext(f"{atom}author/{atom}name")
    assert root.find(f"{atom}link[@rel='self']").get("href") == CHANNEL.url  # type: ignore[union-attr]
    bare = root.findall(f"{atom}entry")[1]
    assert bare.find(f"{atom}link") is None
    assert bare.findtext(f"{atom}content") == "No address"
    assert root.findtext(f"{atom}updated") == "2025-10-18T12:00:00Z"


def test_what_json_feed_demands_is_there() -> None:
    nothing = Item("ef" * 16, "No address", None, None, NOON)
    document = orjson.loads(write_json_feed(replace(CHANNEL, items=(ITEM, nothing))))
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["feed_url"] == CHANNEL.url
    for item in document["items"]:
        assert isinstance(item["id"], str)
        assert isinstance(item.get("content_html", item.get("content_text")), str)
    assert "language" not in document


def test_a_language_is_only_text_too() -> None:
    odd = replace(CHANNEL, language="\x1fd<e", items=(replace(ITEM, language="\x00e'n"),))
    assert not feedparser.parse(write_atom(odd)).bozo


def test_an_empty_feed_has_a_time_that_stays() -> None:
    empty = replace(CHANNEL, items=())
    assert write_atom(empty) == write_atom(empty)
    assert read(write_atom, "application/atom+xml").entries == ()
    assert read(write_json_feed, "application/feed+json").entries == ()


def test_an_address_has_one_name() -> None:
    assert stable_id("http://a.example/") == stable_id("http://a.example/")
    assert stable_id("http://a.example/") != stable_id("http://b.example/")
