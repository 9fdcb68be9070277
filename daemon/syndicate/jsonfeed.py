"""JSON Feed 1.1 (jsonfeed.org/version/1.1). No input or output."""

from typing import Any

import orjson

from daemon.syndicate.values import Channel, Item

VERSION = "https://jsonfeed.org/version/1.1"


def write_json_feed(channel: Channel) -> bytes:
    """The document, in UTF-8."""
    document = {
        "version": VERSION,
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.url,
        "language": channel.language,
        "items": [_item(item) for item in channel.items],
    }
    return orjson.dumps(_said(document), option=orjson.OPT_UTC_Z)


def _item(item: Item) -> dict[str, Any]:
    language = item.language if item.language != "und" else None
    # one of the two contents there must be
    content = {"content_html": item.html}
    if item.html is None:
        content = {"content_text": item.summary or item.title}
    return _said(
        {
            "id": item.name,
            "url": item.url,
            "title": item.title,
            "summary": item.summary,
            "date_published": item.published_at,
            "date_modified": item.changed_at,
            "authors": [{"name": author} for author in item.authors] or None,
            "tags": [label for _, label in item.topics] or None,
            "language": language,
            "image": item.image_url,
            "_newsd": {"host": item.host, "topics": [topic for topic, _ in item.topics]},
        }
        | content
    )


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """What there is something to say of."""
    return {name: value for name, value in values.items() if value is not None}
