"""A feed that edits, reorders, re-dates and re-names its items at every poll."""

import random
from datetime import timedelta

import pytest
from aiohttp import web

from tests.conftest import Serve
from tests.daemon.conftest import Bench
from tests.daemon.pages import Item, rss
from tests.sql import ask, one

POLLS, ITEMS = 50, 12
_VOCABULARY = """
harbour bridge ferry storm council market winter engine letter garden island captain school bakery
signal border summit river orchard tunnel library festival glacier museum
"""
WORDS = _VOCABULARY.split()


class Restless:
    """A feed document that is never twice the same, and what a reader would have seen of it."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311  made up, and the same each time
        self.texts = [self._text(number) for number in range(ITEMS)]
        self.edits = 0
        self.poll = 0

    def _text(self, number: int) -> str:
        words = " ".join(self.draw.choices(WORDS, k=40))
        return f"Report {number} of the day. {words.capitalize()}."

    def edit(self) -> None:
        """Change what one item says, as its readers would see."""
        number = self.draw.randrange(ITEMS)
        self.texts[number] += f" Added in round {self.poll}."
        self.edits += 1

    def document(self) -> bytes:
        """The items in another order, with other dates and under other names."""
        self.poll += 1
        return rss([self._item(number) for number in self.draw.sample(range(ITEMS), ITEMS)])

    def _item(self, number: int) -> Item:
        return Item(
            guid=f"{self.draw.getrandbits(64):x}",
            title=f"Item {number}",
            text=self.texts[number],
            link=f"https://www.restless.example/item/{number}?utm_source=p{self.poll}",
            date=f"Sat, 18 Oct 2025 11:{self.poll % 60:02}:{number:02} GMT",
        )


@pytest.mark.threat("F2", "F3", "F6", "F9", "F10")
@pytest.mark.parametrize("seed", [1, 2])
async def test_fifty_polls_bring_each_edit_once_and_no_row_more(
    bench: Bench, serve: Serve, seed: int
) -> None:
    feed = Restless(seed)

    async def handler(_: web.BaseRequest) -> web.Response:
        return web.Response(body=feed.document(), content_type="application/rss+xml")

    url = await serve(handler)
    await bench.follow(url)
    for poll in range(POLLS):
        await bench.poll(url)
        if poll % 3 == 1:
            feed.edit()
        bench.now += timedelta(minutes=20)
    await bench.poll(url)
    database = bench.database
    assert await one(database, "SELECT count(*) FROM newsd_article_v1") == ITEMS
    assert await one(database, "SELECT sum(revision - 1) FROM newsd_article_v1") == feed.edits
    kinds = "SELECT kind, count(*) FROM newsd_change_v1 GROUP BY kind ORDER BY kind"
    assert await ask(database, kinds) == [("created", ITEMS), ("revised", feed.edits)]
    copies = "SELECT count(*) FROM newsd_article_v1 WHERE duplicate_of IS NOT NULL"
    assert await one(database, copies) == 0
