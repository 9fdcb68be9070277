"""Keeps what a request has to be worth in line with what requests are made, minute by minute."""

from dataclasses import replace
from datetime import datetime, timedelta

from daemon.cadence import first_price, steer
from daemon.settings import ScheduleSettings
from daemon.values import PollReport, Spent
from storage.database import Database
from storage.prices import last_price, remember_price
from storage.values import Price

EVERY = timedelta(minutes=1)
STALE = timedelta(days=1)
"""An older price is still the best guess, but what was averaged for it is past."""


async def price_so_far(database: Database, pace: ScheduleSettings, now: datetime) -> Price:
    """The price that was steered to before, or one to start from. Raises `StorageError`."""
    async with database.reading() as tx:
        held = await last_price(tx)
    if held is None:
        return first_price(pace, now)
    if not timedelta() <= now - held.at <= STALE:
        return replace(held, at=now, since=now, requests=pace.requests_per_day, delay=None)
    return replace(held, at=now)


class Steering:
    """Counts what is spent, and sets the price from it."""

    def __init__(self, price: Price) -> None:
        self.price = price
        self._polls = 0
        self._delays: list[float] = []

    def observe(self, report: PollReport) -> None:
        """Count a poll."""
        self._polls += 1
        self._delays += report.delays

    async def steer(
        self, database: Database, pace: ScheduleSettings, now: datetime, feeds: int
    ) -> None:
        """Set the price from what was spent since the last time, and store it."""
        spent = Spent(feeds, self._polls, tuple(self._delays))
        self.price = steer(self.price, pace, now, spent)
        self._forget()
        async with database.writing() as tx:
            await remember_price(tx, self.price)

    def pause(self, now: datetime) -> None:
        """Leave the price as it is: what was spent tells nothing about feeds."""
        self.price = replace(self.price, at=now)
        self._forget()

    def _forget(self) -> None:
        self._polls = 0
        self._delays.clear()
