"""The cursor of a `newsd tail --name`: kept in the database, one reader at a time."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Self

from daemon.app import replica_name, system_clock
from daemon.commands.say import note
from storage.consumers import (
    Cursor,
    Reader,
    Registration,
    advance,
    claim,
    holder_of,
    kind_of,
    register,
    release,
    renew,
)
from storage.database import Database
from storage.errors import ConsumerHeldError, StorageError, StorageUnavailableError
from storage.horizon import check_cursor

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
KIND = "tail"
BEAT = 5.0
"""Seconds between renewals."""
PAUSE = 0.5
"""Seconds between looks whether another reader has let go."""


class NamedTail:
    """Ours until the block ends; raises `ConsumerLostError` if it is moved meanwhile."""

    def __init__(
        self, database: Database, reader: Reader, cursor: Cursor, *, is_new: bool
    ) -> None:
        self._database = database
        self._reader = reader
        self._cursor = cursor
        self._renewed = asyncio.get_running_loop().time()
        self.is_new = is_new
        """Whether nobody has read by this name before."""

    @property
    def seq(self) -> int:
        """Everything up to here was written out."""
        return self._cursor.seq

    @classmethod
    @asynccontextmanager
    async def claimed(cls, database: Database, name: str) -> AsyncIterator[Self]:
        """The cursor of this name; waits until a reader that was killed is known to be gone.

        Raises `ConsumerHeldError` when another reader lives, or the name is a consumer's.
        """
        reader = Reader(f"tail-{replica_name()}")
        cursor, is_new = await _claimed(database, name, reader)
        made = cls(database, reader, cursor, is_new=is_new)
        try:
            yield made
        finally:
            with suppress(StorageError):  # away: the claim lapses by itself
                async with database.writing() as tx:
                    await release(tx, made._cursor)

    async def check(self) -> None:
        """Raise `CursorExpiredError` if changes behind it are kept no more."""
        async with self._database.reading() as tx:
            await check_cursor(tx, self.seq)

    async def move(self, seq: int) -> None:
        """Stand behind change `seq`."""
        async with self._database.writing() as tx:
            await advance(tx, self._cursor, seq, system_clock())
        self._cursor = replace(self._cursor, seq=seq)

    async def keep(self, seq: int) -> None:
        """The lines up to `seq` are out: remember it, and that we live."""
        now = asyncio.get_running_loop().time()
        try:
            if seq != self.seq:
                await self.move(seq)
            if now - self._renewed >= BEAT:
                async with self._database.writing() as tx:
                    await renew(tx, self._reader, now=system_clock())
                self._renewed = now
        except StorageUnavailableError as error:
            note(f"newsd: {error}; trying again")


async def _claimed(database: Database, name: str, reader: Reader) -> tuple[Cursor, bool]:
    timer = asyncio.get_running_loop().time
    end, told = timer() + 2 * reader.ttl.total_seconds(), False
    while True:
        now = system_clock()
        async with database.writing() as tx:
            kind = await kind_of(tx, name)
            if kind not in {None, KIND}:
                raise ConsumerHeldError(
                    f"{name!r} is a consumer of kind {kind}; take another name"
                )
            if kind is None:
                await register(tx, [Registration(name, KIND)], now)
            cursor = await claim(tx, name, reader, now=now)
            holder = await holder_of(tx, name)
        if cursor is not None:
            return cursor, kind is None
        if timer() >= end:
            raise ConsumerHeldError(f"{holder} reads by the name {name!r}; take another name")
        if not told:
            note(f"newsd: {holder} read by the name {name!r} a moment ago; waiting for its end")
        told = True
        await asyncio.sleep(PAUSE)
