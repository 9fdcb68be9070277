import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from daemon.lanes import Lanes
from daemon.settings import FetchSettings
from daemon.values import Failed, Gathered, Unchanged
from storage.values import Feed, Outcome
from tests.samples import FEED, NOON


def feed(host: str, number: int) -> Feed:
    return replace(FEED, id=number, url=f"https://{host}/{number}", last_success_at=NOON)


def limits(concurrency: int, per_host: int, host_rate: float = 1000) -> FetchSettings:
    return FetchSettings(concurrency=concurrency, per_host=per_host, host_rate=host_rate)


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
        lanes = Lanes(group, gate.work, limits(5, 2))
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
        lanes = Lanes(group, gate.work, limits(3, 1))
        for number in range(50):
            lanes.add(feed("slow", number))
        for number in range(50, 60):
            lanes.add(feed("quick", number))
        await gate.tenth.wait()
        assert sorted(gate.done) == list(range(50, 60))
        gate.open.set()
        await lanes.idle()
    assert len(gate.done) == 60


@pytest.mark.parametrize(
    "doubtful",
    [
        pytest.param({"failures": 1}, id="failed when last asked"),
        pytest.param({"last_success_at": None}, id="never asked"),
    ],
)
async def test_slow_feeds_on_many_hosts_leave_a_place_to_the_others(
    doubtful: dict[str, Any],
) -> None:
    gate = Gate()
    async with asyncio.TaskGroup() as group:
        lanes = Lanes(group, gate.work, limits(4, 1))
        for number in range(50):
            lanes.add(replace(feed(f"slow{number}", number), **doubtful))
        for number in range(50, 60):
            lanes.add(feed(f"quick{number}", number))
        await gate.tenth.wait()
        assert sorted(gate.done) == list(range(50, 60))
        assert lanes.under_way == 3
        gate.open.set()
        await lanes.idle()
    assert len(gate.done) == 60


async def test_cleared_feeds_never_start() -> None:
    gate = Gate()
    async with asyncio.TaskGroup() as group:
        lanes = Lanes(group, gate.work, limits(1, 1))
        for number in range(5):
            lanes.add(feed("slow", number))
        assert len(lanes.clear()) == 4
        gate.open.set()
        await lanes.idle()
    assert gate.done == [0]


async def test_nothing_starts_while_held() -> None:
    gate = Gate()
    async with asyncio.TaskGroup() as group:
        lanes = Lanes(group, gate.work, limits(2, 1))
        lanes.hold()
        lanes.add(feed("quick", 1))
        await asyncio.sleep(0)
        assert (lanes.waiting, lanes.under_way) == (1, 0)
        lanes.release(limits(2, 1))
        await lanes.idle()
    assert gate.done == [1]


@dataclass
class Hands:
    """A clock whose hands a test moves."""

    now: float = 0.0
    calls: list[tuple[float, Callable[[], object]]] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object], /) -> None:
        self.calls.append((self.now + delay, callback))

    async def move(self, seconds: float) -> None:
        """Let time pass, and all that is due happen."""
        end = self.now + seconds
        while due := sorted(at for at, _ in self.calls if at <= end):
            self.now = due[0]
            called = [callback for at, callback in self.calls if at <= self.now]
            self.calls = [(at, callback) for at, callback in self.calls if at > self.now]
            for callback in called:
                callback()
            await settled()
        self.now = end


async def settled() -> None:
    """Let every task that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_feeds_of_a_host_share_its_pace_and_keep_nobody_else_waiting() -> None:
    clock, done, refusing = Hands(), list[int](), set[int]()

    async def work(one: Feed) -> Gathered:
        done.append(one.id)
        if one.id in refusing:
            failed = Failed(Outcome.HTTP_STATUS, "429", 429)
            return Gathered(one, NOON, timedelta(), failed, http_status=429)
        return Gathered(one, NOON, timedelta(), Unchanged(), http_status=304)

    async with asyncio.TaskGroup() as group:
        lanes = Lanes(group, work, limits(5, 1, host_rate=1), clock)
        for number in range(20):
            lanes.add(feed("many", number))
        lanes.add(feed("few", 100))
        await settled()
        at_once = len(done)
        assert 4 < at_once <= 6  # a burst, and the other host
        assert 100 in done
        await lanes.below(1)  # who waits for a host's pace stands in nobody's way
        await clock.move(6.0)
        assert at_once + 4 <= len(done) <= at_once + 6
        refusing.update(range(20))
        await clock.move(2.0)
        before = len(done)
        await clock.move(6.0)
        assert len(done) <= before + 3
        refusing.clear()
        await clock.move(10_000.0)
        await lanes.idle()
    assert sorted(done) == [*range(20), 100]
