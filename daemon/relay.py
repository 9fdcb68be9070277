"""Serve the consumers of the change log: a task each, woken by commits, here and elsewhere.

What happens here never delays a poll: each consumer waits by itself, and its bugs stop at it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from daemon.cursors import Ledger
from daemon.delivery import Delivery, registration
from daemon.errors import SettingsError
from daemon.settings import AnyConsumer, FetchSettings, Settings, StreamSettings
from daemon.sinks import open_sink
from storage.consumers import Pulse, Reader, pulse, register, renew
from storage.database import Database
from storage.errors import StorageError

LOOK = {"sqlite": 1.0, "postgresql": 0.07}
"""Seconds between looks for what other processes committed. On SQLite these are commands; what
this process commits wakes us at once."""
BEAT = 5.0
"""Seconds between renewals of what is held."""
CRASHED = 10.0
"""Seconds that a consumer rests after a bug of ours."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Order:
    """All that a delivery depends on: when it changes, it begins anew."""

    consumer: AnyConsumer
    stream: StreamSettings
    fetch: FetchSettings


@dataclass(slots=True)
class Served:
    """A consumer that is being served."""

    order: Order
    after: "asyncio.Task[None] | None"
    """The end of its service under other settings, which comes first."""
    delivery: Delivery | None = None
    task: "asyncio.Task[None] | None" = None


class Relay:
    """Starts, wakes and ends deliveries."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._served: dict[str, Served] = {}
        self._ending: dict[str, asyncio.Task[None]] = {}
        self._is_serving = asyncio.Event()
        self._is_draining = False

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Relay for the length of the block; what is not drained by then is broken off."""
        async with asyncio.TaskGroup() as self._group:
            watching = self._group.create_task(self._watch())
            try:
                yield
            finally:
                watching.cancel()
                for task in (*self._tasks(), *self._ending.values()):
                    task.cancel()

    async def enrol(self, settings: Settings) -> None:
        """See to it that all consumers have a cursor. Raises `StorageError`."""
        wanted = [registration(consumer) for consumer in settings.consumers]
        async with self._ledger.database.writing() as tx:
            await register(tx, wanted, self._ledger.clock())

    def follow(self, settings: Settings) -> None:
        """Serve these consumers from now on, and no others; those that stay go on undisturbed."""
        orders = {
            one.name: Order(one, settings.stream, settings.fetch) for one in settings.consumers
        }
        for name, served in list(self._served.items()):
            if orders.get(name) != served.order:
                del self._served[name]
                grace = settings.run.shutdown_grace
                self._ending[name] = self._group.create_task(self._end(served, grace))
        for name, order in orders.items():
            if name not in self._served:
                served = self._served[name] = Served(order, self._ending.get(name))
                served.task = self._group.create_task(self._serve(served))
        if orders:
            self._is_serving.set()
        else:
            self._is_serving.clear()

    def wake(self) -> None:
        """Something was committed."""
        for served in self._served.values():
            if served.delivery is not None:
                served.delivery.wake()

    async def drain(self, within: timedelta) -> None:
        """Deliver what there is, for so long at most, and end."""
        self._is_draining = True
        for served in self._served.values():
            if served.delivery is not None:
                served.delivery.drain()
        tasks = self._tasks()
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=within.total_seconds())
        names = [name for name, served in self._served.items() if served.task in late]
        if names:
            log.warning("deliveries_broken_off", consumers=names)
        await _cancelled(late)

    def _tasks(self) -> "list[asyncio.Task[None]]":
        return [served.task for served in self._served.values() if served.task is not None]

    async def _end(self, served: Served, within: timedelta) -> None:
        """Let the delivery in hand come to its end."""
        if served.task is None:
            return
        if served.delivery is None:
            await _cancelled([served.task])
            return
        served.delivery.leave()
        _, late = await asyncio.wait([served.task], timeout=within.total_seconds())
        await _cancelled(late)

    async def _serve(self, served: Served) -> None:
        """Serve one consumer; the boundary at which its bugs stop."""
        order = served.order
        if served.after is not None:
            await asyncio.wait([served.after])
        while True:
            try:
                async with open_sink(order.consumer, order.fetch, self._ledger.clock) as sink:
                    delivery = Delivery(self._ledger, order.consumer, order.stream, sink)
                    if self._is_draining:
                        delivery.drain()
                    served.delivery = delivery
                    await delivery.run()
            except SettingsError as error:
                log.error("consumer_failed", consumer=order.consumer.name, why=str(error))  # noqa: TRY400  it says it all
            except Exception:
                log.exception("consumer_crashed", consumer=order.consumer.name)
            else:
                return
            if self._is_draining:
                return
            await asyncio.sleep(CRASHED)

    # ------------------------------------------------------------ what others commit

    async def _watch(self) -> None:
        """Look again and again for what wakes a consumer, and renew what is held."""
        while True:
            await self._is_serving.wait()
            try:
                async with self._window() as look:
                    await self._look_on(look)
            except StorageError:
                await asyncio.sleep(BEAT)  # each delivery says itself that the database is away
            except Exception:
                log.exception("relay_crashed")
                await asyncio.sleep(CRASHED)

    @asynccontextmanager
    async def _window(self) -> AsyncIterator[Callable[[], Awaitable[Pulse]]]:
        """What a look is taken through: on PostgreSQL one connection, a third cheaper."""
        database = self._ledger.database

        async def look() -> Pulse:
            async with database.reading() as tx:
                return await pulse(tx)

        if database.dialect == "sqlite":
            yield look
            return
        async with database.session(f"newsd:{self._ledger.reader.name}:relay") as tx:
            yield lambda: pulse(tx)

    async def _look_on(self, look: Callable[[], Awaitable[Pulse]]) -> None:
        """For as long as there is somebody to look for."""
        pause, timer = LOOK[self._ledger.database.dialect], asyncio.get_running_loop().time
        beat = timer()
        while self._is_serving.is_set():
            found = await look()
            for name, served in self._served.items():
                if served.delivery is not None and name in found.epochs:
                    served.delivery.observe(found.epochs[name], found.seq)
            if timer() - beat >= BEAT:
                beat = timer()
                await self._renew()
            await asyncio.sleep(pause)

    async def _renew(self) -> None:
        if self._ledger.reader.alone:
            return
        async with self._ledger.database.writing() as tx:
            await renew(tx, self._ledger.reader, now=self._ledger.clock())


def reader_of(database: Database, replica: str) -> Reader:
    """Who we are to the consumers; on SQLite a lock beside the file keeps all others out."""
    return Reader(replica, alone=database.path is not None)


async def _cancelled(tasks: "Collection[asyncio.Task[None]]") -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
