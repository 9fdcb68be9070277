"""News sitemaps (sitemaps.org/protocol, and Google's news extension of it)."""

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from daemon.errors import NotAFeedError
from daemon.parse.raw import Markup, RawEntry, entry_of
from daemon.values import Entry, ParsedFeed
from storage.values import DateSource, FeedKind


def read_sitemap(document: str, url: str) -> ParsedFeed:
    """The pages of a `urlset`; elements count by their local names, whatever their namespace.

    Raises `NotAFeedError` for a sitemap index: each sitemap in it is a feed of its own.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    root = etree.fromstring(document.encode("utf-8", "replace"), parser)
    if root is None:
        raise NotAFeedError("an unreadable sitemap")
    if _name(root) == "sitemapindex":
        raise NotAFeedError("a sitemap index; add one of the sitemaps it lists")
    pages = (child for child in root if _name(child) == "url")
    entries = tuple(_entry(page) for page in pages)
    damaged = str(parser.error_log[0].message) if len(parser.error_log) else None
    return ParsedFeed(kind=FeedKind.SITEMAP, url=url, entries=entries, damaged=damaged)


def _name(element: etree._Element) -> str:
    tag = element.tag
    # lxml gives a comment a function for a tag, whatever its stubs say
    return str(tag).rpartition("}")[2].lower()


def _entry(page: etree._Element) -> Entry:
    texts = dict(_texts(page))
    entry = entry_of(
        RawEntry(
            link=texts.get("url/loc"),
            title=Markup(texts["title"], is_html=False) if texts.get("title") else None,
            published=[texts.get("publication_date")],
            updated=texts.get("lastmod"),
            categories=texts.get("keywords", "").split(","),
            image=texts.get("image/loc"),
            language=texts.get("language"),
        )
    )
    return replace(entry, published_source=DateSource.SITEMAP)


def _texts(page: etree._Element) -> Iterator[tuple[str, str]]:
    """The texts in a page's element, the first of each name last, so that it wins."""
    for element in reversed(list(page.iter())):
        name, text = _name(element), (element.text or "").strip()
        parent = element.getparent()
        if name == "loc" and parent is not None:
            name = f"{_name(parent)}/loc"
        if name and text:
            yield name, text
