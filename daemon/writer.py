"""The one task that writes: it takes what polls gathered, in groups, and commits each group once.

Group commit is worth 16 to 30 times the CPU of a transaction an article (docs: STORAGE). The queue
in front of it is bounded, so a slow database slows fetching instead of filling memory.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from daemon.archive import Archive
from daemon.clock import Clock
from daemon.fetch.words import one_line
from daemon.keep import Keeper
from daemon.values import Digested, Failed, Gathered, PollReport
from storage.errors import StorageUnavailableError
from storage.values import Feed, Outcome

GROUP_ARTICLES = 100
GROUP_WAIT = 0.05
"""Seconds a group may wait for company."""
GROUP_POLLS = 500
QUEUE_POLLS = 64
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Seconds between tries when the database is away."""

Settle = Callable[[Feed, PollReport | None], None]
"""Told of each poll when it is committed; None: the feed is another replica's by now."""
log = structlog.get_logger()


class Writer:
    """Owns the queue between gathering and keeping."""

    def __init__(
        self,
        keeper: Keeper,
        clock: Clock,
        settle: Settle,
        *,
        patience: timedelta | None = None,
        archive: Archive | None = None,
    ) -> None:
        """Give up on an absent database after `patience`; None: never."""
        self._archive = archive
        self.keeper = keeper
        self._clock = clock
        self._settle = settle
        self._patience = patience
        self._queue: asyncio.Queue[Gathered] = asyncio.Queue(QUEUE_POLLS)

    @property
    def depth(self) -> int:
        """Polls gathered and not yet taken."""
        return self._queue.qsize()

    async def put(self, gathered: Gathered) -> None:
        """Hand over a poll; waits while the queue is full."""
        await self._queue.put(gathered)

    def drop(self, feed: Feed) -> None:
        """Settle a poll that shall not be made."""
        self._settle(feed, None)

    async def drained(self) -> None:
        """Return once everything handed over is committed."""
        await self._queue.join()

    async def run(self) -> None:
        """Write groups until cancelled. Raises `StorageUnavailableError` when patience is over."""
        while True:
            group = await self._next_group()
            try:
                kept = {r.feed.id: r for r in await self._kept(group)}
                _log_moves(kept.values())
                _log_takeovers(kept.values())
                for gathered in group:
                    self._settle(gathered.feed, kept.get(gathered.feed.id))
            finally:
                for _ in group:
                    self._queue.task_done()

    async def _next_group(self) -> list[Gathered]:
        group = [await self._queue.get()]
        timer = asyncio.get_running_loop().time
        closes = timer() + GROUP_WAIT
        while _articles(group) < GROUP_ARTICLES and len(group) < GROUP_POLLS:
            try:
                async with asyncio.timeout_at(closes):
                    group.append(await self._queue.get())
            except TimeoutError:
                break
        return group

    async def _kept(self, group: Sequence[Gathered]) -> list[PollReport]:
        """Keep the group; if something in it cannot be kept, keep the rest of it all the same."""
        try:
            return await self._patiently(group)
        except StorageUnavailableError:
            raise
        except Exception:
            if len(group) > 1:
                log.exception("group_refused", polls=len(group))
                return [report for one in group for report in await self._kept([one])]
            log.exception("poll_refused", feed_id=group[0].feed.id)
            return await self._patiently([_refused(group[0])])

    async def _patiently(self, group: Sequence[Gathered]) -> list[PollReport]:
        """Try until the database is there again, judging everything anew at each try."""
        pause = FIRST_PAUSE
        timer = asyncio.get_running_loop().time
        began = timer()
        is_again = False
        while True:
            now = self._clock()
            if self._archive is not None:
                # before the commit: what is committed can be made again
                await self._archive.write(group, now, is_again=is_again)
            try:
                return await self.keeper.keep(group, now)
            except StorageUnavailableError as error:
                away = timedelta(seconds=timer() - began)
                if self._patience is not None and away >= self._patience:
                    raise
                log.warning("database_unavailable", error=str(error), retry_in_s=pause)
            await asyncio.sleep(pause)
            pause, is_again = min(pause * 2, LONGEST_PAUSE), True


def _log_moves(reports: Iterable[PollReport]) -> None:
    for report in reports:
        if report.moved_from is not None:
            feed = report.feed
            event = "feed_moved" if feed.move is None else "feed_is_another"
            to = feed.url if feed.move is None else feed.move.to
            log.info(event, feed_id=feed.id, was=one_line(report.moved_from), url=one_line(to))


def _log_takeovers(reports: Iterable[PollReport]) -> None:
    """A line that somebody should read: what comes from there now may be anybody's."""
    for report in reports:
        if report.takeover is not None:
            feed, found = report.feed, report.takeover
            log.warning(
                "feed_changed_hands",
                feed_id=feed.id,
                url=one_line(feed.url),
                signs=list(found.signs),
                title=feed.title,
                title_before=found.title_before,
            )


def _articles(group: Sequence[Gathered]) -> int:
    return sum(len(g.news.articles) for g in group if isinstance(g.news, Digested))


def _refused(gathered: Gathered) -> Gathered:
    """The same poll, remembered as one whose articles the database would not take."""
    detail = "the database refused what this document holds; see the log"
    return replace(gathered, news=Failed(Outcome.STORE, detail))
