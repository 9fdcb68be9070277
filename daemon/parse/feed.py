"""Tell the kind of a feed document from its content, and read it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from daemon.errors import NewsdError, NotAFeedError, ParseLimitError
from daemon.parse.decode import decode
from daemon.parse.hints import document_hints
from daemon.parse.jsonfeed import read_json_feed
from daemon.parse.prolog import root_of, writable
from daemon.parse.raw import entry_of, repaired
from daemon.parse.sitemap import read_sitemap
from daemon.parse.xml import kind_of, raw_entry, read_xml
from daemon.values import Entry, Fetched, ParsedFeed

LONGEST_TTL = timedelta(days=7)


def parse_feed(page: Fetched) -> ParsedFeed:
    """Every entry of a feed as it was written; the content decides what it is, not its type.

    Raises `NotAFeedError` when the body is no feed, and `ParseLimitError` when it is nested beyond
    reason. A feed without entries is fine.
    """
    text = decode(page.body, page.content_type).lstrip("\ufeff \t\r\n\0")
    if not text:
        raise NotAFeedError("the body is empty")
    if text[0] in "{[":
        return read_json_feed(text, page.url)
    document, root = root_of(writable(text))
    if not root:
        raise NotAFeedError("neither XML nor JSON")
    if root == "html":
        raise NotAFeedError("an HTML page, not a feed")
    if root in {"urlset", "sitemapindex"}:
        return read_sitemap(document, page.url)
    return _parse_xml(document, root, page.url)


def _parse_xml(document: str, root: str, url: str) -> ParsedFeed:
    try:
        raw = read_xml(document, url)
        read = [entry_of(raw_entry(entry)) for entry in raw.entries]
    except NewsdError:
        raise
    except RecursionError as error:
        raise ParseLimitError("nested too deep") from error
    except Exception as error:  # a reader's own bug costs this document, by its name
        raise NotAFeedError(f"unreadable: {type(error).__name__}: {error}"[:300]) from error
    entries = tuple(entry for entry in read if _says_something(entry))
    if not raw.version and not entries:
        raise NotAFeedError(f"XML, but not a feed: its root is <{root[:40]}>")
    return ParsedFeed(
        kind=kind_of(raw),
        url=url,
        title=_text(raw.feed.get("title")),
        site_url=_text(raw.feed.get("link")),
        language=_text(raw.feed.get("language")),
        ttl=_ttl(raw.feed.get("ttl")),
        hints=document_hints(document),
        entries=entries,
        damaged=raw.damaged,
        rejected={"empty_item": len(read) - len(entries)} if len(entries) < len(read) else {},
    )


def _says_something(entry: Entry) -> bool:
    return replace(entry, language=None, base=None) != Entry()


def _text(value: Any) -> str | None:
    return " ".join(repaired(value).split()) or None if isinstance(value, str) else None


def _ttl(value: Any) -> timedelta | None:
    """RSS 2.0: minutes for which the feed may be cached."""
    text = _text(value) or ""
    if not text.isdecimal() or len(text) > 9 or not int(text):
        return None
    return min(timedelta(minutes=int(text)), LONGEST_TTL)
