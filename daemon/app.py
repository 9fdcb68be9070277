"""The composition root: every long-lived object is made here and nowhere else."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from daemon.archive import Archive, open_archive
from daemon.configuration import Loaded, load_settings
from daemon.cursors import Ledger
from daemon.discover import Searcher
from daemon.errors import SettingsError, UsageError
from daemon.extras import ARCHIVE, EXTRACT, STREAM, reads_pages, relays, writes_archives
from daemon.fetch import Fetcher, Robots, open_session
from daemon.holds import Holds
from daemon.housekeeping import INDEXED_ONCE, MOST_STEPS, complete_index, keep_house
from daemon.ingest import Document, Ingester, IngestResult
from daemon.keep import Keeper
from daemon.learned import LearnedLines
from daemon.metrics import Metrics
from daemon.once import OnceResult, Round, Tally
from daemon.outlines import outlines_in
from daemon.pacing import Paces
from daemon.pages import Asking, Pages, Tries
from daemon.poll import Poller
from daemon.relay import Relay, reader_of
from daemon.replay import Replayed, Replayer
from daemon.reprocess import Progress, Reprocessor, Stage
from daemon.retag import FIRST_SHARD, Retagging
from daemon.robotstxt import LONGEST as LONGEST_ROBOTS
from daemon.service import Parts, Service
from daemon.settings import FetchSettings, Settings, WebhookSettings
from daemon.sinks import secret_of
from daemon.steering import Steering, price_so_far
from daemon.tag import check_topics, tagset_of
from daemon.values import PollReport
from daemon.workers import PATIENCE, Workers
from daemon.writer import Writer
from storage.database import Database
from storage.errors import StorageError
from storage.feeds import count_completed, find_feed
from storage.following import add_feeds, ingest_source
from storage.holds import held_hosts
from storage.leases import BEAT, Holder, hold
from storage.migration import ensure_schema
from storage.searchindex import switch_index
from storage.values import Feed, FullText, Lease

log = structlog.get_logger()

DATABASE_PATIENCE = timedelta(seconds=20)
"""How long `once` waits for a database that went away; `run` waits for ever."""
RETAGGING_IN_A_ROUND = timedelta(minutes=1)
"""How long `once` tags old articles again after other rules; the next one goes on."""


def system_clock() -> datetime:
    """Read the time. Nothing else in the program does."""
    return datetime.now(UTC)  # noqa: TID251  the one place


def replica_name() -> str:
    """What this process is called in leases and polls."""
    return f"{socket.gethostname()}-{os.getpid()}"


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database with its schema as this program needs it. Raises `StorageError`."""
    async with Database.open(settings.database.url) as database:
        await ensure_schema(database)
        yield database


@asynccontextmanager
async def open_workers(settings: Settings) -> AsyncIterator[Workers]:
    """The worker processes. Raises `SettingsError` for a topic rule that cannot be used."""
    # here and now, not in a worker at the first poll
    check_topics(settings.topics)
    check_extras(settings)
    workers = Workers(settings.digest, settings.topics)
    try:
        yield workers
    finally:
        await workers.close()


def check_extras(settings: Settings) -> None:
    """Raise `SettingsError` if the settings ask for what is not installed."""
    brokers = [one for one in settings.consumers if one.kind != "webhook"]
    if brokers and not relays():
        name, kind = brokers[0].name, brokers[0].kind
        raise SettingsError(f"consumer {name!r} of kind {kind} needs the extra: {STREAM}")
    if settings.extract.full_text is not FullText.NEVER and not reads_pages():
        wanted = settings.extract.full_text
        raise SettingsError(f'extract.full_text = "{wanted}" needs the extra: {EXTRACT}')
    if settings.archive.dir is not None and not writes_archives():
        raise SettingsError(f"archive.dir needs the extra: {ARCHIVE}")


@asynccontextmanager
async def archiving(settings: Settings, database: Database) -> AsyncIterator[Archive | None]:
    """The archive, if one is wanted. Raises `SettingsError`."""
    check_extras(settings)
    async with AsyncExitStack() as stack:
        try:
            archive = await stack.enter_async_context(
                open_archive(settings.archive, database.name)
            )
        except OSError as error:
            where = f"archive.dir: {settings.archive.dir} cannot be written"
            raise SettingsError(f"{where}: {error.strerror}") from error
        yield archive


