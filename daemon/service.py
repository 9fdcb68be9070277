"""The long-running daemon: polls for years, reloads on SIGHUP, leaves cleanly on SIGTERM."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from daemon import housekeeping
from daemon.api import Desk, build_desk, mounting
from daemon.clock import Clock
from daemon.configuration import Loaded
from daemon.cursors import Ledger
from daemon.errors import SettingsError
from daemon.fetch.words import one_line
from daemon.holds import Holds
from daemon.lanes import Lanes
from daemon.metrics import Metrics
from daemon.news import News
from daemon.pacing import Paces
from daemon.poll import Poller
from daemon.pulse import Pulse
from daemon.relay import Relay, reader_of
from daemon.retag import Retagging
from daemon.scheduler import REFILL, Job, Scheduler, coarse_jobs
from daemon.settings import Settings
from daemon.steering import EVERY, Steering
from daemon.values import Gathered, PollReport
from daemon.web import Readiness, serve
from daemon.websub import RENEWAL, Subscriber
from daemon.writer import Writer
from storage.changes import clock_now
from storage.database import Database
from storage.errors import StorageError
from storage.feeds import SHARDS, count_feeds
from storage.leases import BEAT, Holder
from storage.values import Feed, Price

LATE = 300.0
"""Seconds of lag, or without a commit while feeds are due, after which we are not ready."""
DAY = 86400.0
HOUSEKEEPER = 0
"""The shard whose holder keeps house, one replica for all."""
AGAIN = 60.0
"""Seconds to wait for a database in which the search index cannot be built just now."""
ANSWER = 5.0
"""Seconds the database may take to answer a readiness check."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """What works under one set of settings."""

    poller: Poller
    retagging: Retagging


Assemble = Callable[[Settings], AbstractAsyncContextManager[Parts]]
Reload = Callable[[], Awaitable[Settings]]


class Service:
    """Runs scheduler, lanes, writer and pages together."""

    def __init__(  # noqa: PLR0913, PLR0917  what outlives a reload
        self,
        loaded: Loaded,
        database: Database,
        holder: Holder,
        clock: Clock,
        steering: Steering,
        holds: Holds,
        replica: str = "newsd",
    ) -> None:
        self._settings = loaded.settings
        self._supervisor = loaded.supervisor
        self._database = database
        self._holder = holder
        self._clock = clock
        self._steering = steering
        self._holds = holds
        self._writer: Writer | None = None
        self._metrics = Metrics()
        self._relay = Relay(Ledger(database, clock, reader_of(database, replica), self._metrics))
        self._news = News(database)
        self._desk: Desk | None = None
        self._pulse = Pulse()
        self._poller: Poller | None = None
        self._retagging: Retagging | None = None
        self._scheduler: Scheduler | None = None
        self._subscriber: Subscriber | None = None
        self._last_commit: datetime | None = None
        self._last_success: datetime | None = None
        self.stop = asyncio.Event()
        self.reload = asyncio.Event()

    # ------------------------------------------------------------ what others tell us

    def settle(self, feed: Feed, report: PollReport | None) -> None:
        """A poll is committed (or is not ours): count it, and wait for the next."""
        if self._scheduler is not None:
            polled = report.feed if report else feed
            self._scheduler.settle(polled, polled.next_poll_at if report else None)
            if report is not None:
                self._scheduler.observe(feed.url, report.poll.outcome)
        if report is None:
            return
        self._metrics.observe(report)
        self._steering.observe(report)
        self._holds.note(report)
        self._last_commit = self._clock()
        if report.poll.created or report.poll.revised:
            self._relay.wake()
            self._news.announce()
        if report.poll.outcome.is_success:
            self._last_success = self._last_commit
        if self._subscriber is not None and report.hub is not None:
            self._subscriber.note(feed.id, report.hub)
        _log_poll(report, quietly=self._scheduler is not None and self._scheduler.outage.is_on)

    def count(self, name: str, meaning: str, read: Callable[[], int]) -> None:
        """Show a number that only rises among the metrics."""
        self._metrics.counter(name, meaning, read)

    # ------------------------------------------------------------ life

    async def run(
        self, writer: Writer, assemble: Assemble, reloaded: Reload, paces: Paces
    ) -> None:
        """Work until `stop` is set, then finish what is in hand within the grace."""
        async with asyncio.TaskGroup() as group:
            lanes = Lanes(group, self._poll, self._settings.fetch, paces=paces)
            self._writer = writer
            self._scheduler = Scheduler(self._database, lanes, self._clock, self._shards)
            writing = group.create_task(writer.run())
            beating = group.create_task(self._pulse.run())
            indexing = group.create_task(self._index())
            self._show(writer, lanes, self._scheduler)
            self._subscriber = self._subscribing(self._scheduler)
            self._desk = build_desk(self._settings, self._database, self._clock, self._news)
            api = mounting(self._settings.http, self._desk)
            http, metrics = self._settings.http, self._metrics
            pages = serve(http, metrics, self._ready, self._subscriber, api)
            await self._relay.enrol(self._settings)
            async with self._relay.working():
                async with pages, self._jobs():
                    scheduling = group.create_task(self._scheduler.run())
                    await self._generations(lanes, assemble, reloaded)
                    scheduling.cancel()
                    indexing.cancel()
                await self._finish(lanes, writer)
            beating.cancel()
            writing.cancel()

    async def _generations(self, lanes: Lanes, assemble: Assemble, reloaded: Reload) -> None:
        """One pass of the loop for each set of settings we live under."""
        while not self.stop.is_set():
            async with assemble(self._settings) as parts, self._tagging(parts.retagging):
                self._poller = parts.poller
                await self._refill()
                lanes.release(self._settings.fetch)
                self._relay.follow(self._settings)
                self._supervisor.tell("READY=1")
                log.info("running", database=self._database.name, http=self._settings.http.bind)
                settings = await self._until_changed(reloaded)
                log.info("stopping" if self.stop.is_set() else "reloading", polls=lanes.under_way)
                lanes.hold()
                await self._let_finish(lanes)
            self._settings = settings
            if self._desk is not None:
                self._desk.follow(settings)

    @asynccontextmanager
    async def _tagging(self, retagging: Retagging) -> AsyncIterator[None]:
        """Old articles are tagged by the rules of today for the length of the block."""
        self._retagging = retagging
        task = asyncio.create_task(retagging.keep_up(self._shards))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _until_changed(self, reloaded: Reload) -> Settings:
        """Wait until we are to stop, or to go on under other settings; return those."""
        while not self.stop.is_set():
            await _first(self.stop, self.reload)
            if self.reload.is_set():
                self.reload.clear()
                self._supervisor.tell("RELOADING=1")
                new = await _reloaded(self._settings, reloaded)
                if new is not None:
                    return new
                self._supervisor.tell("READY=1")
        return self._settings

    async def _let_finish(self, lanes: Lanes) -> None:
        """Wait for the polls under way; on a stop, no longer than the grace or a second signal."""
        grace = self._settings.run.shutdown_grace.total_seconds()
        pages = self._poller.pages if self._poller else None
        try:
            async with asyncio.timeout(grace if self.stop.is_set() else None):
                await lanes.quiet()
                if pages is not None:
                    pages.hurry()
                    await pages.idle()
        except TimeoutError:
            log.warning("polls_broken_off", polls=lanes.under_way)
            lanes.cancel()
            if pages is not None:
                pages.cancel()

    async def _finish(self, lanes: Lanes, writer: Writer) -> None:
        """Commit what was gathered, and tell of it; the rest will be due at the next start."""
        self._supervisor.tell("STOPPING=1")
        waiting, grace = lanes.clear(), self._settings.run.shutdown_grace
        try:
            async with asyncio.timeout(grace.total_seconds()):
                await writer.drained()
        except TimeoutError:
            log.warning("polls_not_committed", polls=writer.depth)
        await self._relay.drain(grace)
        log.info("stopped", waiting=len(waiting))

    async def _poll(self, feed: Feed) -> Gathered | None:
        until = self._holds.until(feed.url, self._clock())
        if until is not None and self._scheduler is not None:
            await self._scheduler.postpone(feed, until)
        elif self._poller is not None:
            return await self._poller.poll(feed)
        return None

    @property
    def _price(self) -> Price:
        return self._steering.price

    def _subscribing(self, scheduler: Scheduler) -> Subscriber | None:
        """Hubs are asked only where they can reach us."""
        http = self._settings.http
        if not http.public_url or not http.bind:
            return None
        return Subscriber(self._database, self._clock, http.public_url, scheduler.hasten)

    def _shards(self) -> Collection[int] | None:
        """Whose feeds we may poll now (None: all); the holder learns of changes at each beat."""
        leases = self._holder.leases
        return None if len(leases) == SHARDS else leases.keys()

    # ------------------------------------------------------------ coarse jobs and pages

    @asynccontextmanager
    async def _jobs(self) -> AsyncIterator[None]:
        jobs: dict[str, Job] = {
            "refill": (REFILL, self._refill),
            "lease": (BEAT, self._beat),
            "price": (EVERY, self._steer),
            "tidy": (housekeeping.EVERY, self._tidy),
        }
        if self._subscriber is not None:
            jobs["websub"] = (RENEWAL, self._renew)
        if self._supervisor.watchdog is not None:
            jobs["watchdog"] = (self._supervisor.watchdog / 2, self._alive)
        scheduler = coarse_jobs(jobs)
        scheduler.start()
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)

    async def _refill(self) -> None:
        if self._scheduler is not None:
            await self._scheduler.refill()

    async def _steer(self) -> None:
        """Keep requests in line with the budget, unless the network is down."""
        now, pace = self._clock(), self._settings.schedule
        if self._scheduler is None or self._writer is None:
            return
        if self._scheduler.outage.is_on:
            self._steering.pause(now)
            return
        try:
            async with self._database.reading() as tx:
                feeds = await count_feeds(tx, self._shards())
            self._scheduler.per_second = feeds * pace.requests_per_day / DAY
            await self._steering.steer(self._database, pace, now, feeds)
        except StorageError as error:
            log.warning("price_not_kept", error=str(error))
        self._writer.keeper = replace(self._writer.keeper, price=self._steering.price.mu)

    async def _tidy(self) -> None:
        try:
            if HOUSEKEEPER in self._holder.leases:
                await housekeeping.keep_house(self._database, self._clock(), self._settings)
        except StorageError as error:
            log.warning("housekeeping_failed", error=str(error))

    async def _index(self) -> None:
        """Index what is there already, after the setting has changed."""
        while True:
            try:
                done = await housekeeping.complete_index(self._database)
            except StorageError as error:
                log.warning("indexing_interrupted", error=str(error))
                await asyncio.sleep(AGAIN)
            else:
                if done:
                    log.info("indexed", articles=done)
                return

    async def _beat(self) -> None:
        try:
            await self._holder.beat()
        except StorageError as error:
            log.warning("lease_beat_failed", error=str(error))

    async def _renew(self) -> None:
        if self._subscriber is None or self._poller is None:
            return
        try:
            await self._subscriber.renew(self._poller.fetcher, self._shards())
        except StorageError as error:
            log.warning("hub_renewal_failed", error=str(error))

    async def _alive(self) -> None:
        self._supervisor.tell("WATCHDOG=1")

    def _show(self, writer: Writer, lanes: Lanes, scheduler: Scheduler) -> None:
        gauge = self._metrics.gauge
        gauge("queue_depth", "Polls gathered and not yet written.", lambda: writer.depth)
        gauge("loop_lag_seconds", "How late the event loop ran.", lambda: self._pulse.lag)
        gauge("polls_under_way", "Polls being made now.", lambda: lanes.under_way)
        gauge("polls_waiting", "Due feeds that wait for their host.", lambda: lanes.waiting)
        gauge(
            "polls_awaiting_pages", "Polls whose articles' pages are asked.", self._awaiting_pages
        )
        gauge("schedule_lag_seconds", "How late the most overdue feed is.", lambda: scheduler.lag)
        gauge("retagging_articles", "Stored articles that wait for other rules.", self._untagged)
        gauge("request_price", "Article-seconds a poll must be worth.", lambda: self._price.mu)
        gauge("requests_per_feed_day", "Smoothed.", lambda: self._price.requests)
        gauge("api_waiting", "Readers that wait for changes.", lambda: self._news.waiting)
        gauge("shards_held", "Shards this replica polls.", lambda: len(self._holder.leases))

    def _untagged(self) -> int:
        return self._retagging.left if self._retagging else 0

    def _awaiting_pages(self) -> int:
        pages = self._poller.pages if self._poller else None
        return pages.waiting if pages else 0

    async def _ready(self) -> Readiness:
        now = self._clock()
        trouble = await self._database_trouble()
        commit = (now - self._last_commit).total_seconds() if self._last_commit else None
        success = (now - self._last_success).total_seconds() if self._last_success else None
        lag = self._scheduler.lag if self._scheduler else 0.0
        stuck = lag > LATE and (commit is None or commit > LATE)
        ready = trouble is None and not stuck and not self.stop.is_set()
        return Readiness(ready, trouble or "ok", commit, success, lag)

    async def _database_trouble(self) -> str | None:
        try:
            async with asyncio.timeout(ANSWER), self._database.reading() as tx:
                await clock_now(tx)
        except TimeoutError:
            return f"no answer in {ANSWER:g} s"
        except StorageError as error:
            return str(error)
        return None


async def _first(*events: asyncio.Event) -> None:
    """Return when the first of the events is set."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def _reloaded(old: Settings, reloaded: Reload) -> Settings | None:
    """The new settings; None when they cannot be used, or not now."""
    try:
        new = await reloaded()
    except (SettingsError, StorageError) as error:
        log.error("reload_refused", error=str(error))  # noqa: TRY400  the message says it all
        return None
    for section in ("database", "search", "http", "archive"):
        if getattr(new, section) != getattr(old, section):
            log.warning("reload_needs_restart", section=section)
    log.info("reloaded")
    return new


def _log_poll(report: PollReport, *, quietly: bool) -> None:
    """A line for a poll; `quietly` when it is one of many that fail for one reason."""
    poll = report.poll
    facts = {
        "feed_id": poll.feed_id,
        "url": one_line(report.feed.url),
        "outcome": poll.outcome,
        "created": poll.created,
        "revised": poll.revised,
        "ms": round(poll.duration / timedelta(milliseconds=1)),
        **({"pages": dict(report.pages)} if report.pages else {}),
    }
    if not poll.outcome.is_success:
        tell = log.debug if quietly else log.warning
        tell("poll", error=poll.error, failures=report.feed.failures, **facts)
    elif poll.created or poll.revised:
        log.info("poll", **facts)
    else:
        log.debug("poll", **facts)
