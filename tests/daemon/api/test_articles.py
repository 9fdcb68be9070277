from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from daemon.api import articles
from storage.articles import save, stage
from storage.changes import advance_clock, take_clock
from storage.database import Database
from storage.retraction import retract
from storage.values import Alike, Copy, Created, Judged, Place, Placed, Relation
from tests.daemon.api.server import Api
from tests.samples import ARTICLE, NOON
from tests.storage.test_articles import numbered, revision, write


def dated(n: int, minutes: int, **facts: Any) -> Judged:
    """The n-th article, published some minutes before noon."""
    made = numbered(n)
    published = replace(ARTICLE.published, at=NOON - timedelta(minutes=minutes))
    return replace(
        made, tagged=replace(made.tagged, article=replace(ARTICLE, published=published, **facts))
    )


async def ids(api: Api, query: str) -> list[int]:
    page = await api.json(f"/api/v1/articles?fields=article_id&{query}")
    return [line["article_id"] for line in page["items"]]


async def pages(api: Api, query: str, between: Any = None) -> list[int]:
    """What all pages hold, turned one by one; `between` is awaited after each."""
    found: list[int] = []
    after = ""
    while True:
        page = await api.json(f"/api/v1/articles?fields=article_id&limit=2&{query}{after}")
        found += [line["article_id"] for line in page["items"]]
        if page["next"] is None:
            return found
        if between is not None:
            await between()
        after = f"&cursor={page['next']}"


async def test_articles_come_newest_first_with_what_was_asked_for(
    api: Api, database: Database
) -> None:
    await write(database, dated(1, 10), dated(2, 5))
    page = await api.json("/api/v1/articles?fields=article_id,title,topics,entities,published_at")
    assert page["next"] is None
    first, second = page["items"]
    assert (first["article_id"], second["article_id"]) == (2, 1)
    assert first["published_at"] == "2025-10-18T11:55:00Z"
    assert first["topics"][0]["topic_id"] == "medtop:04000000"
    assert first["entities"][0]["name"] == "NATO"
    assert set(first) == {"article_id", "title", "topics", "entities", "published_at"}
    every = (await api.json("/api/v1/articles"))["items"][0]
    assert "text" not in every
    assert every["deleted"] is False
    assert every["authors"] == ["Ada Example"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("lang=de", [2]),
        ("host=other.example", [3]),
        ("since=2025-10-18T11:54:00Z", [1, 2]),
        ("since=2025-10-18T11:54:00%2B00:00&until=2025-10-18T11:56:00+00:00", [2]),
        ("since=6m", [1, 2]),
        ("since=999999d", [1, 2, 3]),
        ("since=0001-01-01T00:00:00%2B23:59", [1, 2, 3]),
        ("until=9999-12-31T23:59:59-23:59", [1, 2, 3]),
        ("topic=medtop:04000000&limit=1", [1]),
        ("topic=Economy,+Business+and+Finance", [1, 2, 3]),
        ("topic=medtop:16000000", []),
        ("entity=Q7184&lang=de", [2]),
        ("entity=nato", [1, 2, 3]),
        ("entity=Nobody", []),
        ("feed=1", [1, 2, 3]),
        ("feed=2", []),
        ("story=3", []),
        ("q=tunnel", [2]),
        ("q=tunnel&order=published", [2]),
        ("q=harbour+-nothing&order=published", [1, 3]),
        ("order=changed", [1, 2, 3]),
    ],
)
async def test_articles_are_chosen(
    api: Api, database: Database, query: str, found: list[int]
) -> None:
    await write(
        database,
        dated(1, 0),
        dated(2, 5, language="de", title="Tunnel opens", summary=None),
        dated(3, 10, host="other.example"),
    )
    assert await ids(api, query) == found


async def test_copies_are_left_out_unless_they_are_asked_for(api: Api, database: Database) -> None:
    alike = Alike(Relation.EXACT, 1.0)
    await write(database, dated(1, 0))
    await write(database, replace(dated(2, 0), verdict=Created(2, Copy(1, alike, 1))))
    assert await ids(api, "") == [1]
    assert await ids(api, "duplicates=true") == [2, 1]
    assert [c["article_id"] for c in (await api.json("/api/v1/articles/1"))["copies"]] == [2]


