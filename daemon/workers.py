"""Worker processes: every document is digested in one, never on the event loop.

A document that takes too much CPU is ended by the kernel (`ITIMER_PROF` with the signal's default
action), even inside C code; its poll is recorded, the worker is replaced, nobody else notices.
"""

import asyncio
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from daemon.digest import digest, digest_articles
from daemon.errors import DigestLimitError
from daemon.settings import DigestSettings
from daemon.tag import Tagger, load_tagger
from daemon.values import Digested, Fetched

MAX_WORKERS = 4
ADDRESS_SPACE = 2 << 30
"""Bytes a worker may map; beyond it Python raises MemoryError."""
PATIENCE = 5
"""Wall time a document may take, as a multiple of its CPU time: the cores may be busy."""

Result = TypeVar("Result")


class Workers:
    """A pool that starts with the first document: a poll that finds nothing new pays for none."""

    def __init__(self, settings: DigestSettings, rules: Path | None) -> None:
        self._settings = settings
        self._rules = rules
        self._pool: ProcessPool | None = None

    async def digest(self, page: Fetched, known: frozenset[int], now: datetime) -> Digested:
        """Digest a feed document. Raises what `digest` raises, and `DigestLimitError`."""
        return await self._run(_digest, page, known, now, self._settings.max_entries)

    async def digest_articles(
        self, page: Fetched, published: str | None, now: datetime
    ) -> Digested:
        """Digest articles given by hand. Raises what `digest_articles` raises."""
        return await self._run(_digest_articles, page, published, now)

    async def _run(self, task: Callable[..., Result], *args: Any) -> Result:
        limit = self._settings.cpu_limit
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
            context.set_forkserver_preload(["daemon.digest"])
            self._pool = ProcessPool(
                max_workers=self._settings.workers or min(MAX_WORKERS, os.cpu_count() or 1),
                context=context,
                initializer=_prepare,
                initargs=(self._rules,),
            )
        return self._pool

    async def close(self) -> None:
        """End the workers; documents in their hands are dropped."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
            await asyncio.to_thread(pool.join)


# ---------------------------------------------------------------- inside a worker

_tagger: Tagger | None = None


def _prepare(rules: Path | None) -> None:
    """Make this process ready; an interrupt from the terminal is the parent's business."""
    global _tagger  # noqa: PLW0603  a worker's initializer has no other way to hand on what it built
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, resource.RLIM_INFINITY))
    _tagger = load_tagger(rules)


def _within(limit: timedelta, task: Callable[..., Result], *args: Any) -> Result:
    """Run `task` under a CPU deadline that the kernel keeps."""
    signal.setitimer(signal.ITIMER_PROF, limit.total_seconds())
    try:
        return task(*args)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _belt() -> Tagger:
    if _tagger is None:
        raise RuntimeError("the worker was not prepared")
    return _tagger


def _digest(page: Fetched, known: frozenset[int], now: datetime, max_entries: int) -> Digested:
    return digest(page, known, now, _belt(), max_entries=max_entries)


def _digest_articles(page: Fetched, published: str | None, now: datetime) -> Digested:
    return digest_articles(page, now, _belt(), published=published)
