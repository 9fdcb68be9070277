"""Who wrote an article, in which section it stands, and which picture it leads with."""

import re
from html import unescape
from itertools import islice

from daemon.normalise.byline import split_names
from daemon.normalise.markup import plain_line
from daemon.normalise.text import cut
from daemon.normalise.url import absolute_url
from daemon.values import Entry

LONGEST_NAME = 200
"""Characters that are kept of a name."""
MOST_AUTHORS = 50
MOST_PICTURES = 10

_NOBODY = frozenset(
    ("admin", "administrator", "webmaster", "root", "unknown", "anonymous", "n/a", "none", "null")
)
_NO_SECTIONS = """
uncategorized/uncategorised/unclassified/allgemein/unkategorisiert/non classé/non classée/
sin categoría/sem categoria/senza categoria/blog/all/none
"""
_NO_SECTION = frozenset(_NO_SECTIONS.replace("\n", "").split("/"))


def authors_of(entry: Entry) -> tuple[str, ...]:
    """Who wrote it; neither the account that every system comes with, nor an address."""
    written = (plain_line(name) for name in entry.authors[:MOST_AUTHORS])
    names = (cut(name, LONGEST_NAME) for line in written for name in split_names(line))
    kept = (name for name in names if name.casefold() not in _NOBODY and "://" not in name)
    return tuple(dict.fromkeys(name for name in kept if name))[:MOST_AUTHORS]


def section_of(entry: Entry) -> str | None:
    """The first category, which is the section where a feed has sections."""
    for category in entry.categories[:5]:
        name = plain_line(category)
        is_name = name and "://" not in name and not name.isdecimal() and name[0] not in "#@"
        if is_name and len(name) <= LONGEST_NAME and name.casefold() not in _NO_SECTION:
            return name
    return None


_PICTURE = re.compile(r'<img [^>]*?src="([^"]+)"[^>]*>')
_COUNTER = re.compile(
    r'(?:width|height)="[012]"|/~[rf]f?/|feedburner|feedsportal|doubleclick|pixel|/emoji/|'
    r"gravatar|/smil(?:ey|ies)|/spacer|/blank\.|stats?\.|[?&]rand=|/share",
    re.IGNORECASE,
)


def image_of(entry: Entry, base: str, html: str) -> str | None:
    """The picture its feed names, else the first in the text that is no counter or button."""
    if image := absolute_url(entry.image, base):
        return image
    for picture in islice(_PICTURE.finditer(html), MOST_PICTURES):
        if not _COUNTER.search(picture[0]):
            return absolute_url(unescape(picture[1]))
    return None
