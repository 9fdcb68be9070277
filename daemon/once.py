"""Poll every due feed one time and end: the cron job."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from daemon.holds import Holds
from daemon.lanes import Lanes
from daemon.pacing import Paces
from daemon.pages import Pages
from daemon.poll import Poller
from daemon.settings import FetchSettings
from daemon.values import Gathered, PollReport
from daemon.writer import Writer
from storage.database import Database
from storage.feeds import due_feeds
from storage.values import Feed, Outcome

PAGE = 500
WAITING_LIMIT = 5000


@dataclass(frozen=True, slots=True)
class OnceResult:
    """What a round over the due feeds came to."""

    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    created: int = 0
    revised: int = 0
    rejected: int = 0
    left: int = 0
    """Feeds that were due and not polled: the round was cut short."""

    @property
    def polls(self) -> int:
        """Polls that ended."""
        return sum(self.outcomes.values())

    @property
    def failed(self) -> int:
        """Polls that brought nothing for a reason other than that there was nothing."""
        return sum(n for outcome, n in self.outcomes.items() if not outcome.is_success)


class Tally:
    """Counts polls as they are settled."""

    def __init__(self, on_report: Callable[[PollReport], None] | None) -> None:
        self._on_report = on_report
        self._outcomes: Counter[Outcome] = Counter()
        self._verdicts: Counter[str] = Counter()

    def settle(self, _: Feed, report: PollReport | None) -> None:
        """Count a poll; one that another replica took over is not ours to count."""
        if report is None:
            return
        self._outcomes[report.poll.outcome] += 1
        for verdict in ("created", "revised", "rejected"):
            self._verdicts[verdict] += getattr(report.poll, verdict)
        if self._on_report is not None:
            self._on_report(report)

    def result(self, left: int) -> OnceResult:
        """What was counted."""
        return OnceResult(self._outcomes, left=left, **self._verdicts)


@dataclass(frozen=True, slots=True)
class Round:
    """One pass over the feeds that are due."""

    database: Database
    poller: Poller
    writer: Writer
    limits: FetchSettings
    shards: Collection[int]
    holds: Holds
    paces: Paces

    async def run(self, before: datetime | None, stop: asyncio.Event) -> int:
        """Poll what is due before an instant (None: every feed); return how many were left."""
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(self.writer.run())
            lanes = Lanes(group, self._poll, self.limits, paces=self.paces)
            stopping = group.create_task(_clear_when(stop, lanes, self.poller.pages))
            left = await self._feed(lanes, before, stop)
            await lanes.idle()
            if self.poller.pages is not None:
                await self.poller.pages.idle()
            await self.writer.drained()
            writing.cancel()
            stopping.cancel()
        return left + (stopping.result() if stopping.done() and not stopping.cancelled() else 0)

    async def _poll(self, feed: Feed) -> Gathered | None:
        """Poll a feed, unless its host asked to be left alone: it stays due."""
        if self.holds.until(feed.url, self.poller.clock()) is not None:
            return None
        return await self.poller.poll(feed)

    async def _feed(self, lanes: Lanes, before: datetime | None, stop: asyncio.Event) -> int:
        """Queue all that is due, page by page; return how many were not queued."""
        left = 0
        async for page in self._pages(before):
            if stop.is_set():
                left += len(page)
                continue
            await lanes.below(WAITING_LIMIT)
            for feed in page:
                lanes.add(feed)
        return left

    async def _pages(self, before: datetime | None) -> AsyncIterator[list[Feed]]:
        after_id = 0
        while True:
            async with self.database.reading() as tx:
                page = await due_feeds(
                    tx, before=before, after_id=after_id, limit=PAGE, shards=self.shards
                )
            if not page:
                return
            yield page
            after_id = page[-1].id


async def _clear_when(stop: asyncio.Event, lanes: Lanes, pages: Pages | None) -> int:
    """Begin nothing more once we are told to stop; return how many feeds waited."""
    await stop.wait()
    if pages is not None:
        pages.hurry()
    return len(lanes.clear())
