"""The shelf of recent stories, kept in step with the database by whoever holds the clock."""

from dataclasses import dataclass
from datetime import datetime

from daemon.dedup import SPAN, Shelf, Vocabulary
from storage.database import Transaction
from storage.stories import (
    has_merged_after,
    keep_vocabulary,
    members_after,
    retracted_after,
    vocabulary_so_far,
)

MOST = 50_000
"""Articles in the window, of about a kilobyte each; of more, the newest."""


@dataclass(slots=True)
class Shelves:
    """Holds the shelf of this process; there is none until somebody needs it."""

    _shelf: Shelf | None = None

    async def at(self, tx: Transaction, n: int, now: datetime) -> Shelf:
        """The shelf as it is at change number `n`; the caller holds the clock."""
        shelf = self._shelf
        if shelf is None or shelf.is_stale(now) or await _is_beyond_mending(tx, shelf, n):
            shelf = self._shelf = Shelf(now, Vocabulary(await vocabulary_so_far(tx)))
        if shelf.window.seq != n:
            news = await members_after(tx, shelf.window.seq, since=now - SPAN, limit=MOST)
            shelf.window.add(news)
            shelf.window.seq = n
        return shelf

    async def advance(self, tx: Transaction, shelf: Shelf, n: int) -> None:
        """Note that what the shelf placed was written, up to change number `n`."""
        shelf.window.seq = n
        if shelf.vocabulary.is_due:
            shelf.vocabulary.rebase(await vocabulary_so_far(tx))
            await keep_vocabulary(tx, shelf.vocabulary.articles, shelf.vocabulary.packed())

    def drop(self) -> None:
        """Forget the shelf: what it placed was not committed, or nobody knows."""
        self._shelf = None


async def _is_beyond_mending(tx: Transaction, shelf: Shelf, n: int) -> bool:
    """Whether it is full, or somebody has made stories one since, or taken an article back."""
    if len(shelf.window) > 2 * MOST:
        return True
    if shelf.window.seq == n:
        return False
    if await has_merged_after(tx, shelf.window.seq):
        return True
    return any(map(shelf.window.holds, await retracted_after(tx, shelf.window.seq)))
