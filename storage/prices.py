"""What a request has to be worth, kept so that a restart or a cron job goes on from there."""

from dataclasses import asdict

from sqlalchemy import select

from storage.database import Transaction, upsert
from storage.schema import price
from storage.values import Price


async def last_price(tx: Transaction) -> Price | None:
    """The price as it was last steered; None: it never was."""
    row = (await tx.execute(select(price).where(price.c.id == 1))).one_or_none()
    return Price(row.mu, row.at, row.since, row.requests, row.delay) if row else None


async def remember_price(tx: Transaction, found: Price) -> None:
    """Keep this price for who comes after us."""
    values = asdict(found)
    row = upsert(tx, price)
    await tx.execute(
        row.on_conflict_do_update(index_elements=["id"], set_=values), [{"id": 1} | values]
    )
