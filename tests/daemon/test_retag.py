"""Other rules tag what is stored already, by themselves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

import pytest

from daemon import reprocess
from daemon.learned import LearnedLines
from daemon.reprocess import Reprocessor, Stage
from daemon.retag import Retagging
from daemon.settings import DigestSettings, TopicsSettings
from daemon.tag import tagset_of
from daemon.workers import Workers
from storage.tagsets import Tagset, tagset_now
from tests.conftest import Serve
from tests.daemon.conftest import Bench
from tests.daemon.pages import Item, Page, rss
from tests.sql import ask, one

TITLES = ("Whales return to the sound", "A tram line for the suburbs", "Whales seen off Kinsale")
TOPICS = "SELECT article_id FROM newsd_article_topic_v1 WHERE topic_id = 'user:{}' ORDER BY 1"
TAGGED = "SELECT count(*) FROM newsd_change_v1 WHERE kind = 'tagged'"


class Ruled:
    """A bench with three articles, and the file of rules beside it."""

    def __init__(self, bench: Bench, workers: Workers, topics: TopicsSettings) -> None:
        self.bench = bench
        self.workers = workers
        self.topics = topics

    def retagging(self) -> Retagging:
        learned = LearnedLines(self.bench.database)
        again = Reprocessor(self.bench.database, self.workers, lambda: self.bench.now, learned)
        return Retagging(again, tagset_of(self.topics))

    async def ask(self, topic: str) -> list[int]:
        return [held for (held,) in await ask(self.bench.database, TOPICS.format(topic))]

    async def noted(self) -> Tagset | None:
        async with self.bench.database.reading() as tx:
            return await tagset_now(tx)


def rule(name: str, word: str) -> str:
    return f'[[topic]]\nid = "{name}"\nany = ["{word}"]\n'


@pytest.fixture
async def ruled(bench: Bench, serve: Serve, tmp_path: Path) -> AsyncIterator[Ruled]:
    items = [Item(str(n), title, f"{title}, they said.") for n, title in enumerate(TITLES)]
    url = await serve(Page(rss(items)).answer)
    await bench.follow(url)
    await bench.poll(url)
    path = tmp_path / "topics.toml"
    path.write_text(rule("whales", "whales"))
    topics = TopicsSettings(file=path)
    workers = Workers(DigestSettings(workers=1), topics)
    yield Ruled(bench, workers, topics)
    await workers.close()


async def test_new_rules_tag_what_is_there_and_tell_of_it_once(ruled: Ruled) -> None:
    assert await ruled.ask("whales") == []
    assert await ruled.retagging().catch_up()
    assert await ruled.ask("whales") == [1, 3]
    assert await one(ruled.bench.database, TAGGED) == 2
    assert await ruled.retagging().catch_up()
    assert await one(ruled.bench.database, TAGGED) == 2


async def test_a_run_that_was_broken_off_goes_on(
    ruled: Ruled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reprocess, "PAGE", 1)
    stop = asyncio.Event()
    stop.set()
    assert not await ruled.retagging().catch_up(stop=stop)
    assert not await ruled.retagging().catch_up(limit=timedelta())
    noted = await ruled.noted()
    assert noted is not None
    assert not noted.is_everywhere
    assert await ruled.retagging().catch_up()
    assert await ruled.ask("whales") == [1, 3]
    noted = await ruled.noted()
    assert noted is not None
    assert noted.is_everywhere


async def test_rules_that_change_again_begin_again(
    ruled: Ruled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Articles that a broken-off run had done have the rules before the last otherwise."""
    monkeypatch.setattr(reprocess, "PAGE", 1)
    stop = asyncio.Event()
    stop.set()
    retagging = ruled.retagging()
    assert not await retagging.catch_up(stop=stop)
    async with aclosing(retagging.again.run(Stage.TAG)) as steps:
        assert (await anext(steps)).looked_at == 0
        assert (await anext(steps)).looked_at == 1
    assert await ruled.ask("whales") == [1]
    assert ruled.topics.file is not None
    ruled.topics.file.write_text(rule("sound", "sound"))
    ruled.workers = Workers(DigestSettings(workers=1), ruled.topics)
    try:
        assert await ruled.retagging().catch_up()
    finally:
        await ruled.workers.close()
    assert await ruled.ask("whales") == []
    assert await ruled.ask("sound") == [1]


async def test_it_is_done_by_whoever_holds_the_first_shard(ruled: Ruled) -> None:
    keeping = asyncio.create_task(ruled.retagging().keep_up(lambda: [1, 2]))
    await asyncio.sleep(0)
    keeping.cancel()
    assert await ruled.noted() is None
    async with asyncio.timeout(30):
        keeping = asyncio.create_task(ruled.retagging().keep_up(lambda: None))
        while await ruled.ask("whales") != [1, 3]:  # noqa: ASYNC110  the database is asked
            await asyncio.sleep(0.01)
        keeping.cancel()
