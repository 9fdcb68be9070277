"""What an article's own web page adds to what its feed says of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from daemon.normalise.markup import plain_line
from daemon.normalise.text import count_words
from daemon.normalise.url import absolute_url, canonical_url, site_of
from daemon.values import Entry
from storage.values import NO_FULL_TEXT, Article, DateSource, TextSource

_ALIKE = 0.5
"""The share of a title's words that its page must say, or it is another page: a wall, a front."""
_AS_LONG = 0.8
"""A page with less than this share of the feed's words has not the whole text."""
_MORE = 10
"""Words from which on a page has more to say than its feed."""
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"\w+")
_SHORT = 3
"""Letters up to which a word is likely to stand anywhere."""


# How a feed ends a text that goes on elsewhere.
_CUT = re.compile(r"(?:…|\.\.\.|\[\s*(?:…|\.\.\.)\s*\]|\(more\))\W*$")
_GOES_ON = re.compile(
    r"(?:continue reading|keep reading|read (?:on|the (?:full|whole|rest)|more)|weiterlesen|"
    r"mehr lesen|lire la suite|lire plus|(?:seguir|sigue|continuar) leyendo|leer más|leia mais|"
    r"continua a leggere|leggi tutto|lees (?:meer|verder)|czytaj (?:więcej|dalej)|läs mer)\b"
    r"[^:]{0,60}",
    re.IGNORECASE,
)


def is_cut_off(article: Article) -> bool:
    """Whether the text ends as feeds end what goes on elsewhere."""
    ends = _CUT.search(article.text[-30:]) is not None
    return ends or any(_GOES_ON.fullmatch(line) for line in article.furniture)


@dataclass(frozen=True, slots=True)
class Whole:
    """An entry with what its page adds."""

    entry: Entry
    base: str
    """What its relative addresses are relative to."""
    address: str | None = None
    """The canonical one, if the page says it."""
    text_source: TextSource = TextSource.FEED
    flags: tuple[str, ...] = ()


def completed(entry: Entry, page: Entry, base: str) -> Whole:
    """The entry with its page's text, if that is longer, and what else its feed left out.

    A page that does not say what the title says is not the article's, and adds nothing. Dates
    of both are kept: which one holds is decided with all the others.
    """
    there = absolute_url(page.base, base) or base
    has, gets = _words(entry.content), _words(page.content)
    if not _is_its_page(entry, page):
        return Whole(entry, base, flags=(NO_FULL_TEXT,))
    added = replace(
        entry,
        title=entry.title or page.title,
        authors=entry.authors or page.authors,
        updated=entry.updated or page.updated,
        categories=entry.categories or page.categories,
        image=absolute_url(entry.image, base) or absolute_url(page.image, there),
        language=entry.language or page.language,
        other_dates=tuple(_dates(page)),
    )
    address = _address(page, there)
    if gets < has + _MORE:
        flags = (NO_FULL_TEXT,) if gets < has * _AS_LONG else ()
        return Whole(added, base, address, flags=flags)
    teaser = entry.summary or entry.content or page.summary
    added = replace(added, content=page.content, summary=teaser)
    return Whole(added, there, address, TextSource.PAGE)


def _dates(page: Entry) -> Iterator[tuple[str, DateSource]]:
    if page.published:
        yield page.published, page.published_source
    yield from page.other_dates


def _address(page: Entry, there: str) -> str | None:
    """The address that the page gives itself: of its own site, and not that of a front page."""
    url = absolute_url(page.link, there)
    own = canonical_url(url or there)
    parts, host = urlsplit(own or ""), urlsplit(there).hostname or ""
    if not own or not parts.hostname or not (parts.path.strip("/") or parts.query):
        return None
    return own if (site_of(parts.hostname) or parts.hostname) == (site_of(host) or host) else None


def _is_its_page(entry: Entry, page: Entry) -> bool:
    wanted = set(_marks(plain_line(entry.title)))
    if not wanted:
        return True
    said = set(_marks(f"{plain_line(page.title)} {_TAG.sub(' ', page.content or '')}"))
    return len(wanted & said) >= _ALIKE * len(wanted)


def _marks(text: str) -> Iterator[str]:
    """Its longer words; of a word in a script without spaces every two characters."""
    for word in _WORD.findall(text.casefold()):
        if count_words(word) > 1:
            yield from (word[i : i + 2] for i in range(len(word) - 1))
        elif len(word) > _SHORT:
            yield word


def _words(html: str | None) -> int:
    return count_words(_TAG.sub(" ", html)) if html else 0
