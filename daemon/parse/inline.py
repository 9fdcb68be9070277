"""The text of an element as feedparser's `push` and `pop` would collect it from the same tree."""

from collections.abc import Iterator
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
    return mended(_stripped(element))


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
    if kind != XHTML and (kind.endswith("xml") or _local(element[0]) == "div"):
        raise DeclinedError("markup of an undeclared kind")
    if unwrap and len(element) == 1 and _local(element[0]) == "div" and not _around(element):
        _refuse_handled(element[0])
        return f"{escape(element[0].text or '')}{''.join(_pieces(element[0]))}"
    # up to the first tag it may as well be escaped markup
    return f"{escape(first) if kind == XHTML else first}{''.join(_pieces(element))}"


def _around(element: etree._Element) -> str:
    """The text around the one child of an element."""
    return f"{element.text or ''}{element[0].tail or ''}".strip()


def _pieces(element: etree._Element) -> Iterator[str]:
    """What follows the first text of an element, up to its end."""
    for child in element:
        _refuse_handled(child)
        name = _local(child)
        attributes = attributes_of(child).items()
        if any(str(key)[0] == "{" and not str(key).startswith(_XML) for key in child.attrib):
            raise DeclinedError("foreign attributes in a text")
        written = (f' {key}="{escape(value, {chr(34): "&quot;"})}"' for key, value in attributes)
        yield f"<{name}{''.join(written)}>"
        if child.text:
            yield escape(child.text)
        yield from _pieces(child)
        yield f"</{name}>"
        if child.tail:
            yield escape(child.tail)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


_XML = "{http://www.w3.org/XML/1998/namespace}"
_FOREIGN = frozenset({"svg", "math"})


def _refuse_handled(element: etree._Element) -> None:
    """Decline an element whose end feedparser mistakes for the end of one of its own."""
    if name_of(element) in HANDLED or _local(element) in _FOREIGN:
        raise DeclinedError("feed elements in a text")
