"""HTML made safe by an allow-list, and plain text made from it."""

import re
from html import escape, unescape

import nh3

from daemon.normalise.text import clean_line, clean_text
from daemon.normalise.url import absolute_url

DEEPEST = 1_000
"""HTML nested deeper than this is kept as plain text."""

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
    html = clean_text(html)
    if html.count("<") > DEEPEST and _is_too_deep(html):
        return escape(plain_text(html), quote=False)
    html = _CLEANER.clean(html).strip()
    if _RELATIVE.search(html):
        html = _RELATIVE.sub(lambda match: _absolute(match, base), html)
    return html


_OPEN_OR_CLOSE = re.compile(r"<(/?)(?!(?:br|img|hr|wbr|input|p|li)\b)[a-zA-Z]")


def _is_too_deep(html: str) -> bool:
    """Whether elements may be nested so deep that cleaning them takes quadratic time."""
    depth = 0
    for tag in _OPEN_OR_CLOSE.finditer(html):
        depth += -1 if tag[1] else 1
        if depth > DEEPEST:
            return True
    return False


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
