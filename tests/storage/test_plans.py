"""What the daemon asks of SQLite at every poll never reads a whole table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from storage.changes import changes_after
from storage.database import Database, Transaction
from storage.feeds import due_feeds, find_feed
from storage.holdings import holdings
from storage.schema import metadata
from storage.sightings import mark_departed
from tests.samples import NOON, TAGGED


@contextmanager
def listening(tx: Transaction) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are run inside the block."""
    asked: list[tuple[str, Any]] = []

    def note(
        _connection: Connection, _cursor: object, statement: str, values: Any, *_: object
    ) -> None:
        asked.append((statement, values))

    event.listen(tx.sync_connection, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(tx.sync_connection, "before_cursor_execute", note)


async def test_no_lookup_reads_a_whole_table(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as database, database.writing() as tx:
        with listening(tx) as asked:
            await holdings(tx, [(n, TAGGED) for n in range(1, 5)])
            await mark_departed(tx, {1: [2], 2: [3]}, {1: NOON, 2: NOON})
            await due_feeds(tx, before=NOON, after_id=7, limit=5)
            await find_feed(tx, "https://news.example/feed")
            await changes_after(tx, 5)
        assert len(asked) >= 6
        for statement, values in asked:
            plan = await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            steps = [str(row.detail) for row in plan]
            scanned = {step.split()[1] for step in steps if step.startswith("SCAN ")}
            assert scanned.isdisjoint(metadata.tables), steps
            assert any(step.startswith("SEARCH ") for step in steps)
