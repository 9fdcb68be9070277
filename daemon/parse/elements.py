"""The elements of an item, a function for each kind, with the meanings that xml.py gives them."""

from collections.abc import Callable
from functools import partial

from lxml import etree

from daemon.parse.conventions import DeclinedError, Scope, attributes_of, name_of
from daemon.parse.inline import Part, detail_of, text_of
from daemon.parse.item import HTML_TYPES, REFERENCE, Item, href_of
from daemon.parse.raw import RawEntry
from daemon.parse.xml import HANDLED

Reader = Callable[[Item, Part], None]
_NONE: dict[str, str] = {}


def read_item(element: etree._Element, scope: Scope, version: str) -> RawEntry:
    """The item in `element`; raises `DeclinedError` for what only feedparser can read."""
    attributes = attributes_of(element) if element.attrib else _NONE
    if "href" in attributes or "lastmod" in attributes:
        raise DeclinedError("attributes of an item")
    item = Item(attributes.get("rdf:about"), version)
    _read_children(item, element, scope.inside(attributes), 1)
    return item.raw()


def _read_children(item: Item, parent: etree._Element, scope: Scope, depth: int) -> None:
    for element in parent:
        name = name_of(element)
        reader = _READERS.get(name)
        if reader is None:
            _pass_over(item, name, element, scope, depth)
        elif depth > 1 and not (name == "category" or name.startswith("media_")):
            _pass_nested(item, name)
        elif element.attrib:
            attributes = attributes_of(element)
            reader(item, Part(element, attributes, scope.inside(attributes), depth))
        else:
            reader(item, Part(element, _NONE, scope, depth))


def _pass_over(item: Item, name: str, element: etree._Element, scope: Scope, depth: int) -> None:
    """Leave out an element that we do not read; what is in it may be the item's all the same."""
    if name in MEANT:
        raise DeclinedError(name)
    if len(element):
        inside = scope.inside(attributes_of(element)) if element.attrib else scope
        _read_children(item, element, inside, depth + 1)


def _pass_nested(item: Item, name: str) -> None:
    """Leave out an id or a title of something inside the item (a variant), if it has its own."""
    if name in {"id", "guid"} and None not in {item.id, item.link, item.id_is_link}:
        return
    if name != "title" or not item.title_is_settled:
        raise DeclinedError(f"nested {name}")
    item.title_is_settled = False


def pass_inside(element: etree._Element) -> None:
    """Leave out the inside of an element, likewise."""
    if len(element):
        for inner in element.iterdescendants():
            if (name := name_of(inner)) in MEANT:
                raise DeclinedError(f"nested {name}")


# ---------------------------------------------------------------- one function a kind of element


def _title(item: Item, part: Part) -> None:
    if item.title_is_settled:
        pass_inside(part.element)
    else:
        item.title = detail_of(part, "text/plain", item.version)
        item.title_is_settled = bool(item.title.value)


def _summary(item: Item, part: Part, *, default: str) -> None:
    """A second summary is the content, unless there is one."""
    if item.summary is not None and not item.has_content:
        _content(item, part, default="text/plain")
    else:
        item.summary_detail = detail_of(part, default, item.version)
        item.summary = item.summary_detail.value


def _content(item: Item, part: Part, *, default: str) -> None:
    item.has_content = True
    detail = detail_of(part, default, item.version)
    item.contents.append(detail)
    if item.summary is None and detail.type in {"text/plain", *HTML_TYPES}:
        item.summary = detail.value


def _id(item: Item, part: Part) -> None:
    item.read_id(part)


def _link(item: Item, part: Part) -> None:
    if "rel" in part.attributes and href_of(part.attributes) is None:
        raise DeclinedError("a link's text with a relation")
    pass_inside(part.element)
    address = item.read_link(part)
    if address is None:
        item.link = REFERENCE.sub(r"&\g<1>", (item.link or "").replace("&amp;", "&"))
    elif part.attributes.get("rel") == "enclosure":
        _enclosed(item, part, address)


def _enclosure(item: Item, part: Part) -> None:
    pass_inside(part.element)
    _enclosed(item, part, href_of(part.attributes))


def _enclosed(item: Item, part: Part, address: str | None) -> None:
    item.enclosures.append(address)
    if part.attributes.get("type", "").startswith("image/"):
        item.picture("enclosure", address)


def _author(item: Item, part: Part) -> None:
    if not len(part.element):
        item.authors.append(part.text)
        return
    parts: dict[str, str] = {}
    for child in part.element:
        name = name_of(child)
        if kind := _PARTS_OF_AUTHORS.get(name):
            parts[kind] = text_of(child)
        elif name in MEANT - {"title"}:
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


def _dated(item: Item, part: Part, *, name: str) -> None:
    item.dates[name] = part.text


def _text(item: Item, part: Part, *, name: str) -> None:
    item.keep(name, part.text, part.depth)


