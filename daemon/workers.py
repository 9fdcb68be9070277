"""Worker processes: every document is digested in one, never on the event loop.

A document that takes too much CPU is ended by the kernel (`ITIMER_PROF` with the signal's default
action), even inside C code; its poll is recorded, the worker is replaced, nobody else notices.
"""

import asyncio
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from multiprocessing.synchronize import Semaphore
from time import monotonic
from types import ModuleType
from typing import Any, TypeVar

from pebble import CONSTS, ProcessExpired, ProcessPool

from daemon.errors import DigestLimitError
from daemon.robotstxt import RobotRules, read_rules
from daemon.settings import PLAIN_TOPICS, DigestSettings, TopicsSettings
from daemon.values import NOTHING, Digested, Fetched, Learned, Marked, Rejected
from storage.values import Article, TaggedArticle, Topic

BELT = "daemon.belt"
MAX_WORKERS = 4
STARTING = 2.0
"""Seconds a worker may take to start, before it is ended all the same."""
ADDRESS_SPACE = 2 << 30
"""Bytes a worker may map; beyond it Python raises MemoryError."""
# Workers do not hear SIGTERM, so pebble need not wait for it to work.
CONSTS.term_timeout = 0.05
PAGE_LIMIT = timedelta(seconds=5)
"""CPU time that a web page may take: most take less than a tenth of a second."""
PATIENCE = 5
"""Wall time a document may take, as a multiple of its CPU time: the cores may be busy."""

Result = TypeVar("Result")


class Workers:
    """A pool that starts with the first document: a poll that finds nothing new pays for none."""

    def __init__(self, settings: DigestSettings, topics: TopicsSettings = PLAIN_TOPICS) -> None:
        self._settings = settings
        self._topics = topics
        self._pool: ProcessPool | None = None
        self._ready: _Ready | None = None

    async def digest(
        self,
        page: Fetched,
        known: frozenset[int],
        now: datetime,
        learned: Learned = NOTHING,
        *,
        taken: int = 0,
    ) -> Digested:
        """Digest a feed document, or a part of one of which so many entries are `taken`.

        Raises what `digest` raises, and `DigestLimitError`.
        """
        most = self._settings.max_entries - taken
        return await self._run(_digest, page, known, now, learned, most)

    async def digest_articles(
        self, page: Fetched, published: str | None, now: datetime, learned: Learned = NOTHING
    ) -> Digested:
        """Digest articles given by hand. Raises what `digest_articles` raises."""
        return await self._run(_digest_articles, page, published, now, learned)

    async def complete(
        self, origin: bytes, page: Fetched, learned: Learned = NOTHING
    ) -> TaggedArticle | Rejected:
        """Make an article again with its own web page.

        Raises what `digest.complete` raises, and `DigestLimitError`, for which a page is given
        less time than a feed.
        """
        limit = min(self._settings.cpu_limit, PAGE_LIMIT)
        return await self._run(_complete, origin, page, learned, limit=limit)

    async def make_again(
        self, origins: Sequence[bytes], learned: Learned = NOTHING
    ) -> list[TaggedArticle | Rejected]:
        """Make articles again from what they were made of. Raises `DigestLimitError`."""
        return await self._run(_make_again, origins, learned)

    async def retag(
        self, articles: Sequence[tuple[Article, tuple[str, ...]]]
    ) -> list[tuple[Topic, ...]]:
        """The topics of stored articles, each with its categories. Raises `DigestLimitError`."""
        return await self._run(_retag, articles)

    async def remark(self, articles: Sequence[tuple[Article, str | None]]) -> list[Marked]:
        """The marks of stored articles and of their first texts. Raises `DigestLimitError`."""
        return await self._run(_remark, articles)

    async def links(self, page: Fetched) -> tuple[str, ...]:
        """The feeds that a web page names. Raises `DigestLimitError`."""
        return await self._run(_links, page)

    async def robots(self, body: bytes, user_agent: str) -> RobotRules:
        """What a robots.txt says to whoever sends `user_agent`. Raises `DigestLimitError`."""
        return await self._run(read_rules, body, user_agent)

    async def _run(
        self, task: Callable[..., Result], *args: Any, limit: timedelta | None = None
    ) -> Result:
        limit = limit or self._settings.cpu_limit
        future: Future[Result] = self._started().schedule(
            _within, args=(limit, task, *args), timeout=limit.total_seconds() * PATIENCE
        )
        try:
            return await asyncio.wrap_future(future)
        except ProcessExpired as error:
            if error.exitcode == -signal.SIGPROF:
                raise DigestLimitError(f"over {limit.total_seconds():g} s of CPU time") from error
            raise DigestLimitError(f"the worker died (exit code {error.exitcode})") from error
        except TimeoutError as error:
            raise DigestLimitError(
                f"no result in {limit.total_seconds() * PATIENCE:g} s"
            ) from error
        except MemoryError as error:
            raise DigestLimitError(f"over {ADDRESS_SPACE >> 20} MiB of memory") from error

    def _started(self) -> ProcessPool:
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            # the fork server imports the belt once; a worker is then a fork of it
            context.set_forkserver_preload([BELT])
            many = self._settings.workers or min(MAX_WORKERS, os.cpu_count() or 1)
            self._ready = _Ready(many, context.Semaphore(0))
            self._pool = ProcessPool(
                max_workers=many,
                context=context,
                initializer=_prepare,
                initargs=(self._topics, self._ready.told),
            )
        return self._pool

    async def close(self) -> None:
        """End the workers; documents in their hands are dropped."""
        pool, self._pool = self._pool, None
        if pool is not None:
            if self._ready is not None:
                await asyncio.to_thread(self._ready.wait)
            pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
            await asyncio.to_thread(pool.join)


