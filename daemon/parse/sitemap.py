"""News sitemaps and indexes of them (sitemaps.org/protocol, and Google's news extension of it)."""

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from daemon.errors import NotAFeedError
from daemon.parse.prolog import with_bare_ampersands
from daemon.parse.raw import Markup, RawEntry, entry_of
from daemon.values import Entry, Listed, ParsedFeed
from storage.values import DateSource, FeedKind


def read_sitemap(document: str, url: str) -> ParsedFeed:
    """The pages of a `urlset`, or the sitemaps of an index.

    Elements count by their local names, whatever their namespace.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    root = etree.fromstring(with_bare_ampersands(document).encode("utf-8", "replace"), parser)
    if root is None:
        raise NotAFeedError("an unreadable sitemap")
    damaged = str(parser.error_log[0].message) if len(parser.error_log) else None
    parsed = ParsedFeed(kind=FeedKind.SITEMAP, url=url, damaged=damaged)
    if _name(root) == "sitemapindex":
        named = (_listed(child) for child in root if _name(child) == "sitemap")
        return replace(parsed, sitemaps=tuple(filter(None, named)))
    return replace(parsed, entries=tuple(_entry(c) for c in root if _name(c) == "url"))


def _name(element: etree._Element) -> str:
    tag = element.tag
    # lxml gives a comment a function for a tag, whatever its stubs say
    return str(tag).rpartition("}")[2].lower()


def _listed(sitemap: etree._Element) -> Listed | None:
    texts = dict(_texts(sitemap))
    return Listed(texts["sitemap/loc"], texts.get("lastmod")) if "sitemap/loc" in texts else None


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
