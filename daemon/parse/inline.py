"""The text of an element as feedparser's `push` and `pop` would collect it from the same tree."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from daemon.parse.conventions import (
    DeclinedError,
    Scope,
    attributes_of,
    looks_like_html,
    media_type,
    mended,
    named,
)
from daemon.parse.raw import Markup
from daemon.parse.xml import HANDLED

XHTML = "application/xhtml+xml"
_TYPES = frozenset({"text/plain", "text/html", XHTML})


def text_of(element: etree._Element) -> str:
    """The text of an element that holds nothing else."""
    if len(element):
        raise DeclinedError("markup in a text")
    text = (element.text or "").strip()
    return text if text.isascii() else mended(text)


def markup_of(element: etree._Element, scope: Scope, default: str, version: str) -> Markup:
    """A text construct (RFC 4287, 3.1), of type `default` where none is stated."""
    kind = default
    if attributes := attributes_of(element):
        scope = scope.inside(attributes)
        kind = media_type(attributes["type"]) if "type" in attributes else default
        if attributes.get("mode") == "base64" or kind not in _TYPES:
            raise DeclinedError("base64 or another type")
    if len(element) or kind == XHTML:
        value = _inline(element, kind, unwrap=version == "atom10").strip()
        kind = XHTML
    else:
        value = (element.text or "").strip()
        if kind == "text/plain" and not version.startswith("atom") and looks_like_html(value):
            kind = "text/html"
    value = value if value.isascii() else mended(value)
    return Markup(value, kind != "text/plain", scope.base, scope.language)


# ---------------------------------------------------------------- markup written as XML


def _inline(element: etree._Element, kind: str, *, unwrap: bool) -> str:
    """The markup inside an element; of Atom's wrapping `<div>` only the inside, if `unwrap`."""
    first = element.text or ""
    names = [_inline_name(child.tag, child.prefix) for child in element]
    if kind != XHTML and names[0] == "div":
        raise DeclinedError("markup of an undeclared kind")
    # up to the first tag it may as well be escaped markup
    pieces = [escape(first) if kind == XHTML else first]
    if unwrap and names == ["div"] and not f"{first}{element[0].tail or ''}".strip():
        element = element[0]
        pieces = [escape(element.text or "")]
    _write(element, pieces)
    return "".join(pieces)


def _write(element: etree._Element, pieces: list[str]) -> None:
    """Add what follows the first text of an element, up to its end."""
    for child in element:
        name, text, tail = _inline_name(child.tag, child.prefix), child.text, child.tail
        pieces.append(f"<{name}{_written(child)}>")
        if text:
            pieces.append(escape(text))
        if len(child):
            _write(child, pieces)
        pieces.append(f"</{name}>{escape(tail)}" if tail else f"</{name}>")


def _written(element: etree._Element) -> str:
    attributes = attributes_of(element)
    if not attributes:
        return ""
    keys: Sequence[Any] = element.keys()
    if any(key[0] == "{" and not key.startswith(_XML) for key in keys):
        raise DeclinedError("foreign attributes in a text")
    return "".join([f' {name}="{escape(value, _QUOTE)}"' for name, value in attributes.items()])


_QUOTE = {'"': "&quot;"}
_XML = "{http://www.w3.org/XML/1998/namespace}"
_FOREIGN = frozenset({"svg", "math"})


@lru_cache(maxsize=4096)
def _inline_name(tag: str, prefix: str | None) -> str:
    """The local name; feedparser mistakes the end of some elements for the end of its own."""
    local = tag.rpartition("}")[2].lower()
    if named(tag, prefix) in HANDLED or local in _FOREIGN:
        raise DeclinedError("feed elements in a text")
    return local
