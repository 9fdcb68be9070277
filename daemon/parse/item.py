"""What has been read of one item, in the way feedparser keeps it, and the `RawEntry` it makes.

feedparser keeps an item as a dictionary into which its handlers write, the last or the first of a
name winning by rules of their own. `Item` is that dictionary, as far as we read it.
"""

import re
from collections.abc import Mapping

from daemon.parse.conventions import joined, media_type, mended
from daemon.parse.inline import XHTML, Detail, Part
from daemon.parse.raw import Markup, RawEntry
from daemon.parse.xml import MOST_TAGS

REFERENCE = re.compile("&([A-Za-z0-9_]+);")
"""What feedparser takes for a parameter of an address that was read as a reference."""

HTML_TYPES = frozenset({"text/html", XHTML})

_RANKS = ("content", "thumbnail", "enclosure", "itunes")
"""Where pictures come from, best first."""


class Links:
    """The one link of an item or a channel, for which its id may stand in."""

    __slots__ = ("id", "id_is_link", "link")

    def __init__(self, about: str | None = None) -> None:
        self.id = about
        self.id_is_link: bool | None = None
        self.link: str | None = None

    def read_id(self, part: Part) -> None:
        """Take an `id` or a `guid`, which is a link unless it denies it."""
        self.id = part.text
        may_link = part.attributes.get("ispermalink", "true") == "true"
        if self.id_is_link is None:
            self.id_is_link = may_link and self.link is None
        if may_link and self.link is None:
            self.link = self.id

    def read_link(self, part: Part) -> str | None:
        """Take a link, if it leads to a page; the address of any that is an attribute."""
        address = href_of(part.attributes)
        if address is None:
            text = part.stripped
            self.link = mended(joined(part.scope.base, text) if text else text)
            return None
        address = joined(part.scope.base, address)
        kind = part.attributes.get("type", "text/html")
        is_page = media_type(kind) in HTML_TYPES
        if part.attributes.get("rel", "alternate") == "alternate" and is_page:
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
        "depths",
        "enclosures",
        "has_content",
        "language",
        "pictures",
        "summary",
        "summary_detail",
        "tags",
        "texts",
        "title",
        "title_is_settled",
        "version",
    )

    def __init__(self, about: str | None, version: str) -> None:
        super().__init__(about)
        self.version = version
        self.title: Detail | None = None
        self.title_is_settled = False
        self.summary: str | None = None
        self.summary_detail: Detail | None = None
        self.contents: list[Detail] = []
        self.has_content = False
        self.authors: list[str | None] = []
        self.dates: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.depths: dict[str, int] = {}
        self.tags: list[tuple[str | None, str | None, str | None]] = []
        self.enclosures: list[str | None] = []
        self.pictures: dict[str, list[str | None]] = {}
        self.language: str | None = None

    def keep(self, name: str, text: str, depth: int) -> None:
        """Keep a text unless one from higher up is there."""
        if depth <= self.depths.get(name, depth):
            self.depths[name] = depth
            self.texts[name] = text

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
        texts, dates = self.texts, self.dates
        details = self.contents + [d for d in (self.summary_detail, self.title) if d]
        id_is_link = bool(self.id_is_link)
        return RawEntry(
            id=self.id,
            link=None if self.link == self.id and id_is_link else self.link,
            id_is_link=id_is_link,
            title=self.title.markup if self.title else _markup(texts.get("media_title")),
            summaries=self._summaries(),
            contents=[detail.markup for detail in self.contents],
            authors=self.authors,
            published=(dates.get("published"), dates.get("dc_date"), dates.get("created")),
            updated=dates.get("updated"),
            categories=[term for term, _, _ in self.tags],
            enclosures=self.enclosures,
            image=self._image() if self.pictures else None,
            language=self.language or next((d.language for d in details if d.language), None),
            base=next((d.scope.base for d in details if d.scope.base), None),
        )

    def _summaries(self) -> list[Markup]:
        found = [self.summary_detail.markup] if self.summary_detail else []
        if self.summary is not None:
            found.append(Markup(self.summary))
        if self.texts:
            names = ("media_description", "itunes_summary", "subtitle")
            found += [Markup(self.texts[name]) for name in names if name in self.texts]
        return found

    def _image(self) -> str | None:
        return next((p for rank in _RANKS for p in self.pictures.get(rank, ()) if p), None)


def _markup(text: str | None) -> Markup | None:
    return None if text is None else Markup(text)
