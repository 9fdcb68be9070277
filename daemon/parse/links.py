"""Find the feeds that a web page names."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from daemon.parse.decode import decode
from daemon.parse.page import page_tree
from daemon.parse.prolog import writable
from daemon.values import Fetched

MOST = 20
"""Candidates taken from one page."""

_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
        "text/xml",
        "application/xml",
    }
)
_LOOKS_LIKE_A_FEED = re.compile(
    r"(?:^|[/._?=-])(?:rss2?|atom|feeds?|rdf)(?:$|[/._?&=-])|\.(?:rss|rdf|atom)$", re.IGNORECASE
)
_COMMENTS = re.compile(r"comments?", re.IGNORECASE)


def feed_links(page: Fetched) -> tuple[str, ...]:
    """Addresses that the page names as its feeds, then those that look like feeds; best first.

    `<link rel="alternate">` is the page's own word (RSS Autodiscovery, WHATWG HTML 4.6.7.1); links
    in the text are a guess. Feeds of comments come last. Empty for what is no page.
    """
    text = writable(decode(page.body, page.content_type))
    if "<" not in text:
        return ()
    tree = page_tree(text)
    base = urljoin(page.url, next(iter(tree.xpath("//base/@href")), ""))
    named, guessed = list(_named(tree)), list(_guessed(tree))
    found = [urljoin(base, link.strip()) for link in (*named, *guessed)]
    usable = [link for link in dict.fromkeys(found) if urlsplit(link).scheme in {"http", "https"}]
    return tuple(sorted(usable, key=lambda link: bool(_COMMENTS.search(link)))[:MOST])


def _named(tree: HtmlElement) -> Iterator[str]:
    for link in tree.iter("link"):
        relations = link.get("rel", "").lower().split()
        kind = link.get("type", "").partition(";")[0].strip().lower()
        if link.get("href") and "alternate" in relations and kind in _FEED_TYPES:
            yield str(link.get("href"))


def _guessed(tree: HtmlElement) -> Iterator[str]:
    for anchor in tree.iter("a"):
        address = str(anchor.get("href") or "")
        if _LOOKS_LIKE_A_FEED.search(address.partition("#")[0]):
            yield address
