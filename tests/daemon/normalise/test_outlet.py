"""Whose title it is."""

import pytest

from daemon.normalise import masthead_of
from daemon.normalise.outlet import outlet_names, without_outlet
from daemon.values import Entry, ParsedFeed
from storage.values import FeedKind
from tests.samples import NOON

FEED = ParsedFeed(FeedKind.RSS, "https://www.gazette.example/feed", title="Harbour Gazette")
TITLE = "Ferry sails again after repairs"


def named(title: str, feed: ParsedFeed = FEED) -> str:
    return without_outlet(title, outlet_names(masthead_of(feed, NOON)))


@pytest.mark.parametrize(
    "title",
    [
        f"{TITLE} | Harbour Gazette",
        f"{TITLE} - harbour gazette",
        f"{TITLE} – Harbour Gazette",
        f"{TITLE} :: Harbour Gazette",
        f"{TITLE} | Gazette",
        f"{TITLE} - GAZETTE",
        f"Harbour Gazette | {TITLE}",
        f"Harbour Gazette: {TITLE}",
        f"Harbour Gazette – {TITLE}",
        TITLE,
    ],
)
def test_the_outlet_goes_from_either_end(title: str) -> None:
    assert named(title) == TITLE


@pytest.mark.parametrize(
    "title",
    [
        f"{TITLE} | Another Paper",
        f"{TITLE} - report",
        "Gazette-reading men sail - and women row",
        "Row - Harbour Gazette",
        "Mayor: ferry will sail",
        "Live: Ferry sails again",
        "Harbour Gazette closes",
    ],
)
def test_what_is_not_the_outlet_stays(title: str) -> None:
    assert named(title) == title


def test_a_part_of_the_feed_s_title_may_be_the_outlet_but_not_its_subject() -> None:
    feed = ParsedFeed(FeedKind.RSS, "https://x.example/", title="Ferries - The Harbour Post")
    assert named(f"{TITLE} | The Harbour Post", feed) == TITLE
    assert named("Boats are back in the bay - Ferries", feed).endswith("Ferries")
    assert named("Ferries: boats are back in the bay", feed).startswith("Ferries")


def test_an_article_may_be_called_as_its_feed() -> None:
    feed = ParsedFeed(FeedKind.RSS, "https://x.example/", title="All the ferries | The Outlet")
    assert named("All the ferries | The Outlet", feed) == "All the ferries | The Outlet"


def test_what_most_titles_of_a_document_end_with_is_the_outlet() -> None:
    titles = ["one boat is home", "two boats are home", "ten boats are lost", "no boat is home"]
    entries = [Entry(title=f"It seems that {title} – PT&amp;S") for title in titles]
    few = ParsedFeed(FeedKind.RSS, "https://x.example/", entries=tuple(entries))
    assert named(f"{TITLE} – PT&S", few).endswith("PT&S")
    many = ParsedFeed(FeedKind.RSS, "https://x.example/", entries=(*entries, *entries))
    assert named(f"{TITLE} – PT&S", many) == TITLE
    mixed = (*entries, *entries, *(Entry(title=title) for title in titles * 2))
    assert named(f"{TITLE} – PT&S", ParsedFeed(FeedKind.RSS, "", entries=mixed)).endswith("PT&S")


def test_an_address_that_cannot_be_read_names_nobody() -> None:
    feed = ParsedFeed(FeedKind.RSS, "https://[x/", title=None)
    assert outlet_names(masthead_of(feed, NOON)) == frozenset()
