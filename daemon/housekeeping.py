"""Take away what nothing looks up any more, or is old, in steps so small that no writer waits."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from daemon.dedup import SPAN
from daemon.retention import retain
from daemon.settings import Settings
from storage.database import Database
from storage.marks import forget_marks
from storage.origins import forget_origins
from storage.searchindex import build_index
from storage.stories import forget_members

EVERY = timedelta(hours=1)
INDEXED_ONCE = 20_000
"""Articles that a run of `newsd once` adds to the search index at most, some seconds' worth."""
_REST = 1.0
"""Between two steps of building the search index, times what the step took."""
_STEP = 1_000
"""Rows a transaction."""
MOST_STEPS = 200
"""What is left after so many waits for the next time."""
log = structlog.get_logger()


async def keep_house(
    database: Database, now: datetime, settings: Settings, *, most_steps: int | None = None
) -> None:
    """Do all that is done once an hour, of retention `most_steps`. Raises `StorageError`."""
    await tidy(database, now, settings.database.keep_origins)
    gone = await retain(database, settings.retention, now, most_steps=most_steps)
    if told := {name: number for name, number in gone.items() if number}:
        log.info("let_go", **told)


async def tidy(database: Database, now: datetime, keep_origins: timedelta) -> int:
    """Delete keys, marks, story members and origins that are too old; how many rows went.

    What is left after `MOST_STEPS` waits for the next time. Raises `StorageError`.
    """
    gone = 0
    for _ in range(MOST_STEPS):
        async with database.writing() as tx:
            went = await forget_marks(tx, now=now, limit=_STEP)
            went += await forget_members(tx, before=now - SPAN, limit=_STEP)
            went += await forget_origins(tx, before=now - keep_origins, limit=_STEP)
        gone += went
        if not went:
            break
    return gone


async def complete_index(
    database: Database, told: Callable[[int], None] | None = None, *, most: int | None = None
) -> int:
    """Index what the search index still lacks, in steps between which writers have their turn.

    Returns how many articles that were: all, or `most` and a few; `told` hears how many so far.
    Raises `StorageError`.
    """
    timer, done = asyncio.get_running_loop().time, 0
    while most is None or done < most:
        began = timer()
        step = await build_index(database)
        if not step:
            break
        done += step
        if told is not None:
            told(done)
        await asyncio.sleep((timer() - began) * _REST)
    return done
