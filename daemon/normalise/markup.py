"""HTML made safe by an allow-list, and plain text made from it."""

import re
from html import escape, unescape

import nh3
from lxml import etree

from daemon.normalise.text import clean_line, clean_text
from daemon.normalise.url import absolute_url

MOST_ATTRIBUTES = 100
LONG = 4_000
"""Longer HTML (characters) in which an element has more attributes is kept as plain text."""

MOST_TAGS = 1_000
"""HTML with more than these has its elements closed first; nested beyond 250 it is plain text."""

LONGEST_LINE = 4_000
"""Characters of markup from which a line is made."""

_INLINE = "a abbr b cite code del dfn em i img ins kbd mark q s samp small strong sub sup time u"
_BLOCKS = """
address article aside blockquote br caption center dd details div dl dt fieldset figcaption figure
footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th
thead tr ul
"""
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "time": {"datetime"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_SILENT = (
    "script style iframe noscript template svg math object embed select textarea button title "
    "head canvas audio video"
)
_CLEANER = nh3.Cleaner(
    tags=set(f"{_INLINE} {_BLOCKS}".split()),
    clean_content_tags=set(_SILENT.split()),
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
    strip_comments=True,
)

# What nh3 writes is a regular language: attributes are quoted, and `<` and `>` in them escaped.
BLOCK = re.compile(rf"</?(?:{'|'.join(_BLOCKS.split())})(?: [^<>]*)?>")
_TAG = re.compile(r"<[^<>]*>")
_RELATIVE = re.compile(r' (href|src)="(?!https?://|mailto:)([^"]*)"')
_MARKED = re.compile(r"[<>&\x00\r]")
_EMPTY = re.compile(
    r"<(p|div|li|h[1-6]|blockquote|section|figcaption|center|ul|ol)(?: [^>]*)?>\s*</\1>"
)


def safe_html(html: str, base: str) -> str:
    """`html` by the allow-list: no script, no style, no frame, only absolute http(s) links."""
    if not _MARKED.search(html):
        return clean_text(html)
    html = _bounded(clean_text(html))
    html = _CLEANER.clean(html).strip()
    if _RELATIVE.search(html):
        html = _RELATIVE.sub(lambda match: _absolute(match, base), html)
    return html


# nh3 takes quadratic time over an element's attributes, and over elements that are never closed.
# Every `<` may begin an element, even in a comment, so that none can hide; then the attributes by
# the rules of the standard (HTML, 13.2.5.32), from each `<` so many and no more.
_CROWDED = re.compile(
    r"<[a-zA-Z/][^\s/<>]*+(?=[\s/])(?:[\s/]*+[^\s/>][^\s/>=]*+"
    rf"""(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+){{{MOST_ATTRIBUTES}}}"""
)


def _bounded(html: str) -> str:
    """The same HTML, or less of it, that is cleaned in linear time."""
    if len(html) > LONG and _CROWDED.search(html):
        return escape(plain_text(html), quote=False)
    if html.count("<") <= MOST_TAGS:
        return html
    # libxml2 nests elements no deeper than 255; what is deeper it leaves out, and says so
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    tree = etree.fromstring(f"<all>{html}</all>", parser)
    if any("depth" in error.message for error in parser.error_log):
        return escape(plain_text(html), quote=False)
    return etree.tostring(tree, encoding="unicode", method="html")


def _absolute(match: re.Match[str], base: str) -> str:
    url = absolute_url(unescape(match[2]), base)
    if url is None:
        return ""
    quoted = url.replace("&", "&amp;").replace('"', "%22").replace("<", "%3C")
    return f' {match[1]}="{quoted}"'


def plain_text(html: str) -> str:
    """The words of sanitised HTML, a line a block, no blank lines.

    A line break in the source is only white space, as in a browser, unless there are no blocks.
    """
    if "<" in html:
        if BLOCK.search(html):
            html = BLOCK.sub("\n", html.replace("\n", " "))
        html = _TAG.sub("", html)
    if "&" in html:
        html = unescape(html)
    lines = (" ".join(line.split()) for line in html.split("\n"))
    return clean_text("\n".join(line for line in lines if line))


# Some feeds escape their titles twice; a title that speaks of other elements keeps them.
_ESCAPED_TWICE = re.compile(
    r"</?(?:a|b|i|u|p|br|em|strong|span|div|img|font|su[bp]|script|style|iframe|svg)\b[^<>]*>",
    re.IGNORECASE,
)


def plain_line(html: str | None) -> str:
    """One line of plain text from a title or a name, which may hold markup; empty for None."""
    if not html:
        return ""
    line = html[:LONGEST_LINE]
    if "<" in line or "&" in line:
        line = plain_text(safe_html(line, ""))
        if _ESCAPED_TWICE.search(line):
            line = plain_text(safe_html(line, ""))
    return clean_line(line)


def without_lines(html: str, gone: frozenset[str]) -> str:
    """Sanitised HTML without the blocks whose text is one of the lines `gone`."""
    kept: list[str] = []
    at = 0
    for tag in BLOCK.finditer(html):
        kept += [_unless_gone(html[at : tag.start()], gone), tag[0]]
        at = tag.end()
    kept.append(_unless_gone(html[at:], gone))
    html = "".join(kept)
    while (shorter := _EMPTY.sub("", html)) != html:
        html = shorter
    return html.strip()


def _unless_gone(piece: str, gone: frozenset[str]) -> str:
    return "" if piece and plain_text(piece.replace("\n", " ")) in gone else piece
