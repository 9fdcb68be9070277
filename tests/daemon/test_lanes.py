import asyncio
from collections import Counter
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from daemon.lanes import Lanes
from storage.values import Feed
from tests.samples import FEED


def feed(host: str, number: int) -> Feed:
    return replace(FEED, id=number, url=f"https://{host}/{number}")


class Gate:
    """Work that stands still until it is let through, and remembers who was there."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.inside: Counter[str] = Counter()
        self.most_inside: Counter[str] = Counter()
        self.done: list[int] = []
        self.tenth = asyncio.Event()

    async def work(self, one: Feed) -> None:
        host = urlsplit(one.url).netloc
        for key in (host, "all"):
            self.inside[key] += 1
            self.most_inside[key] = max(self.most_inside[key], self.inside[key])
        if host.startswith("slow"):
            await self.open.wait()
        await asyncio.sleep(0)
        for key in (host, "all"):
            self.inside[key] -= 1
        self.done.append(one.id)
        if len(self.done) == 10:
            self.tenth.set()


@pytest.mark.threat("C7")
async def test_no_more_at_once_than_allowed_on_a_host_and_in_all() -> None:
    gate = Gate()
    async with asyncio.TaskGroup() as group:
        lanes = Lanes(group, gate.work, concurrency=5, per_host=2)
        for number in range(40):
            lanes.add(feed(f"host{number % 4}", number))
        await lanes.idle()
    assert sorted(gate.done) == list(range(40))
    assert gate.most_inside["all"] == 5
    assert max(gate.most_inside[f"host{n}"] for n in range(4)) == 2


@pytest.mark.threat("C7")
async def test_a_slow_host_keeps_nobody_else_waiting() -> None:
    gate = Gate()
    async with asyncio.TaskGroup() as group:
        lanes = Lanes(group, gate.work, concurrency=3, per_host=1)
        for number in range(50):
            lanes.add(feed("slow", number))
        for number in range(50, 60):
            lanes.add(feed("quick", number))
        await gate.tenth.wait()
        assert sorted(gate.done) == list(range(50, 60))
        gate.open.set()
        await lanes.idle()
    assert len(gate.done) == 60


async def test_cleared_feeds_never_start() -> None:
    gate = Gate()
    async with asyncio.TaskGroup() as group:
        lanes = Lanes(group, gate.work, concurrency=1, per_host=1)
        for number in range(5):
            lanes.add(feed("slow", number))
        assert len(lanes.clear()) == 4
        gate.open.set()
        await lanes.idle()
    assert gate.done == [0]


async def test_nothing_starts_while_held() -> None:
    gate = Gate()
    async with asyncio.TaskGroup() as group:
        lanes = Lanes(group, gate.work, concurrency=2, per_host=1)
        lanes.hold()
        lanes.add(feed("quick", 1))
        await asyncio.sleep(0)
        assert (lanes.waiting, lanes.under_way) == (1, 0)
        lanes.release(concurrency=2, per_host=1)
        await lanes.idle()
    assert gate.done == [1]
