import pytest

from daemon.parse.links import MOST, feed_links
from daemon.values import Fetched

SITE = "https://post.example/news/"


def links(html: str) -> tuple[str, ...]:
    return feed_links(Fetched(SITE, html.encode(), "text/html; charset=utf-8"))


@pytest.mark.parametrize(
    ("html", "found"),
    [
        pytest.param(
            '<link rel="alternate" type="application/rss+xml" href="/feed.xml">',
            ("https://post.example/feed.xml",),
            id="the page names its feed",
        ),
        pytest.param(
            '<link rel="ALTERNATE home" type="application/atom+xml; x=1" href="atom">',
            ("https://post.example/news/atom",),
            id="among other relations, in any case",
        ),
        pytest.param(
            '<base href="https://cdn.example/x/"><link rel="alternate" '
            'type="application/feed+json" href="f.json">',
            ("https://cdn.example/x/f.json",),
            id="relative to the page's base",
        ),
        pytest.param(
            '<link rel="alternate" hreflang="de" href="/de/">'
            '<link rel="stylesheet" type="application/rss+xml" href="/x">',
            (),
            id="a translation and a style sheet are no feeds",
        ),
        pytest.param(
            '<a href="/rss/world">World</a><a href="/about">About</a><a href="/press">Press</a>',
            ("https://post.example/rss/world",),
            id="a link that looks like a feed is a guess",
        ),
        pytest.param(
            '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
            '<link rel="alternate" type="application/rss+xml" href="/feed/">',
            ("https://post.example/feed/", "https://post.example/comments/feed/"),
            id="comments come last",
        ),
        pytest.param('<a href="javascript:rss()">x</a><a href="feed:x">y</a>', (), id="no script"),
        pytest.param("no page at all", (), id="a text has no links"),
    ],
)
def test_feeds_of_a_page(html: str, found: tuple[str, ...]) -> None:
    assert links(html) == found


def test_a_page_of_a_thousand_feeds_is_bounded() -> None:
    assert len(links("".join(f'<a href="/rss/{n}">x</a>' for n in range(1000)))) == MOST
