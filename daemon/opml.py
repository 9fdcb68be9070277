"""OPML 2.0 (opml.org/spec2.opml): the list of feeds that every reader can write and read."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from lxml import etree

from daemon.credentials import without_credentials
from daemon.errors import UsageError
from storage.addresses import one_address
from storage.values import Subscription

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Outlines:
    """What an OPML document asks us to follow, and what of it we cannot."""

    subscriptions: tuple[Subscription, ...]
    """One for each address; the folders around it are its labels."""
    skipped: tuple[str, ...] = ()
    """One printable line for each outline that is neither a feed nor a folder."""


def read_opml(data: bytes, source: str) -> Outlines:
    """The feeds in an OPML document; `source` is what messages call it.

    Raises `UsageError` naming the line when it is not OPML, or has a document type: that may
    declare entities, and OPML needs none.
    """
    reading = _Reading(source)
    try:
        for event, element in _outlines(data, source):
            if event == "start":
                reading.open(element)
            else:
                reading.close(element)
    except etree.XMLSyntaxError as error:
        raise UsageError(
            f"{source}:{error.lineno or 1}: not well-formed XML ({error.msg}); "
            "export the OPML file again"
        ) from error
    return Outlines(tuple(reading.found.values()), tuple(reading.skipped))


def write_opml(subscriptions: Iterable[Subscription], now: datetime) -> bytes:
    """An OPML 2.0 document in UTF-8, which `read_opml` reads back: labels become folders."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = "Feeds of newsd"
    etree.SubElement(head, "dateCreated").text = format_datetime(now)
    folders: dict[tuple[str, ...], etree._Element] = {(): etree.SubElement(root, "body")}
    for subscription in subscriptions:
        folder = _folder(folders, tuple(_clean(label) for label in subscription.labels))
        etree.SubElement(folder, "outline", _attributes(subscription))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


# ---------------------------------------------------------------- reading


@dataclass(slots=True)
class _Open:
    """An outline we are inside of."""

    label: str
    is_of_use: bool


@dataclass(slots=True)
class _Reading:
    """Where we are in the document, and what we have seen."""

    source: str
    found: dict[str, Subscription] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    around: list[_Open] = field(default_factory=list)

    def open(self, element: etree._Element) -> None:
        """Take in an outline that begins here; those around it are folders, then."""
        values = {str(k).lower(): str(v).strip() for k, v in element.attrib.items()}
        label = values.get("text") or values.get("title") or ""
        url = values.get("xmlurl", "")
        if is_web(url):
            self._add(url, label, values)
        elif url:
            self._skip(element, f"not an http(s) address: {without_credentials(url[:200])!r}")
        for outer in self.around[-1:]:
            outer.is_of_use = True
        self.around.append(_Open(label, is_of_use=bool(url)))

    def close(self, element: etree._Element) -> None:
        """Leave an outline."""
        outline = self.around.pop()
        if not outline.is_of_use:
            self._skip(element, f"neither a feed nor a folder: {outline.label[:200]!r}")

    def _add(self, url: str, label: str, values: Mapping[str, str]) -> None:
        url = one_address(url)
        labels = tuple(outline.label for outline in self.around if outline.label)
        if known := self.found.get(url):
            both = tuple(dict.fromkeys((*known.labels, *labels)))
            self.found[url] = replace(known, labels=both)
            return
        site = values.get("htmlurl", "")
        self.found[url] = Subscription(url, label or None, site if is_web(site) else None, labels)

    def _skip(self, element: etree._Element, reason: str) -> None:
        self.skipped.append(f"{self.source}:{element.sourceline}: {reason}")


def _outlines(data: bytes, source: str) -> Iterator[tuple[str, etree._Element]]:
    """Each outline where it starts and where it ends; what is behind us takes no memory."""
    whole = io.BytesIO(data.lstrip(b" \t\r\n"))
    events = etree.iterparse(
        whole, ("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
    )
    root = None
    for event, element in events:
        if root is None:
            root = _checked_root(element, source)
        if isinstance(element.tag, str) and etree.QName(element).localname == "outline":
            yield event, element
        if event == "end" and element is not root:
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _checked_root(root: etree._Element, source: str) -> etree._Element:
    if root.getroottree().docinfo.internalDTD is not None:
        raise UsageError(
            f"{source}: has a <!DOCTYPE>, which is refused; delete it, OPML needs none"
        )
    if etree.QName(root).localname.lower() != "opml":
        name = etree.QName(root).localname[:40]
        raise UsageError(
            f"{source}: not OPML, its root is <{name}>; a feed is added by its address: "
            "newsd feeds add URL"
        )
    return root


def is_web(url: str) -> bool:
    """Whether this is an http(s) address with a host, in one printable line."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    sound = host and " " not in host and port != 0 and url.isprintable()
    return parts.scheme in {"http", "https"} and bool(sound)


# ---------------------------------------------------------------- writing


def _folder(
    folders: dict[tuple[str, ...], etree._Element], labels: tuple[str, ...]
) -> etree._Element:
    """The element of a folder, made with those around it where they do not exist yet."""
    if labels not in folders:
        outer = _folder(folders, labels[:-1])
        folders[labels] = etree.SubElement(outer, "outline", {"text": labels[-1]})
    return folders[labels]


def _attributes(subscription: Subscription) -> dict[str, str]:
    title = subscription.title or subscription.url
    attributes = {"type": "rss", "text": title, "xmlUrl": subscription.url}
    if subscription.site_url:
        attributes["htmlUrl"] = subscription.site_url
    return {name: _clean(value) for name, value in attributes.items()}


def _clean(text: str) -> str:
    """`text` without what XML 1.0 cannot hold (section 2.2)."""
    return _NOT_XML.sub("", text)