def check_consumers(settings: Settings) -> None:
    """Raise `SettingsError` if a consumer names a secret that cannot be used."""
    for consumer in settings.consumers:
        if isinstance(consumer, WebhookSettings):
            secret_of(consumer)


@asynccontextmanager
async def open_searcher(settings: Settings) -> AsyncIterator[Searcher]:
    """What asks a site for its feeds; it needs no database."""
    async with (
        open_workers(settings) as workers,
        open_fetcher(settings.fetch, workers) as fetcher,
    ):
        yield Searcher(fetcher, workers, system_clock)


@asynccontextmanager
async def open_fetcher(settings: FetchSettings, workers: Workers) -> AsyncIterator[Fetcher]:
    """What asks for feeds, and minds the robots.txt of their hosts.

    These are asked for within a third of the time, so that one which drips ends no poll; they may
    redirect five times (RFC 9309, 2.3.1.2).
    """
    hasty = {"timeout": settings.timeout / 3, "max_redirects": 5}
    async with open_session(settings) as session:
        plain = Fetcher(session, settings.model_copy(update=hasty))
        robots = Robots(
            lambda url: plain.fetch_start(url, LONGEST_ROBOTS),
            lambda body: workers.robots(body, settings.user_agent),
        )
        yield Fetcher(session, settings, robots)


@dataclass(frozen=True, slots=True)
class Shared:
    """What is remembered of other people's servers, whatever the settings."""

    paces: Paces
    holds: Holds
    tries: Tries = field(default_factory=Tries)


