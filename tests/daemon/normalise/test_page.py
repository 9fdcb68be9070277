"""What an article's own page adds to what its feed says."""

from dataclasses import replace

import pytest

from daemon.normalise import document_of, masthead_of, normalise_entry
from daemon.normalise.page import is_cut_off
from daemon.values import Entry, ParsedFeed
from storage.values import (
    NO_FULL_TEXT,
    Article,
    DateSource,
    FeedKind,
    GaveWay,
    Precision,
    TextSource,
)
from tests.samples import ARTICLE, NOON

FEED = ParsedFeed(FeedKind.RSS, "https://feeds.example/rss", language="en")
ENTRY = Entry(
    link="https://gazette.example/go/17?utm_source=rss",
    title="Ferry sails again after repairs",
    content="<p>The ferry is back.</p>",
    published="Fri, 17 Oct 2025 08:00:00 GMT",
)
PAGE = Entry(
    link="https://gazette.example/2025/10/ferry-sails-again",
    title="Ferry sails again after repairs",
    content="<p>The ferry sails again.</p>" + "<p>It had been away for repairs.</p>" * 5,
    authors=("Ann Lee",),
    categories=("Harbour",),
    image="/boat.jpg",
    published="2025-10-17T07:45:00Z",
    published_source=DateSource.JSON_LD,
    other_dates=(("2025-10-17", DateSource.META),),
    base="https://gazette.example/go/17",
)


def made(entry: Entry = ENTRY, page: Entry | None = PAGE) -> Article:
    article = normalise_entry(document_of(masthead_of(FEED, NOON)), entry, page)
    assert isinstance(article, Article)
    return article


def test_the_page_gives_what_the_feed_leaves_out() -> None:
    article = made()
    assert article.text.startswith("The ferry sails again.")
    assert article.summary == "The ferry is back."
    assert article.text_source is TextSource.PAGE
    assert (article.authors, article.section) == (("Ann Lee",), "Harbour")
    assert article.image_url == "https://gazette.example/boat.jpg"


def test_what_the_feed_says_stands() -> None:
    entry = replace(ENTRY, authors=("Bo Dahl",), categories=("Sea",), image="https://i.example/1")
    article = made(entry)
    assert (article.authors, article.section) == (("Bo Dahl",), "Sea")
    assert article.image_url == "https://i.example/1"


def test_the_best_date_holds_and_the_others_are_kept() -> None:
    article = made()
    assert (article.published.source, article.published.raw) == (
        DateSource.JSON_LD,
        "2025-10-17T07:45:00Z",
    )
    assert article.published.precision is Precision.SECOND
    assert [(d.source, d.because) for d in article.other_dates] == [
        (DateSource.META, GaveWay.BETTER_SOURCE),
        (DateSource.FEED, GaveWay.BETTER_SOURCE),
    ]


@pytest.mark.parametrize(
    ("said", "source"),
    [
        pytest.param("2025-10-17T10:45:00", DateSource.FEED, id="its zone is in the feed"),
        pytest.param("2025-10-15T10:45:00", DateSource.JSON_LD, id="another time altogether"),
        pytest.param("2025-10-17T10:45:00+02:00", DateSource.JSON_LD, id="with a zone"),
    ],
)
def test_a_time_without_a_zone_gives_way_to_one_with_a_zone(said: str, source: DateSource) -> None:
    page = replace(PAGE, published=said, other_dates=())
    assert made(page=page).published.source is source


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        pytest.param("/2025/10/ferry", "https://gazette.example/2025/10/ferry", id="relative"),
        pytest.param(
            "https://www.gazette.example/f1", "https://www.gazette.example/f1", id="site"
        ),
        pytest.param("https://evil.example/f1", "https://gazette.example/go/17", id="another's"),
        pytest.param("https://gazette.example/", "https://gazette.example/go/17", id="a front"),
        pytest.param("javascript:alert(1)", "https://gazette.example/go/17", id="no address"),
        pytest.param(None, "https://gazette.example/go/17", id="none"),
    ],
)
def test_a_page_names_its_own_address_and_nobody_elses(said: str | None, kept: str) -> None:
    assert made(page=replace(PAGE, link=said)).canonical_url == kept


def test_another_page_adds_nothing() -> None:
    wall = replace(PAGE, title="Before you go on", content="<p>We value your privacy.</p>" * 9)
    article = made(page=wall)
    assert (article.text, article.authors) == ("The ferry is back.", ())
    assert NO_FULL_TEXT in article.quality
    assert article.canonical_url == "https://gazette.example/go/17"


def test_a_page_with_less_than_the_feed_is_flagged_and_its_facts_are_used() -> None:
    entry = replace(ENTRY, content="<p>The ferry sails again, with many more words.</p>" * 9)
    article = made(entry, replace(PAGE, content="<p>Ferry sails again.</p>"))
    assert (article.text_source, article.authors) == (TextSource.FEED, ("Ann Lee",))
    assert NO_FULL_TEXT in article.quality


def test_a_page_with_as_much_as_the_feed_changes_nothing() -> None:
    entry = replace(ENTRY, content=PAGE.content)
    article = made(entry)
    assert (article.text_source, article.quality) == (TextSource.FEED, ())


@pytest.mark.parametrize(
    ("text", "furniture", "is_cut"),
    [
        ("It was the first to be seen …", (), True),
        ("It was the first to be seen [...]", (), True),
        ("It was the first to be seen [&#8230;]".replace("&#8230;", "…"), (), True),
        ("It was the first to be seen.", (), False),
        ("It was the first to be seen.", ("Continue reading",), True),
        ("It was the first to be seen.", ("Weiterlesen",), True),
        ("It was the first to be seen.", ("Read more: the otter of the north",), False),
    ],
)
def test_how_feeds_end_what_goes_on_elsewhere(
    text: str,
    furniture: tuple[str, ...],
    *,
    is_cut: bool,
) -> None:
    assert is_cut_off(replace(ARTICLE, text=text, furniture=furniture)) is is_cut
