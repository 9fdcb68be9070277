"""Where in the change log a reader begins: a number, a date, an instant, or how long ago."""

from datetime import datetime

from daemon.commands.since import since
from storage.database import Transaction
from storage.horizon import horizon
from storage.reading import seq_before


def start(text: str) -> int | datetime:
    """A change's number, a date, an instant, or how long ago."""
    return int(text) if text.isdecimal() else since(text)


async def seq_of(tx: Transaction, place: int | datetime) -> int:
    """The number to read on from; 0 and a time long ago are the oldest that is kept."""
    seq = place if isinstance(place, int) else await seq_before(tx, place)
    return seq or await horizon(tx)
