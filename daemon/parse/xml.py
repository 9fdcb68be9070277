"""RSS, RDF and Atom by feedparser's readers, with meanings of our own.

`feedparser.parse` is not called: it chooses the encoding by rules of its own, opens a body that
happens to be a file's name, reads every date (wrongly for most time zones) and folds `dc:date`,
`media:description` and `itunes:summary` into other fields. Its two readers are driven here.
"""

import xml.sax
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from xml.sax import handler

from feedparser.api import LooseFeedParser, StrictFeedParser
from typing_extensions import override

from daemon.errors import ParseLimitError
from daemon.parse.prolog import with_bare_ampersands
from daemon.parse.raw import Markup, RawEntry, RawFeed
from storage.values import FeedKind

DEEPEST = 250
"""No feed nests its elements deeper than this."""

MOST_ATTRIBUTES = 250
"""Of one element."""

MOST_TAGS = 200
"""Categories of one entry; what comes after is no description of it."""

_BUGS = (TypeError, ValueError, KeyError, IndexError)
"""What feedparser's handlers raise over elements that they did not expect where they stand."""


def read_xml(text: str, url: str) -> RawFeed:
    """Read a document that starts at its root element; a broken one as far as it can be read.

    Raises `ParseLimitError` when elements are nested beyond `DEEPEST`.
    """
    reader, damaged = _strictly(text, url)
    if damaged and "&" in text:  # a bare ampersand is the commonest flaw, and easily mended
        reader, _ = _strictly(with_bare_ampersands(text), url)
    if reader is None:
        reader = _Loose(url, None, "utf-8", {})
        reader.feed(text)
    feed: Mapping[str, Any] = reader.feeddata
    return RawFeed(
        kind=_kind_of(reader.version),
        title=feed.get("title"),
        site_url=feed.get("link"),
        language=feed.get("language"),
        ttl=feed.get("ttl"),
        entries=[_raw_entry(entry) for entry in reader.entries],
        damaged=damaged,
        is_recognised=bool(reader.version),
    )


def _strictly(text: str, url: str) -> tuple[Any, str | None]:
    """The reader of a well-formed document; None and the flaw of another."""
    reader: Any = _Strict(url, None, "utf-8")
    try:
        _sax(reader).parse(BytesIO(text.encode("utf-8", "replace")))
    except xml.sax.SAXException as error:
        return None, f"not well-formed: {error.getMessage()}"
    except _BUGS as error:
        return None, f"unexpected by its reader: {error}"
    return reader, None


def _sax(reader: Any) -> Any:
    parser: Any = xml.sax.make_parser()  # noqa: S317  entities are gone, see prolog.py
    parser.setFeature(handler.feature_namespaces, 1)
    parser.setFeature(handler.feature_external_ges, 0)
    parser.setContentHandler(reader)
    parser.setErrorHandler(reader)
    return parser


class _Meanings:
    """feedparser calls `_start_x` and `_end_x` for an element x; these mean it differently."""

    depth: int
    inauthor: int
    inentry: int
    inimage: int
    push: Any
    pop: Any
    resolve_relative_uris = False
    can_be_relative_uri = StrictFeedParser.can_be_relative_uri - {"id"}
    sanitize_html = False

    def unknown_starttag(self, tag: str, attrs: Any) -> None:
        if self.depth > DEEPEST:
            raise ParseLimitError(f"elements are nested more than {DEEPEST} deep")
        super().unknown_starttag(tag, attrs)  # type: ignore[misc]  # feedparser's, mixed in

    def _get_context(self) -> dict[str, Any]:
        context: dict[str, Any] = super()._get_context()  # type: ignore[misc]  # as above
        return context

    # dc:date is when, not when it changed
    def _start_dc_date(self, _attributes: Any) -> None:
        self.push("dc_date", 1)

    def _end_dc_date(self) -> None:
        self.pop("dc_date")

    # keep what was written: normalise reads dates
    def _end_published(self) -> None:
        self.pop("published")

    def _end_updated(self) -> None:
        self.pop("updated")

    def _end_created(self) -> None:
        self.pop("created")

    _end_issued = _end_pubdate = _end_published
    _end_modified = _end_lastbuilddate = _end_updated

    # these describe a picture or an episode, and must not become the article's own words
    def _start_media_description(self, _attributes: Any) -> None:
        self.push("media_description", 1)

    def _end_media_description(self) -> None:
        self.pop("media_description")

    def _start_media_title(self, _attributes: Any) -> None:
        self.push("media_title", 1)

    def _end_media_title(self) -> None:
        self.pop("media_title")

    def _start_itunes_summary(self, _attributes: Any) -> None:
        self.push("itunes_summary", 1)

    def _end_itunes_summary(self) -> None:
        self.pop("itunes_summary")

    # an author may have a title as well: "Editor"; and so may an item's picture
    def _start_title(self, attributes: Any) -> None:
        if self.inauthor or (self.inentry and self.inimage):
            self.push("other_title", 1)
        else:
            super()._start_title(attributes)  # type: ignore[misc]  # feedparser's, mixed in

    def _end_title(self) -> None:
        if self.inauthor or (self.inentry and self.inimage):
            self.pop("other_title")
        else:
            super()._end_title()  # type: ignore[misc]  # feedparser's, mixed in

    # feedparser looks through all tags for each one
    def _add_tag(self, term: Any, scheme: Any, label: Any) -> None:
        if len(self._get_context().get("tags") or ()) < MOST_TAGS:
            super()._add_tag(term, scheme, label)  # type: ignore[misc]  # feedparser's, mixed in

    # every author, by a reader without feedparser's quadratic search for an address
    def _end_author(self) -> None:
        name = self.pop("author")
        self.inauthor = 0
        authors = self._get_context().get("authors")
        if name and authors and not authors[-1]:
            authors[-1]["name"] = name

    _end_managingeditor = _end_author

    def _sync_author_detail(self, key: str = "author") -> None:
        """Every author stands in `authors` already."""


