"""One consumer of the change log: read on, hand over, move the cursor behind what was taken.

The cursor moves only after the receiver has acknowledged, so every event arrives at least once and
in order; after a crash some may come again.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import structlog

from daemon.cursors import HeldCursor, Ledger
from daemon.events import Event, event
from daemon.settings import AnyConsumer, StreamSettings
from daemon.sinks import Delivered, Later, Refused, Sink, Stopped, target_of
from storage.consumers import ConsumerState, Registration
from storage.deadletters import DeadLetter, letters_again
from storage.errors import ConsumerLostError, CursorExpiredError, StorageError
from storage.reading import Page, Wanted, told_one, told_page

PAGE = 500
"""Changes read at once."""
FIRST_PAUSE = 1.0
"""Seconds after the first failure; each further one doubles them."""
AWAY = 2.0
"""Seconds between tries when the database is away."""
KEEP_UP = 1.0
"""Seconds after which a cursor is written that has only passed over what is not wanted."""
log = structlog.get_logger()


class Delivery:
    """Serves one consumer, for as long as this process has its cursor."""

    def __init__(
        self, ledger: Ledger, consumer: AnyConsumer, stream: StreamSettings, sink: Sink
    ) -> None:
        self._ledger = ledger
        self._consumer = consumer
        self._stream = stream
        self._sink = sink
        self._log = log.bind(consumer=consumer.name)
        self._wanted = _wanted(consumer)
        self._cursor = HeldCursor(ledger, registration(consumer))
        self._failures = 0
        """In a row."""
        self._is_broken = False
        """Whether the last try failed for a reason that is not the events'."""
        self._is_away = False
        """Whether the database was away when we last asked."""
        self._tries = 0
        """How often the event in hand was refused by itself."""
        self._singly = 0
        """So many events are handed over one by one, to find the one that is refused."""
        self._was_behind = True
        self._stir = asyncio.Event()
        self._news = self._is_moved = self._is_leaving = self._is_draining = False

    # ------------------------------------------------------------ what others tell us

    def wake(self) -> None:
        """There may be new changes."""
        self._news = True
        self._stir.set()

    def leave(self) -> None:
        """Finish the delivery in hand, and no other."""
        self._is_leaving = True
        self._stir.set()

    def drain(self) -> None:
        """Deliver what there is, and end at the first failure that is not an event's own."""
        self._is_draining = True
        self._stir.set()

    def observe(self, epoch: int, last: int) -> None:
        """The consumer has this epoch, and the log ends at `last`."""
        if not self._cursor.is_claimed:
            return
        if self._cursor.is_behind(epoch):
            self._is_moved = True
            self._stir.set()
        elif last > self._cursor.at:
            self.wake()
        self._ledger.metrics.lag(self._consumer.name, last - self._cursor.at)

    # ------------------------------------------------------------ life

    async def run(self) -> None:
        """Serve the consumer until told to leave, or drained; trouble is only ever waited out."""
        self._ledger.metrics.serve(self._consumer.name)
        while not self._is_leaving:
            try:
                await self._serve()
            except ConsumerLostError:
                self._log.info("consumer_lost")
            except StorageError as error:
                waits = self._log.debug if self._is_away else self._log.warning
                waits("consumer_waits", error=str(error))
                self._is_away, self._is_moved = True, False
                await self._sleep(AWAY)
            if self._is_draining:
                return

    async def _serve(self) -> None:
        """Claim the consumer and serve it while it is ours."""
        self._is_moved = False
        if not await self._cursor.claim():
            await self._sleep(self._ledger.reader.ttl.total_seconds() / 3)
            return
        self._failures = self._cursor.known.failures
        self._is_broken = self._is_away = False
        self._log.info("consumer_claimed", seq=self._cursor.at)
        try:
            if self._cursor.is_over:
                self._log.warning("consumer_is_over", state=self._cursor.known.state)
                await self._sleep(None)
            elif await self._is_time():
                await self._deliver_letters()
                await self._follow()
        except CursorExpiredError as error:
            self._log.error("consumer_expired", error=str(error))
            await self._cursor.park(ConsumerState.EXPIRED, str(error))
        finally:
            self._ledger.metrics.leave(self._consumer.name)
            await self._cursor.let_go(is_well=not self._failures and not self._cursor.is_over)

    @property
    def _is_over(self) -> bool:
        """Whether to end at once."""
        is_vain = self._is_draining and self._is_broken
        return is_vain or self._is_leaving or self._cursor.is_over

    async def _follow(self) -> None:
        """Read on and hand over, page by page."""
        while not self._is_over:
            self._news = False
            page = await self._read()
            if page.seq != self._cursor.at:
                self._was_behind |= page.seq - self._cursor.at >= PAGE
                await self._hand_over(page)
            elif self._is_draining:
                return
            else:
                await self._idle()

    async def _read(self) -> Page:
        async with self._ledger.database.reading() as tx:
            at, texts = self._cursor.at, self._stream.text
            return await told_page(tx, at, self._wanted, limit=PAGE, texts=texts)

    async def _idle(self) -> None:
        """Nothing is new: wait for news, but not for ever with a cursor that is not written."""
        if self._was_behind:
            self._was_behind = False
            self._log.info("consumer_caught_up", seq=self._cursor.at)
        is_late = not self._cursor.is_written
        await self._sleep(KEEP_UP if is_late else None, lambda: self._news)
        if is_late and not self._news:
            await self._cursor.advance(self._cursor.at)

    # ------------------------------------------------------------ handing over

    async def _hand_over(self, page: Page) -> None:
        """Hand over what is wanted of a page; then we stand behind it, unless we were stopped."""
        rest = [event(line, self._stream.source) for line in page.lines]
        passed = page.seq - self._cursor.at - len(rest)
        while rest:
            batch = rest[: 1 if self._singly else self._consumer.max_events]
            done = await self._try(batch)
            rest = rest[done:]
            if rest and self._is_over:
                return
        self._cursor.at = page.seq
        self._count("passed_over", passed)

    async def _try(self, batch: Sequence[Event]) -> int:
        """Hand over a batch once; how many of its events are settled."""
        match await self._sink.deliver(batch):
            case Delivered():
                await self._taken(batch)
                return len(batch)
            case Later(why=why, delivered=taken, after=after):
                await self._taken(batch[:taken])
                self._count("failed", len(batch) - taken)
                self._is_broken = True
                await self._fail(why, after)
                return taken
            case Refused(why=why, delivered=taken):
                await self._taken(batch[:taken])
                return taken + await self._refused(batch[taken:], why)
            case Stopped(why=why):
                self._log.warning("consumer_stopped", why=why)
                await self._cursor.park(ConsumerState.STOPPED, why)
                return 0

    async def _taken(self, events: Sequence[Event]) -> None:
        """The receiver has acknowledged these: move the cursor behind them."""
        if not events:
            return
        await self._cursor.advance(events[-1].seq)
        self._was_behind |= self._failures > 0
        self._failures = self._tries = 0
        self._is_broken = False
        self._singly = max(0, self._singly - len(events))
        self._count("delivered", len(events))
        self._log.debug("consumer_delivered", events=len(events), seq=events[-1].seq)

    async def _refused(self, events: Sequence[Event], why: str) -> int:
        """Look for the one that is meant, try that one some times, and put it aside."""
        self._count("failed", len(events))
        if len(events) > 1:
            self._singly = len(events)
            return 0
        self._tries += 1
        if self._tries < self._consumer.max_tries:
            await self._fail(why, None)
            return 0
        letter = DeadLetter(events[0].seq, self._tries, why)
        await self._cursor.bury(letter)
        self._log.warning("consumer_dead_letter", seq=letter.seq, tries=letter.tries, why=why)
        self._count("dead", 1)
        self._failures = self._tries = self._singly = 0
        return 1

    async def _deliver_letters(self) -> None:
        """Deliver once more what an operator wants delivered once more."""
        name, texts = self._consumer.name, self._stream.text
        while not self._is_over:
            async with self._ledger.database.reading() as tx:
                letters = await letters_again(tx, name, limit=1)
                line = await told_one(tx, letters[0].seq, texts=texts) if letters else None
            if not letters:
                return
            again = event(line, self._stream.source) if line is not None else None
            await self._redeliver(letters[0], again)

    async def _redeliver(self, letter: DeadLetter, again: Event | None) -> None:
        gone = Refused("the change is kept no more")
        match gone if again is None else await self._sink.deliver([again]):
            case Delivered():
                await self._cursor.settle(letter)
                if self._failures:
                    await self._cursor.advance(self._cursor.at)
                self._count("delivered", 1)
                self._failures, self._is_broken = 0, False
            case Refused(why=why):
                await self._cursor.bury_again(replace(letter, tries=letter.tries + 1, why=why))
                self._count("dead", 1)
            case Later(why=why, after=after):
                self._is_broken = True
                await self._fail(why, after)
            case Stopped(why=why):
                await self._cursor.park(ConsumerState.STOPPED, why)

    # ------------------------------------------------------------ waiting

    async def _fail(self, why: str, after: timedelta | None) -> None:
        """Remember the failure, and wait before the next try."""
        self._failures += 1
        seconds = self._pause(after)
        await self._cursor.note_failure(why, seconds)
        failed = self._log.warning if self._failures == 1 else self._log.info
        failed("consumer_failed", why=why, failures=self._failures, retry_in_s=round(seconds, 1))
        if self._is_broken or not self._is_draining:
            await self._sleep(seconds)
        else:
            await asyncio.sleep(seconds)

    def _pause(self, after: timedelta | None) -> float:
        """Seconds to the next try: with jitter, so that many do not come back at once."""
        most = self._stream.max_backoff.total_seconds()
        doubled: float = min(FIRST_PAUSE * 2 ** min(self._failures - 1, 30), most)
        own = doubled * random.uniform(0.5, 1)  # noqa: S311  no secret
        return own if after is None else max(own, after.total_seconds())

    async def _is_time(self) -> bool:
        """Wait until the consumer may be tried again, as an earlier failure left it."""
        at = self._cursor.known.next_try_at
        if at is not None:
            await self._sleep((at - self._ledger.clock()).total_seconds())
        return at is None or at <= self._ledger.clock()

    async def _sleep(
        self, seconds: float | None, is_enough: Callable[[], bool] = lambda: False
    ) -> None:
        """Until the time is over, or it is enough, or we are to end.

        Raises `ConsumerLostError` when an operator or another process moved the cursor.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not (is_enough() or self._is_moved or self._is_leaving or self._is_draining):
                    self._stir.clear()
                    await self._stir.wait()
        if self._is_moved:
            raise ConsumerLostError(f"consumer {self._consumer.name} was moved")

    def _count(self, result: str, events: int) -> None:
        if events > 0:
            self._ledger.metrics.deliver(self._consumer.name, result, events)


def registration(consumer: AnyConsumer) -> Registration:
    """The consumer as the database knows it."""
    start = consumer.start == "beginning"
    return Registration(consumer.name, consumer.kind, target_of(consumer), from_beginning=start)


def _wanted(consumer: AnyConsumer) -> Wanted:
    return Wanted(
        kinds=frozenset(consumer.kinds),
        languages=frozenset(consumer.languages),
        topics=frozenset(topic.casefold() for topic in consumer.topics),
    )
