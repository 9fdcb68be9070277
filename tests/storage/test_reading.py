from datetime import timedelta

import pytest

from storage.database import Database
from storage.reading import changes_page, seq_back, seq_before
from storage.values import Created, Judged, Revised
from tests.samples import NOON, TAGGED
from tests.storage.test_articles import write


async def made(database: Database) -> None:
    """Changes 1 to 4: three articles, an hour apart, and an edit of the first."""
    for hour in range(3):
        judged = Judged(1, TAGGED, Created(hour + 1))
        await write(database, judged, now=NOON + timedelta(hours=hour))
    edit = Judged(1, TAGGED, Revised(1, ("text",)))
    await write(database, edit, now=NOON + timedelta(hours=3))


async def test_each_change_comes_with_its_article_and_topics(database: Database) -> None:
    await made(database)
    async with database.reading() as tx:
        page = await changes_page(tx, 2)
    assert page.seq == 4
    assert [(x["seq"], x["kind"], x["article_id"]) for x in page.lines] == [
        (3, "created", 3),
        (4, "revised", 1),
    ]
    assert page.lines[0]["title"] == TAGGED.article.title
    assert [t["topic_id"] for t in page.lines[0]["topics"]] == ["medtop:04000000"]


async def test_what_is_not_wanted_is_passed_over_and_not_read_again(database: Database) -> None:
    await made(database)
    async with database.reading() as tx:
        assert (await changes_page(tx, 0, language="de")).seq == 4
        assert (await changes_page(tx, 0, language="de")).lines == []
        wanted = await changes_page(tx, 0, topic="Economy, Business and Finance", limit=2)
        assert ([x["seq"] for x in wanted.lines], wanted.seq) == ([1, 2], 2)
        assert await changes_page(tx, 4) == await changes_page(tx, 4, topic="no such")


@pytest.mark.parametrize(
    ("hours", "seq"), [(-1.0, 0), (0.0, 0), (0.5, 1), (1.0, 1), (2.5, 3), (9.0, 4)]
)
async def test_a_time_is_found_in_the_log(database: Database, hours: float, seq: int) -> None:
    await made(database)
    async with database.reading() as tx:
        assert await seq_before(tx, NOON + timedelta(hours=hours)) == seq


@pytest.mark.parametrize(("lines", "seq"), [(0, 4), (1, 3), (3, 1), (9, 0)])
async def test_so_many_last_changes(database: Database, lines: int, seq: int) -> None:
    await made(database)
    async with database.reading() as tx:
        assert await seq_back(tx, lines) == seq


async def test_an_empty_log_has_no_beginning_but_zero(database: Database) -> None:
    async with database.reading() as tx:
        assert (await seq_back(tx, 10), await seq_before(tx, NOON)) == (0, 0)
        assert (await changes_page(tx, 0)).seq == 0