@dataclass(frozen=True, slots=True)
class _Ready:
    """Knows when all workers have started: one that is ended earlier complains on stderr."""

    workers: int
    told: Semaphore

    def wait(self) -> None:
        """Return when they have, or soon."""
        until = monotonic() + STARTING
        for _ in range(self.workers):
            self.told.acquire(timeout=max(0.0, until - monotonic()))


# ---------------------------------------------------------------- inside a worker


def _prepare(topics: TopicsSettings, ready: Semaphore) -> None:
    """Make this process ready; interrupts and stops are the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, resource.RLIM_INFINITY))
    belt().prepare(topics)
    ready.release()


def _within(limit: timedelta, task: Callable[..., Result], *args: Any) -> Result:
    """Run `task` under a CPU deadline that the kernel keeps."""
    signal.setitimer(signal.ITIMER_PROF, limit.total_seconds())
    try:
        return task(*args)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _digest(
    page: Fetched, known: frozenset[int], now: datetime, learned: Learned, max_entries: int
) -> Digested:
    digested: Digested = belt().digest(page, known, now, learned, max_entries)
    return digested


def _digest_articles(
    page: Fetched, published: str | None, now: datetime, learned: Learned
) -> Digested:
    digested: Digested = belt().digest_articles(page, published, now, learned)
    return digested


def _complete(origin: bytes, page: Fetched, learned: Learned) -> TaggedArticle | Rejected:
    made: TaggedArticle | Rejected = belt().complete(origin, page, learned)
    return made


def _make_again(origins: Sequence[bytes], learned: Learned) -> list[TaggedArticle | Rejected]:
    made: list[TaggedArticle | Rejected] = belt().make_again(origins, learned)
    return made


def _retag(articles: Sequence[tuple[Article, tuple[str, ...]]]) -> list[tuple[Topic, ...]]:
    found: list[tuple[Topic, ...]] = belt().retag(articles)
    return found


def _remark(articles: Sequence[tuple[Article, str | None]]) -> list[Marked]:
    found: list[Marked] = belt().remark(articles)
    return found


def _links(page: Fetched) -> tuple[str, ...]:
    links: tuple[str, ...] = belt().feed_links(page)
    return links


def belt() -> ModuleType:
    """`daemon.belt`, which only a worker imports: the parent has no use for parsers and models.

    In every process they would cost 0.3 s and 40 MB.
    """
    return import_module(BELT)
