"""Turn an entry as it was written into an article as we keep it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from daemon.normalise.byline import split_byline
from daemon.normalise.fields import LONGEST_NAME, authors_of, image_of, section_of
from daemon.normalise.furniture import without_furniture
from daemon.normalise.language import detect_language
from daemon.normalise.markup import plain_line, plain_text, safe_html, without_lines
from daemon.normalise.outlet import outlet_names, shared_ending, without_outlet
from daemon.normalise.page import Whole, completed
from daemon.normalise.published import Moment, dated, doubted, region_of
from daemon.normalise.stated import split_trailing_time
from daemon.normalise.text import count_words, cut
from daemon.normalise.url import absolute_url, canonical_url, site_of
from daemon.values import NOTHING, Entry, Learned, Masthead, ParsedFeed, Rejected
from storage.values import Article

# Characters that are kept of each field (THREATS E6).
LONGEST_TITLE = 1_000
LONGEST_SUMMARY = 20_000
LONGEST_TEXT = 500_000
MOST_FURNITURE = 40
_TITLE_FROM_TEXT = 100


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of a document before any of its entries is looked at."""

    masthead: Masthead
    moment: Moment
    outlets: frozenset[str]
    """Names that its outlet may put on titles."""
    learned: Learned
    """The furniture of the sites it leads to."""


def masthead_of(parsed: ParsedFeed, now: datetime, *, is_poll: bool = True) -> Masthead:
    """What a document fetched at `now` says of each of its entries.

    One that was not polled but handed in may well be of one date.
    """
    return Masthead(
        kind=parsed.kind,
        url=parsed.url,
        at=now,
        title=parsed.title,
        site_url=parsed.site_url,
        language=parsed.language,
        ending=shared_ending(parsed.entries),
        doubt=doubted(parsed.entries, now) if is_poll else None,
    )


def document_of(masthead: Masthead, learned: Learned = NOTHING) -> Document:
    """What its entries are to be read by. A date beyond the fetch is not believed."""
    region = region_of(masthead.url, masthead.language)
    moment = Moment(masthead.at, region, masthead.doubt)
    return Document(masthead, moment, outlet_names(masthead), learned)


def normalise_entry(
    document: Document, entry: Entry, page: Entry | None = None
) -> Article | Rejected:
    """The article in an entry: clean text, absolute addresses, and a date that says its origin.

    Its own web `page`, if that was asked, adds what the feed left out. `Rejected` when there is
    neither a title nor a text.
    """
    masthead = document.masthead
    base = absolute_url(entry.base, masthead.url) or masthead.url
    url = absolute_url(entry.link, base)
    whole = completed(entry, page, base) if page is not None else Whole(entry, base)
    canonical = whole.address or (canonical_url(url) if url else None)
    host = urlsplit(canonical).hostname if canonical else None
    site = site_of(host) if host else None
    entry, base = whole.entry, whole.base
    body = _body(entry, base, document.learned.get(site or host or "", ()))
    title = without_outlet(plain_line(entry.title), document.outlets)
    if not title and not body.text:
        return Rejected("nothing_to_read")
    when = dated(entry, url, body.text, body.trailing, document.moment)
    flags = (*body.flags, *when.flags, *whole.flags)
    return Article(
        url=url,
        canonical_url=canonical,
        host=host,
        site=site,
        title=cut(title or _first_words(body.text), LONGEST_TITLE),
        summary=body.summary,
        text=body.text,
        html=body.html,
        language=detect_language(title, body.text, entry.language or masthead.language),
        authors=authors_of(entry) or body.authors,
        section=section_of(entry),
        image_url=image_of(entry, base, body.html),
        word_count=count_words(body.text),
        published=when.published,
        quality=tuple(dict.fromkeys((*_flags(entry, url, title), *flags))),
        furniture=body.furniture,
        other_dates=when.others,
        edges=body.edges,
        text_source=whole.text_source,
    )


@dataclass(frozen=True, slots=True)
class _Body:
    """What there is to read besides the title."""

    html: str
    text: str
    summary: str | None
    trailing: str | None
    flags: tuple[str, ...]
    authors: tuple[str, ...]
    furniture: tuple[str, ...]
    edges: tuple[int, ...]


