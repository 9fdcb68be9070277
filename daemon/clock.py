"""Where the time comes from: a callable, so that a test can hand in a constant."""

import asyncio
from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Returns the present instant, aware and in UTC. The real one is built in `daemon/app.py`."""

JUMP = 60.0
"""Seconds: less than this is a clock being set right."""


class Drift:
    """Compares the wall clock with one that only ever runs forward."""

    def __init__(self, clock: Clock, steady: Callable[[], float] | None = None) -> None:
        """`steady` returns seconds; if not given, the running loop's time."""
        self._clock = clock
        self._steady = steady or asyncio.get_running_loop().time
        self._offset = self._now()

    def jump(self) -> float:
        """Seconds by which the wall clock was moved since the last time, or 0."""
        moved = self._now() - self._offset
        if abs(moved) < JUMP:
            return 0.0
        self._offset += moved
        return moved

    def _now(self) -> float:
        return self._clock().timestamp() - self._steady()
