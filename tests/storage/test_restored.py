"""A backup that was put back gives no number twice."""

from storage.changes import clock_now
from storage.database import Database
from storage.restored import LEAP, leap
from tests.sql import ask
from tests.storage.test_articles import NEW, revision, write


async def test_numbers_that_were_given_since_the_backup_are_left_out(database: Database) -> None:
    await write(database, NEW)
    async with database.writing() as tx:
        last = await leap(tx)
    assert last == 1 + LEAP
    other = revision("Another")
    await write(database, other)
    async with database.reading() as tx:
        assert await clock_now(tx) == last + 1
    changes = await ask(database, "SELECT seq, article_id FROM newsd_change_v1 ORDER BY seq")
    assert [seq for seq, _ in changes] == [1, last + 1]


async def test_an_empty_database_may_leap_too(database: Database) -> None:
    async with database.writing() as tx:
        assert await leap(tx) == LEAP
    await write(database, NEW)
    ((held,),) = await ask(database, "SELECT article_id FROM newsd_article_v1")
    assert held >= 1
