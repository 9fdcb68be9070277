"""The elements of an item, a function for each kind, with the meanings that xml.py gives them."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial

from lxml import etree

from daemon.parse.conventions import (
    DeclinedError,
    Scope,
    attributes_of,
    is_foreign,
    name_of,
    named,
)
from daemon.parse.inline import markup_of, text_of
from daemon.parse.item import REFERENCE, Item, href_of
from daemon.parse.raw import RawEntry
from daemon.parse.xml import HANDLED

Reader = Callable[[Item, etree._Element, Scope], None]  # noqa: SLF001  it has no other name
"""Takes what an element says; the scope is that of its parent."""


def read_item(element: etree._Element, scope: Scope, version: str) -> RawEntry:
    """The item in `element`; raises `DeclinedError` for what only feedparser can read."""
    attributes = attributes_of(element)
    if "href" in attributes or "lastmod" in attributes:
        raise DeclinedError("attributes of an item")
    item = Item(attributes.get("rdf:about"), version)
    scope = scope.inside(attributes)
    for child in element:
        _reader_of(child.tag)(item, child, scope)
    return item.raw()


@lru_cache(maxsize=4096)
def _reader_of(tag: str) -> Reader:
    """What reads an element of this tag."""
    return _read_foreign if is_foreign(tag) else _reader_of_name(named(tag, None))


def _reader_of_name(name: str) -> Reader:
    return _READERS.get(name, _decline if name in MEANT else _pass_over)


def _read_foreign(item: Item, element: etree._Element, scope: Scope) -> None:
    _reader_of_name(name_of(element))(item, element, scope)


def _decline(_item: Item, element: etree._Element, _scope: Scope) -> None:
    raise DeclinedError(name_of(element))


def _pass_over(item: Item, element: etree._Element, scope: Scope) -> None:
    """Leave out an element that we do not read; what is in it may be the item's all the same."""
    if len(element):
        _read_inside(item, element, scope.inside(attributes_of(element)))


def _read_inside(item: Item, element: etree._Element, scope: Scope) -> None:
    item.depth += 1
    for child in element:
        name = name_of(child)
        if name in _READERS and name != "category" and not name.startswith("media_"):
            _pass_nested(item, name, child)
        else:
            _reader_of_name(name)(item, child, scope)
    item.depth -= 1


def _pass_nested(item: Item, name: str, element: etree._Element) -> None:
    """Leave out an id or a title of something inside the item (a variant), if it has its own."""
    if name in {"id", "guid"} and None not in {item.id, item.link, item.id_is_link}:
        return
    if name != "title" or not item.title_is_settled:
        raise DeclinedError(f"nested {name}")
    item.title_is_settled = not text_of(element)


def pass_inside(element: etree._Element) -> None:
    """Leave out the inside of an element, likewise."""
    if len(element):
        for inner in element.iterdescendants():
            if (name := name_of(inner)) in MEANT:
                raise DeclinedError(f"nested {name}")


# ---------------------------------------------------------------- one function a kind of element


def _title(item: Item, element: etree._Element, scope: Scope) -> None:
    if item.title_is_settled:
        pass_inside(element)
    else:
        item.title = markup_of(element, scope, "text/plain", item.version)
        item.title_is_settled = bool(item.title.value)


def _summary(item: Item, element: etree._Element, scope: Scope, default: str) -> None:
    """A second summary is the content, unless there is one."""
    if item.summary_value is not None and not item.has_content:
        _content(item, element, scope, "text/plain")
    else:
        item.summary = markup_of(element, scope, default, item.version)
        item.summary_value = item.summary.value


def _content(item: Item, element: etree._Element, scope: Scope, default: str) -> None:
    item.has_content = True
    content = markup_of(element, scope, default, item.version)
    item.contents.append(content)
    if item.summary_value is None:
        item.summary_value = content.value


def _id(item: Item, element: etree._Element, _scope: Scope) -> None:
    item.read_id(element)


