"""Tell the kind of a feed document from its content, and read it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from daemon.errors import NewsdError, NotAFeedError, ParseLimitError
from daemon.parse.conventions import DeclinedError
from daemon.parse.decode import decode
from daemon.parse.fast import read_fast
from daemon.parse.hints import document_hints
from daemon.parse.jsonfeed import read_json_feed
from daemon.parse.prolog import resolved, root_of, writable
from daemon.parse.raw import RawFeed, entry_of, repaired
from daemon.parse.sitemap import read_sitemap
from daemon.parse.xml import read_xml
from daemon.values import Entry, Fetched, ParsedFeed, Reader

LONGEST_TTL = timedelta(days=7)


def parse_feed(page: Fetched, *, fast: bool = True) -> ParsedFeed:
    """Every entry of a feed as it was written; the content decides what it is, not its type.

    Without `fast` XML is left to feedparser, for a comparison. Raises `NotAFeedError` when the
    body is no feed, and `ParseLimitError` when it is nested beyond reason. A feed without entries
    is fine.
    """
    text = decode(page.body, page.content_type).lstrip("\ufeff \t\r\n\0")
    if not text:
        raise NotAFeedError("the body is empty")
    if text[0] in "{[":
        return read_json_feed(text, page.url)
    return replace(_xml(text, page.url, fast=fast), hints=document_hints(text))


_FEEDS = frozenset({"rss", "rdf", "feed"})


def _xml(text: str, url: str, *, fast: bool) -> ParsedFeed:
    """A document by the fast reader if that is made for it, else by feedparser."""
    document, root = root_of(text)
    if not fast or root not in _FEEDS:
        return _slow(*root_of(writable(text)), url)
    try:
        prolog = text[: len(text) - len(document)]
        return replace(_fast(prolog, document, url), reader=Reader.FAST)
    except DeclinedError as why:
        return replace(_slow(*root_of(writable(text)), url), declined=why.reason)


def _fast(prolog: str, document: str, url: str) -> ParsedFeed:
    """A document by the fast reader; raises `DeclinedError` for one it is not made for."""
    if "<!DOCTYPE" in prolog or "<!ENTITY" in prolog:
        raise DeclinedError("doctype")
    try:
        return _feed(read_fast(resolved(document), url), url)
    except DeclinedError:
        raise
    except Exception as error:  # a bug of the fast reader costs time, not the document
        raise DeclinedError("internal error") from error


def _slow(document: str, root: str, url: str) -> ParsedFeed:
    """A document by whatever reads it."""
    if not root:
        raise NotAFeedError("neither XML nor JSON")
    if root == "html":
        raise NotAFeedError("an HTML page, not a feed")
    if root in {"urlset", "sitemapindex"}:
        return read_sitemap(document, url)
    try:
        raw = read_xml(document, url)
        parsed = _feed(raw, url)
    except NewsdError:
        raise
    except RecursionError as error:
        raise ParseLimitError("nested too deep") from error
    except Exception as error:  # a reader's own bug costs this document, by its name
        raise NotAFeedError(f"unreadable: {type(error).__name__}: {error}"[:300]) from error
    if not raw.is_recognised and not parsed.entries:
        raise NotAFeedError(f"XML, but not a feed: its root is <{root[:40]}>")
    return replace(parsed, reader=Reader.FEEDPARSER)


def _feed(raw: RawFeed, url: str) -> ParsedFeed:
    """The one way from either reader's record to what it means."""
    read = [entry_of(entry) for entry in raw.entries]
    entries = tuple(entry for entry in read if _says_something(entry))
    return ParsedFeed(
        kind=raw.kind,
        url=url,
        title=_text(raw.title),
        site_url=_text(raw.site_url),
        language=_text(raw.language),
        ttl=_ttl(raw.ttl),
        entries=entries,
        damaged=raw.damaged,
        rejected={"empty_item": len(read) - len(entries)} if len(entries) < len(read) else {},
    )


def _says_something(entry: Entry) -> bool:
    """Whether there is more to it than what it inherits from its document."""
    words = entry.title or entry.content or entry.guid or entry.link or entry.summary
    times = entry.published or entry.updated
    return bool(
        words or times or entry.authors or entry.categories or entry.enclosures or entry.image
    )


def _text(value: Any) -> str | None:
    return " ".join(repaired(value).split()) or None if isinstance(value, str) else None


def _ttl(value: Any) -> timedelta | None:
    """RSS 2.0: minutes for which the feed may be cached."""
    text = _text(value) or ""
    if not text.isdecimal() or len(text) > 9 or not int(text):
        return None
    return min(timedelta(minutes=int(text)), LONGEST_TTL)
