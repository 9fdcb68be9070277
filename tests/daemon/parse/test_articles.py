"""Articles that somebody hands in."""

import pytest

from daemon.errors import NotAFeedError, UsageError
from daemon.parse import parse_articles
from daemon.values import Entry, Fetched
from storage.values import DateSource, FeedKind

PAGE = """<!doctype html><html lang="en-GB"><head><title>Otter seen | Gazette</title>
<link rel="canonical" href="https://gazette.example/otter">
<meta property="og:title" content="Otter seen in harbour">
<meta property="og:image" content="https://gazette.example/otter.jpg">
<meta name="description" content="A first in years.">
<meta name="author" content="Ann Example">
<meta property="article:section" content="Nature">
<meta property="article:published_time" content="2025-10-17T08:00:00+01:00">{head}</head>
<body><nav>Home News Sport</nav><article><h1>Otter seen in harbour</h1>
<p>An otter swam through the harbour on Friday morning, the first to be seen there in years.</p>
<p>Fishermen watched it from the quay for an hour before it went back upriver.</p>
<aside>More on otters</aside><script>track()</script></article>
<footer>Imprint</footer></body></html>"""
JSON_LD = """<script type="application/ld+json">{"@graph": [{"@type": "WebPage"},
{"@type": ["NewsArticle"], "headline": "Otter returns", "datePublished": "2025-10-17T07:00:00Z",
"author": [{"name": "Ben Example"}], "articleSection": "Wildlife"}]}</script>"""


def read(text: str) -> Entry:
    (entry,) = parse_articles(Fetched("story", text.encode())).entries
    return entry


def test_a_text_is_a_title_and_paragraphs() -> None:
    entry = read("Otter seen in harbour\n\nAn otter & its cub swam by.\nThey left at noon.\n")
    assert entry.title == "Otter seen in harbour"
    assert entry.content == "<p>An otter &amp; its cub swam by.</p><p>They left at noon.</p>"


def test_a_text_of_one_line_has_no_title() -> None:
    assert read("An otter swam by.") == Entry(content="An otter swam by.")


def test_a_web_page_says_what_it_is() -> None:
    entry = read(PAGE.format(head=""))
    assert entry.title == "Otter seen in harbour"
    assert entry.link == "https://gazette.example/otter"
    assert (entry.summary, entry.authors) == ("A first in years.", ("Ann Example",))
    assert (entry.published, entry.published_source) == (
        "2025-10-17T08:00:00+01:00",
        DateSource.META,
    )
    assert (entry.language, entry.categories) == ("en-GB", ("Nature",))
    assert entry.image == "https://gazette.example/otter.jpg"
    assert "An otter swam" in (entry.content or "")
    for furniture in ("Home News", "More on otters", "Imprint", "track()", "<h1>"):
        assert furniture not in (entry.content or "")


def test_structured_data_is_believed_first() -> None:
    entry = read(PAGE.format(head=JSON_LD))
    assert entry.title == "Otter returns"
    assert entry.authors == ("Ben Example",)
    assert (entry.published, entry.published_source) == (
        "2025-10-17T07:00:00Z",
        DateSource.JSON_LD,
    )
    assert entry.categories == ("Wildlife", "Nature")


def test_a_page_with_a_time_element_only_is_dated_by_it() -> None:
    entry = read("<html><body><main><time datetime='2025-10-17'>Friday</time><p>Words.</p></main>")
    assert (entry.published, entry.published_source) == ("2025-10-17", DateSource.HTML)


def test_json_lines_are_an_article_each() -> None:
    lines = (
        '{"id": 1, "url": "https://a.example/1", "title": "One", "text": "First.\\nSecond.",'
        ' "authors": ["Ann", {"name": "Ben"}], "published": "2025-10-17", "language": "en",'
        ' "categories": ["x"]}\n\n{"title": "Two", "html": "<p>2</p>"}\n'
    )
    parsed = parse_articles(Fetched("stories.jsonl", lines.encode()))
    assert parsed.kind is FeedKind.INGEST
    assert parsed.entries == (
        Entry(
            guid="1",
            link="https://a.example/1",
            title="One",
            content="<p>First.</p><p>Second.</p>",
            authors=("Ann", "Ben"),
            published="2025-10-17",
            language="en",
            categories=("x",),
        ),
        Entry(title="Two", content="<p>2</p>"),
    )


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ('{"title": "a"}\n{"title": ', "stories: line 2: not valid JSON"),
        ('{"title": "a"}\n\n[1]', "stories: line 3: not a JSON object"),
        ('{"title": "a"}\n{"url": "https://a.example"}', "line 2: neither a title nor a text"),
    ],
)
def test_a_bad_line_is_named(lines: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        parse_articles(Fetched("stories", lines.encode()))


@pytest.mark.parametrize(
    "body", [b"", b" \n", bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"]
)
def test_what_is_no_text_is_refused(body: bytes) -> None:
    with pytest.raises(NotAFeedError):
        parse_articles(Fetched("picture.png", body))


def test_a_feed_handed_in_is_read_as_a_feed() -> None:
    body = b"<rss version='2.0'><channel><item><title>t</title></item></channel></rss>"
    assert parse_articles(Fetched("feed.xml", body)).kind is FeedKind.RSS
