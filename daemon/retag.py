"""Tag the stored articles again when rules, taxonomy or model have changed, behind the polling.

It is `newsd reprocess --stage tag`, begun by itself: in small steps that take a quarter of a
worker at most, on one replica, resumed by the next one. Readers get `tagged` changes.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import structlog

from daemon.reprocess import Progress, Reprocessor, Stage
from storage.errors import StorageError
from storage.tagsets import begin_tagset, finish_tagset, tagset_now

EVERY = 60.0
"""Seconds between two looks at whether it is for us to do, and not done."""
TOLD_EVERY = 30.0
"""Seconds between two lines of the log while it is done."""
FIRST_SHARD = 0
"""Whoever polls its feeds does it for all."""
_WEEKS = timedelta(weeks=8)
_REST = 3
"""Times as long as a step took, until the next one."""
log = structlog.get_logger()


@dataclass(slots=True)
class Retagging:
    """Brings the stored articles up to one set of rules."""

    again: Reprocessor
    tagset: str
    left: int = 0
    """Articles that wait for it."""

    async def keep_up(self, shards: Callable[[], Collection[int] | None]) -> None:
        """Until cancelled: tag again what is not tagged by our rules, if `shards` are for us.

        None are all shards.
        """
        while True:
            try:
                held = shards()
                if held is None or FIRST_SHARD in held:
                    await self.catch_up(rest=_REST)
            except StorageError as error:
                log.warning("retagging_paused", error=str(error))
            except Exception:  # a bug here must end no polling
                log.exception("retagging_failed")
            await asyncio.sleep(EVERY)

    async def catch_up(
        self, *, rest: float = 0, stop: asyncio.Event | None = None, limit: timedelta = _WEEKS
    ) -> bool:
        """Tag all stored articles by our rules, or go on with that; whether all are, by now.

        `rest` spaces the steps; `stop` and `limit` end it early. Raises `StorageError`.
        """
        if await self.begin():
            return True
        until = monotonic() + limit.total_seconds()
        async with aclosing(self.again.run(Stage.TAG)) as steps:
            last = await self._go_through(
                steps, rest, lambda: monotonic() > until or (stop is not None and stop.is_set())
            )
        if last.looked_at < last.total:
            return False
        async with self.again.database.writing() as tx:
            await finish_tagset(tx, self.tagset)
        if last.total:
            log.info("retagged", **_facts(last))
        return True

    async def _go_through(
        self, steps: AsyncIterator[Progress], rest: float, is_over: Callable[[], bool]
    ) -> Progress:
        """Take the steps, and tell how far they are; the last one that was taken."""
        progress = Progress(Stage.TAG, 0, 0, 0)
        told = began = monotonic()
        async for progress in steps:
            self.left = progress.total - progress.looked_at
            if self.left and monotonic() - told >= TOLD_EVERY:
                told = monotonic()
                log.info("retagging", **_facts(progress))
            if is_over():
                break
            await asyncio.sleep((monotonic() - began) * rest)
            began = monotonic()
        return progress

    async def begin(self) -> bool:
        """Note that from now on articles are tagged by our rules; whether all there are are so.

        Raises `StorageError`.
        """
        async with self.again.database.reading() as tx:
            now = await tagset_now(tx)
        if now is not None and now.name == self.tagset:
            return now.is_everywhere
        async with self.again.database.writing() as tx:
            begun = await begin_tagset(tx, self.tagset, task=Stage.TAG, now=self.again.clock())
        return begun.is_everywhere


def _facts(progress: Progress) -> dict[str, int]:
    return {
        "looked_at": progress.looked_at,
        "changed": progress.changed,
        "total": progress.total,
    }