def _body(entry: Entry, base: str, learned: Collection[int]) -> _Body:
    raw = entry.content or entry.summary or ""
    html = safe_html(raw[: LONGEST_TEXT * 2], base)
    stripped = _stripped(plain_text(html), learned)
    core = stripped.text
    if stripped.gone:
        html = without_lines(html, frozenset(stripped.gone))
    too_long = len(raw) > LONGEST_TEXT * 2 or len(core) > LONGEST_TEXT
    if len(core) > LONGEST_TEXT:
        core, html = cut(core, LONGEST_TEXT), _cut_html(html)
    shown = [line for line in stripped.gone if line != stripped.trailing]
    flags = [*["truncated_text"] * too_long, *_text_flags(core, shown)]
    return _Body(
        html=html,
        text=core,
        summary=_summary(entry, base, core, learned),
        trailing=stripped.trailing,
        flags=tuple(flags),
        authors=stripped.authors,
        furniture=tuple(cut(line, LONGEST_NAME) for line in shown[:MOST_FURNITURE]),
        edges=stripped.edges,
    )


@dataclass(frozen=True, slots=True)
class _Core:
    """A text without all that is not part of it."""

    text: str
    gone: tuple[str, ...]
    edges: tuple[int, ...]
    trailing: str | None
    """A line at its end that was nothing but a time."""
    authors: tuple[str, ...]


def _stripped(text: str, learned: Collection[int]) -> _Core:
    first = without_furniture(text, learned)
    core, gone, edges = first.text, first.gone, first.edges
    core, trailing = split_trailing_time(core)
    byline, authors = split_byline(core.split("\n", 3)[:3])
    if byline is not None:
        core = core.replace(f"{byline}\n", "", 1)
        gone = (*gone, byline)
    if trailing:
        gone = (*gone, first.text.rpartition("\n")[2])
    if trailing or byline is not None:  # furniture may have stood beside them, too
        again = without_furniture(core, learned)
        core, gone = again.text, (*gone, *again.gone)
        edges = tuple(dict.fromkeys((*again.edges, *edges)))
    return _Core(core, gone, edges, trailing, authors)


def _text_flags(text: str, gone: Sequence[str]) -> Iterator[str]:
    """What is odd about a text, for those who want whole ones only."""
    if not text:
        yield "no_text"
    if text.endswith(("…", "...", "[…]", "[...]")):
        yield "teaser"
    if "\ufffd" in text:
        yield "damaged_text"
    if sum(map(len, gone)) > len(text):
        yield "mostly_furniture"


def _cut_html(html: str) -> str:
    """Sanitised HTML cut to a length at which it is kept, and closed again."""
    return safe_html(html[:LONGEST_TEXT], "")


def _summary(entry: Entry, base: str, text: str, learned: Collection[int]) -> str | None:
    """The summary as plain text; None when the text says the same, or begins with it."""
    if not entry.summary or not entry.content:
        return None
    plain = plain_text(safe_html(entry.summary[:LONGEST_SUMMARY], base))
    summary = without_furniture(plain, learned).text
    if not summary or (_ends(summary) == _ends(text) and _words(summary) == _words(text)):
        return None
    return summary


def _ends(text: str) -> tuple[list[str], list[str]]:
    """The first and the last word: seldom the same, and found without reading the text."""
    return text[:100].casefold().split(None, 1)[:1], text[-100:].casefold().rsplit(None, 1)[-1:]


def _words(text: str) -> str:
    return " ".join(text.split()).casefold()


def _first_words(text: str) -> str:
    line = text.partition("\n")[0]
    return line if len(line) <= _TITLE_FROM_TEXT else cut(line, _TITLE_FROM_TEXT) + "…"


def _flags(entry: Entry, url: str | None, title: str) -> tuple[str, ...]:
    flags: list[str] = []
    if entry.link and not url:
        flags.append("unusable_link")
    if not title:
        flags.append("title_from_text")
    if len(title) > LONGEST_TITLE:
        flags.append("truncated_title")
    return tuple(flags)
