"""Promise P3: a reader of `seq > last` never misses a row, whoever writes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text

from storage.articles import next_article_ids, save, stage
from storage.changes import advance_clock, changes_after, clock_now, take_clock
from storage.database import Database, Transaction
from storage.values import Created, Judged, Placed
from tests.samples import NOON, TAGGED

WRITERS = 8
TRANSACTIONS = 20


async def write_in_order(database: Database, writer: int) -> None:
    """As the daemon does it: stage, take the clock, save, advance."""
    async with database.writing() as tx:
        ids = await next_article_ids(tx, 2)
        judged = [Judged(writer, TAGGED, Created(i)) for i in ids]
        await stage(tx, judged, now=NOON)
        after = await take_clock(tx)
        written = await save(tx, judged, Placed(), after=after, now=NOON)
        await advance_clock(tx, after + len(written))
        await hesitate(tx)


async def write_by_sequence(database: Database, writer: int) -> None:
    """As one would naturally do it: numbers from a sequence, taken whenever."""
    async with database.writing() as tx:
        await tx.execute(text("INSERT INTO numbered (writer) VALUES (:w)"), {"w": writer})
        await hesitate(tx)


async def hesitate(tx: Transaction) -> None:
    """Some commits take longer than others."""
    if tx.dialect.name == "postgresql":
        await tx.execute(text("SELECT pg_sleep(random() * 0.01)"))


async def all_written(database: Database, write: Callable[[Database, int], Any]) -> None:
    async def keep_writing(writer: int) -> None:
        for _ in range(TRANSACTIONS):
            await write(database, writer)

    async with asyncio.TaskGroup() as group:
        for writer in range(WRITERS):
            group.create_task(keep_writing(writer))


async def followed(
    read_after: Callable[[int], Awaitable[list[int]]], writing: asyncio.Task[None]
) -> list[int]:
    """What a reader gets that asks again and again for what comes after the last it saw."""
    seen: list[int] = []
    while True:
        done = writing.done()
        new = await read_after(seen[-1] if seen else 0)
        seen += new
        if done and not new:
            return seen


@pytest.mark.threat("H4", "H12")
async def test_the_cursor_never_skips_a_row(database: Database) -> None:
    async def read_after(last: int) -> list[int]:
        async with database.reading() as tx:
            return [change.seq for change in await changes_after(tx, last, limit=7)]

    writing = asyncio.create_task(all_written(database, write_in_order))
    seen = await followed(read_after, writing)
    await writing
    assert seen == list(range(1, WRITERS * TRANSACTIONS * 2 + 1))
    async with database.reading() as tx:
        assert await clock_now(tx) == seen[-1]


@pytest.mark.threat("H4")
async def test_a_plain_sequence_would_skip_rows(postgres_url: str) -> None:
    """The proof that the test above can fail, and why there is a clock at all."""
    async with Database.open(postgres_url) as database:
        async with database.writing() as tx:
            await tx.execute(text("CREATE TABLE numbered (seq bigserial, writer int)"))

        async def read_after(last: int) -> list[int]:
            async with database.reading() as tx:
                query = text("SELECT seq FROM numbered WHERE seq > :last ORDER BY seq LIMIT 7")
                return list((await tx.execute(query, {"last": last})).scalars())

        writing = asyncio.create_task(all_written(database, write_by_sequence))
        seen = await followed(read_after, writing)
        await writing
        assert len(seen) < WRITERS * TRANSACTIONS


async def test_who_waits_for_the_clock_sees_what_its_holder_wrote(database: Database) -> None:
    async def add(n: int) -> None:
        async with database.writing() as tx:
            await advance_clock(tx, await take_clock(tx) + n)

    await asyncio.gather(*(add(1) for _ in range(20)))
    async with database.reading() as tx:
        assert await clock_now(tx) == 20


async def test_a_number_is_not_given_when_the_transaction_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.writing() as tx:
            await advance_clock(tx, await take_clock(tx) + 5)
            raise ZeroDivisionError
    async with database.reading() as tx:
        assert await clock_now(tx) == 0