def _link(item: Item, element: etree._Element, scope: Scope) -> None:
    attributes = attributes_of(element)
    if "rel" in attributes and href_of(attributes) is None:
        raise DeclinedError("a link's text with a relation")
    pass_inside(element)
    address = item.read_link(element, attributes, scope)
    if address is None:
        if item.link and "&" in item.link:
            item.link = REFERENCE.sub(r"&\g<1>", item.link.replace("&amp;", "&"))
    elif attributes.get("rel") == "enclosure":
        _enclosed(item, attributes, address)


def _enclosure(item: Item, element: etree._Element, _scope: Scope) -> None:
    pass_inside(element)
    attributes = attributes_of(element)
    _enclosed(item, attributes, href_of(attributes))


def _enclosed(item: Item, attributes: Mapping[str, str], address: str | None) -> None:
    item.enclosures.append(address)
    if attributes.get("type", "").startswith("image/"):
        item.picture("enclosure", address)


def _author(item: Item, element: etree._Element, _scope: Scope) -> None:
    if not len(element):
        item.authors.append(text_of(element))
        return
    parts: dict[str, str] = {}
    for child in element:
        name = name_of(child)
        if kind := _PARTS_OF_AUTHORS.get(name):
            parts[kind] = text_of(child)
        elif name in MEANT and name != "title":
            raise DeclinedError(f"{name} in an author")
        else:
            pass_inside(child)
    if not parts:
        raise DeclinedError("an author without a name")
    item.authors.append(parts.get("name") or parts.get("email"))


_PARTS_OF_AUTHORS = {
    **dict.fromkeys(("name", "itunes_name"), "name"),
    **dict.fromkeys(("email", "itunes_email"), "email"),
    **dict.fromkeys(("uri", "url", "homepage"), "address"),
}


def _dated(name: str) -> Reader:
    def read(item: Item, element: etree._Element, _scope: Scope) -> None:
        item.dates[name] = text_of(element)

    return read


def _text(name: str) -> Reader:
    def read(item: Item, element: etree._Element, _scope: Scope) -> None:
        item.keep(name, text_of(element))

    return read


def _subtitle(item: Item, element: etree._Element, scope: Scope) -> None:
    item.keep("subtitle", markup_of(element, scope, "text/plain", item.version).value)


def _category(
    item: Item, element: etree._Element, _scope: Scope, scheme: str | None = None
) -> None:
    if attributes := attributes_of(element):
        scheme = attributes.get("scheme", attributes.get("domain", scheme))
        item.tag(attributes.get("term"), scheme, attributes.get("label"))
    elif scheme:
        item.tag(None, scheme)
    _term(item, text_of(element))


def _itunes_category(item: Item, element: etree._Element, _scope: Scope) -> None:
    item.tag(attributes_of(element).get("text"), "http://www.itunes.com/")
    _term(item, text_of(element))


def _term(item: Item, term: str) -> None:
    """The text of a category is its term, unless that was an attribute."""
    if term and item.tags and not item.tags[-1][0]:
        item.tags[-1] = (term, *item.tags[-1][1:])
    elif term:
        item.tag(term)


def _tags(item: Item, element: etree._Element, _scope: Scope) -> None:
    for term in text_of(element).split(","):
        item.tag(term.strip())


def _keywords(item: Item, element: etree._Element, scope: Scope) -> None:
    """Keywords; feedparser overlooks those of an element with attributes."""
    if element.attrib:
        pass_inside(element)
    else:
        _tags(item, element, scope)


def _language(item: Item, element: etree._Element, _scope: Scope) -> None:
    item.language = text_of(element)


def _media_content(item: Item, element: etree._Element, scope: Scope) -> None:
    attributes = attributes_of(element)
    if attributes.get("medium") == "image" or attributes.get("type", "").startswith("image/"):
        item.picture("content", attributes.get("url"))
    if len(element):
        _read_inside(item, element, scope.inside(attributes))


