"""The cursor of one consumer while this process has it: every word about it that is written."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from daemon.clock import Clock
from daemon.metrics import Metrics
from storage import deadletters
from storage.consumers import (
    ConsumerState,
    Cursor,
    Reader,
    Registration,
    advance,
    claim,
    note_failure,
    park,
    register,
    release,
)
from storage.database import Database
from storage.deadletters import DeadLetter
from storage.errors import ConsumerLostError, StorageError


@dataclass(frozen=True, slots=True)
class Ledger:
    """What all consumers of this process share."""

    database: Database
    clock: Clock
    reader: Reader
    metrics: Metrics


class HeldCursor:
    """Ours from `claim` to `let_go`; writing it raises `ConsumerLostError` once it is not."""

    def __init__(self, ledger: Ledger, wanted: Registration) -> None:
        self._ledger = ledger
        self._wanted = wanted
        self._cursor: Cursor | None = None
        self.at = 0
        """Read up to here; what is written may be behind by what is not wanted."""

    @property
    def is_claimed(self) -> bool:
        """Whether we have it, as far as we know."""
        return self._cursor is not None

    @property
    def is_over(self) -> bool:
        """Whether only an operator can make it go on."""
        return self._cursor is not None and self._cursor.state.is_over

    @property
    def is_written(self) -> bool:
        """Whether the database knows how far we have read."""
        return self.known.seq == self.at

    @property
    def known(self) -> Cursor:
        """As it is written. Raises `ConsumerLostError`."""
        if self._cursor is None:
            raise ConsumerLostError(f"consumer {self._wanted.name} is not held here")
        return self._cursor

    def is_behind(self, epoch: int) -> bool:
        """Whether somebody has claimed or moved it since."""
        return self._cursor is not None and epoch > self._cursor.epoch

    async def claim(self) -> bool:
        """Make it ours, and make it if there is none; False: another process has it."""
        ledger, now = self._ledger, self._ledger.clock()
        async with ledger.database.writing() as tx:
            await register(tx, [self._wanted], now)
            self._cursor = await claim(tx, self._wanted.name, ledger.reader, now=now)
        self.at = self._cursor.seq if self._cursor is not None else 0
        return self._cursor is not None

    async def let_go(self, *, is_well: bool) -> None:
        """Let others have it; where all went well, with what was passed over written down."""
        cursor, self._cursor = self._cursor, None
        if cursor is None:
            return
        with suppress(StorageError):  # away, or another's by now: then it gets free by itself
            async with self._ledger.database.writing() as tx:
                if is_well and self.at > cursor.seq:
                    await advance(tx, cursor, self.at, self._ledger.clock())
                await release(tx, cursor)

    async def advance(self, seq: int) -> None:
        """Everything up to `seq` is done."""
        async with self._ledger.database.writing() as tx:
            await advance(tx, self.known, seq, self._ledger.clock())
        self._moved(seq)

    async def bury(self, letter: DeadLetter) -> None:
        """Put an event aside and go on behind it."""
        async with self._ledger.database.writing() as tx:
            await deadletters.bury(tx, self.known, letter, self._ledger.clock())
        self._moved(letter.seq)

    async def bury_again(self, letter: DeadLetter) -> None:
        """A dead letter was tried once more, in vain."""
        async with self._ledger.database.writing() as tx:
            await deadletters.bury_again(tx, self.known, letter, self._ledger.clock())

    async def settle(self, letter: DeadLetter) -> None:
        """A dead letter was delivered after all."""
        async with self._ledger.database.writing() as tx:
            await deadletters.settle(tx, self.known, letter)

    async def park(self, state: ConsumerState, why: str) -> None:
        """Nothing more is delivered until an operator says so."""
        self.at = self.known.seq
        async with self._ledger.database.writing() as tx:
            await park(tx, self.known, state, why=why, now=self._ledger.clock())
        self._cursor = replace(self.known, state=state)

    async def note_failure(self, why: str, pause: float) -> None:
        """It failed, and is to be tried again after so many seconds."""
        now: datetime = self._ledger.clock()
        again = now + timedelta(seconds=pause)
        async with self._ledger.database.writing() as tx:
            await note_failure(tx, self.known, why=why, next_try_at=again, now=now)

    def _moved(self, seq: int) -> None:
        self.at = seq
        self._cursor = replace(self.known, seq=seq)