@dataclass(frozen=True, slots=True)
class App:
    """The assembled program: what a command may ask of it."""

    loaded: Loaded
    database: Database

    @property
    def _settings(self) -> Settings:
        return self.loaded.settings

    async def once(
        self,
        *,
        every_feed: bool = False,
        deadline: timedelta | None = None,
        on_report: Callable[[PollReport], None] | None = None,
    ) -> OnceResult:
        """Poll what is due (or every feed) and stop. Raises `StorageError`."""
        tally, replica, stop = Tally(on_report), replica_name(), asyncio.Event()
        holds = await self._holds()
        await self._warn_of_pages()

        def settle(feed: Feed, report: PollReport | None) -> None:
            if report is not None:
                holds.note(report)
            tally.settle(feed, report)

        check_consumers(self._settings)
        async with (
            hold(self.database, replica) as holder,
            archiving(self._settings, self.database) as archive,
            self._relay(replica) as relay,
        ):
            price = await price_so_far(self.database, self._settings.schedule, system_clock())
            keeper = self._keeper(self._settings, replica, price.mu)
            writer = Writer(
                keeper, system_clock, settle, patience=DATABASE_PATIENCE, archive=archive
            )
            shared = Shared(Paces(self._settings.fetch.host_rate), holds)
            async with self._poller(self._settings, writer, holder, shared) as poller:
                limits, shards = self._settings.fetch, holder.leases.keys()
                the_round = Round(
                    self.database, poller, writer, limits, shards, holds, shared.paces
                )
                retagging = self._retagging(self._settings, poller.workers)
                is_ours = FIRST_SHARD in holder.leases
                if is_ours:
                    await retagging.begin()
                with _stopping_at(deadline, stop), _plainly():
                    left = await the_round.run(None if every_feed else system_clock(), stop)
                    if is_ours and not stop.is_set():
                        await retagging.catch_up(stop=stop, limit=RETAGGING_IN_A_ROUND)
            # before anything is tidied away that nobody was told of
            relay.follow(self._settings)
            await relay.drain(self._settings.stream.once_limit)
            if not stop.is_set():
                now = system_clock()
                await keep_house(self.database, now, self._settings, most_steps=MOST_STEPS)
                await complete_index(self.database, most=INDEXED_ONCE)
        return tally.result(left)

    async def run(self) -> None:
        """Poll until SIGTERM or SIGINT. Raises `StorageError` if it cannot even start."""
        replica = replica_name()
        # the others give up shards at their next beat
        check_consumers(self._settings)
        async with (
            hold(self.database, replica, patience=BEAT * 2) as holder,
            archiving(self._settings, self.database) as archive,
        ):
            pace, now = self._settings.schedule, system_clock()
            steering = Steering(await price_so_far(self.database, pace, now))
            holds = await self._holds()
            service = Service(
                self.loaded, self.database, holder, system_clock, steering, holds, replica
            )
            keeper = self._keeper(self._settings, replica, steering.price.mu)
            writer = Writer(keeper, system_clock, service.settle, archive=archive)
            if archive is not None:
                service.count("archive_lost_polls", "Polls not archived.", lambda: archive.lost)

            shared = Shared(Paces(self._settings.fetch.host_rate), holds)

            @asynccontextmanager
            async def assemble(settings: Settings) -> AsyncIterator[Parts]:
                writer.keeper = self._keeper(settings, replica, steering.price.mu)
                async with self._poller(settings, writer, holder, shared) as poller:
                    yield Parts(poller, self._retagging(settings, poller.workers))

            await self.follow(self._settings)
            await self._warn_of_pages()
            with _signals(service), _plainly():
                await service.run(writer, assemble, self._reloaded, shared.paces)

    async def ingest(
        self, documents: Iterable[Document], source: str
    ) -> AsyncIterator[IngestResult]:
        """Take in documents as articles of `source`; yield what each chunk of them came to."""
        async with self.database.writing() as tx:
            feed = await ingest_source(tx, source, now=system_clock())
        async with (
            open_workers(self._settings) as workers,
            archiving(self._settings, self.database) as archive,
        ):
            keeper = self._keeper(self._settings, replica_name())
            ingester = Ingester(keeper, workers, system_clock, archive)
            async for result in ingester.ingest(documents, feed):
                yield result

    async def replay(self, files: Sequence[Path], told: Replayed) -> AsyncIterator[Replayed]:
        """Make polls again from archives. Raises `StorageError`, `UsageError`."""
        replica = replica_name()
        async with hold(self.database, replica), open_workers(self._settings) as workers:
            keeper = replace(self._keeper(self._settings, replica), learned=None)
            async for so_far in Replayer(self.database, workers, keeper).run(files, told):
                yield so_far

    async def reprocess(
        self,
        stages: Sequence[Stage],
        *,
        since: datetime | None = None,
        feed: str | None = None,
        anew: bool = False,
    ) -> AsyncIterator[Progress]:
        """Run stages again over stored articles. Raises `StorageError`, `UsageError`."""
        async with self.database.reading() as tx:
            found = await find_feed(tx, feed) if feed is not None else None
        if feed is not None and found is None:
            raise UsageError(f"no feed {feed!r} is followed; newsd feeds list shows them")
        feed_id = found.id if found else None
        async with open_workers(self._settings) as workers:
            learned = LearnedLines(self.database)
            again = Reprocessor(self.database, workers, system_clock, learned)
            for stage in stages:
                run = again.run(stage, since=since, feed_id=feed_id, anew=anew)
                async for progress in run:
                    yield progress

    async def follow(self, settings: Settings) -> None:
        """Follow the feeds of the file that the settings name. Raises `SettingsError`."""
        outlines = outlines_in(settings)
        if outlines is None:
            return
        for reason in outlines.skipped:
            log.warning("outline_skipped", reason=reason)
        async with self.database.writing() as tx:
            added = await add_feeds(tx, outlines.subscriptions, now=system_clock())
        log.info("feeds_read", file=str(settings.feeds.file), added=added)

    # ------------------------------------------------------------ parts

    def _keeper(self, settings: Settings, replica: str, price: float | None = None) -> Keeper:
        learned = LearnedLines(self.database)
        keeps = bool(settings.database.keep_origins)
        return Keeper(
            self.database, settings.schedule, replica, price, learned=learned, keeps_origins=keeps
        )

    def _retagging(self, settings: Settings, workers: Workers) -> Retagging:
        again = Reprocessor(self.database, workers, system_clock, LearnedLines(self.database))
        return Retagging(again, tagset_of(settings.topics))

    @asynccontextmanager
    async def _relay(self, replica: str) -> AsyncIterator[Relay]:
        """What tells consumers, which begin no later than now."""
        reader = reader_of(self.database, replica)
        relay = Relay(Ledger(self.database, system_clock, reader, Metrics()))
        await relay.enrol(self._settings)
        with _plainly():
            async with relay.working():
                yield relay

    async def _holds(self) -> Holds:
        async with self.database.reading() as tx:
            return Holds(await held_hosts(tx, now=system_clock()))

    async def _warn_of_pages(self) -> None:
        """Say once that feeds want the pages of their articles, and nobody can read them."""
        if reads_pages():
            return
        async with self.database.reading() as tx:
            wanting = await count_completed(tx)
        if wanting:
            log.warning("full_text_unavailable", feeds=wanting, hint=EXTRACT)

    @asynccontextmanager
    async def _poller(
        self, settings: Settings, writer: Writer, holder: Holder, shared: "Shared"
    ) -> AsyncIterator[Poller]:
        """All that polling needs under one set of settings; taken apart in reverse order."""

        def lease_of(feed: Feed) -> Lease | None:
            return holder.leases.get(feed.shard)

        limit = settings.fetch.timeout + settings.digest.cpu_limit * PATIENCE
        async with AsyncExitStack() as stack:
            workers = await stack.enter_async_context(open_workers(settings))
            fetcher = await stack.enter_async_context(open_fetcher(settings.fetch, workers))
            pages = None
            if reads_pages():
                group = await stack.enter_async_context(asyncio.TaskGroup())
                learned = writer.keeper.learned
                asking = Asking(
                    fetcher,
                    workers,
                    system_clock,
                    settings.extract,
                    shared.paces,
                    shared.holds,
                    learned,
                )
                pages = Pages(group, asking, shared.tries, writer.put)
            clock, is_traced = system_clock, settings.archive.dir is not None
            most = limit * 2
            yield Poller(fetcher, workers, writer, clock, lease_of, most, pages, is_traced)

    async def _reloaded(self) -> Settings:
        """The settings as they stand now, all that they name read. Raises `SettingsError`."""
        settings = load_settings(self.loaded.path, overrides=self.loaded.overrides).settings
        check_topics(settings.topics)
        check_extras(settings)
        check_consumers(settings)
        await self.follow(settings)
        return settings


