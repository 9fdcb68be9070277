"""Wait for what can only be looked at."""

import asyncio
from collections.abc import Callable

PATIENCE = 30.0
"""Seconds that a busy machine may take."""


async def until(is_so: Callable[[], bool]) -> None:
    """Return when it is so."""
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110  nobody tells us
            await asyncio.sleep(0.005)
