"""What stands before the root element, and characters no XML may hold: taken away before parsing.

A document type declaration is where entity bombs and external files come from, and parsers take
quadratic time over junk before the root: both are gone once `root_of` has run. Linear time.
"""

import re
from html import entities

_ROOT = re.compile(r"[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Only references that may need a change; each is looked at again. One pattern for both kinds, and
# the commonest first, because a document of escaped markup is full of `&`.
_REFERENCE = re.compile(
    r"&(?:(?!lt;|gt;|amp;|quot;|apos;)([A-Za-z][A-Za-z0-9]{1,31})"
    r"|#[xX]0*(?:[01]?[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF]|[0-9a-fA-F]{6,})"
    r"|#0*(?:[12]?\d|3[01]|5[567]\d{3}|6553[45]|\d{7,}));"
)


def root_of(text: str) -> tuple[str, str]:
    """The document from its root element on, and that element's local name, lower case.

    The name is empty when there is no element at all.
    """
    at = text.find("<")
    while at != -1:
        if match := _ROOT.match(text, at + 1):
            return text[at:], match[0].rpartition(":")[2].lower()
        at = text.find("<", _end(text, at))
    return "", ""


def _end(text: str, at: int) -> int:
    """Where the comment, instruction, declaration or stray `<` at `at` ends."""
    for opening, closing in (("<!--", "-->"), ("<?", "?>")):
        if text.startswith(opening, at):
            end = text.find(closing, at + len(opening))
            return len(text) if end == -1 else end + len(closing)
    if text.startswith("<!", at):
        return _end_of_declaration(text, at)
    return at + 1


# A comment that never ends takes the rest with it: to look for the end of each of many such is
# quadratic.
_IN_DECLARATION = re.compile(r"""[>\[\]]|"[^"]*"|'[^']*'|<!--.*?(?:-->|\Z)""", re.DOTALL)


def _end_of_declaration(text: str, at: int) -> int:
    """Past the `>` that closes a declaration, its internal subset included."""
    subset = 0
    for match in _IN_DECLARATION.finditer(text, at + 2):
        mark = match[0]
        subset += (mark == "[") - (mark == "]")
        if mark == ">" and subset <= 0:
            return match.end()
    return len(text)


def writable(text: str) -> str:
    """The text without characters that XML forbids, raw or by reference; HTML's entities resolved.

    A reader that refuses the raw ones itself needs only `resolved`.
    """
    return resolved(_UNWRITABLE.sub("", text) if _UNWRITABLE.search(text) else text)


def resolved(text: str) -> str:
    """The text with HTML's entities resolved, and without references that XML forbids.

    Resolving `&nbsp;` inside CDATA changes nothing: what stands there is read as HTML.
    """
    return _REFERENCE.sub(_resolved, text) if "&" in text else text


def _resolved(match: re.Match[str]) -> str:
    if name := match[1]:
        code = entities.name2codepoint.get(name)
        return chr(code) if code else match[0]
    digits = match[0][2:-1].lower()
    if len(digits) > 12:
        return ""
    code = int(digits[1:], 16) if digits[0] == "x" else int(digits)
    allowed = code in {9, 10, 13} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    return match[0] if allowed or 0x10000 <= code < 0x110000 else ""


_IN_TEXT = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:amp|lt|gt|quot|apos|#\w{1,10});)", re.DOTALL
)


def with_bare_ampersands(text: str) -> str:
    """The text with each `&` that begins no reference written as one that XML can read."""
    return _IN_TEXT.sub(lambda match: "&amp;" if match[0] == "&" else match[0], text)
