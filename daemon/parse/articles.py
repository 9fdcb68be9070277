"""Read articles that somebody hands in: a text, a web page, or JSON lines. For `newsd ingest`."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from daemon.errors import NotAFeedError, UsageError
from daemon.parse.decode import decode
from daemon.parse.feed import parse_feed
from daemon.parse.page import read_page
from daemon.parse.prolog import root_of, writable
from daemon.parse.raw import Markup, RawEntry, entry_of
from daemon.values import Entry, Fetched, ParsedFeed
from storage.values import FeedKind

LONGEST_TITLE = 300
"""Characters; a first line longer than this is the text's, not a title."""

_FEED_ROOTS = frozenset({"rss", "feed", "rdf", "urlset"})


def parse_articles(page: Fetched) -> ParsedFeed:
    """The articles in a file: one in a text or a web page, one a line in JSON; or a feed's.

    Raises `NotAFeedError` when the bytes are no text, and `UsageError` naming the line when one of
    several JSON lines cannot be read.
    """
    text = decode(page.body, page.content_type).lstrip("\ufeff").strip()
    _refuse_binary(page.body, text)
    if text[0] == "<":
        root = root_of(text)[1]
        if root in _FEED_ROOTS:
            return parse_feed(page)
        if root:
            return _ingested(page, [_placed(read_page(writable(text)), page.url)])
    if text[0] in "{[":
        return _from_json(page, text)
    return _ingested(page, [_placed(_from_text(text), page.url)])


def read_web_page(page: Fetched) -> Entry:
    """What a web page says of its article. Raises `NotAFeedError` when the bytes are no text."""
    text = decode(page.body, page.content_type).lstrip("\ufeff").strip()
    _refuse_binary(page.body, text)
    entry = read_page(writable(text))
    return replace(entry, base=urljoin(page.url, entry.base or ""))


def _ingested(page: Fetched, entries: list[Entry]) -> ParsedFeed:
    return ParsedFeed(kind=FeedKind.INGEST, url=page.url, entries=tuple(entries))


def _placed(entry: Entry, url: str) -> Entry:
    """One document is one article, which is where the document is from."""
    is_web = url.startswith(("http://", "https://"))
    return replace(entry, link=url) if is_web and entry.link is None else entry


def _refuse_binary(body: bytes, text: str) -> None:
    if not text:
        raise NotAFeedError("the file is empty")
    head = text[:4096]
    odd = sum(c == "\ufffd" or (c < " " and c not in "\t\n\r\f") for c in head)
    if odd * 20 > len(head) or (b"\0" in body[:4096] and "\0" in head):
        raise NotAFeedError("not a text: it holds binary data")


# ---------------------------------------------------------------- plain text


def _from_text(text: str) -> Entry:
    """A title on the first line, then paragraphs; without a second line there is no title."""
    first, _, rest = text.partition("\n")
    titled = bool(rest.strip()) and len(first) <= LONGEST_TITLE
    return entry_of(
        RawEntry(
            title=Markup(first, is_html=False) if titled else None,
            contents=[Markup(rest if titled else text, is_html=False)],
        )
    )


# ---------------------------------------------------------------- JSON


def _from_json(page: Fetched, text: str) -> ParsedFeed:
    """A JSON Feed, a JSON array of articles, or an article a line."""
    whole = _whole(text)
    if isinstance(whole, dict) and isinstance(whole.get("items"), list):
        return parse_feed(page)
    if isinstance(whole, list):
        lines = list(enumerate(whole, 1))
    else:
        lines = [(1, whole)] if whole is not None else list(_lines(page.url, text))
    return _ingested(page, [_from_record(page.url, n, record) for n, record in lines])


def _whole(text: str) -> Any:
    """The text as one JSON value; None when it is several lines of them, or none at all."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _lines(name: str, text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{name}: line {number}: not valid JSON: {error}") from error


def _from_record(name: str, number: int, record: Any) -> Entry:
    """Keys: id, url, title, summary, text or html or content, published, authors, ..."""
    if not isinstance(record, dict):
        raise UsageError(f"{name}: line {number}: not a JSON object")
    title, summary = _string(record, "title"), _string(record, "summary")
    entry = entry_of(
        RawEntry(
            id=_string(record, "id"),
            link=_string(record, "url"),
            title=Markup(title, is_html=False) if title else None,
            summaries=[Markup(summary, is_html=False)] if summary else [],
            contents=list(_contents(record)),
            authors=_strings(record, "authors") or _strings(record, "author"),
            published=[_string(record, "published")],
            updated=_string(record, "updated"),
            categories=_strings(record, "categories"),
            image=_string(record, "image"),
            language=_string(record, "language"),
        )
    )
    if not (entry.title or entry.content):
        raise UsageError(f"{name}: line {number}: neither a title nor a text")
    return entry


def _contents(record: Mapping[str, Any]) -> Iterator[Markup]:
    """`html` and `content` hold HTML; `text` holds text."""
    for key in ("html", "content"):
        if html := _string(record, key):
            yield Markup(html)
            return
    if text := _string(record, "text"):
        yield Markup(text, is_html=False)


def _string(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    return str(value).strip() or None if isinstance(value, str | int | float) else None


def _strings(record: Mapping[str, Any], key: str) -> list[str | None]:
    value = record.get(key)
    values = value if isinstance(value, list) else [value]
    return [
        v.get("name") if isinstance(v, dict) else v for v in values if isinstance(v, str | dict)
    ]
