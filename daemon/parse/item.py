"""What has been read of one item, in the way feedparser keeps it, and the `RawEntry` it makes.

feedparser keeps an item as a dictionary into which its handlers write, the last or the first of a
name winning by rules of their own. `Item` is that dictionary, as far as we read it.
"""

import re
from collections.abc import Mapping

from lxml import etree

from daemon.parse.conventions import Scope, attributes_of, joined, media_type
from daemon.parse.inline import XHTML, text_of
from daemon.parse.raw import Markup, RawEntry
from daemon.parse.xml import MOST_TAGS

REFERENCE = re.compile("&([A-Za-z0-9_]+);")
"""What feedparser takes for a parameter of an address that was read as a reference."""

_PAGES = frozenset({"text/html", XHTML})
_RANKS = ("content", "thumbnail", "enclosure", "itunes")
"""Where pictures come from, best first."""


class Links:
    """The one link of an item or a channel, for which its id may stand in."""

    __slots__ = ("id", "id_is_link", "link")

    def __init__(self, about: str | None = None) -> None:
        self.id = about
        self.id_is_link: bool | None = None
        self.link: str | None = None

    def read_id(self, element: etree._Element) -> None:
        """Take an `id` or a `guid`, which is a link unless it denies it."""
        self.id = text_of(element)
        may_link = attributes_of(element).get("ispermalink", "true") == "true"
        if self.id_is_link is None:
            self.id_is_link = may_link and self.link is None
        if may_link and self.link is None:
            self.link = self.id

    def read_link(
        self, element: etree._Element, attributes: Mapping[str, str], scope: Scope
    ) -> str | None:
        """Take a link, if it leads to a page; the address of any that is an attribute."""
        base = scope.inside(attributes).base
        address = href_of(attributes)
        if address is None:
            text = text_of(element)
            self.link = joined(base, text) if text else text
            return None
        address = joined(base, address)
        is_page = media_type(attributes.get("type", "text/html")) in _PAGES
        if is_page and attributes.get("rel", "alternate") == "alternate":
            self.link = address
        return address


def href_of(attributes: Mapping[str, str]) -> str | None:
    """An address, by whichever name it has."""
    first = attributes.get("url", attributes.get("uri", attributes.get("href")))
    return first or attributes.get("href")


class Item(Links):
    """What has been read of an item so far."""

    __slots__ = (
        "authors",
        "contents",
        "dates",
        "depth",
        "enclosures",
        "has_content",
        "language",
        "pictures",
        "summary",
        "summary_value",
        "tags",
        "texts",
        "title",
        "title_is_settled",
        "version",
    )

    def __init__(self, about: str | None, version: str) -> None:
        super().__init__(about)
        self.version = version
        self.depth = 1
        """Of what is being read, below the item."""
        self.title: Markup | None = None
        self.title_is_settled = False
        self.summary: Markup | None = None
        self.summary_value: str | None = None
        """The summary, or the content that stands in for it."""
        self.contents: list[Markup] = []
        self.has_content = False
        self.authors: list[str | None] = []
        self.dates: dict[str, str] = {}
        self.texts: dict[str, tuple[int, str]] = {}
        """Other texts with the depth that each was found at."""
        self.tags: list[tuple[str | None, str | None, str | None]] = []
        self.enclosures: list[str | None] = []
        self.pictures: dict[str, list[str | None]] = {}
        self.language: str | None = None

    def keep(self, name: str, text: str) -> None:
        """Keep a text unless one from higher up is there."""
        if name not in self.texts or self.depth <= self.texts[name][0]:
            self.texts[name] = self.depth, text

    def tag(self, term: str | None, scheme: str | None = None, label: str | None = None) -> None:
        """Add a category."""
        tag = (term, scheme, label)
        if any(tag) and len(self.tags) < MOST_TAGS and tag not in self.tags:
            self.tags.append(tag)

    def picture(self, rank: str, address: str | None) -> None:
        """Add the address of a picture; the names of the ranks are in `_RANKS`."""
        self.pictures.setdefault(rank, []).append(address)

    def raw(self) -> RawEntry:
        """What the item says, field by field."""
        dates = self.dates.get
        id_is_link = bool(self.id_is_link)
        return RawEntry(
            id=self.id,
            link=None if id_is_link and self.link == self.id else self.link,
            id_is_link=id_is_link,
            title=self.title or (self._text("media_title") if self.texts else None),
            summaries=self._summaries(),
            contents=self.contents,
            authors=self.authors,
            published=(dates("published"), dates("dc_date"), dates("created")),
            updated=dates("updated"),
            categories=[term for term, _, _ in self.tags],
            enclosures=self.enclosures,
            image=self._image() if self.pictures else None,
            language=self.language,
        )

    def _text(self, name: str) -> Markup | None:
        return Markup(self.texts[name][1]) if name in self.texts else None

    def _summaries(self) -> list[Markup]:
        found = [self.summary] if self.summary else []
        if self.summary is None and self.summary_value is not None:
            found = [Markup(self.summary_value)]
        if self.texts:
            others = map(self._text, ("media_description", "itunes_summary", "subtitle"))
            found += filter(None, others)
        return found

    def _image(self) -> str | None:
        return next((p for rank in _RANKS for p in self.pictures.get(rank, ()) if p), None)
