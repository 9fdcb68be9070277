"""The outward half of a poll: ask the feed and digest its answer. Touches no database."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import xxhash

from daemon.cadence import audit_due, has_conditions, is_trusted, unconditional
from daemon.clock import Clock
from daemon.errors import DigestLimitError, NotAFeedError, ParseLimitError
from daemon.fetch import Fetcher
from daemon.sitemaps import Asks, read_sitemaps
from daemon.traces import Tracer
from daemon.values import (
    NOTHING,
    OVER_MAX_ENTRIES,
    Digested,
    Failed,
    Fetched,
    FetchResult,
    Gathered,
    Learned,
    NotModified,
    Unchanged,
)
from daemon.workers import Workers
from storage.values import Feed, Lease, Outcome, Validators

Furniture = Callable[[], Awaitable[Learned]]


async def nothing_learned() -> Learned:
    """No furniture is known."""
    return NOTHING


async def gather(  # noqa: PLR0913, PLR0917  who and what a poll needs
    feed: Feed,
    lease: Lease | None,
    fetcher: Fetcher,
    workers: Workers,
    clock: Clock,
    learned: Furniture = nothing_learned,
    *,
    is_traced: bool = False,
) -> Gathered:
    """Everything one feed has to tell right now; with a trace of it, if somebody wants that.

    `learned` gives the furniture of its sites; it is asked when there is a document to digest.
    """
    timer = asyncio.get_running_loop().time
    began = timer()
    opened = Gathered(feed, clock(), timedelta(), Unchanged(), lease=lease)
    trusted = is_trusted(feed, opened.started_at)
    audited = trusted and audit_due(feed)
    asked = feed if trusted and not audited else unconditional(feed)
    result = await fetcher.fetch(asked)
    if spoiled := _is_spoiled(result, asked):
        result = await fetcher.fetch(unconditional(feed))
    match result:
        case Fetched():
            tracer = Tracer(fetcher, learned)
            gathered = await digested(opened, result, tracer, workers)
            if is_traced and isinstance(gathered.news, Digested):
                gathered = replace(gathered, trace=tracer.trace(result))
            gathered = replace(gathered, lied=spoiled)
            if audited and _has_news(gathered):
                gathered = replace(gathered, lied=await _says_unchanged(fetcher, feed))
        case NotModified():
            gathered = replace(
                opened, http_status=304, fresh=result.fresh, moved_to=result.moved_to
            )
        case Failed():
            gathered = replace(opened, news=result, http_status=result.http_status)
    took = timedelta(seconds=timer() - began)
    return replace(gathered, duration=took, pause=fetcher.pause(feed.url))


class Means(Asks, Protocol):
    """What a document may need beside itself."""

    async def learned(self) -> Learned:
        """The furniture that is known of its sites."""


async def digested(opened: Gathered, page: Fetched, means: Means, workers: Workers) -> Gathered:
    """The document's news; cheapest first: an equal body never reaches a parser."""
    feed = opened.feed
    marks = Validators(page.etag, page.last_modified, body_hash(page.body))
    gathered = replace(
        opened,
        http_status=page.status,
        size=len(page.body),
        validators=marks,
        fresh=page.fresh,
        news=Unchanged(),
        moved_to=page.moved_to,
    )
    if marks.body_hash == feed.validators.body_hash:
        return gathered
    try:
        news = await workers.digest(
            page, feed.entry_hashes, opened.started_at, await means.learned()
        )
    except NotAFeedError as error:
        return replace(gathered, news=Failed(Outcome.NOT_A_FEED, str(error)))
    except (DigestLimitError, ParseLimitError) as error:
        return replace(gathered, news=Failed(Outcome.PARSE_LIMIT, str(error)))
    if news.sitemaps:
        return await read_sitemaps(gathered, news, means, workers)
    if page.is_delta:
        news = replace(news, is_delta=True, entry_hashes=feed.entry_hashes | news.entry_hashes)
    if OVER_MAX_ENTRIES in news.rejected:
        # the next poll must get the document again, for the entries that were left
        gathered = replace(gathered, validators=Validators())
    return replace(gathered, news=news)


def _is_spoiled(result: FetchResult, asked: Feed) -> bool:
    """Whether a 304 may have been lost in what followed it: some servers send it with a body."""
    return isinstance(result, Failed) and result.is_garbled and has_conditions(asked.validators)


def _has_news(gathered: Gathered) -> bool:
    """Whether entries came or were edited; a body of which only the date moved is no lie."""
    known, news = gathered.feed, gathered.news
    return isinstance(news, Digested) and not all(map(known.remembers, news.entry_hashes))


async def _says_unchanged(fetcher: Fetcher, feed: Feed) -> bool:
    """Whether the server says 304 to the validators of a document that had less in it."""
    return isinstance(await fetcher.fetch(feed), NotModified)


def body_hash(body: bytes) -> int:
    """A signed 64-bit hash: documents that share it are one document."""
    return int.from_bytes(xxhash.xxh3_64_digest(body), "big", signed=True)
