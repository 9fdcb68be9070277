"""What a feed calls its entries, seen over a whole document.

A guid is evidence, not a key: some feeds give one guid to every item, some give none, and a live
page gives one address to many.
"""

from collections import defaultdict
from collections.abc import Sequence

from daemon.dedup.fingerprint import hashed
from daemon.values import Entry

LONGEST = 1000
"""Characters of a name; of a longer one the rest is kept as its hash."""


def name_entries(entries: Sequence[Entry]) -> tuple[str, ...]:
    """One name for each entry, stable between polls, and different for different items.

    The guid, else the link, else the words. Where several entries of the document share a guid,
    what tells them apart is added: the link, else the title.
    """
    items: dict[str, set[tuple[str | None, str | None]]] = defaultdict(set)
    for entry in entries:
        items[_name(entry)].add((entry.link, entry.title))
    return tuple(_bounded(_distinct(entry, items[_name(entry)])) for entry in entries)


def shared_links(entries: Sequence[Entry]) -> frozenset[str]:
    """Links that several items of the document have, under different guids and titles."""
    items: dict[str, set[tuple[str | None, str | None]]] = defaultdict(set)
    for entry in entries:
        if entry.link:
            items[entry.link.partition("#")[0]].add((entry.guid, entry.title))
    return frozenset(
        link
        for link, named in items.items()
        if len({guid for guid, _ in named}) > 1 and len({title for _, title in named}) > 1
    )


def is_shared(entry: Entry, shared: frozenset[str]) -> bool:
    """Whether the entry's link is one of `shared_links`."""
    return bool(entry.link) and str(entry.link).partition("#")[0] in shared


def _name(entry: Entry) -> str:
    if entry.guid or entry.link:
        return entry.guid or entry.link or ""
    words = "\x1f".join((entry.title or "", entry.summary or "", entry.content or ""))
    return f"words:{hashed(words) & (1 << 64) - 1:016x}"


def _distinct(entry: Entry, sharing: set[tuple[str | None, str | None]]) -> str:
    name = _name(entry)
    if len(sharing) == 1:
        return name
    if len({link for link, _ in sharing}) > 1:
        return f"{name} {entry.link or ''}"
    return f"{name} {entry.title or ''}"


def _bounded(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    return f"{name[:LONGEST]}#{hashed(name) & (1 << 64) - 1:016x}"


def hash_entry(entry: Entry) -> int:
    """A hash of everything the entry says, as it was written."""
    parts = (
        *(entry.guid, entry.link, entry.title, entry.summary, entry.content, entry.published),
        *(entry.updated, entry.image, entry.language, entry.base),
        *("\x1e".join(many) for many in (entry.authors, entry.categories, entry.enclosures)),
    )
    return hashed("\x1f".join(part or "" for part in parts))