@pytest.mark.threat("H12")
@pytest.mark.parametrize(
    "query", ["", "topic=medtop:04000000", "order=changed", "q=bridge&order=published"]
)
async def test_pages_hold_each_article_once_while_others_are_written(
    api: Api, database: Database, query: str
) -> None:
    """Some share their time, newer and older ones come in between."""
    await write(database, *(dated(n, n // 3) for n in range(1, 10)))
    new = iter(range(10, 100))

    async def more() -> None:
        n = next(new)
        await write(database, dated(n, -5 if n % 2 else 0))

    found = await pages(api, query, None if query == "order=changed" else more)
    assert len(found) == len(set(found))
    assert set(range(1, 10)) <= set(found)


async def test_reading_on_by_change_shows_edits_and_what_was_retracted(
    api: Api, database: Database
) -> None:
    await write(database, dated(1, 0), dated(2, 0), dated(3, 0))
    await write(database, revision("Edited"))
    async with database.writing() as tx:
        await retract(tx, [2], why="asked for", now=NOON)
    assert await pages(api, "order=changed") == [3, 1, 2]
    assert await ids(api, "") == [3, 1]


async def test_one_article_is_told_whole(api: Api, database: Database) -> None:
    await write(database, dated(1, 0))
    await write(database, revision("Edited"))
    told = await api.json("/api/v1/articles/1")
    assert (told["title"], told["text"]) == ("Edited", "Edited: the text.")
    assert told["topics"][0]["evidence"] == {"repairs": 2}
    assert told["entities"][0]["entity_id"] == "Q458"
    assert {s["feed_id"] for s in told["sightings"]} == {1}
    assert [r["revision"] for r in told["revisions"]] == [1, 2]
    assert await api.json(f"/api/v1/articles/{told['public_id']}") == told
    texts = (await api.json("/api/v1/articles/1/revisions"))["items"]
    assert [r["title"] for r in texts] == [ARTICLE.title, "Edited"]


async def test_who_has_it_already_is_told_so(api: Api, database: Database) -> None:
    await write(database, dated(1, 0))
    first = await api.get("/api/v1/articles/1")
    tag = first.headers["ETag"]
    again = await api.get("/api/v1/articles/1", headers={"If-None-Match": tag})
    assert (again.status, await again.read()) == (304, b"")
    assert again.headers["ETag"] == tag
    await write(database, revision("Edited"))
    edited = await api.get("/api/v1/articles/1", headers={"If-None-Match": f'"x", {tag}'})
    assert (edited.status, edited.headers["ETag"] == tag) == (200, False)


async def test_a_retracted_article_is_gone(api: Api, database: Database) -> None:
    await write(database, dated(1, 0))
    async with database.writing() as tx:
        await retract(tx, [1], why="asked for", now=NOON)
    for path in ("/api/v1/articles/1", "/api/v1/articles/1/revisions"):
        assert (await api.problem(path))["status"] == 410
    assert (await api.problem("/api/v1/articles/2"))["status"] == 404


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=5&limit=6", "limit"),
        ("since=yesterday", "since"),
        ("since=2025-13-01", "since"),
        ("topic=no-such-topic", "topic"),
        ("fields=title,secret", "fields"),
        ("order=relevance", "order"),
        ("order=random", "order"),
        ("duplicates=1", "duplicates"),
        ("cursor=abc", "cursor"),
        ("cursor=WyJzdG9yaWVzIiwxLG51bGxd", "cursor"),
        ("q=%22open", "q"),
        ("q=-cat", "q"),
        ("q=%00", "q"),
        ("lang=", "lang"),
        ("colour=red", "colour"),
    ],
)
async def test_a_wrong_parameter_is_named(api: Api, query: str, parameter: str) -> None:
    told = await api.problem(f"/api/v1/articles?{query}")
    assert (told["status"], told["parameter"]) == (400, parameter)
    assert told["type"].startswith("urn:newsd:problem:bad-")


async def test_a_cursor_belongs_to_its_order(api: Api, database: Database) -> None:
    await write(database, dated(1, 0), dated(2, 0))
    after = (await api.json("/api/v1/articles?limit=1"))["next"]
    told = await api.problem(f"/api/v1/articles?limit=1&order=changed&cursor={after}")
    assert told["parameter"] == "cursor"


async def test_the_next_page_has_an_address(api: Api, database: Database) -> None:
    await write(database, dated(1, 0), dated(2, 0))
    first = await api.get("/api/v1/articles?limit=1&fields=article_id&lang=en")
    address = first.headers["Link"].partition(">")[0].removeprefix("<")
    assert (await api.json(address))["items"] == [{"article_id": 1}]


async def test_a_page_of_long_texts_ends_sooner(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "MOST_BYTES", 1000)
    long = "long " * 150
    await write(database, *(dated(n, n, text=long) for n in range(1, 5)))
    page = await api.json("/api/v1/articles?fields=article_id,text&limit=4")
    assert [line["article_id"] for line in page["items"]] == [1]
    page = await api.json(f"/api/v1/articles?fields=article_id,text&limit=4&cursor={page['next']}")
    assert [line["article_id"] for line in page["items"]] == [2]


async def test_a_long_answer_is_packed_for_who_can_unpack_it(api: Api, database: Database) -> None:
    await write(database, dated(1, 0, text="bridge " * 500))
    packed = await api.get("/api/v1/articles/1", headers={"Accept-Encoding": "gzip"})
    plain = await api.get("/api/v1/articles/1", headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert await packed.json() == await plain.json()
    assert "Accept-Encoding" in plain.headers["Vary"]


async def test_a_search_has_scores_and_the_place(api: Api, database: Database) -> None:
    await write(database, dated(1, 0), dated(2, 5, title="Bridge, bridge", summary=None))
    page = await api.json("/api/v1/articles?q=brid*&fields=article_id,score,snippet")
    assert page["next"] is None
    assert {line["article_id"] for line in page["items"]} == {1, 2}
    assert page["items"][0]["score"] >= page["items"][1]["score"]
    assert all("**" in line["snippet"] for line in page["items"])


async def test_a_search_that_is_off_is_a_clear_problem(api: Api, database: Database) -> None:
    async with database.writing() as tx:
        await tx.execute(text("UPDATE search_index SET scope = 'off'"))
    told = await api.problem("/api/v1/articles?q=bridge")
    assert (told["status"], "search.enabled" in told["detail"]) == (400, True)


@pytest.mark.threat("G11")
async def test_what_takes_too_long_is_stopped(api: Api, database: Database) -> None:
    await write(database, *(dated(n, n) for n in range(1, 40)))
    api.desk.limit = timedelta(microseconds=1)
    endless = (
        "SELECT count(*) FROM article a, article b, article c, article d, article e, article f"
    )
    slow = {"sqlite": endless, "postgresql": "SELECT pg_sleep(5)"}
    with pytest.raises(Exception, match="takes too long") as caught:
        async with api.desk.reading() as tx:
            await tx.execute(text(slow[database.dialect]))
    assert getattr(caught.value, "status", None) == 503


async def test_topics_are_counted_in_a_window(api: Api, database: Database) -> None:
    await write(database, dated(1, 0), dated(2, 60 * 30))
    day = (await api.json("/api/v1/topics"))["items"]
    assert [(t["topic_id"], t["articles"]) for t in day] == [("medtop:04000000", 1)]
    every = (await api.json("/api/v1/topics?since=2025-01-01&level=1"))["items"]
    assert every[0] | {"articles": 2} == every[0]
    assert (await api.json("/api/v1/topics?level=2"))["items"] == []


async def test_stories_are_listed_with_their_articles(api: Api, database: Database) -> None:
    judged = [dated(n, n) for n in (1, 2, 3)]
    async with database.writing() as tx:
        await stage(tx, judged, now=NOON)
        n = await take_clock(tx)
        places = (Place(1, 1, b"x" * 5), Place(2, 1, b"x" * 5), Place(3, 3, b"x" * 5))
        told = await save(tx, judged, Placed(places), after=n, now=NOON)
        await advance_clock(tx, n + len(told))
    page = await api.json("/api/v1/stories?limit=1")
    assert [(s["story_id"], s["articles"]) for s in page["items"]] == [(1, 2)]
    rest = await api.json(f"/api/v1/stories?limit=1&cursor={page['next']}")
    assert [s["story_id"] for s in rest["items"]] == [3]
    assert rest["next"] is None
    assert [s["story_id"] for s in (await api.json("/api/v1/stories?fewest=2"))["items"]] == [1]
    one = await api.json("/api/v1/stories/1")
    assert [line["article_id"] for line in one["members"]] == [1, 2]
    assert (await api.problem("/api/v1/stories/2"))["status"] == 404
    assert await ids(api, "story=1") == [1, 2]
