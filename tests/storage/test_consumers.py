"""One process at a time has the cursor of a consumer; a late one cannot write it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from storage.changes import clock_now
from storage.consumers import (
    ConsumerState,
    Cursor,
    Reader,
    Registration,
    advance,
    claim,
    holder_of,
    note_failure,
    park,
    pulse,
    register,
    release,
    renew,
)
from storage.database import Database
from storage.deadletters import (
    DeadLetter,
    bury,
    bury_again,
    letters_again,
    move,
    remove,
    resume,
    revive_letters,
    settle,
)
from storage.errors import ConsumerLostError
from storage.horizon import raise_horizon
from storage.listings import consumers, dead_letters
from tests.samples import NOON
from tests.storage.test_reading import made

OPS = Registration("ops", "webhook", "https://ops.example/hook", from_beginning=True)
ONE, OTHER = Reader("one"), Reader("other")
PAUSE = Reader("one", ttl=timedelta(seconds=-1))
"""A reader whose claim lapses at once."""


async def claimed(database: Database, reader: Reader = ONE) -> Cursor:
    async with database.writing() as tx:
        cursor = await claim(tx, "ops", reader, now=NOON)
    assert cursor is not None
    return cursor


@pytest.fixture
async def ops(database: Database) -> Cursor:
    await made(database)
    async with database.writing() as tx:
        await register(tx, [OPS], NOON)
    return await claimed(database)


async def test_a_new_consumer_begins_with_the_oldest_or_the_next_change(
    database: Database,
) -> None:
    await made(database)
    async with database.writing() as tx:
        await raise_horizon(tx, 2, NOON)
        await register(tx, [OPS, Registration("new", "nats")], NOON)
        await register(tx, [Registration("ops", "webhook", "https://b.example/")], NOON)
        found = {line["name"]: line for line in await consumers(tx)}
    assert (found["ops"]["seq"], found["ops"]["lag"]) == (2, 2)
    assert found["ops"]["target"] == "https://b.example/"
    assert (found["new"]["seq"], found["new"]["lag"], found["new"]["state"]) == (4, 0, "active")


async def test_a_consumer_is_held_by_one_reader_until_it_lets_go_or_is_silent(
    database: Database, ops: Cursor
) -> None:
    async with database.writing() as tx:
        assert await claim(tx, "ops", OTHER, now=NOON) is None
        assert await claim(tx, "nobody", OTHER, now=NOON) is None
        assert await holder_of(tx, "ops") == "one"
        await release(tx, ops)
    assert (await claimed(database, OTHER)).epoch == ops.epoch + 1
    await claimed(database, Reader("third", alone=True))
    async with database.writing() as tx:
        await renew(tx, Reader("third", ttl=timedelta(seconds=-1)), now=NOON)
    assert (await claimed(database, OTHER)).epoch == ops.epoch + 3


@pytest.mark.threat("H5")
async def test_a_late_reader_cannot_write(database: Database, ops: Cursor) -> None:
    late = await claimed(database, PAUSE)
    async with database.writing() as tx:
        with pytest.raises(ConsumerLostError):
            await advance(tx, ops, 3, NOON)  # it bears the same name, and is from an earlier life
    await claimed(database, OTHER)
    async with database.writing() as tx:
        for write in (
            advance(tx, late, 3, NOON),
            note_failure(tx, late, why="x", next_try_at=NOON, now=NOON),
            park(tx, late, ConsumerState.STOPPED, why="x", now=NOON),
            bury(tx, ops, DeadLetter(3, 1, "x"), NOON),
            bury_again(tx, ops, DeadLetter(3, 1, "x"), NOON),
            settle(tx, ops, DeadLetter(3, 1, "x")),
        ):
            with pytest.raises(ConsumerLostError):
                await write
        await release(tx, late)
        assert await holder_of(tx, "ops") == "other"
        assert (await consumers(tx))[0]["seq"] == 0


async def test_a_failure_is_remembered_until_something_is_delivered(
    database: Database, ops: Cursor
) -> None:
    then = NOON + timedelta(minutes=5)
    async with database.writing() as tx:
        await advance(tx, ops, 1, NOON)
        await note_failure(tx, ops, why="503", next_try_at=then, now=NOON)
        await note_failure(tx, ops, why="504", next_try_at=then, now=NOON)
        (line,) = await consumers(tx, name="ops")
    assert (line["seq"], line["lag"], line["state"]) == (1, 3, "failing")
    assert (line["failures"], line["last_error"], line["next_try_at"]) == (2, "504", then)
    again = await claimed(database)
    assert (again.failures, again.next_try_at) == (2, then)
    async with database.writing() as tx:
        await advance(tx, again, 4, NOON)
        (line,) = await consumers(tx)
    assert (line["state"], line["failures"], line["last_error"]) == ("active", 0, None)


async def test_dead_letters_are_put_aside_and_tried_again(database: Database, ops: Cursor) -> None:
    async with database.writing() as tx:
        await bury(tx, ops, DeadLetter(2, 5, "400"), NOON)
        await bury(tx, ops, DeadLetter(3, 5, "400"), NOON)
        assert await letters_again(tx, "ops") == []
        (line,) = await consumers(tx)
        assert (line["seq"], line["dead_letters"]) == (3, 2)
        assert await revive_letters(tx, "ops", NOON) == 2
    again = await claimed(database)
    async with database.writing() as tx:
        first, second = await letters_again(tx, "ops")
        await settle(tx, again, first)
        await bury_again(tx, again, DeadLetter(second.seq, second.tries + 1, "422"), NOON)
        assert await letters_again(tx, "ops") == []
        (letter,) = await dead_letters(tx, "ops", limit=9)
    assert (letter["seq"], letter["tries"], letter["why"]) == (3, 6, "422")


async def test_an_operator_s_word_takes_the_cursor_from_whoever_has_it(
    database: Database, ops: Cursor
) -> None:
    async with database.writing() as tx:
        await park(tx, ops, ConsumerState.STOPPED, why="410", now=NOON)
        before = await pulse(tx)
        assert await move(tx, "ops", 2, NOON)
        assert not await move(tx, "nobody", 2, NOON)
        after = await pulse(tx)
        with pytest.raises(ConsumerLostError):
            await advance(tx, ops, 4, NOON)
    assert (before.seq, after.seq) == (4, 4)
    assert after.epochs["ops"] > before.epochs["ops"]
    cursor = await claimed(database)
    assert (cursor.seq, cursor.state) == (2, ConsumerState.ACTIVE)
    async with database.writing() as tx:
        await bury(tx, cursor, DeadLetter(3, 1, "x"), NOON)
        assert await resume(tx, "ops", NOON)
        assert await remove(tx, "ops")
        assert not await remove(tx, "ops")
        assert await dead_letters(tx, "ops", limit=9) == []
        assert await pulse(tx) == type(before)(0, {})
        assert await clock_now(tx) == 4


async def test_the_views_show_no_more_than_the_contract_says(
    database: Database, ops: Cursor
) -> None:
    async with database.reading() as tx:
        row = (await tx.execute(text("SELECT * FROM newsd_consumer_v1"))).mappings().one()
    assert (row["name"], row["kind"], row["target"]) == (ops.name, OPS.kind, OPS.target)
    assert "holder" not in row
