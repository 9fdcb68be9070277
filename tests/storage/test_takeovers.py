from datetime import timedelta

from storage.database import Database
from storage.following import add_feeds, remove_feed
from storage.takeovers import accept_takeover, note_takeovers, takeover_of
from storage.values import Subscription, Takeover, TakeoverSign
from tests.samples import NOON
from tests.sql import ask

URL = "https://harbour.example/feed"
FOUND = Takeover(1, NOON, (TakeoverSign.TITLE, TakeoverSign.LANGUAGE), "The Harbour Post")
SHOWN = "SELECT takeover_at IS NOT NULL, takeover_signs IS NOT NULL FROM newsd_feed_health_v1"


async def note(database: Database, *found: Takeover) -> None:
    async with database.writing() as tx:
        await add_feeds(tx, [Subscription(URL)], now=NOON)
        await note_takeovers(tx, found)


async def noted(database: Database) -> Takeover | None:
    async with database.reading() as tx:
        return await takeover_of(tx, 1)


async def test_the_latest_takeover_is_shown_until_it_is_accepted(database: Database) -> None:
    await note(database)
    assert (await noted(database), await ask(database, SHOWN)) == (None, [(0, 0)])
    later = Takeover(1, NOON + timedelta(days=1), (TakeoverSign.SITES,), None)
    await note(database, FOUND)
    assert await noted(database) == FOUND
    await note(database, later)
    assert (await noted(database), await ask(database, SHOWN)) == (later, [(1, 1)])
    async with database.writing() as tx:
        assert await accept_takeover(tx, 1)
        assert not await accept_takeover(tx, 1)
    assert (await noted(database), await ask(database, SHOWN)) == (None, [(0, 0)])


async def test_a_feed_that_was_removed_is_not_suspected_any_more(database: Database) -> None:
    await note(database, FOUND)
    async with database.writing() as tx:
        await remove_feed(tx, URL, now=NOON)
    assert await noted(database) is None
