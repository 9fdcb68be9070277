"""Atom (RFC 4287). No input or output."""

import re
from datetime import UTC, datetime
from mimetypes import guess_type
from typing import Any

from lxml import etree

from daemon.syndicate.values import Channel, Item, stable_id

ATOM = "http://www.w3.org/2005/Atom"
_XML = "http://www.w3.org/XML/1998/namespace"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_atom(channel: Channel) -> bytes:
    """The document, in UTF-8. Text is text whatever is in it; HTML is escaped HTML (3.1.1.2)."""
    names: Any = {None: ATOM}  # the stubs know no default namespace
    feed = etree.Element(_atom("feed"), nsmap=names)
    if channel.language:
        feed.set(f"{{{_XML}}}lang", _clean(channel.language))
    _say(feed, "id", stable_id(channel.url))
    _say(feed, "title", channel.title)
    _say(feed, "updated", _written(channel.updated_at))
    # entries that name nobody are then not without an author (4.1.1)
    _say(etree.SubElement(feed, _atom("author")), "name", "newsd")
    _link(feed, "self", channel.url, "application/atom+xml")
    _link(feed, "alternate", channel.home, "text/html")
    _say(feed, "generator", "newsd")
    for item in channel.items:
        _entry(feed, item)
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8")


def _entry(feed: etree._Element, item: Item) -> None:
    entry = etree.SubElement(feed, _atom("entry"))
    if item.language and item.language != "und":
        entry.set(f"{{{_XML}}}lang", _clean(item.language))
    _say(entry, "id", item.name)
    _say(entry, "title", item.title)
    _say(entry, "updated", _written(item.changed_at))
    if item.published_at is not None:
        _say(entry, "published", _written(item.published_at))
    _links(entry, item)
    for author in item.authors:
        _say(etree.SubElement(entry, _atom("author")), "name", author)
    for topic_id, label in item.topics:
        about = {"term": label, "scheme": topic_id, "label": label}
        etree.SubElement(entry, _atom("category"), {k: _clean(v) for k, v in about.items()})
    _texts(entry, item)
    if item.host:
        _source(entry, item.host)


def _links(entry: etree._Element, item: Item) -> None:
    if item.url:
        _link(entry, "alternate", item.url)
    if item.image_url:
        kind, _ = guess_type(item.image_url)
        _link(entry, "enclosure", item.image_url, kind or "image/jpeg")


def _texts(entry: etree._Element, item: Item) -> None:
    if item.summary:
        _say(entry, "summary", item.summary)
    if item.html is not None:
        _say(entry, "content", item.html, type="html")
    elif item.url is None:
        # what has no content must have an address (4.1.2)
        _say(entry, "content", item.summary or item.title)


def _source(entry: etree._Element, host: str) -> None:
    """Whose article it is (4.2.11)."""
    source = etree.SubElement(entry, _atom("source"))
    address = f"https://{host}/"
    _say(source, "id", stable_id(address))
    _say(source, "title", host)
    _link(source, "alternate", address, "text/html")


def _say(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, _atom(name), attributes).text = _clean(text)


def _link(parent: etree._Element, rel: str, href: str, kind: str | None = None) -> None:
    attributes = {"rel": rel, "href": _clean(href)} | ({"type": kind} if kind else {})
    etree.SubElement(parent, _atom("link"), attributes)


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _clean(text: str) -> str:
    """`text` without what XML 1.0 cannot hold (section 2.2)."""
    return _NOT_XML.sub("", text)


def _written(at: datetime) -> str:
    """RFC 3339, in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
