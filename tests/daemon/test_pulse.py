import asyncio
import time

import pytest

from daemon.pulse import BEAT, Pulse


@pytest.mark.threat("D9")
async def test_a_blocked_loop_shows() -> None:
    pulse = Pulse()
    async with asyncio.TaskGroup() as group:
        beating = group.create_task(pulse.run())
        await asyncio.sleep(BEAT / 2)
        time.sleep(BEAT)  # noqa: ASYNC251  what must never happen, and shall be seen
        await asyncio.sleep(0.01)
        beating.cancel()
    assert BEAT / 4 < pulse.lag < 10 * BEAT
