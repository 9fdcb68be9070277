"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1), however loosely it was written."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from daemon.errors import NotAFeedError, ParseLimitError
from daemon.parse.raw import Markup, RawEntry, entry_of
from daemon.values import ParsedFeed
from storage.values import FeedKind


def read_json_feed(text: str, url: str) -> ParsedFeed:
    """The items that are objects with something to read; the others are counted.

    Raises `NotAFeedError` when the text is not JSON, or JSON of another kind.
    """
    document, damaged = _loaded(text)
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(items, list):
        raise NotAFeedError("JSON, but not a JSON Feed: it has no list of items")
    language = _string(document.get("language"))
    sound = [item for item in items if isinstance(item, dict) and _says_something(item)]
    lost = len(items) - len(sound)
    return ParsedFeed(
        kind=FeedKind.JSON,
        url=url,
        title=_string(document.get("title")),
        site_url=_string(document.get("home_page_url")),
        language=language,
        entries=tuple(entry_of(_raw_entry(item, document)) for item in sound),
        damaged=damaged,
        rejected={"not_an_item": lost} if lost else {},
    )


def _loaded(text: str) -> tuple[Any, str | None]:
    """The value that the text begins with, and what is wrong with the rest of it."""
    try:
        value, end = _DECODER.raw_decode(text)
    except RecursionError as error:
        raise ParseLimitError("JSON nested too deep") from error
    except ValueError as error:
        raise NotAFeedError(f"neither XML nor valid JSON: {error}") from error
    return value, "something follows the JSON" if text[end:].strip("\0 \t\r\n") else None


def _bounded_int(digits: str) -> int:
    """Python refuses to read a number of more than 4,300 digits, and so fails the document."""
    return int(digits[:30])


def _no_number(_name: str) -> None:
    """NaN and Infinity, which JSON does not have, are nothing."""


# Not strict: line breaks inside strings are common, and mean themselves.
_DECODER = json.JSONDecoder(strict=False, parse_int=_bounded_int, parse_constant=_no_number)


def _says_something(item: Mapping[str, Any]) -> bool:
    fields = ("id", "url", "external_url", "title", "summary", "content_html", "content_text")
    return any(_string(item.get(name)) for name in fields)


def _raw_entry(item: Mapping[str, Any], feed: Mapping[str, Any]) -> RawEntry:
    summary = _string(item.get("summary"))
    title = _string(item.get("title"))
    return RawEntry(
        id=_string(item.get("id")),
        link=_string(item.get("url")) or _string(item.get("external_url")),
        id_is_link=True,
        title=Markup(title, is_html=False) if title else None,
        summaries=[Markup(summary, is_html=False)] if summary else [],
        contents=list(_contents(item)),
        authors=list(_authors(item)) or list(_authors(feed)),
        published=[_string(item.get("date_published"))],
        updated=_string(item.get("date_modified")),
        categories=[_string(tag) for tag in _list(item.get("tags"))],
        enclosures=[_string(a.get("url")) for a in _objects(item.get("attachments"))],
        image=_string(item.get("image")) or _string(item.get("banner_image")),
        language=_string(item.get("language")),
    )


def _contents(item: Mapping[str, Any]) -> Iterator[Markup]:
    """The HTML if there is any, else the text: they say the same."""
    if html := _string(item.get("content_html")):
        yield Markup(html)
    elif text := _string(item.get("content_text")):
        yield Markup(text, is_html=False)


def _authors(holder: Mapping[str, Any]) -> Iterator[str | None]:
    """`authors` of 1.1, else `author` of 1.0."""
    authors = _objects(holder.get("authors")) or _objects([holder.get("author")])
    return (_string(author.get("name")) or _string(author.get("url")) for author in authors)


def _string(value: Any) -> str | None:
    """Text or a number as text; anything else is as good as absent."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [v for v in _list(value) if isinstance(v, dict)]
