"""One item as a reader of one format found it, and the one way from there to an `Entry`.

Every reader ends here, so that the formats cannot drift apart in what their fields mean.
"""

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice
from typing import Any, NamedTuple

from daemon.values import Entry
from storage.values import FeedKind

MOST = 200
"""Categories, authors or enclosures of one entry."""


# Every item of every document is made of these two, for a moment: a frozen dataclass of 13 fields
# takes 1.9 us to make, a tuple 0.6.
class Markup(NamedTuple):
    """A text, whether it is to be read as HTML, and what it inherited."""

    value: str
    is_html: bool = True
    base: str | None = None
    """What relative addresses in it are relative to; None: the document's address."""
    language: str | None = None


class RawEntry(NamedTuple):
    """The fields of an item, each as one format's reader understood it."""

    id: str | None = None
    link: str | None = None
    id_is_link: bool = False
    """Whether the format says that the id serves as a link where there is none."""
    title: Markup | None = None
    summaries: Sequence[Markup] = ()
    """Best first."""
    contents: Sequence[Markup] = ()
    authors: Sequence[str | None] = ()
    published: Sequence[str | None] = ()
    """Best first."""
    updated: str | None = None
    categories: Sequence[str | None] = ()
    enclosures: Sequence[str | None] = ()
    image: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class RawFeed:
    """A document as one of the readers of XML understood it."""

    kind: FeedKind
    title: Any = None
    site_url: Any = None
    language: Any = None
    ttl: Any = None
    """These four are texts, unless the document has something else in their places."""
    entries: Sequence[RawEntry] = ()
    damaged: str | None = None
    is_recognised: bool = True
    """Whether it says of itself that it is a feed."""


def entry_of(raw: RawEntry) -> Entry:
    """What the item says, by the same rules for every format."""
    content = _html(_longest(raw.contents)) if raw.contents else None
    summary = next(filter(None, map(_html, raw.summaries)), None)
    if content is None:
        content, summary = summary, None
    base, language = None, raw.language
    for text in (*raw.contents, *raw.summaries, raw.title):
        if text:
            base = base or text.base
            language = language or text.language
    return Entry(
        guid=_line(raw.id),
        link=_line(raw.link) or _link_of_id(raw),
        title=_title(raw.title),
        summary=None if summary == content else summary,
        content=content,
        authors=_unique(_name, raw.authors),
        published=next(filter(None, map(_line, raw.published)), None),
        updated=_line(raw.updated),
        categories=_unique(_line, raw.categories),
        enclosures=_unique(_line, raw.enclosures),
        image=_line(raw.image),
        language=_line(language),
        base=base or None,
    )


def _longest(contents: Sequence[Markup]) -> Markup:
    return contents[0] if len(contents) == 1 else max(contents, key=lambda c: len(c.value))


def _link_of_id(raw: RawEntry) -> str | None:
    """RSS 2.0: a guid is a link unless it says it is not; only http(s) is worth following."""
    text = _line(raw.id) if raw.id_is_link else None
    return text if text and text.lower().startswith(("http://", "https://")) else None


def _line(text: str | None) -> str | None:
    if not text:
        return None
    return " ".join((text if text.isascii() else repaired(text)).split()) or None


# A plain title with a tag in it was meant as HTML, or as an attack; either way the tag goes.
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")


def _title(markup: Markup | None) -> str | None:
    if markup is None:
        return None
    text = _line(markup.value)
    if text is None or markup.is_html or _TAG.search(text):
        return text
    return escape(text, quote=False)


def _html(markup: Markup | None) -> str | None:
    """HTML, whatever was written; the lines of plain text become paragraphs."""
    text = repaired(markup.value).strip() if markup else ""
    if not text or markup is None:
        return None
    if markup.is_html:
        return text
    lines = [escape(line, quote=False) for line in text.splitlines() if line.strip()]
    return lines[0] if len(lines) == 1 else "".join(f"<p>{line}</p>" for line in lines)


_MAIL = re.compile(r"[^\s()<>\"',;]{1,64}@[^\s()<>\"',;]{1,255}")


def _name(author: str | None) -> str | None:
    """`ann@paper.example (Ann Lee)`, `Ann Lee <ann@paper.example>` -> `Ann Lee`.

    An address alone is all we know of its author, and stays.
    """
    text = _line(author)
    if not text or "@" not in text or len(text) > 1000:
        return text
    name = _MAIL.sub(" ", text).replace("mailto:", " ")
    return " ".join(name.strip(" ()<>[],;-\"'").split()) or text


def _unique(
    clean: Callable[[str | None], str | None], texts: Sequence[str | None]
) -> tuple[str, ...]:
    if not texts:
        return ()
    return tuple(islice(filter(None, dict.fromkeys(map(clean, texts))), MOST))


_LEADS = "ÂÃâÐÑ"
_TWICE_ENCODED = re.compile(f"[{_LEADS}][\x80-\xbf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]")


# Windows-1252 as browsers have it: the five bytes it leaves open are the controls of Latin-1.
_BYTES = {ord(bytes([b]).decode("cp1252", "ignore") or chr(b)): b for b in range(256)}


def repaired(text: str) -> str:
    """Text whose UTF-8 was once read as Windows-1252 and encoded again, as it was."""
    # looking for each of the first characters is 20 times as fast as the pattern
    if text.isascii() or not any(c in text for c in _LEADS) or not _TWICE_ENCODED.search(text):
        return text
    try:
        return codecs.charmap_encode(text, "strict", _BYTES)[0].decode("utf-8")
    except UnicodeError:
        return text