def _subtitle(item: Item, part: Part) -> None:
    detail = detail_of(part, "text/plain", item.version)
    item.keep("subtitle", detail.value, part.depth)


def _category(item: Item, part: Part) -> None:
    if part.attributes:
        scheme = part.attributes.get("scheme", part.attributes.get("domain"))
        item.tag(part.attributes.get("term"), scheme, part.attributes.get("label"))
    _term(item, part.text)


def _media_category(item: Item, part: Part) -> None:
    scheme = {"scheme": "http://search.yahoo.com/mrss/category_schema"}
    _category(item, part._replace(attributes={**scheme, **part.attributes}))


def _itunes_category(item: Item, part: Part) -> None:
    item.tag(part.attributes.get("text"), "http://www.itunes.com/")
    _term(item, part.text)


def _term(item: Item, term: str) -> None:
    """The text of a category is its term, unless that was an attribute."""
    if term and item.tags and not item.tags[-1][0]:
        item.tags[-1] = (term, *item.tags[-1][1:])
    elif term:
        item.tag(term)


def _tags(item: Item, part: Part) -> None:
    for term in part.text.split(","):
        item.tag(term.strip())


def _keywords(item: Item, part: Part) -> None:
    """Keywords; feedparser overlooks those of an element with attributes."""
    if part.attributes:
        pass_inside(part.element)
    else:
        _tags(item, part)


def _language(item: Item, part: Part) -> None:
    item.language = part.text


def _media_content(item: Item, part: Part) -> None:
    if part.attributes.get("medium") == "image" or part.attributes.get("type", "").startswith(
        "image/"
    ):
        item.picture("content", part.attributes.get("url"))
    _read_children(item, part.element, part.scope, part.depth + 1)


def _media_group(item: Item, part: Part) -> None:
    _read_children(item, part.element, part.scope, part.depth + 1)


def _thumbnail(item: Item, part: Part) -> None:
    if part.stripped:
        raise DeclinedError("a thumbnail's text")
    item.picture("thumbnail", part.attributes.get("url"))


def _itunes_image(item: Item, part: Part) -> None:
    pass_inside(part.element)
    if address := part.attributes.get("href") or part.attributes.get("url"):
        item.pictures["itunes"] = [address]


def _source(item: Item, part: Part) -> None:
    """What is said in here is about another feed."""
    for inner in part.element.iterdescendants():
        if (name := name_of(inner)) in MEANT and name not in _OF_SOURCES:
            raise DeclinedError(f"{name} in a source")
    item.title_is_settled = False


_OF_SOURCES = {"title", "link", "id", "updated", "subtitle", "author", "category"}


def _image(item: Item, part: Part) -> None:
    """A picture's own title and link are not the item's."""
    for child in part.element:
        if name_of(child) not in _PARTS_OF_IMAGES or child.attrib or len(child):
            raise DeclinedError("image")
    item.title_is_settled = False


_PARTS_OF_IMAGES = {"url", "width", "height", "title", "link"}

_PLAIN_SUMMARY = partial(_summary, default="text/plain")
_HTML_SUMMARY = partial(_summary, default="text/html")
_PLAIN_CONTENT = partial(_content, default="text/plain")
_HTML_CONTENT = partial(_content, default="text/html")
_PUBLISHED = partial(_dated, name="published")
_CREATED = partial(_dated, name="created")
_UPDATED = partial(_dated, name="updated")
_DC_DATE = partial(_dated, name="dc_date")

_READERS: dict[str, Reader] = {
    **dict.fromkeys(("title", "dc_title"), _title),
    **dict.fromkeys(("description", "dc_description"), _HTML_SUMMARY),
    "summary": _PLAIN_SUMMARY,
    "content": _PLAIN_CONTENT,
    **dict.fromkeys(("content_encoded", "fullitem"), _HTML_CONTENT),
    **dict.fromkeys(("id", "guid"), _id),
    "link": _link,
    "enclosure": _enclosure,
    **dict.fromkeys(("author", "dc_creator", "dc_author", "itunes_author"), _author),
    **dict.fromkeys(("published", "issued", "pubdate", "dcterms_issued"), _PUBLISHED),
    **dict.fromkeys(("created", "dcterms_created"), _CREATED),
    **dict.fromkeys(("updated", "modified", "lastbuilddate", "dcterms_modified"), _UPDATED),
    "dc_date": _DC_DATE,
    "media_title": partial(_text, name="media_title"),
    "media_description": partial(_text, name="media_description"),
    "itunes_summary": partial(_text, name="itunes_summary"),
    **dict.fromkeys(("subtitle", "itunes_subtitle", "tagline"), _subtitle),
    **dict.fromkeys(("category", "keywords", "dc_subject"), _category),
    "media_category": _media_category,
    "itunes_category": _itunes_category,
    "tags": _tags,
    **dict.fromkeys(("itunes_keywords", "media_keywords"), _keywords),
    **dict.fromkeys(("language", "dc_language"), _language),
    "media_content": _media_content,
    "media_group": _media_group,
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
