"""The outlet's name at an end of its titles: `Ferry sails again | The Outlet`."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from daemon.normalise.markup import plain_line
from daemon.values import Entry, Masthead

FEWEST, SHARE = 5, 0.6
"""Of so many titles such a share ends alike where they end with the outlet's name."""

_BETWEEN = r"\s+(?:[|–—·•»:]|-{1,2}|::)\s+"
_SUFFIX = re.compile(rf"(.{{10,}}\S){_BETWEEN}(\S.{{0,60}})")
_PREFIX = re.compile(r"(\S.{1,40}?)\s*(?:\s[–—-]|[|»:])\s+(\S.{9,})")
_MARK = re.compile("[-|:]")
_PARTS = re.compile(rf"{_BETWEEN}|: ")


def outlet_names(masthead: Masthead) -> frozenset[str]:
    """What the outlet of a feed may call itself in titles: names in lower case, parts of hosts."""
    title = plain_line(masthead.title)
    # one word of it may be what the feed is about: `Ukraine | The Outlet`
    names = {title, *(part for part in _PARTS.split(title) if " " in part)}
    names |= _labels(masthead.url) | _labels(masthead.site_url)
    if masthead.ending:
        names.add(plain_line(masthead.ending))
    return frozenset(name.casefold() for name in names if name)


def _labels(url: str | None) -> set[str]:
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return set()
    return {
        host.removeprefix("www."),
        *(label for label in host.split(".")[:-1] if label != "www"),
    }


def shared_ending(entries: Sequence[Entry]) -> str | None:
    """How most titles of a document end."""
    if len(entries) < FEWEST:
        return None
    ends = Counter(_ends(entry.title for entry in entries if entry.title))
    suffix, count = next(iter(ends.most_common(1)), ("", 0))
    return suffix if count >= max(FEWEST, SHARE * len(entries)) else None


def _ends(titles: Iterable[str]) -> Iterable[str]:
    for title in titles:
        # most titles have no separator, and are read no further
        if (" - " in title or not title.isascii() or "|" in title or " : " in title) and (
            match := _SUFFIX.fullmatch(title[:400])
        ):
            yield match[2]


def without_outlet(title: str, names: frozenset[str]) -> str:
    """The title without its outlet at either end; as it is where that is not known."""
    if (title.isascii() and not _MARK.search(title)) or title.casefold() in names:
        return title
    if (match := _SUFFIX.fullmatch(title)) and _is_named(match[2], names):
        return match[1]
    if (match := _PREFIX.fullmatch(title)) and _is_named(match[1], names):
        return match[2]
    return title


def _is_named(part: str, names: frozenset[str]) -> bool:
    folded = part.casefold().strip()
    return folded in names or "".join(c for c in folded if c.isalnum()) in names