@asynccontextmanager
async def open_app(loaded: Loaded) -> AsyncIterator[App]:
    """Open the program for the length of the block. Raises `StorageError`, `SettingsError`."""
    async with open_database(loaded.settings) as database:
        await switch_index(database, loaded.settings.search.enabled)
        yield App(loaded, database)


@contextmanager
def _stopping_at(deadline: timedelta | None, stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` when the time is over, or on SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    seconds = None if deadline is None else deadline.total_seconds()
    timer = None if seconds is None else loop.call_later(seconds, stop.set)
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    try:
        yield
    finally:
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(signum)
        if timer is not None:
            timer.cancel()


@contextmanager
def _signals(service: Service) -> Iterator[None]:
    """SIGTERM and SIGINT stop, a second one forces; SIGHUP reloads."""
    loop = asyncio.get_running_loop()
    here = asyncio.current_task()

    def stop() -> None:
        if service.stop.is_set() and here is not None:
            here.cancel()
        service.stop.set()

    handlers = {signal.SIGTERM: stop, signal.SIGINT: stop, signal.SIGHUP: service.reload.set}
    for signum, handler in handlers.items():
        loop.add_signal_handler(signum, handler)
    try:
        yield
    finally:
        for signum in handlers:
            loop.remove_signal_handler(signum)


@contextmanager
def _plainly() -> Iterator[None]:
    """Raise the database's trouble itself, not the group that a TaskGroup wraps around it."""
    try:
        yield
    except* StorageError as group:
        error: Exception = group
        while isinstance(error, ExceptionGroup):  # groups stand in groups
            error = error.exceptions[0]
        raise error from None
