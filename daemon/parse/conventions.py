"""What feedparser does to names, addresses and texts, for a reader that must do the same.

Its own tables and functions are used where they can be called; what stands in the middle of its
`pop` is written again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from feedparser.html import _cp1252
from feedparser.mixin import _FeedParserMixin
from feedparser.urls import _urljoin, make_safe_absolute_uri
from lxml import etree

from daemon.parse.xml import MOST_ATTRIBUTES


class DeclinedError(Exception):
    """The fast reader leaves a document to feedparser, for the `reason` that is counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# ---------------------------------------------------------------- names

NAMESPACES = {
    uri.lower(): prefix.lower() for uri, prefix in _FeedParserMixin.namespaces.items() if uri
}
"""Namespace, lower case -> the prefix by which feedparser knows it; empty for those of feeds."""


def name_of(element: etree._Element) -> str:
    """The element's name as feedparser's handlers spell it: `title`, `dc_creator`, `xhtml_p`.

    An unknown namespace goes by the document's own prefix.
    """
    return named(element.tag, element.prefix)


@lru_cache(maxsize=4096)
def named(tag: str, own_prefix: str | None) -> str:
    """The same for an element of this tag and prefix."""
    uri, _, local = tag.rpartition("}")
    prefix = prefix_of(uri[1:])
    prefix = (own_prefix or "").lower() if prefix is None else prefix
    return f"{prefix}_{local.lower()}" if prefix else local.lower()


def is_foreign(tag: str) -> bool:
    """Whether feedparser does not know the tag's namespace, so that its prefix counts."""
    return prefix_of(tag.rpartition("}")[0][1:]) is None


def prefix_of(uri: str) -> str | None:
    """The prefix feedparser has for a namespace; None for one that it does not know."""
    uri = uri.lower()
    return "" if not uri or "backend.userland.com/rss" in uri else NAMESPACES.get(uri)


def attributes_of(element: etree._Element) -> dict[str, str]:
    """An element's attributes by their names in lower case, those of known namespaces prefixed."""
    count = len(element.attrib)
    if not count:
        return {}
    if count > MOST_ATTRIBUTES:  # lxml finds them in quadratic time
        raise DeclinedError("attributes")
    items: Sequence[Any] = element.items()
    attributes = {_attribute(key): value for key, value in items}
    if "rel" in attributes:
        attributes["rel"] = attributes["rel"].lower()
    if "type" in attributes:
        attributes["type"] = attributes["type"].lower()
    return attributes


@lru_cache(maxsize=4096)
def _attribute(key: str) -> str:
    uri, _, local = key.rpartition("}")
    prefix = prefix_of(uri[1:])
    return f"{prefix}:{local.lower()}" if prefix else local.lower()


# ---------------------------------------------------------------- what elements inherit


_INHERITED = frozenset({"xml:base", "base", "xml:lang", "lang"})


@dataclass(frozen=True, slots=True)
class Scope:
    """What holds inside an element unless it says otherwise: `xml:base` and `xml:lang`."""

    base: str
    language: str | None = None

    def inside(self, attributes: Mapping[str, str]) -> "Scope":
        """What holds in an element with these attributes."""
        if _INHERITED.isdisjoint(attributes):
            return self
        base = attributes.get("xml:base", attributes.get("base"))
        language = attributes.get("xml:lang", attributes.get("lang"))
        scope = self
        if language is not None:
            scope = replace(scope, language=language.replace("_", "-") or None)
        return scope if base is None else replace(scope, base=based(self.base, base))


def based(base: str, stated: str) -> str:
    """The base that holds in an element which states `stated`."""
    stated = stated or base
    if not base:
        return str(_urljoin(base, stated))
    return str(make_safe_absolute_uri(base, stated) or base)


# Joining changes nothing in an address like this one, and takes 6 us.
_PLAIN_ADDRESS = re.compile(
    r"https?://[a-zA-Z0-9.-]+(?::\d+)?(?:/[\w./%~@:,-]*(?:\?[\w./%~@:,&=+-]+)?(?:#[\w./%~@:,&=+-]+)?)?"
)


def joined(base: str, address: str) -> str:
    """An address made absolute."""
    if _PLAIN_ADDRESS.fullmatch(address) and "/." not in address:
        return address
    return str(_urljoin(base, address))


# ---------------------------------------------------------------- texts


def media_type(written: str) -> str:
    """A type attribute as a media type: Atom says `html` for `text/html`."""
    return str(_FeedParserMixin.map_content_type(written))


def looks_like_html(text: str) -> bool:
    """Whether a text that should be plain has tags or entities after all."""
    return ("&" in text or "</" in text) and bool(_FeedParserMixin.looks_like_html(text))


def mended(text: str) -> str:
    """UTF-8 that was read as Latin-1 and encoded again, and Windows-1252's quotes, put right."""
    if text.isascii():
        return text
    text = _decoded_again(text)
    return text.translate(_cp1252) if _C1.search(text.encode()) else text


def _decoded_again(text: str) -> str:
    try:
        return text.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return text


# In 4,000 characters a class takes 12 us to find nothing, two bytes of UTF-8 take 4.
_C1 = re.compile(b"\xc2[\x80-\x9f]")
