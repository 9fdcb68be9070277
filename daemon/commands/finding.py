"""What asking a site for its feeds comes to, in words and rows."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from daemon.app import open_searcher
from daemon.credentials import without_credentials
from daemon.settings import Settings
from daemon.values import Digested, Failed, Gathered
from storage.values import Headers, Outcome, Subscription

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


async def find_feeds(
    settings: Settings, urls: Sequence[str], headers: Headers = ()
) -> list[Findings]:
    """Ask each address, and where it is a page those it leads to.

    With headers, which are meant for one origin, only the addresses themselves are asked.
    """
    async with open_searcher(settings) as searcher:

        async def find(url: str) -> Findings:
            if headers:
                return _sorted_out(url, [await searcher.check(url, headers)])
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


ADVICE = {
    Outcome.BLOCKED_ADDRESS: "if the network is yours, allow it in fetch.allow_networks",
    Outcome.ROBOTS: 'with fetch.robots = "pages" feeds are asked for all the same',
    Outcome.DNS: "the name leads nowhere: look for a typing error, or ask again later",
    Outcome.CONNECT: "nobody answers there; it would be tried again with growing pauses",
    Outcome.TLS: "its certificate cannot be trusted; newsd never falls back to plain HTTP",
    Outcome.TIMEOUT: "it is too slow for fetch.timeout",
    Outcome.TOO_LARGE: "fetch.max_bytes sets how large a document may be",
    Outcome.NOT_A_FEED: "newsd feeds discover may find the feed of the site",
    Outcome.PARSE_LIMIT: "digest.cpu_limit sets how much work a document may be",
}


def told(gathered: Gathered) -> dict[str, Any]:
    """What a poll found, for people: how it was fetched, what it is, and what would come of it."""
    facts: dict[str, Any] = {
        "url": without_credentials(gathered.feed.url),
        "http_status": gathered.http_status,
        "bytes": gathered.size,
        "duration_s": gathered.duration.total_seconds(),
    }
    match gathered.news:
        case Digested() as news:
            return facts | {"outcome": "a feed"} | _document(news) | _terms(gathered, news)
        case Failed(outcome=outcome, detail=detail):
            advice = ADVICE.get(outcome)
            return facts | {"outcome": outcome.value, "error": detail, "advice": advice}
        case _:
            return facts | {"outcome": "unchanged"}


def _document(news: Digested) -> dict[str, Any]:
    dates = [t.article.published.at for t in news.articles if t.article.published.at]
    return {
        "kind": news.kind.value,
        "read_by": f"{news.reader} ({news.declined})" if news.declined else news.reader,
        "sitemaps": [without_credentials(one.url) for one in news.sitemaps] or None,
        "title": news.title,
        "language": news.language,
        "items": news.items,
        "articles": len(news.articles),
        "dated": len(dates),
        "newest_at": max(dates, default=None),
        "rejected": dict(news.rejected),
        "damaged": news.damaged,
        "odd": dict(Counter(flag for t in news.articles for flag in t.article.quality)),
        "newest": [t.article.title for t in news.articles[:3]],
    }


def _terms(gathered: Gathered, news: Digested) -> dict[str, Any]:
    """What makes later polls cheap, and what the publisher asks for."""
    held = gathered.validators
    named = {"ETag": held.etag, "Last-Modified": held.last_modified}
    return {
        "validators": [name for name, value in named.items() if value]
        or "none: every poll transfers the whole document",
        "asks_to_wait_s": news.hints.every.total_seconds() if news.hints.every else None,
        "hub": news.hub.hub if news.hub else None,
    }
