"""One poll of one feed: gather, and hand the result to the writer. A feed's bug stops here."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from daemon.clock import Clock
from daemon.fetch import Fetcher
from daemon.fetch.words import one_line
from daemon.gather import gather
from daemon.pages import Pages
from daemon.values import NOTHING, Digested, Failed, Gathered, Learned
from daemon.workers import Workers
from daemon.writer import Writer
from storage.values import Feed, Lease, Outcome

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Poller:
    """All that polling needs, held together."""

    fetcher: Fetcher
    workers: Workers
    writer: Writer
    clock: Clock
    lease_of: Callable[[Feed], Lease | None]
    """The lease under which we may poll a feed; None: it is another replica's by now."""
    limit: timedelta
    """No poll takes longer, whatever hangs in it."""
    pages: Pages | None = None
    """Completes articles from their web pages on the way to the writer; None: nobody can."""
    is_traced: bool = False
    """Whether what polls are made of is wanted with them."""

    async def poll(self, feed: Feed) -> Gathered | None:
        """Poll one feed; whatever happens, exactly one outcome reaches the writer.

        Returns what was gathered; None when the feed is another replica's.
        """
        lease = self.lease_of(feed)
        if lease is None:
            self.writer.drop(feed)
            return None
        gathered = await self.gather(feed, lease)
        if self.pages is None or not self.pages.take(gathered):
            await self.writer.put(gathered)
        return gathered

    async def gather(self, feed: Feed, lease: Lease | None = None) -> Gathered:
        """What the feed has to tell, or the trouble that kept it from telling."""
        started = self.clock()
        try:
            async with asyncio.timeout(self.limit.total_seconds()):
                return await self._gather(feed, lease)
        except TimeoutError:
            failed = Failed(Outcome.TIMEOUT, f"the poll took more than {self.limit}")
        except Exception as error:
            log.exception("poll_failed", feed_id=feed.id, url=one_line(feed.url))
            failed = Failed(Outcome.INTERNAL, f"{type(error).__name__} in newsd; see the log")
        return Gathered(feed, started, self.clock() - started, failed, lease=lease)

    async def _gather(self, feed: Feed, lease: Lease | None) -> Gathered:
        memory = self.writer.keeper.learned

        async def learned() -> Learned:
            return await memory.known_to(feed, self.clock()) if memory else NOTHING

        means = (self.fetcher, self.workers, self.clock, learned)
        gathered = await gather(feed, lease, *means, is_traced=self.is_traced)
        if memory and isinstance(gathered.news, Digested):
            memory.note(feed, gathered.news.articles)
        return gathered
