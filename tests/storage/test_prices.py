from dataclasses import replace

from storage.database import Database
from storage.prices import last_price, remember_price
from storage.values import Price
from tests.samples import NOON

PRICE = Price(mu=350.5, at=NOON, since=NOON, requests=23.5, delay=None)


async def test_nobody_has_steered_yet(database: Database) -> None:
    async with database.reading() as tx:
        assert await last_price(tx) is None


async def test_the_last_price_is_the_one_that_counts(database: Database) -> None:
    later = replace(PRICE, mu=300.25, delay=61.5)
    async with database.writing() as tx:
        await remember_price(tx, PRICE)
        await remember_price(tx, later)
    async with database.reading() as tx:
        assert await last_price(tx) == later
