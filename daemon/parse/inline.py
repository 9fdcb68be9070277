"""The text of an element as feedparser's `push` and `pop` would collect it from the same tree."""

from dataclasses import dataclass
from typing import NamedTuple
from xml.sax.saxutils import escape

from lxml import etree

from daemon.parse.conventions import (
    DeclinedError,
    Scope,
    attributes_of,
    looks_like_html,
    media_type,
    mended,
    name_of,
)
from daemon.parse.raw import Markup
from daemon.parse.xml import HANDLED

XHTML = "application/xhtml+xml"


@dataclass(frozen=True, slots=True)
class Detail:
    """A text construct with its type and what it inherited."""

    value: str
    type: str
    scope: Scope

    @property
    def markup(self) -> Markup:
        """The text, and whether it is HTML."""
        return Markup(self.value, is_html=self.type != "text/plain")

    @property
    def language(self) -> str | None:
        """The language that it is said to be in."""
        return self.scope.language and self.scope.language.replace("_", "-")


class Part(NamedTuple):
    """An element of a channel or an item, with what holds there.

    A frozen dataclass would take 0.9 us to make, this 0.3; there are ten to an item.
    """

    element: etree._Element
    attributes: dict[str, str]
    scope: Scope
    depth: int
    """Below the channel or the item: 1 for their children."""

    @property
    def text(self) -> str:
        """The text of an element that holds nothing else."""
        return text_of(self.element)

    @property
    def stripped(self) -> str:
        """The same before it is mended."""
        return _stripped(self.element)


def text_of(element: etree._Element) -> str:
    """The text of an element that holds nothing else."""
    text = _stripped(element)
    return text if text.isascii() else mended(text)


def _stripped(element: etree._Element) -> str:
    if len(element):
        raise DeclinedError("markup in a text")
    return (element.text or "").strip()


def detail_of(part: Part, default: str, version: str) -> Detail:
    """A text construct (RFC 4287, 3.1), of type `default` where none is stated."""
    element, attributes = part.element, part.attributes
    kind = media_type(attributes["type"]) if "type" in attributes else default
    if attributes.get("mode") == "base64" or not kind.startswith(("text/", XHTML)):
        raise DeclinedError("base64 or another type")
    if len(element) or kind == XHTML:
        value = _inline(element, kind, unwrap=version == "atom10").strip()
        kind = XHTML
    else:
        value = (element.text or "").strip()
        if kind == "text/plain" and not version.startswith("atom") and looks_like_html(value):
            kind = "text/html"
    return Detail(mended(value), kind, part.scope)


# ---------------------------------------------------------------- markup written as XML


def _inline(element: etree._Element, kind: str, *, unwrap: bool) -> str:
    """The markup inside an element; of Atom's wrapping `<div>` only the inside, if `unwrap`."""
    first = element.text or ""
    names = [_inline_name(child) for child in element]
    if kind != XHTML and (kind.endswith("xml") or names[0] == "div"):
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
        name = _inline_name(child)
        written = _written(child) if child.attrib else ""
        pieces.append(f"<{name}{written}>{escape(child.text or '')}")
        if len(child):
            _write(child, pieces)
        pieces.append(f"</{name}>{escape(child.tail or '')}")


def _written(element: etree._Element) -> str:
    if any(str(key)[0] == "{" and not str(key).startswith(_XML) for key in element.attrib):
        raise DeclinedError("foreign attributes in a text")
    attributes = attributes_of(element).items()
    return "".join(f' {key}="{escape(value, _QUOTE)}"' for key, value in attributes)


_XML = "{http://www.w3.org/XML/1998/namespace}"
_QUOTE = {'"': "&quot;"}
_FOREIGN = frozenset({"svg", "math"})


def _inline_name(element: etree._Element) -> str:
    """The local name; feedparser mistakes the end of some elements for the end of its own."""
    local = str(element.tag).rpartition("}")[2].lower()
    if name_of(element) in HANDLED or local in _FOREIGN:
        raise DeclinedError("feed elements in a text")
    return local
