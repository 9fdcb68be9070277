from datetime import UTC
from typing import Any

import orjson
import pytest

from daemon.events import batch, event
from storage.database import Database
from storage.reading import Wanted, told_one, told_page
from storage.retraction import retract
from storage.values import ChangeKind
from tests.samples import ARTICLE, NOON
from tests.storage.test_articles import NEW, write
from tests.storage.test_reading import made


async def line(database: Database, seq: int, *, texts: bool = False) -> dict[str, Any]:
    async with database.reading() as tx:
        found = await told_one(tx, seq, texts=texts)
    assert found is not None
    return found


async def test_an_event_is_a_cloud_event_with_its_article(database: Database) -> None:
    await write(database, NEW)
    told = event(await line(database, 1, texts=True), "newsd:test")
    said = orjson.loads(told.body)
    data = said.pop("data")
    assert (told.seq, told.kind, told.source) == (1, "created", "newsd:test")
    assert said == {
        "specversion": "1.0",
        "id": "1",
        "source": "newsd:test",
        "type": "newsd.article.created.v1",
        "subject": "ab" * 16,
        "time": "2025-10-18T12:00:00Z",
        "datacontenttype": "application/json",
    }
    assert (data["seq"], data["title"], data["text"]) == (1, ARTICLE.title, ARTICLE.text)
    assert (data["summary"], data["language"]) == (ARTICLE.summary, "en")
    assert data["topics"][0]["topic_id"] == "medtop:04000000"
    assert [e["name"] for e in data["entities"]] == ["NATO"]
    assert "text" not in orjson.loads(event(await line(database, 1), "x").body)["data"]


async def test_a_retracted_article_carries_no_words_not_even_in_its_earlier_events(
    database: Database,
) -> None:
    await write(database, NEW)
    async with database.writing() as tx:
        await retract(tx, [1], why="asked", now=NOON)
    for seq, kind in ((1, "created"), (2, "retracted")):
        said = orjson.loads(event(await line(database, seq, texts=True), "newsd").body)
        assert said["type"] == f"newsd.article.{kind}.v1"
        assert said["subject"] == "ab" * 16
        assert {name: said["data"][name] for name in ("title", "summary", "text")} == {
            "title": None,
            "summary": None,
            "text": None,
        }
        assert (said["data"]["topics"], said["data"]["canonical_url"]) == ([], None)


def test_words_that_are_still_there_are_not_told_of_what_was_taken_back() -> None:
    row = {
        "seq": 1,
        "kind": ChangeKind.RETRACTED,
        "at": NOON,
        "public_id": None,
        "title": "Secret",
    }
    told = event({**row, "deleted": False}, "newsd")
    assert b"Secret" not in told.body
    assert "subject" not in orjson.loads(told.body)


async def test_a_batch_is_a_list_of_events(database: Database) -> None:
    await made(database)
    async with database.reading() as tx:
        page = await told_page(tx, 0, Wanted())
    events = [event(one, "newsd") for one in page.lines]
    assert [one["id"] for one in orjson.loads(batch(events))] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("wanted", "seqs"),
    [
        pytest.param(Wanted(kinds=frozenset({"revised"})), [4], id="of a kind"),
        pytest.param(Wanted(languages=frozenset({"en"})), [1, 2, 3, 4, 5], id="of a language"),
        pytest.param(Wanted(languages=frozenset({"de"})), [], id="of another language"),
        pytest.param(Wanted(topics=frozenset({"medtop:04000000"})), [2, 3, 5], id="of a topic"),
        pytest.param(Wanted(topics=frozenset({"nothing"})), [5], id="a retraction has no topics"),
    ],
)
async def test_what_is_wanted(database: Database, wanted: Wanted, seqs: list[int]) -> None:
    await made(database)
    async with database.writing() as tx:
        await retract(tx, [1], why="asked", now=NOON)
    async with database.reading() as tx:
        page = await told_page(tx, 0, wanted)
    assert [one["seq"] for one in page.lines] == seqs
    assert page.seq == 5
    assert page.lines == [] or page.lines[0]["at"].tzinfo == UTC
