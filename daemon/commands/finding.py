"""What asking a site for its feeds comes to, in words and rows."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from daemon.app import open_searcher
from daemon.credentials import without_credentials
from daemon.settings import Settings
from daemon.values import Digested, Failed, Gathered
from storage.values import Outcome, Subscription

COLUMNS = ("url", "kind", "items", "newest_at", "title")


@dataclass(frozen=True, slots=True)
class Findings:
    """The feeds that one address led to."""

    url: str
    feeds: tuple[Gathered, ...]
    trouble: Failed | None = None
    """How the address itself failed, when it led to none."""

    @property
    def is_no_site(self) -> bool:
        """Whether the address answered, and there is no feed to be found."""
        return self.trouble is not None and self.trouble.outcome is Outcome.NOT_A_FEED

    def best(self) -> Subscription:
        """What to follow: the first feed found, or the address itself while it cannot be asked."""
        if not self.feeds:
            return Subscription(self.url)
        feed = self.feeds[0]
        title = feed.news.title if isinstance(feed.news, Digested) else None
        return Subscription(feed.feed.url, title)


async def find_feeds(settings: Settings, urls: Sequence[str]) -> list[Findings]:
    """Ask each address, and where it is a page those it leads to."""
    async with open_searcher(settings) as searcher:

        async def find(url: str) -> Findings:
            return _sorted_out(url, [found async for found in searcher.search(url)])

        return await asyncio.gather(*map(find, urls))


def _sorted_out(url: str, gathered: Sequence[Gathered]) -> Findings:
    feeds = tuple(g for g in gathered if isinstance(g.news, Digested))
    failures = [g.news for g in gathered if isinstance(g.news, Failed)]
    return Findings(url, feeds, failures[0] if failures and not feeds else None)


def row(found: Gathered) -> dict[str, Any]:
    """A found feed as a line of a table."""
    news = found.news
    if not isinstance(news, Digested):
        return {"url": without_credentials(found.feed.url)}
    dates = [t.article.published.at for t in news.articles if t.article.published.at]
    return {
        "url": without_credentials(found.feed.url),
        "kind": news.kind.value,
        "title": news.title,
        "language": news.language,
        "items": news.items,
        "newest_at": max(dates, default=None),
    }
