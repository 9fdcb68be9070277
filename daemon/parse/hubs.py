"""Find the hub of a feed: who would tell us of news (W3C WebSub, 4)."""

import json
import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from daemon.values import Fetched, HubLinks

HEAD = 64 << 10
"""Bytes of the document that are looked at: the links stand before the entries."""
LONGEST = 4_000
"""Characters of an address."""

# RFC 8288, 3: <target>; rel="relations"
_HEADER_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^",;\s]+))*)')
# Both in linear time: an element ends before the next one, a name is tried from its start only.
_ELEMENT = re.compile(r"<(?:\w+:)?link\s([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?<![\w:*-])([\w:*-]++)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\"'\s>;,]+)")

Link = tuple[str, frozenset[str]]
"""A target and its relations."""


def hub_links(page: Fetched) -> HubLinks | None:
    """The hub that a feed names, and the topic under which the hub knows it; None for none.

    Link headers count before the document, as the specification wants; relative targets are
    relative to the document. Without a `self` the address that answered is the topic.
    """
    links = [*_in_headers(page.links), *_in_document(page.body[:HEAD])]
    hub = _target(links, "hub", page.url)
    if hub is None:
        return None
    return HubLinks(hub, _target(links, "self", page.url) or page.url)


def _target(links: Sequence[Link], relation: str, base: str) -> str | None:
    for target, relations in links:
        if relation in relations:
            return _web_address(base, target)
    return None


def _web_address(base: str, target: str) -> str | None:
    """The target as an address that can be asked for, and stored."""
    try:
        url = urljoin(base, target)
        is_web = urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return None
    return url if is_web and url.isprintable() and len(url) <= LONGEST else None


def _in_headers(values: Sequence[str]) -> Iterator[Link]:
    for value in values:
        for target, parameters in _HEADER_LINK.findall(value):
            yield target, _relations(parameters)


def _in_document(head: bytes) -> Iterator[Link]:
    text = head.decode("utf-8", "replace")
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        yield from _in_json(text)
        return
    entries = re.search(r"<(?:\w+:)?(?:item|entry)[\s>]", text)
    for attributes in _ELEMENT.findall(text[: entries.start()] if entries else text):
        named = dict(_ATTRIBUTE.findall(attributes))
        if "href" in named:
            yield unescape(named["href"].strip("\"'")), _relations(attributes)


def _in_json(text: str) -> Iterator[Link]:
    """JSON Feed 1.1: `hubs` and `feed_url`, wherever they stand in the head."""
    for value in re.findall(r'"hubs"\s*:\s*(\[[^\]]*\])', text):
        for hub in _loaded(value) or []:
            if isinstance(hub, dict) and str(hub.get("type", "")).lower() == "websub":
                yield str(hub.get("url", "")), frozenset({"hub"})
    for value in re.findall(r'"feed_url"\s*:\s*("(?:[^"\\]|\\.)*")', text):
        if feed_url := _loaded(value):
            yield feed_url, frozenset({"self"})


def _loaded(value: str) -> Any:
    """A piece of JSON; None for one that only looks like it."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _relations(attributes: str) -> frozenset[str]:
    for name, value in _ATTRIBUTE.findall(attributes):
        if name.lower() == "rel":
            return frozenset(value.strip("\"'").lower().split())
    return frozenset()
