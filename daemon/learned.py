"""The furniture learned of the sites that feeds lead to: a bounded memory of what is stored."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import structlog

from daemon.values import Learned
from storage.database import Database
from storage.errors import StorageUnavailableError
from storage.furniture import learned_of
from storage.lines import SiteLines
from storage.values import Feed, TaggedArticle

MOST_SITES = 20_000
MOST_FEEDS = 20_000
MOST_SITES_OF_FEED = 16
AGE = timedelta(hours=1)
"""After so long a site is looked up again: another replica, or an operator, may have written."""

Key = TypeVar("Key")
Value = TypeVar("Value")
log = structlog.get_logger()


class LearnedLines:
    """What a document's articles may be freed of, looked up before the document is digested."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lines: OrderedDict[str, tuple[datetime, frozenset[int]]] = OrderedDict()
        self._sites: OrderedDict[int, tuple[str, ...]] = OrderedDict()

    async def known_to(self, feed: Feed, now: datetime) -> Learned:
        """Site -> hashes of its furniture, for the sites that the feed's articles may be on."""
        remembered = self._sites.get(feed.id, ())
        return await self._known(
            {*_suffixes(feed.url), *_suffixes(feed.site_url), *remembered}, now
        )

    async def known_of(self, articles: Iterable[TaggedArticle], now: datetime) -> Learned:
        """Site -> hashes of its furniture, for the sites that these articles are on."""
        return await self._known(_sites(articles), now)

    async def known_at(self, sites: set[str], now: datetime) -> Learned:
        """Site -> hashes of its furniture, for these sites."""
        return await self._known(sites, now)

    async def _known(self, wanted: set[str], now: datetime) -> Learned:
        stale = {s for s in wanted if s not in self._lines or self._lines[s][0] + AGE < now}
        if stale:
            await self._look_up(stale, now)
        known = {site: self._lines[site][1] for site in wanted if site in self._lines}
        return {site: hashes for site, hashes in known.items() if hashes}

    async def _look_up(self, sites: set[str], now: datetime) -> None:
        try:
            async with self._database.reading() as tx:
                found = await learned_of(tx, sites)
        except StorageUnavailableError as error:  # whoever writes the articles will wait for it
            log.warning("furniture_unknown", error=str(error))
            return
        for site in sites:
            hashes = frozenset(line.line_hash for line in found.get(site, ()))
            self._remember(site, now, hashes)

    def note(self, feed: Feed, articles: Iterable[TaggedArticle]) -> None:
        """Remember on which sites a feed's articles are: not all feeds lead to their own."""
        foreign = _sites(articles) - {*_suffixes(feed.url), *_suffixes(feed.site_url)}
        if foreign:
            known = dict.fromkeys([*sorted(foreign), *self._sites.get(feed.id, ())])
            self._sites[feed.id] = tuple(known)[:MOST_SITES_OF_FEED]
            self._sites.move_to_end(feed.id)
            _shrink(self._sites, MOST_FEEDS)

    def taught(self, lines: Iterable[SiteLines], now: datetime) -> None:
        """Take in what a committed transaction has learned."""
        for one in lines:
            self._remember(one.site, now, one.hashes)

    def _remember(self, site: str, now: datetime, hashes: frozenset[int]) -> None:
        self._lines[site] = (now, hashes)
        self._lines.move_to_end(site)
        _shrink(self._lines, MOST_SITES)


def _shrink(memory: OrderedDict[Key, Value], most: int) -> None:
    while len(memory) > most:
        memory.popitem(last=False)


def _sites(articles: Iterable[TaggedArticle]) -> set[str]:
    sites = (tagged.article.site or tagged.article.host for tagged in articles)
    return {site for site in sites if site}


def _suffixes(url: str | None) -> list[str]:
    """The host of an address and the domains it is in; its site is one of them.

    Which one, only the Public Suffix List knows, and only workers have read that.
    """
    host = urlsplit(url).hostname if url else None
    labels = host.split(".") if host else []
    return [".".join(labels[n:]) for n in range(max(1, len(labels) - 1))] if labels else []
