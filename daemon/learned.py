"""The furniture learned of the sites that feeds lead to: a bounded memory of what is stored."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from daemon.values import Learned
from storage.database import Database
from storage.errors import StorageUnavailableError
from storage.furniture import learned_sites
from storage.lines import SiteLines
from storage.values import Feed, TaggedArticle

MOST_SITES = 50_000
"""With learned lines; of more, the first by name."""
MOST_FEEDS = 20_000
MOST_SITES_OF_FEED = 16
AGE = timedelta(hours=1)
"""After so long all is read again: another replica, or an operator, may have written."""

log = structlog.get_logger()


class LearnedLines:
    """What a document's articles may be freed of, known before the document is digested."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reading = asyncio.Lock()
        self._read_at: datetime | None = None
        self._lines: dict[str, frozenset[int]] = {}
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
        async with self._reading:  # at a start all polls ask at once
            if self._read_at is None or self._read_at + AGE < now:
                await self._read(now)
        return {site: self._lines[site] for site in wanted if site in self._lines}

    async def _read(self, now: datetime) -> None:
        """All sites at once: few have learned lines, and one query costs what one site's does."""
        try:
            async with self._database.reading() as tx:
                found = await learned_sites(tx, limit=MOST_SITES)
        except StorageUnavailableError as error:  # whoever writes the articles will wait for it
            log.warning("furniture_unknown", error=str(error))
            return
        self._read_at, self._lines = now, found

    def note(self, feed: Feed, articles: Iterable[TaggedArticle]) -> None:
        """Remember on which sites a feed's articles are: not all feeds lead to their own."""
        foreign = _sites(articles) - {*_suffixes(feed.url), *_suffixes(feed.site_url)}
        if foreign:
            known = dict.fromkeys([*sorted(foreign), *self._sites.get(feed.id, ())])
            self._sites[feed.id] = tuple(known)[:MOST_SITES_OF_FEED]
            self._sites.move_to_end(feed.id)
            while len(self._sites) > MOST_FEEDS:
                self._sites.popitem(last=False)

    def taught(self, lines: Iterable[SiteLines]) -> None:
        """Take in what a committed transaction has learned."""
        for one in lines:
            if one.hashes:
                self._lines[one.site] = one.hashes
            else:
                self._lines.pop(one.site, None)


def _sites(articles: Iterable[TaggedArticle]) -> set[str]:
    sites = (tagged.article.site or tagged.article.host for tagged in articles)
    return {site for site in sites if site}


def _suffixes(url: str | None) -> list[str]:
    """The host of an address and the domains it is in; its site is one of them.

    Which one, only the Public Suffix List knows, and only workers have read that.
    """
    try:
        labels = (urlsplit(url or "").hostname or "").split(".")
    except ValueError:  # a source that somebody named so
        return []
    return [".".join(labels[n:]) for n in range(max(1, len(labels) - 1))] if labels[0] else []
