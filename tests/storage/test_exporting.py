from typing import Any

from storage.database import Database
from storage.exporting import exported_after
from storage.values import Judged, Revised
from tests.storage.test_articles import numbered, write


async def exported(database: Database, seq: int = 0, limit: int = 500) -> tuple[list[Any], int]:
    """Everything after `seq`, page by page."""
    articles: list[Any] = []
    while True:
        async with database.reading() as tx:
            page = await exported_after(tx, seq, limit=limit)
        if page.seq == seq:
            return articles, seq
        articles += page.articles
        seq = page.seq


async def test_each_article_comes_once_as_it_is_now(database: Database) -> None:
    await write(database, numbered(1), numbered(2), numbered(3))
    edit = numbered(1)
    await write(database, Judged(1, edit.tagged, Revised(1, ("text",))))
    for limit in (1, 2, 500):
        articles, seq = await exported(database, limit=limit)
        assert [(a["article_id"], a["seq"], a["revision"]) for a in articles] == [
            (2, 2, 1),
            (3, 3, 1),
            (1, 4, 2),
        ]
        assert seq == 4
    assert [t["label"] for t in articles[0]["topics"]] == ["economy, business and finance"]


async def test_later_only_what_is_new_or_changed(database: Database) -> None:
    await write(database, numbered(1), numbered(2))
    _, seq = await exported(database)
    assert await exported(database, seq) == ([], seq)
    await write(database, numbered(3))
    articles, _ = await exported(database, seq)
    assert [a["article_id"] for a in articles] == [3]
