"""A reader that comes too late is told so, and never skips in silence."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from storage.database import Database, Transaction
from storage.errors import CursorExpiredError
from storage.exporting import exported_after
from storage.horizon import horizon, raise_horizon
from storage.reading import Wanted, changes_page, told_one, told_page
from tests.samples import NOON
from tests.storage.test_reading import made

Read = Callable[[Transaction, int], Awaitable[Any]]


async def told(tx: Transaction, after: int) -> Any:
    return await told_page(tx, after, Wanted())


async def forget(database: Database, seq: int) -> None:
    """As retention does it: delete and raise in one transaction."""
    async with database.writing() as tx:
        await tx.execute(text("DELETE FROM changes WHERE seq <= :seq"), {"seq": seq})
        await raise_horizon(tx, seq, NOON)


@pytest.mark.threat("H12")
@pytest.mark.parametrize("read", [changes_page, exported_after, told])
async def test_a_cursor_below_the_horizon_is_an_error(database: Database, read: Read) -> None:
    await made(database)
    await forget(database, 2)
    async with database.reading() as tx:
        with pytest.raises(CursorExpiredError, match="changes 2 to 2 are kept no more") as caught:
            await read(tx, 1)
        assert (caught.value.seq, caught.value.horizon) == (1, 2)
        assert (await read(tx, 2)).seq == 4


async def test_from_zero_comes_all_that_is_kept_but_a_named_cursor_at_zero_expires(
    database: Database,
) -> None:
    await made(database)
    await forget(database, 2)
    async with database.reading() as tx:
        assert [line["seq"] for line in (await changes_page(tx, 0)).lines] == [3, 4]
        assert len((await exported_after(tx, 0)).articles) == 2
        with pytest.raises(CursorExpiredError):
            await told(tx, 0)
        assert await told_one(tx, 2) is None
        assert (await told_one(tx, 3) or {})["seq"] == 3


async def test_the_horizon_only_rises(database: Database) -> None:
    async with database.reading() as tx:
        assert await horizon(tx) == 0
    async with database.writing() as tx:
        await raise_horizon(tx, 7, NOON)
        await raise_horizon(tx, 3, NOON + timedelta(hours=1))
        assert await horizon(tx) == 7
        row = (await tx.execute(text("SELECT seq, at FROM newsd_horizon_v1"))).one()
        assert (row.seq, str(row.at)[:16]) == (7, "2025-10-18 12:00")


async def test_whoever_began_at_zero_goes_on_through_what_is_left(database: Database) -> None:
    """Lines below the horizon that are still there come page by page; what goes later counts."""
    await made(database)
    async with database.writing() as tx:
        await tx.execute(text("DELETE FROM changes WHERE seq = 2"))
        await raise_horizon(tx, 3, NOON)
    async with database.reading() as tx:
        first = await changes_page(tx, 0, limit=1)
        assert ([line["seq"] for line in first.lines], first.whole) == ([1], 3)
        second = await changes_page(tx, first.seq, limit=1, whole=first.whole)
        assert [line["seq"] for line in second.lines] == [3]
        export = await exported_after(tx, 0, limit=1)
        assert (await exported_after(tx, export.seq, whole=export.whole)).seq == 4
    await forget(database, 4)
    async with database.reading() as tx:
        with pytest.raises(CursorExpiredError):
            await changes_page(tx, first.seq, whole=first.whole)
