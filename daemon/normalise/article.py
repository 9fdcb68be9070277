"""Turn an entry as it was written into an article as we keep it."""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from daemon.normalise.furniture import without_furniture
from daemon.normalise.language import detect_language
from daemon.normalise.markup import plain_line, plain_text, safe_html, without_lines
from daemon.normalise.published import dated, split_trailing_time
from daemon.normalise.text import count_words, cut
from daemon.normalise.url import absolute_url, canonical_url, site_of
from daemon.values import Entry, ParsedFeed, Rejected
from storage.values import Article

# Characters that are kept of each field (THREATS E6).
LONGEST_TITLE = 1_000
LONGEST_SUMMARY = 20_000
LONGEST_TEXT = 500_000
LONGEST_NAME = 200
MOST_AUTHORS = 50
_TITLE_FROM_TEXT = 100


def normalise_entry(parsed: ParsedFeed, entry: Entry, now: datetime) -> Article | Rejected:
    """The article in an entry: clean text, absolute addresses, and a date that says its origin.

    `now` is when the entry was fetched: a date beyond it is not believed. `Rejected` when there is
    neither a title nor a text.
    """
    base = absolute_url(entry.base, parsed.url) or parsed.url
    url = absolute_url(entry.link, base)
    body = _body(entry, base)
    title = _without_outlet(plain_line(entry.title), parsed.title)
    if not title and not body.text:
        return Rejected("nothing_to_read")
    canonical = canonical_url(url) if url else None
    host = urlsplit(canonical).hostname if canonical else None
    when = dated(entry, url, body.text, body.trailing, now)
    return Article(
        url=url,
        canonical_url=canonical,
        host=host,
        site=site_of(host) if host else None,
        title=cut(title or _first_words(body.text), LONGEST_TITLE),
        summary=body.summary,
        text=body.text,
        html=body.html,
        language=detect_language(title, body.text, entry.language or parsed.language),
        authors=_authors(entry),
        section=_section(entry),
        image_url=_image(entry, base, body.html),
        word_count=count_words(body.text),
        published=when.published,
        quality=tuple(dict.fromkeys((*_flags(entry, url, title), *body.flags, *when.flags))),
    )


@dataclass(frozen=True, slots=True)
class _Body:
    """What there is to read besides the title."""

    html: str
    text: str
    summary: str | None
    trailing: str | None
    flags: tuple[str, ...]


def _body(entry: Entry, base: str) -> _Body:
    raw = entry.content or entry.summary or ""
    html = safe_html(raw[: LONGEST_TEXT * 2], base)
    text = plain_text(html)
    stripped = without_furniture(text)
    core, trailing = split_trailing_time(stripped.text)
    if trailing:  # furniture may have stood before the time line, too
        again = without_furniture(core)
        gone = stripped.gone | again.gone | {stripped.text.rpartition("\n")[2]}
        core = again.text
    else:
        gone = stripped.gone
    if gone:
        html = without_lines(html, gone)
    too_long = len(raw) > LONGEST_TEXT * 2 or len(core) > LONGEST_TEXT
    if len(core) > LONGEST_TEXT:
        core, html = cut(core, LONGEST_TEXT), _cut_html(html)
    flags = ("truncated_text",) if too_long else ()
    return _Body(html, core, _summary(entry, base, core), trailing, flags)


def _cut_html(html: str) -> str:
    """Sanitised HTML cut to a length at which it is kept, and closed again."""
    return safe_html(html[:LONGEST_TEXT], "")


def _summary(entry: Entry, base: str, text: str) -> str | None:
    """The summary as plain text; None when the text says the same, or begins with it."""
    if not entry.summary or not entry.content:
        return None
    summary = without_furniture(plain_text(safe_html(entry.summary[:LONGEST_SUMMARY], base))).text
    if not summary or (_ends(summary) == _ends(text) and _words(summary) == _words(text)):
        return None
    return summary


def _ends(text: str) -> tuple[list[str], list[str]]:
    """The first and the last word: seldom the same, and found without reading the text."""
    return text[:100].casefold().split(None, 1)[:1], text[-100:].casefold().rsplit(None, 1)[-1:]


def _words(text: str) -> str:
    return " ".join(text.split()).casefold()


_OUTLET = re.compile(r"(.{10,}\S)\s+[|–—·:-]{1,2}\s+(\S.{0,60})")


def _without_outlet(title: str, feed_title: str | None) -> str:
    """Take ` | The Outlet` off a title, only where the feed itself is called The Outlet."""
    match = _OUTLET.fullmatch(title) if feed_title else None
    if not match or not feed_title:
        return title
    outlet = plain_line(feed_title).casefold()
    return match[1] if match[2].casefold() == outlet else title


def _first_words(text: str) -> str:
    line = text.partition("\n")[0]
    return line if len(line) <= _TITLE_FROM_TEXT else cut(line, _TITLE_FROM_TEXT) + "…"


def _authors(entry: Entry) -> tuple[str, ...]:
    names = (cut(plain_line(name), LONGEST_NAME) for name in entry.authors[:MOST_AUTHORS])
    return tuple(dict.fromkeys(name for name in names if name))


def _section(entry: Entry) -> str | None:
    """The first category, which is the section where a feed has sections."""
    names = (plain_line(name) for name in entry.categories[:5])
    return next((name for name in names if name and len(name) <= LONGEST_NAME), None)


_PICTURE = re.compile(r'<img [^>]*?src="([^"]+)"')


def _image(entry: Entry, base: str, html: str) -> str | None:
    if image := absolute_url(entry.image, base):
        return image
    picture = _PICTURE.search(html)
    return absolute_url(picture[1].replace("&amp;", "&")) if picture else None


def _flags(entry: Entry, url: str | None, title: str) -> tuple[str, ...]:
    flags: list[str] = []
    if entry.link and not url:
        flags.append("unusable_link")
    if not title:
        flags.append("title_from_text")
    if len(title) > LONGEST_TITLE:
        flags.append("truncated_title")
    return tuple(flags)