def _thumbnail(item: Item, element: etree._Element, _scope: Scope) -> None:
    if text_of(element):
        raise DeclinedError("a thumbnail's text")
    item.picture("thumbnail", attributes_of(element).get("url"))


def _itunes_image(item: Item, element: etree._Element, _scope: Scope) -> None:
    pass_inside(element)
    attributes = attributes_of(element)
    if address := attributes.get("href") or attributes.get("url"):
        item.pictures["itunes"] = [address]


def _source(item: Item, element: etree._Element, _scope: Scope) -> None:
    """What is said in here is about another feed."""
    for inner in element.iterdescendants():
        if (name := name_of(inner)) in MEANT and name not in _OF_SOURCES:
            raise DeclinedError(f"{name} in a source")
        if name == "title":
            text_of(inner)
    item.title_is_settled = False


_OF_SOURCES = {"title", "link", "id", "updated", "subtitle", "author", "category"}


def _image(item: Item, element: etree._Element, _scope: Scope) -> None:
    """A picture's own title and link are not the item's."""
    for child in element:
        if name_of(child) not in _PARTS_OF_IMAGES or child.attrib or len(child):
            raise DeclinedError("image")
    item.title_is_settled = False


_PARTS_OF_IMAGES = {"url", "width", "height", "title", "link"}

_READERS: dict[str, Reader] = {
    **dict.fromkeys(("title", "dc_title"), _title),
    **dict.fromkeys(("description", "dc_description"), partial(_summary, default="text/html")),
    "summary": partial(_summary, default="text/plain"),
    "content": partial(_content, default="text/plain"),
    **dict.fromkeys(("content_encoded", "fullitem"), partial(_content, default="text/html")),
    **dict.fromkeys(("id", "guid"), _id),
    "link": _link,
    "enclosure": _enclosure,
    **dict.fromkeys(("author", "dc_creator", "dc_author", "itunes_author"), _author),
    **dict.fromkeys(("published", "issued", "pubdate", "dcterms_issued"), _dated("published")),
    **dict.fromkeys(("created", "dcterms_created"), _dated("created")),
    **dict.fromkeys(
        ("updated", "modified", "lastbuilddate", "dcterms_modified"), _dated("updated")
    ),
    "dc_date": _dated("dc_date"),
    "media_title": _text("media_title"),
    "media_description": _text("media_description"),
    "itunes_summary": _text("itunes_summary"),
    **dict.fromkeys(("subtitle", "itunes_subtitle", "tagline"), _subtitle),
    **dict.fromkeys(("category", "keywords", "dc_subject"), _category),
    "media_category": partial(_category, scheme="http://search.yahoo.com/mrss/category_schema"),
    "itunes_category": _itunes_category,
    "tags": _tags,
    **dict.fromkeys(("itunes_keywords", "media_keywords"), _keywords),
    **dict.fromkeys(("language", "dc_language"), _language),
    "media_content": _media_content,
    "media_group": _pass_over,
    "media_thumbnail": _thumbnail,
    **dict.fromkeys(("itunes_image", "itunes_link"), _itunes_image),
    "source": _source,
    "image": _image,
}


# feedparser reads these, but into nothing that we look at.
_HARMLESS = """
contributor dc_contributor name email url uri homepage rights copyright dc_rights dc_publisher
webmaster generator cloud info feedburner_browserfriendly width height expirationdate
media_credit media_rating media_restriction media_license media_player itunes_block
itunes_explicit itunes_name itunes_email itunes_owner cc_license creativecommons_license
georss_point georss_line georss_polygon georss_box georss_where where gml_point gml_pos
"""
_OWN_KEYS = {"links", "authors", "title_detail", "summary_detail", "guidislink"}
MEANT = (HANDLED | _OWN_KEYS) - frozenset(_HARMLESS.split())
"""Names of elements that must not be passed over."""
