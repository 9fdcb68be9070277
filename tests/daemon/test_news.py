"""Whoever waits is woken by commits of this process and of others."""

import asyncio

import pytest

from daemon.news import News
from storage.database import Database
from tests.daemon.waiting import until
from tests.storage.test_articles import numbered, write

PATIENCE = 20.0


async def test_a_commit_of_ours_wakes_at_once(database: Database) -> None:
    news = News(database, look=PATIENCE * 2)
    await write(database, numbered(1))
    waits = [asyncio.create_task(news.newer(1, PATIENCE)) for _ in range(20)]
    await until(lambda: news.waiting == 20)
    news.announce()  # of what they know
    assert not await news.newer(1, 0.05)
    await write(database, numbered(2))
    news.announce()
    assert await asyncio.gather(*waits) == [True] * 20
    assert await news.newer(1, 0.5)
    await news.close()


async def test_a_commit_of_another_process_is_found(database: Database) -> None:
    news = News(database)
    waiting = asyncio.create_task(news.newer(0, PATIENCE))
    await asyncio.sleep(0)
    async with Database.open(database.url.render_as_string(hide_password=False)) as other:
        await write(other, numbered(1))
    assert await waiting
    await news.close()


async def test_nobody_looks_while_nobody_waits(database: Database) -> None:
    news = News(database)
    assert not await news.newer(5, 0.01)
    await until(lambda: news._watch is None)
    assert news.waiting == 0


async def test_whoever_waits_is_let_go_at_the_end(database: Database) -> None:
    news = News(database)
    waiting = asyncio.create_task(news.newer(0, PATIENCE))
    await until(lambda: news.waiting > 0)
    await news.close()
    assert not await waiting
    assert not await news.newer(0, PATIENCE)


@pytest.mark.threat("H7")
async def test_a_database_that_is_away_ends_no_wait(tmp_path: object) -> None:
    async with Database.open(f"sqlite:///{tmp_path}/no/such/folder.db") as database:
        news = News(database)
        assert not await news.newer(0, 0.05)
        await news.close()
