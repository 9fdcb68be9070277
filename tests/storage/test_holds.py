from datetime import timedelta

from storage.database import Database
from storage.holds import held_hosts, hold_hosts
from tests.samples import NOON

MINUTE = timedelta(minutes=1)


async def test_a_hold_is_remembered_until_it_is_over(database: Database) -> None:
    async with database.writing() as tx:
        await hold_hosts(
            tx, {"a.example": NOON + MINUTE, "b.example": NOON + MINUTE * 9}, now=NOON
        )
        await hold_hosts(tx, {"a.example": NOON + MINUTE * 2}, now=NOON)
    async with database.reading() as tx:
        assert await held_hosts(tx, now=NOON) == {
            "a.example": NOON + MINUTE * 2,
            "b.example": NOON + MINUTE * 9,
        }
        assert await held_hosts(tx, now=NOON + MINUTE * 2) == {"b.example": NOON + MINUTE * 9}
