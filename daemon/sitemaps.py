"""A sitemap index: ask for the sitemaps it names, and take what they hold for one document.

Depth two and no further, one request after another, within the bounds of a single document.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from daemon.credentials import without_credentials
from daemon.errors import DigestLimitError, NotAFeedError, ParseLimitError
from daemon.fetch.words import one_line
from daemon.values import (
    OVER_MAX_ENTRIES,
    Digested,
    Failed,
    Fetched,
    FetchResult,
    Gathered,
    Listed,
    Unchanged,
)
from daemon.workers import Workers
from storage.values import Feed, Outcome, Validators

MOST = 3
"""Sitemaps asked for in one poll, the newest first."""
UNREAD = Validators(body_hash=0)
"""Marks of an index that the next poll must read again: no document has this hash."""
DOUBT = timedelta(hours=1)
"""A sitemap that changed up to so long before the last poll is asked for again."""


class Asks(Protocol):
    """Asks for documents."""

    @property
    def max_bytes(self) -> int:
        """The longest document that is taken, decoded."""

    async def fetch(self, feed: Feed) -> FetchResult:
        """What came of asking."""


async def read_sitemaps(
    index: Gathered, named: Digested, fetcher: Asks, workers: Workers
) -> Gathered:
    """What the sitemaps hold that changed since the last poll; unchanged when none did.

    One that cannot be read is named in `damaged`; only when none can, the poll has failed.
    """
    is_known = index.feed.validators != UNREAD
    chosen = _changed(named.sitemaps, index.feed.last_success_at if is_known else None)
    if not chosen:
        return replace(index, news=Unchanged())
    size, read, failed = index.size, list[Digested](), list[Failed]()
    for sitemap in chosen:
        page = await fetcher.fetch(Feed(0, sitemap.url))
        size += len(page.body) if isinstance(page, Fetched) else 0
        if size > fetcher.max_bytes:
            page = Failed(Outcome.TOO_LARGE, f"more than {fetcher.max_bytes} bytes with the index")
        found = await _digested(page, index, workers, sum(len(one.articles) for one in read))
        if isinstance(found, Digested):
            read.append(replace(found, sitemaps=(sitemap,)))
        else:
            address = without_credentials(sitemap.url)
            failed.append(replace(found, detail=one_line(f"{found.detail} ({address})")))
    news = _as_one(named, read, failed) if read else failed[0]
    return replace(
        index,
        news=news,
        size=size,
        more_requests=len(chosen),
        validators=index.validators if _is_done(news, failed) else UNREAD,
    )


def _is_done(news: Digested | Failed, failed: Sequence[Failed]) -> bool:
    """Whether an index that stays as it is means that there is nothing more to read."""
    if failed or isinstance(news, Failed) or OVER_MAX_ENTRIES in news.rejected:
        return False
    return all(sitemap.is_exact for sitemap in news.sitemaps)


def _changed(named: Sequence[Listed], since: datetime | None) -> Sequence[Listed]:
    """The newest of those that may have changed."""
    return [
        sitemap
        for sitemap in named
        if since is None or sitemap.changed is None or sitemap.changed >= since - DOUBT
    ][:MOST]


async def _digested(
    page: FetchResult, index: Gathered, workers: Workers, taken: int
) -> Digested | Failed:
    if not isinstance(page, Fetched):
        return (
            page if isinstance(page, Failed) else Failed(Outcome.BAD_HTTP, "304 to no condition")
        )
    try:
        found = await workers.digest(page, index.feed.entry_hashes, index.started_at, taken=taken)
    except NotAFeedError as error:
        return Failed(Outcome.NOT_A_FEED, str(error))
    except (DigestLimitError, ParseLimitError) as error:
        return Failed(Outcome.PARSE_LIMIT, str(error))
    if found.sitemaps:
        return Failed(Outcome.NOT_A_FEED, "an index inside an index")
    return found


def _as_one(named: Digested, read: Sequence[Digested], failed: Sequence[Failed]) -> Digested:
    """The sitemaps as one document, which shows but a part of what the index leads to."""
    flaws = [one.damaged for one in read if one.damaged] + [one.detail for one in failed]
    return replace(
        named,
        items=sum(one.items for one in read),
        present=tuple(dict.fromkeys(name for one in read for name in one.present)),
        entry_hashes=frozenset().union(*(one.entry_hashes for one in read)),
        articles=tuple(tagged for one in read for tagged in one.articles),
        rejected=dict(sum((Counter(one.rejected) for one in read), Counter())),
        damaged="; ".join(flaws) or None,
        is_delta=True,
        sitemaps=tuple(sitemap for one in read for sitemap in one.sitemaps),
    )
