"""The same archive gives the same database, on either engine, however often it is replayed."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from daemon.archive import Archive, open_archive
from daemon.keep import Keeper
from daemon.replay import Replayed, Replayer
from daemon.settings import ArchiveSettings, ScheduleSettings
from daemon.workers import Workers
from storage.database import Database
from tests.conftest import Serve
from tests.daemon.conftest import Bench
from tests.daemon.pages import Item, Page, rss
from tests.sql import ask

ROOT = Path(__file__).parents[2]
COPIES = ROOT / "tests" / "copies"
NAMES = sorted(path.stem for path in COPIES.glob("*.txt"))
OTHERS = sorted(f"others/{path.stem}" for path in COPIES.glob("others/*.txt"))
PLACES = ("pier", "bridge", "market", "school", "harbour", "mill")
SIGN_UP = "Sign up here for the letter that our newsroom sends each Friday"

ARTICLES = (
    "SELECT article_id, public_id, url, canonical_url, host, title, summary, text, html, language,"
    " authors, section, image_url, word_count, published_at, published_precision,"
    " published_source, published_raw, first_seen_at, changed_at, revision, story_id,"
    " duplicate_of, relation, similarity, quality, deleted, text_source FROM newsd_article_v1"
)
HANGING = {
    "revisions": "SELECT article_id, revision, title, summary, text, html, seen_at, changed_fields"
    " FROM newsd_article_revision_v1",
    "topics": "SELECT article_id, topic_id, label, level, score, source, evidence"
    " FROM newsd_article_topic_v1",
    "entities": "SELECT article_id, entity_id, name, type, mentions, in_title"
    " FROM newsd_article_entity_v1",
    "sightings": "SELECT article_id, guid, url, title, first_seen_at FROM newsd_sighting_v1",
    "changes": "SELECT article_id, seq, kind, at, changed_fields FROM newsd_change_v1",
    "evidence": "SELECT article_id, furniture, dates FROM newsd_article_evidence_v1",
}


def plain(value: Any) -> Any:
    """A value as both engines would give it."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        return json.dumps(json.loads(value), sort_keys=True)
    if isinstance(value, list | dict):
        return json.dumps(value, sort_keys=True)
    return int(value) if isinstance(value, bool) else value


async def contents(database: Database) -> dict[str, Any]:
    """All that a reader sees, under public ids, in an order of its own."""
    rows = await ask(database, ARTICLES)
    names = {row[0]: row[1] for row in rows}
    stories: dict[Any, set[str]] = defaultdict(set)
    for row in rows:
        stories[row[21]].add(row[1])
    found: dict[str, Any] = {
        "articles": sorted(
            [*map(plain, row[1:21]), names.get(row[22]), *map(plain, row[23:])] for row in rows
        ),
        "stories": sorted(sorted(members) for members in stories.values()),
        "story titles": sorted(await ask(database, "SELECT title, articles FROM newsd_story_v1")),
    }
    for name, query in HANGING.items():
        hanging = await ask(database, query)
        found[name] = sorted(json.dumps([names[row[0]], *map(plain, row[1:])]) for row in hanging)
    return found


def item(name: str, site: str, ending: str = "") -> Item:
    title, _, text = (COPIES / f"{name}.txt").read_text("utf-8").partition("\n")
    paragraphs = [*text.strip().split("\n"), SIGN_UP, *([ending] if ending else [])]
    html = "".join(f"&lt;p&gt;{line}&lt;/p&gt;" for line in paragraphs)
    return Item(f"{site}/{name}", title, html, f"https://{site}.example/{name}")


def filler(number: int) -> Item:
    """An article like no other, which ends as those of its site do."""
    words = " ".join(f"{place}{number * 31 + n}" for n, place in enumerate(PLACES * 5))
    text = f"&lt;p&gt;{words}.&lt;/p&gt;&lt;p&gt;{SIGN_UP}&lt;/p&gt;"
    return Item(f"f{number}", f"Report {number}", text, f"https://a.example/f{number}")


