"""Bring a web page into the shape in which its article is found: four habits that hide it.

Each was measured (`python -m benchmarks.extract`): tables that are no tables, pictures whose
captions are the article, sections of a live page, and boxes that sell something in the middle.
"""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

_BOX = re.compile(
    r"\b(?:paywall|regwall|piano|subscri\w+|subscription|newsletter|sign-?up|cookie\w*|consent|"
    r"app-promo|badge|inline-related|read-?(?:also|more|next)|a-lire-aussi|donat\w+|promo)\b",
    re.IGNORECASE,
)
_LONGEST_BOX = 700
"""Characters; what is longer may be the article itself, marked as what has to be paid for."""
_CAPTION, _CAPTIONS = 60, 3
"""From so many captions of so many characters on, they tell the story."""
_CELL = 200
"""Characters of a paragraph's worth: a cell with as much text in it is no figure of a table."""
_ENTRY = re.compile(r"\b(?:post|entry|update|eintrag|article|story)\b", re.IGNORECASE)
_ENTRIES = 3
_TABLE = {"table", "tbody", "thead", "tfoot", "tr", "td", "th"}


def lay_out(page: HtmlElement) -> None:
    """Change the page so that its article can be found."""
    for box in list(_boxes(page)):
        box.drop_tree()
    for table in page.xpath("//table[.//p or .//table or .//br]"):
        _flatten(table)
    for section in page.iter("section"):
        section.tag = "div"
    for parts in _runs(page):
        for part in parts:
            part.attrib.pop("class")  # by its name the first would be taken for the whole
    captions = [c for c in page.iter("figcaption") if len(_words(c)) >= _CAPTION]
    if len(captions) >= _CAPTIONS:
        _tell(captions)


def _boxes(page: HtmlElement) -> Iterator[HtmlElement]:
    for element in page.xpath("//body//*[@class or @id]"):
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        if len(name) < _LONGEST_BOX and _BOX.search(name) and len(_words(element)) < _LONGEST_BOX:
            yield element


def _flatten(table: HtmlElement) -> None:
    """A table that only puts things in their places becomes those places."""
    if any(len(_words(cell)) >= _CELL for cell in table.iter("td")):
        for part in [table, *table.iterdescendants(*_TABLE)]:
            part.tag = "div"


def _runs(page: HtmlElement) -> Iterator[list[HtmlElement]]:
    """Entries of one kind in one place: those of a live page."""
    found: dict[tuple[HtmlElement | None, str], list[HtmlElement]] = {}
    for element in page.xpath("//body//*[@class][./p or ./*/p]"):
        name = element.get("class") or ""
        if _ENTRY.search(name):
            found.setdefault((element.getparent(), name), []).append(element)
    return (parts for parts in found.values() if len(parts) >= _ENTRIES)


def _tell(captions: list[HtmlElement]) -> None:
    """Captions become paragraphs, outside of their pictures."""
    for caption in captions:
        figure = caption.getparent()
        caption.tag = "div"
        if figure is not None and figure.tag == "figure":
            figure.tag = "div"
        for around in caption.iterancestors():
            around.attrib.pop("class", None)  # a gallery is left out by its name


def _words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())
