"""Find the feeds of a site, for somebody who knows only its address."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from daemon.clock import Clock
from daemon.fetch import Fetcher
from daemon.gather import gather
from daemon.values import Digested, Failed, Fetched, Gathered
from daemon.workers import Workers
from storage.values import Feed, Headers

COMMON_PATHS = (
    *("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json"),
    *("/feeds/posts/default", "/?feed=rss2", "/news-sitemap.xml"),
)
"""Where feeds often are when no page says so; tried one after another."""
MOST = 30
"""Addresses asked in one search, so that it ends and no site is pestered."""


@dataclass(frozen=True, slots=True)
class Searcher:
    """Asks a site for its feeds, one address after another."""

    fetcher: Fetcher
    workers: Workers
    clock: Clock

    async def check(self, url: str, headers: Headers = ()) -> Gathered:
        """What one address has to tell, asked with these headers."""
        feed = Feed(0, url, headers=headers)
        return await gather(feed, None, self.fetcher, self.workers, self.clock)

    async def search(self, url: str) -> AsyncIterator[Gathered]:
        """Every feed that can be found from `url`: it itself, or those its page names.

        Only where neither gives one, the sitemaps of robots.txt and the common paths are tried,
        as far as that file allows it. The last thing yielded, when nothing was found, is how the
        address itself failed.
        """
        here = await self.check(url)
        if isinstance(here.news, Digested):
            yield here
            return
        seen: set[tuple[object, ...]] = set()
        for named in (self._named, self._usual):
            async for found in self._feeds(await named(url)):
                if _mark(found) not in seen:
                    seen.add(_mark(found))
                    yield found
            if seen:
                return
        if isinstance(here.news, Failed):
            yield replace(here, news=await self._told(url, here.news))

    async def _feeds(self, candidates: Sequence[str]) -> AsyncIterator[Gathered]:
        for candidate in candidates[:MOST]:
            gathered = await self.check(candidate)
            if isinstance(gathered.news, Digested) and gathered.news.items:
                yield gathered

    async def _named(self, url: str) -> Sequence[str]:
        page = await self.fetcher.fetch(Feed(0, url))
        return await self.workers.links(page) if isinstance(page, Fetched) else ()

    async def _usual(self, url: str) -> Sequence[str]:
        allowed = [guess for guess in _guesses(url) if await self.fetcher.allowed(guess)]
        return [*allowed, *_with_news(await self.fetcher.sitemaps(url))]

    async def _told(self, url: str, failed: Failed) -> Failed:
        """How the address failed, and what we did not even try because of robots.txt."""
        forbidden = [guess for guess in _guesses(url) if not await self.fetcher.allowed(guess)]
        if not forbidden:
            return failed
        more = f"; robots.txt kept us from {len(forbidden)} usual places"
        return replace(failed, detail=failed.detail + more)


def _guesses(url: str) -> list[str]:
    """Where the feed of a site is, when nobody says so."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}"
    beside = [urljoin(url.rstrip("/") + "/", path.lstrip("/")) for path in COMMON_PATHS[:2]]
    return list(dict.fromkeys([*beside, *(root + path for path in COMMON_PATHS)]))


def _with_news(sitemaps: Sequence[str]) -> list[str]:
    """Those of a site's sitemaps that may hold news; naming them allows to ask for them."""
    return [s for s in sitemaps if "news" in s.lower() and s.startswith(("http:", "https:"))]


def _mark(found: Gathered) -> tuple[object, ...]:
    """What tells two feeds apart: the same document under two addresses is one feed."""
    news = found.news
    return (found.validators.body_hash, news.present if isinstance(news, Digested) else ())