class Rounds:
    """A site of two feeds, polled in rounds in which articles come, are edited, copied and go."""

    def __init__(self, bench: Bench, archive: Archive, serve: Serve) -> None:
        self.bench, self.archive, self.serve = bench, archive, serve
        self.pages = [Page(), Page()]
        self.poller = replace(bench.poller, is_traced=True)
        self.urls: list[str] = []

    async def begin(self) -> None:
        site = await self.serve({f"/{n}": page.answer for n, page in enumerate(self.pages)})
        self.urls = [f"{site}/{n}" for n in range(2)]
        await self.bench.follow(*self.urls)

    async def poll(self, *documents: list[Item]) -> None:
        for page, items in zip(self.pages, documents, strict=True):
            page.body = rss(items)
        gathered = [await self.poller.gather(await self.bench.read(url)) for url in self.urls]
        await self.archive.write(gathered, self.bench.now)
        await self.bench.keeper.keep(gathered, self.bench.now)
        self.bench.now += timedelta(hours=3)

    async def all(self) -> None:
        await self.begin()
        first = [item(name, "a") for name in (NAMES[-1], *OTHERS[:3])]
        await self.poll(first, [])
        copies = [item(name, "b") for name in NAMES]
        await self.poll(first, copies[:2])
        edited = [item(NAMES[-1], "a", "It was corrected on Sunday, when more was known of it.")]
        await self.poll(edited + first[1:], copies)
        more = [item(name, "a") for name in OTHERS]
        await self.poll([*more, *map(filler, range(12))], copies[1:])
        late = [*edited, *more, *map(filler, range(6, 20))]
        await self.poll(late, [*copies[2:], item(OTHERS[-1], "b")])


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    settings = ArchiveSettings(dir=tmp_path / "archive", max_file=20_000, keep=None)
    async with open_archive(settings, "here") as opened:
        assert opened is not None
        yield opened


async def replayed(database: Database, workers: Workers, folder: Path) -> Replayed:
    keeper = Keeper(database, ScheduleSettings(), "replay")
    told = Replayed()
    files = sorted((folder / "archive").glob("*.warc.gz"))
    async for _ in Replayer(database, workers, keeper).run(files, told):
        """On to the next group."""
    return told


async def test_the_same_archive_gives_the_same_database(
    bench: Bench,
    serve: Serve,
    archive: Archive,
    workers: Workers,
    tmp_path: Path,
    sqlite_template: Path,
    postgres_url: str,
) -> None:
    await Rounds(bench, archive, serve).all()
    await archive.close()
    then = await contents(bench.database)
    assert len(then["articles"]) > 12
    assert any("near" in map(str, row) for row in then["articles"])
    assert [row for row in then["revisions"] if '", 2, ' in row]
    assert [row for row in then["evidence"] if SIGN_UP in row]
    assert [members for members in then["stories"] if len(members) > 2]
    again = tmp_path / "again.db"
    again.write_bytes(sqlite_template.read_bytes())
    for url in (f"sqlite:///{again}", postgres_url):
        async with Database.open(url) as database:
            if url == postgres_url and bench.database.dialect == "postgresql":
                continue
            told = await replayed(database, workers, tmp_path)
            assert (told.polls, told.failed, told.damages) == (9, 0, [])
            now = await contents(database)
            for part, rows in then.items():
                assert now[part] == rows, part
            # once more: everything is there
            told = await replayed(database, workers, tmp_path)
            assert (told.polls, told.skipped) == (0, 9)
            # nor does it come again when retention has let the polls go
            async with database.writing() as tx:
                await tx.exec_driver_sql("DELETE FROM poll")
            told = await replayed(database, workers, tmp_path)
            assert (told.polls, told.skipped) == (0, 9)
            assert await contents(database) == then
    told = await replayed(bench.database, workers, tmp_path)
    assert (told.polls, told.skipped) == (0, 9)
    assert await contents(bench.database) == then
