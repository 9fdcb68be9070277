import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import make_url

from daemon.keep import Keeper
from daemon.settings import ScheduleSettings
from daemon.values import PollReport
from daemon.writer import GROUP_ARTICLES, QUEUE_POLLS, Writer
from storage.changes import take_clock
from storage.database import Database
from storage.errors import StorageUnavailableError
from storage.values import Feed, Outcome
from tests.daemon.test_keep import digested, feed_at, gathered, tagged
from tests.postgres import run_sql
from tests.samples import NOON
from tests.sql import one


class Settled:
    """Remembers what the writer settled."""

    def __init__(self) -> None:
        self.reports: list[PollReport | None] = []

    def __call__(self, _: Feed, report: PollReport | None) -> None:
        self.reports.append(report)


@asynccontextmanager
async def writing(
    database: Database, settled: Settled, patience: timedelta | None = None
) -> AsyncIterator[Writer]:
    keeper = Keeper(database, ScheduleSettings(), "test")
    writer = Writer(keeper, lambda: NOON, settled, patience=patience)
    task = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_polls_that_come_together_are_committed_together(database: Database) -> None:
    feeds = [await feed_at(database, f"https://news.example/{n}") for n in range(5)]
    settled = Settled()
    async with writing(database, settled) as writer:
        for feed in feeds:
            await writer.put(gathered(feed, digested(tagged(feed.id))))
        await writer.drained()
    assert [r.poll.created for r in settled.reports if r] == [1] * 5
    sql = "SELECT count(DISTINCT changed_at) FROM newsd_article_v1"
    assert await one(database, sql) == 1


@pytest.mark.threat("H6")
async def test_what_the_database_refuses_costs_only_its_own_poll(database: Database) -> None:
    good, bad = await feed_at(database), await feed_at(database, "https://bad.example/feed")
    broken = replace(tagged(2), article=replace(tagged(2).article, title=None))  # type: ignore[arg-type]  # what a bug would hand over
    settled = Settled()
    async with writing(database, settled) as writer:
        await writer.put(gathered(good, digested(tagged(1))))
        await writer.put(gathered(bad, digested(broken)))
        await writer.drained()
    outcomes = [r.poll.outcome for r in settled.reports if r]
    assert outcomes == [Outcome.STORED, Outcome.STORE]
    assert await one(database, "SELECT count(*) FROM newsd_article_v1") == 1


async def test_a_slow_database_makes_fetching_wait(database: Database) -> None:
    feed = await feed_at(database)
    news = gathered(feed, digested(tagged(1)))
    settled = Settled()
    async with writing(database, settled) as writer:
        async with database.writing() as tx:
            await take_clock(tx)
            for _ in range(GROUP_ARTICLES + QUEUE_POLLS):
                await writer.put(news)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(writer.put(news), 0.2)
        await writer.drained()
    assert len(settled.reports) == GROUP_ARTICLES + QUEUE_POLLS


@pytest.mark.threat("H7")
async def test_an_absent_database_is_waited_for_and_nothing_is_lost(
    postgres: str, postgres_url: str
) -> None:
    name = make_url(postgres_url).database
    settled = Settled()
    async with Database.open(postgres_url) as database:
        feed = await feed_at(database)
        async with writing(database, settled) as writer:
            await run_sql(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            await run_sql(
                postgres,
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
            )
            await writer.put(gathered(feed, digested(tagged(1))))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(writer.drained(), 0.3)
            await run_sql(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            await asyncio.wait_for(writer.drained(), 20)
        assert await one(database, "SELECT count(*) FROM newsd_article_v1") == 1
    assert [r.poll.created for r in settled.reports if r] == [1]


async def test_a_round_gives_up_when_its_patience_is_over(
    postgres: str, postgres_url: str
) -> None:
    name = make_url(postgres_url).database
    async with Database.open(postgres_url) as database:
        feed = await feed_at(database)
        keeper = Keeper(database, ScheduleSettings(), "test")
        writer = Writer(keeper, lambda: NOON, Settled(), patience=timedelta(seconds=0))
        await writer.put(gathered(feed, digested(tagged(1))))
        await run_sql(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await run_sql(
            postgres,
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )
        with pytest.raises(StorageUnavailableError):
            await writer.run()
        await run_sql(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@pytest.mark.threat("F11")
async def test_a_feed_that_changed_hands_is_told_of_in_the_log(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    feed, other = await feed_at(database), [tagged(n) for n in (7, 8)]
    strange = [replace(t, article=replace(t.article, language="id")) for t in other]
    async with writing(database, Settled()) as writer:
        await writer.put(gathered(feed, digested(*map(tagged, range(1, 4)))))
        await writer.drained()
        assert "feed_changed_hands" not in capsys.readouterr().err
        news = replace(digested(*strange), title="Slot Online")
        await writer.put(gathered(await feed_at(database), news))
        await writer.drained()
    (line,) = [one for one in capsys.readouterr().err.splitlines() if "changed_hands" in one]
    assert json.loads(line)["signs"] == ["title", "language"]