class _Strict(_Meanings, StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    @override
    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:
        """Refuse what feedparser would read in quadratic time."""
        if len(attrs) > MOST_ATTRIBUTES:
            raise ParseLimitError(f"an element with more than {MOST_ATTRIBUTES} attributes")
        super().startElementNS(name, qname, attrs)


class _Loose(_Meanings, LooseFeedParser):  # type: ignore[misc]  # feedparser has no types
    @override
    def unknown_endtag(self, tag: str) -> None:
        """Lose an element that was broken off inside; feedparser raises, and loses them all."""
        try:
            super().unknown_endtag(tag)
        except _BUGS:
            self.depth -= 1

    @override
    def handle_charref(self, ref: str) -> None:
        """Skip a reference to no character; feedparser raises."""
        try:
            super().handle_charref(ref)
        except (ValueError, OverflowError):
            return


HANDLED = frozenset(
    name.split("_", 2)[2].lower() for name in dir(_Strict) if name.startswith(("_start_", "_end_"))
)
"""Names of the elements that mean something to feedparser: `title`, `dc_creator`."""

# ---------------------------------------------------------------- its records, as ours


def _kind_of(version: str) -> FeedKind:
    """The family of formats of a version by feedparser's name."""
    if version.startswith("atom"):
        return FeedKind.ATOM
    return FeedKind.RDF if version in {"rss090", "rss10"} else FeedKind.RSS


def _raw_entry(entry: dict[str, Any]) -> RawEntry:
    """One of feedparser's records, field by field; `dict.get` avoids its own aliases."""
    links = entry.get("links") or []
    media = _media(entry)
    return RawEntry(
        id=_of(entry, "id"),
        link=_link(entry),
        id_is_link=bool(_of(entry, "guidislink")),
        title=_title(entry),
        summaries=list(_summaries(entry)),
        contents=[m for d in _details(entry, "content") if (m := _markup(d))],
        authors=[a.get("name") or a.get("email") for a in entry.get("authors") or []],
        published=[_of(entry, key) for key in ("published", "dc_date", "created")],
        updated=_of(entry, "updated"),
        categories=[tag.get("term") for tag in entry.get("tags") or []],
        enclosures=[dict.get(x, "href") for x in links if x.get("rel") == "enclosure"],
        image=next((m for m in media if m), None),
        language=_of(entry, "language"),
    )


def _link(entry: dict[str, Any]) -> str | None:
    """The link that was written, not the guid that feedparser puts in its place."""
    link: str | None = _of(entry, "link")
    return None if link == _of(entry, "id") and _of(entry, "guidislink") else link


def _of(entry: dict[str, Any], key: str) -> Any:
    return dict.get(entry, key)


def _details(entry: dict[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = _of(entry, key)
    if isinstance(value, Mapping):
        return [value]
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def _markup(detail: Mapping[str, Any]) -> Markup | None:
    """A text of feedparser's; None for what is no text, such as an embedded picture."""
    kind = str(detail.get("type") or "text/html")
    if kind.startswith(("image/", "audio/", "video/")):
        return None
    value = str(detail.get("value") or "")
    return Markup(value, kind != "text/plain", detail.get("base"), detail.get("language"))


def _title(entry: dict[str, Any]) -> Markup | None:
    for detail in _details(entry, "title_detail"):
        return _markup(detail)
    title = _of(entry, "title") or _of(entry, "media_title")
    return Markup(title) if isinstance(title, str) else None


def _summaries(entry: dict[str, Any]) -> Iterator[Markup]:
    for detail in _details(entry, "summary_detail"):
        if markup := _markup(detail):
            yield markup
    for key in ("summary", "media_description", "itunes_summary", "subtitle"):
        if isinstance(text := _of(entry, key), str):
            yield Markup(text)


def _media(entry: dict[str, Any]) -> Iterator[str | None]:
    """Addresses of pictures, best first."""
    for media in _details(entry, "media_content"):
        if media.get("medium") == "image" or str(media.get("type")).startswith("image/"):
            yield media.get("url")
    for media in _details(entry, "media_thumbnail"):
        yield media.get("url")
    for link in _details(entry, "links"):
        if link.get("rel") == "enclosure" and str(link.get("type")).startswith("image/"):
            yield link.get("href")
    for image in _details(entry, "image"):
        yield image.get("href")
