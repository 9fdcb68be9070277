from dataclasses import replace
from datetime import timedelta

from storage.database import Database
from storage.following import add_feeds
from storage.gaps import note_gaps
from storage.values import Gap, Subscription
from tests.samples import NOON
from tests.sql import ask

GAP = Gap(1, NOON - timedelta(hours=1), NOON, 7)


async def test_a_gap_is_shown_once_with_its_latest_estimate(database: Database) -> None:
    async with database.writing() as tx:
        await add_feeds(tx, [Subscription("https://news.example/feed")], now=NOON)
        await note_gaps(tx, [])
        await note_gaps(tx, [GAP])
        await note_gaps(tx, [replace(GAP, estimated_items=9)])
    assert await ask(database, "SELECT feed_id, estimated_items FROM newsd_gap_v1") == [(1, 9)]
