"""Read the article on a web page: what the page says of itself, and its main text."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from lxml import etree, html
from lxml.html import HtmlElement

from daemon.extras import reads_pages
from daemon.parse.fulltext import main_html
from daemon.parse.raw import Markup, RawEntry, entry_of
from daemon.values import Entry
from storage.values import DateSource

_FURNITURE = (
    ".//nav | .//header | .//footer | .//aside | .//form | .//script | .//style | .//noscript"
    " | .//iframe | .//svg | .//button | .//h1 | .//template | .//dialog"
)
_MAIN = (
    "//*[@itemprop='articleBody']",
    "//article",
    "//main | //*[@role='main']",
    "//body",
)
_LEAST_TEXT = 140
"""Characters; with less than this a part of a page is not its article."""


def read_page(text: str) -> Entry:
    """The page as an entry; what it does not say is None."""
    page = page_tree(text)
    meta = _Meta.of(page)
    claims = next(_claims(page), {})
    dates = tuple(_dates(page, meta, claims))
    description = meta.get("og:description", "description")
    title = _string(claims.get("headline")) or meta.get("og:title") or _title(page)
    raw = RawEntry(
        link=_canonical(page, meta),
        title=Markup(title, is_html=False) if title else None,
        summaries=[Markup(description, is_html=False)] if description else [],
        authors=list(_people(claims.get("author"))) or meta.all("author", "article:author"),
        updated=_string(claims.get("dateModified")) or meta.get("article:modified_time"),
        categories=[
            *_strings(claims.get("articleSection")),
            *meta.all("article:section", "article:tag"),
        ],
        image=next(_images(claims.get("image")), None) or meta.get("og:image"),
        language=_string(claims.get("inLanguage")) or _language(page),
    )
    base = next(iter(page.xpath("//base/@href")), None)
    # the last thing done with the page: it is taken apart
    entry = entry_of(raw._replace(contents=[Markup(_article_html(page, claims), base=base)]))
    if not dates:
        return entry
    (published, source), *others = dates
    return replace(entry, published=published, published_source=source, other_dates=tuple(others))


def page_tree(text: str) -> HtmlElement:
    """The page's elements; nothing outside is opened."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)


@dataclass(frozen=True, slots=True)
class _Meta:
    """The page's meta elements, by lower-case name or property."""

    values: Mapping[str, list[str | None]]

    @classmethod
    def of(cls, page: HtmlElement) -> "_Meta":
        values: dict[str, list[str | None]] = {}
        for element in page.iter("meta"):
            name = element.get("property") or element.get("name") or element.get("itemprop")
            if name and element.get("content"):
                values.setdefault(name.lower(), []).append(element.get("content"))
        return cls(values)

    def all(self, *names: str) -> list[str | None]:
        """The values of the first of the names that has any; addresses are no names of people."""
        found = (self.values[name] for name in names if name in self.values)
        return [v for v in next(found, []) if v and not v.startswith("http")]

    def get(self, *names: str) -> str | None:
        """The first value of the first of the names that has any."""
        return next((self.values[name][0] for name in names if name in self.values), None)


def _claims(page: HtmlElement) -> Iterator[Mapping[str, Any]]:
    """What the page's JSON-LD says of an article (schema.org/Article and its kinds)."""
    for script in page.iter("script"):
        if (script.get("type") or "").lower() != "application/ld+json":
            continue
        try:
            document = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        yield from _articles_in(document)


def _articles_in(value: Any) -> Iterator[Mapping[str, Any]]:
    items = value if isinstance(value, list) else [value]
    for item in items:
        if isinstance(item, dict):
            kinds = item.get("@type")
            names = kinds if isinstance(kinds, list) else [kinds]
            if any(str(name).endswith(("Article", "Posting")) for name in names):
                yield item
            if isinstance(item.get("@graph"), list):
                yield from _articles_in(item["@graph"])


def _people(value: Any) -> Iterator[str | None]:
    for person in value if isinstance(value, list) else [value]:
        name = person.get("name") if isinstance(person, dict) else person
        yield from (_string(n) for n in (name if isinstance(name, list) else [name]) if _string(n))


_PUBLISHED = ("article:published_time", "datepublished", "date", "dc.date.issued", "pubdate")


def _dates(
    page: HtmlElement, meta: _Meta, claims: Mapping[str, Any]
) -> Iterator[tuple[str, DateSource]]:
    """When the page says that it was published, and where, best first."""
    if said := _string(claims.get("datePublished")):
        yield said, DateSource.JSON_LD
    if said := meta.get(*_PUBLISHED):
        yield said, DateSource.META
    times = page.xpath("//article//time[@datetime] | //main//time[@datetime]")
    for element in (times or page.xpath("//time[@datetime]"))[:1]:
        yield element.get("datetime"), DateSource.HTML


def _language(page: HtmlElement) -> str | None:
    said: str | None = page.get("lang") or page.get("{http://www.w3.org/XML/1998/namespace}lang")
    return said


def _images(value: Any) -> Iterator[str]:
    """Addresses of pictures: schema.org has a text, an ImageObject, or several of them."""
    for image in value if isinstance(value, list) else [value]:
        address = image.get("url") if isinstance(image, dict) else image
        if said := _string(address):
            yield said


def _canonical(page: HtmlElement, meta: _Meta) -> str | None:
    for link in page.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            return str(link.get("href"))
    return meta.get("og:url")


def _title(page: HtmlElement) -> str | None:
    for name in ("h1", "title"):
        for element in page.iter(name):
            if words := " ".join(element.text_content().split()):
                return words
    return None


def _article_html(page: HtmlElement, claims: Mapping[str, Any]) -> str:
    """The article's text, by the best means there are."""
    if not reads_pages():
        return _main_html(page)
    found = main_html(page) or ""
    said = _string(claims.get("articleBody")) or ""
    # some pages draw their text by script, and have it for machines only
    return _paragraphs(said) if len(said) > 2 * _letters(found) else found


def _main_html(page: HtmlElement) -> str:
    """The element that holds the article: the longest of the best kind that holds enough."""
    for path in _MAIN:
        found = page.xpath(path)
        for element in found:
            _strip(element)
        best = max(found, key=_length, default=None)
        if best is not None and (_length(best) >= _LEAST_TEXT or path == _MAIN[-1]):
            return etree.tostring(best, encoding="unicode", method="html", with_tail=False)
    return ""


def _strip(element: HtmlElement) -> None:
    for part in element.xpath(_FURNITURE):
        part.drop_tree()


def _length(element: HtmlElement) -> int:
    return len(" ".join(element.text_content().split()))


_TAGS = re.compile(r"<[^<>]*>")


def _letters(markup: str) -> int:
    return len(" ".join(_TAGS.sub(" ", markup).split()))


def _paragraphs(text: str) -> str:
    """Plain text as HTML, a paragraph a line."""
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())


def _strings(value: Any) -> list[str | None]:
    return [_string(one) for one in (value if isinstance(value, list) else [value])]


def _string(value: Any) -> str | None:
    value = value[0] if isinstance(value, list) and value else value
    return value.strip() or None if isinstance(value, str) else None
