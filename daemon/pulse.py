"""Notice when the event loop is kept from its work: something blocks it that belongs elsewhere."""

import asyncio

BEAT = 1.0
"""Seconds between two beats."""


class Pulse:
    """Beats once a second, and remembers how late the last beat came."""

    def __init__(self) -> None:
        self.lag = 0.0
        """Seconds."""

    async def run(self) -> None:
        """Beat until cancelled."""
        timer = asyncio.get_running_loop().time
        while True:
            due = timer() + BEAT
            await asyncio.sleep(BEAT)
            self.lag = max(0.0, timer() - due)
