"""Take away what nothing looks up any more, in steps so small that no writer waits."""

from datetime import datetime, timedelta

from daemon.dedup import SPAN
from storage.database import Database
from storage.marks import forget_marks
from storage.origins import forget_origins
from storage.stories import forget_members

EVERY = timedelta(hours=1)
_STEP = 1_000
"""Rows a transaction."""
_MOST_STEPS = 200


async def tidy(database: Database, now: datetime, keep_origins: timedelta) -> int:
    """Delete keys, marks, story members and origins that are too old; how many rows went.

    What is left after `_MOST_STEPS` waits for the next time. Raises `StorageError`.
    """
    gone = 0
    for _ in range(_MOST_STEPS):
        async with database.writing() as tx:
            went = await forget_marks(tx, now=now, limit=_STEP)
            went += await forget_members(tx, before=now - SPAN, limit=_STEP)
            went += await forget_origins(tx, before=now - keep_origins, limit=_STEP)
        gone += went
        if not went:
            break
    return gone
