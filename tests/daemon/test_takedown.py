"""An article that is taken back is nowhere: in no table, and in no byte of the file."""

import zlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.retraction import retract
from storage.schema import metadata
from tests.conftest import Serve
from tests.daemon.conftest import Bench
from tests.daemon.pages import BRIDGE_ITEM, FERRY_ITEM, Item, Page, rss
from tests.sql import ask

WORD = "Quixotrobel"
"""In everything the article says, and in nothing else."""
OTHER = "Ferries"
TEXTS = (
    f"{WORD} spoke on Saturday of the harbour bridge and of all who mended its cables.",
    f"{WORD} spoke on Sunday of the harbour bridge, and of ferries nobody needs.",
)
HOSTS = ("https://post.example", "https://herald.example")


def told(text: str, site: str = HOSTS[0]) -> Item:
    name = f"{WORD}-{site[8:12]}"
    return Item(name, f"What {WORD} said", f"{text}&lt;p&gt;By {WORD}&lt;/p&gt;", f"{site}/{WORD}")


async def words_in(database: Database) -> list[str]:
    """The tables and columns that hold the word, packed ones unpacked."""
    found = []
    async with database.reading() as tx:
        for table in metadata.sorted_tables:
            for row in (await tx.execute(select(table))).mappings():
                found += [
                    f"{table.name}.{column}" for column, value in row.items() if _holds(value)
                ]
    return sorted(set(found))


def _holds(value: object) -> bool:
    if isinstance(value, bytes):
        parts = [value]
        for skipped in range(8):
            try:
                parts.append(zlib.decompressobj().decompress(value[skipped:]))
            except zlib.error:
                continue
        return any(WORD.lower().encode() in part.lower() for part in parts)
    return WORD.lower() in str(value).lower()


async def articles(bench: Bench, serve: Serve) -> Sequence[int]:
    """An article with a revision, a copy of it in another feed, and another article."""
    page, other = Page(rss([told(TEXTS[0]), FERRY_ITEM])), Page(rss([told(TEXTS[0], HOSTS[1])]))
    site = await serve({"/a": page.answer, "/b": other.answer})
    await bench.follow(f"{site}/a", f"{site}/b")
    await bench.poll(f"{site}/a")
    await bench.poll(f"{site}/b")
    page.body = rss([told(TEXTS[1]), FERRY_ITEM, BRIDGE_ITEM])
    await bench.poll(f"{site}/a")
    named = "SELECT article_id FROM newsd_article_v1 WHERE title LIKE :word ORDER BY 1"
    return [row[0] for row in await ask(bench.database, named, word=f"%{WORD}%")]


async def test_it_is_in_no_table(bench: Bench, serve: Serve) -> None:
    ids = await articles(bench, serve)
    assert len(ids) == 2
    assert {"article.title", "article_text.text", "article_revision.text", "sighting.guid",
            "story.title"} <= set(await words_in(bench.database))  # fmt: skip
    async with bench.database.writing() as tx:
        await retract(tx, ids, why="asked for", now=bench.now)
    assert await words_in(bench.database) == []
    bench.now += timedelta(hours=1)
    for feed in await ask(bench.database, "SELECT url FROM newsd_feed_v1"):
        await bench.poll(feed[0])
    assert await words_in(bench.database) == []


async def test_its_copies_are_told_of(bench: Bench, serve: Serve) -> None:
    first, copy = await articles(bench, serve)
    async with bench.database.writing() as tx:
        await retract(tx, [first], why="asked for", now=bench.now)
    left = "SELECT article_id FROM newsd_article_v1 WHERE NOT deleted AND duplicate_of IS NULL"
    assert (copy,) in await ask(bench.database, left)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_byte_of_it_is_left_in_the_file(bench: Bench, serve: Serve) -> None:
    ids = await articles(bench, serve)
    path = bench.database.path
    assert path is not None
    assert WORD.encode() in _bytes(path)
    async with bench.database.writing() as tx:
        await retract(tx, ids, why="asked for", now=bench.now)
    await bench.database.outside("PRAGMA wal_checkpoint(TRUNCATE)")
    left = _bytes(path)
    assert OTHER.encode() in left
    assert WORD.lower().encode() not in left.lower()


def _bytes(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
