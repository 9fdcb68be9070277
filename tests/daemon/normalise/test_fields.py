"""Authors, section, picture."""

import pytest

from daemon.normalise.fields import authors_of, image_of, section_of
from daemon.values import Entry

BASE = "https://gazette.example/"


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        (("Ann Lee",), ("Ann Lee",)),
        (("By Ann Lee and Bob Ray", "Ann Lee"), ("Ann Lee", "Bob Ray")),
        (("<b>Ann</b> Lee",), ("Ann Lee",)),
        (("admin",), ()),
        (("https://social.example/ann.lee",), ()),
        (("ann@gazette.example",), ("ann@gazette.example",)),
        (("", " "), ()),
        (("Ann\u202e\0Lee",), ("AnnLee",)),
    ],
)
def test_authors_are_names(written: tuple[str, ...], authors: tuple[str, ...]) -> None:
    assert authors_of(Entry(authors=written)) == authors


@pytest.mark.parametrize(
    ("categories", "section"),
    [
        (("Sport", "Rowing"), "Sport"),
        (("Uncategorized", "Sport"), "Sport"),
        (("https://gazette.example/tags/1", "4711", "#rowing", "Rowing"), "Rowing"),
        (("<b>Sport</b> &amp; Play",), "Sport & Play"),
        (("Sem categoria",), None),
        ((), None),
    ],
)
def test_the_section_is_the_first_category_that_says_something(
    categories: tuple[str, ...], section: str | None
) -> None:
    assert section_of(Entry(categories=categories)) == section


COUNTERS = """
<img src="https://stats.gazette.example/p.gif">
<img src="/p.gif" width="1" height="1">
<img src="https://feeds.feedburner.com/~r/Gazette/~4/x">
<img src="https://cdn.example/images/core/emoji/15/72x72/1f6a2.png">
<img src="https://secure.gravatar.com/avatar/0f">
"""


def test_the_picture_is_what_the_feed_names_or_the_first_that_counts_nobody() -> None:
    html = COUNTERS + '<p><img src="/boat.jpg?w=1&amp;h=2" width="600"><img src="/two.jpg"></p>'
    assert image_of(Entry(), BASE, html.replace('"/', f'"{BASE}')) == f"{BASE}boat.jpg?w=1&h=2"
    assert image_of(Entry(image="/lead.jpg"), BASE, html) == f"{BASE}lead.jpg"
    assert image_of(Entry(image="data:image/png;base64,"), BASE, COUNTERS) is None
    assert image_of(Entry(), BASE, "") is None
