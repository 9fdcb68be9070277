"""From an entry as written to an article as kept."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.normalise import document_of, masthead_of, normalise_entry
from daemon.normalise.text import clean_line, clean_text
from daemon.values import Entry, ParsedFeed, Rejected
from storage.values import Article, DateSource, FeedKind, Precision, Published, Zone
from tests.samples import NOON

FEED = ParsedFeed(FeedKind.RSS, "https://gazette.example/feed", title="Harbour Gazette")
ENTRY = Entry(
    guid="1",
    link="/ferry",
    title="Ferry sails again",
    content="<p>The ferry sailed again on Friday after a long repair.</p>",
    published="Fri, 17 Oct 2025 08:00:00 GMT",
)


def article(entry: Entry, feed: ParsedFeed = FEED, now: datetime = NOON) -> Article:
    made = normalise_entry(document_of(masthead_of(feed, now)), entry)
    assert isinstance(made, Article)
    return made


@pytest.mark.threat("E1", "E4", "G2")
@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Ferry sails again | Harbour Gazette", "Ferry sails again"),
        ("Ferry sails again - harbour gazette", "Ferry sails again"),
        ("Ferry sails again | Another Paper", "Ferry sails again | Another Paper"),
        ("Row - Harbour Gazette", "Row - Harbour Gazette"),
        ("<b>Ferry</b> &amp; crew", "Ferry & crew"),
        ("5 &lt; 6 <script>x()</script>", "5 < 6"),
        ("Ferry &lt;em&gt;sails&lt;/em&gt; &lt;script&gt;x()&lt;/script&gt;", "Ferry sails"),
        ("The end of the &lt;marquee&gt; tag", "The end of the <marquee> tag"),
        ("a\u202eb\0c", "abc"),
    ],
)
def test_a_title_is_plain(title: str, kept: str) -> None:
    assert article(replace(ENTRY, title=title)).title == kept


def test_without_a_title_the_first_words_serve() -> None:
    made = article(replace(ENTRY, title=None))
    assert made.title == "The ferry sailed again on Friday after a long repair."
    assert "title_from_text" in made.quality


@pytest.mark.parametrize(
    ("summary", "kept"),
    [
        ("It is back.", "It is back."),
        ("The ferry  sailed again on Friday after a long REPAIR.", None),
        ("<p></p>", None),
        (None, None),
    ],
)
def test_a_summary_says_something_else_than_the_text(
    summary: str | None, kept: str | None
) -> None:
    assert article(replace(ENTRY, summary=summary)).summary == kept


def test_furniture_is_gone_from_text_and_html() -> None:
    content = (
        "<p>Open the Tide Watch newsletter for free</p><p>Your guide to the sea</p>"
        "<p>The ferry sailed.</p><p>Crowds cheered.</p><p><a href='/x'>Read more</a></p>"
    )
    made = article(replace(ENTRY, content=content))
    assert made.text == "The ferry sailed.\nCrowds cheered."
    assert made.html == "<p>The ferry sailed.</p><p>Crowds cheered.</p>"


@pytest.mark.threat("F7", "F8")
@pytest.mark.parametrize(
    ("entry", "published", "flags"),
    [
        pytest.param(
            ENTRY,
            Published(
                datetime(2025, 10, 17, 8, tzinfo=UTC),
                Precision.SECOND,
                DateSource.FEED,
                Zone.EXPLICIT,
                "Fri, 17 Oct 2025 08:00:00 GMT",
            ),
            (),
            id="the feed says it",
        ),
        pytest.param(
            replace(ENTRY, published=None),
            Published(),
            ("no_date",),
            id="nobody says it",
        ),
        pytest.param(
            replace(ENTRY, published="Fri, 17 Oct 2036 08:00:00 GMT"),
            Published(raw="Fri, 17 Oct 2036 08:00:00 GMT"),
            ("future_date", "no_date"),
            id="the future is not believed",
        ),
        pytest.param(
            replace(ENTRY, published="2025-10-18 12:16:00"),
            Published(raw="2025-10-18 12:16:00"),
            ("future_date", "no_date"),
            id="sixteen minutes ahead is the future",
        ),
        pytest.param(
            replace(ENTRY, published="2025-10-19"),
            Published(
                datetime(2025, 10, 19, tzinfo=UTC),
                Precision.DAY,
                DateSource.FEED,
                Zone.NONE,
                "2025-10-19",
            ),
            (),
            id="it is tomorrow already in the east",
        ),
        pytest.param(
            replace(ENTRY, published="1970-01-01T00:00:00Z"),
            Published(raw="1970-01-01T00:00:00Z"),
            ("ancient_date", "no_date"),
            id="the epoch is not believed",
        ),
        pytest.param(
            replace(ENTRY, published="next week"),
            Published(raw="next week"),
            ("unreadable_date", "no_date"),
            id="words are kept raw",
        ),
        pytest.param(
            replace(ENTRY, published=None, link="/2025/10/16/ferry"),
            Published(
                datetime(2025, 10, 16, tzinfo=UTC),
                Precision.DAY,
                DateSource.URL,
                Zone.NONE,
                "2025/10/16",
            ),
            (),
            id="the address says it",
        ),
        pytest.param(
            replace(ENTRY, link="/2024/01/02/ferry"),
            Published(
                datetime(2025, 10, 17, 8, tzinfo=UTC),
                Precision.SECOND,
                DateSource.FEED,
                Zone.EXPLICIT,
                "Fri, 17 Oct 2025 08:00:00 GMT",
            ),
            ("date_conflict",),
            id="the address says something else",
        ),
        pytest.param(
            replace(ENTRY, published=None, content="<p>PORT ISAAC, Oct 16 (Wire) - Boats.</p>"),
            Published(
                datetime(2025, 10, 16, tzinfo=UTC),
                Precision.DAY,
                DateSource.DATELINE,
                Zone.NONE,
                "PORT ISAAC, Oct 16 (Wire)",
            ),
            (),
            id="a dateline says it",
        ),
        pytest.param(
            replace(
                ENTRY, published=None, content="<p>Boats sailed.</p><p>2025-10-16 22:37:00</p>"
            ),
            Published(
                datetime(2025, 10, 16, 22, 37, tzinfo=UTC),
                Precision.SECOND,
                DateSource.BODY_TRAILING,
                Zone.ASSUMED,
                "2025-10-16 22:37:00",
            ),
            (),
            id="a bare last line says it",
        ),
        pytest.param(
            replace(ENTRY, published=None, updated="2025-10-16T09:00:00Z"),
            Published(
                datetime(2025, 10, 16, 9, tzinfo=UTC),
                Precision.SECOND,
                DateSource.FEED,
                Zone.EXPLICIT,
                "2025-10-16T09:00:00Z",
            ),
            ("updated_as_published",),
            id="only an update is known",
        ),
        pytest.param(
            replace(
                ENTRY, published="2025-10-16", content="<p>Boats.</p><p>2025-10-16 22:37:00</p>"
            ),
            Published(
                datetime(2025, 10, 16, 22, 37, tzinfo=UTC),
                Precision.SECOND,
                DateSource.BODY_TRAILING,
                Zone.ASSUMED,
                "2025-10-16 22:37:00",
            ),
            (),
            id="a day gives way to a time of that day",
        ),
    ],
)
def test_when_it_was_published(entry: Entry, published: Published, flags: tuple[str, ...]) -> None:
    made = article(entry)
    assert (made.published, made.quality) == (published, flags)


@pytest.mark.threat("E1", "E2", "E6", "F7")
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param("soon\0", "soon", id="unreadable, with a NUL"),
        pytest.param("2025-10-17 08:00\ud800", "2025-10-17 08:00", id="with a surrogate"),
        pytest.param("1 " * 1_000, "1 " * 100, id="endless"),
        pytest.param("\0", None, id="nothing else"),
    ],
)
def test_a_date_is_kept_as_it_was_written_but_for_what_no_database_takes(
    written: str, kept: str | None
) -> None:
    assert article(replace(ENTRY, published=written)).published.raw == kept


def test_a_time_line_at_the_end_is_no_text() -> None:
    made = article(replace(ENTRY, content="<p>Boats sailed.</p><p>2025-10-16 22:37:00</p>"))
    assert (made.text, made.html) == ("Boats sailed.", "<p>Boats sailed.</p>")


@pytest.mark.parametrize(
    ("content", "flags"),
    [
        ("<p>The ferry sailed again.</p>", ()),
        ("", ("no_text",)),
        ("<p>The ferry sailed again and […]</p>", ("teaser",)),
        ("<p>The ferry sailed again...</p>", ("teaser",)),
        ("<p>The f\ufffdrry sailed again.</p>", ("damaged_text",)),
        ("<p>The ferry.</p><p>© 2025 Harbour Media</p>", ("mostly_furniture",)),
    ],
)
def test_what_is_odd_about_a_text_is_flagged(content: str, flags: tuple[str, ...]) -> None:
    assert article(replace(ENTRY, content=content)).quality == flags


def test_a_byline_names_the_authors_that_a_feed_does_not() -> None:
    content = "<p>By Ann Lee and Bob Ray</p><p>The ferry sailed.</p>"
    made = article(replace(ENTRY, content=content))
    assert (made.text, made.authors) == ("The ferry sailed.", ("Ann Lee", "Bob Ray"))
    assert made.furniture == ("By Ann Lee and Bob Ray",)
    assert made.html == "<p>The ferry sailed.</p>"
    assert article(replace(ENTRY, content=content, authors=("Carl Orr",))).authors == ("Carl Orr",)


hostile = st.text(
    alphabet=st.characters() | st.sampled_from("\0\x1b\x85\ud800\ufffe\u202e\u200b\u0301<&>;#\n"),
    max_size=30,
)


def strings(thing: object) -> Iterator[str]:
    """Every text in a noun, however deep."""
    if isinstance(thing, str):
        yield thing
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from strings(getattr(thing, field.name))
    elif isinstance(thing, tuple):
        for part in thing:
            yield from strings(part)


@pytest.mark.threat("E1", "E2", "E3", "E4")
@given(*[hostile] * 8)
def test_nothing_is_kept_that_no_database_takes(
    title: str,
    content: str,
    author: str,
    category: str,
    date: str,
    link: str,
    image: str,
    raw: str,
) -> None:
    entry = Entry(
        guid=raw,
        link=f"https://gazette.example/{link}",
        title=title + "x",
        summary=raw,
        content=content,
        authors=(author,),
        categories=(category,),
        published=date,
        image=f"/{image}",
    )
    made = article(entry, replace(FEED, title=raw))
    for text in strings(made):
        assert clean_text(text) == text
        text.encode()
    for line in (made.title, *made.authors, made.section or ""):
        assert clean_line(line) == line


@pytest.mark.threat("G3")
@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://a.example/x", "http://["])
def test_a_link_that_is_no_web_address_is_none(link: str) -> None:
    made = article(replace(ENTRY, link=link))
    assert (made.url, made.canonical_url, made.site) == (None, None, None)
    assert "unusable_link" in made.quality


@pytest.mark.threat("G3")
def test_relative_links_follow_the_entry_s_base() -> None:
    made = article(replace(ENTRY, link="x", base="https://other.example/dir/"))
    assert made.url == "https://other.example/dir/x"
    hostile = article(replace(ENTRY, link="x", base="javascript:alert(1)//"))
    assert hostile.url == "https://gazette.example/x"


def test_a_picture_in_the_text_stands_for_the_article() -> None:
    made = article(replace(ENTRY, content='<p>Boats.</p><img src="/p.jpg?a=1&amp;b=2">'))
    assert made.image_url == "https://gazette.example/p.jpg?a=1&b=2"


@pytest.mark.threat("E6")
def test_fields_are_bounded() -> None:
    made = article(
        replace(
            ENTRY,
            title="long " * 10_000,
            content="<p>" + "word " * 300_000 + "</p>",
            authors=tuple(f"Author {i}" for i in range(500)),
        )
    )
    assert len(made.title) <= 1_000
    assert len(made.text) <= 500_000
    assert len(made.html) <= 500_020
    assert len(made.authors) == 50
    assert set(made.quality) == {"truncated_title", "truncated_text"}


@pytest.mark.parametrize("entry", [Entry(), Entry(link="/x"), Entry(title="<b></b>", content=" ")])
def test_an_entry_without_words_is_rejected(entry: Entry) -> None:
    assert normalise_entry(document_of(masthead_of(FEED, NOON)), entry) == Rejected(
        "nothing_to_read"
    )
