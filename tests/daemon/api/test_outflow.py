"""The feeds we write over HTTP: chosen, conditional, and named for good."""

from dataclasses import replace
from pathlib import Path

import feedparser
import pytest

from daemon.parse import parse_feed
from daemon.topicnames import load_topic_names
from daemon.values import Fetched
from storage.database import Database
from storage.retraction import retract
from storage.values import Alike, Copy, Created, Relation, Topic, TopicSource
from tests.daemon.api.server import Api
from tests.daemon.api.test_articles import dated
from tests.samples import ARTICLE, NOON
from tests.storage.test_articles import revision, write


async def titles(api: Api, path: str) -> list[str]:
    response = await api.get(path)
    assert response.status == 200, await response.text()
    content = response.content_type
    feed = parse_feed(Fetched(path, await response.read(), content))
    assert feed.damaged is None
    return [entry.title or "" for entry in feed.entries]


async def some(database: Database) -> None:
    """A German original, its copy, one that was retracted, an English one."""
    alike = Alike(Relation.EXACT, 1.0)
    await write(database, dated(1, 1, language="de", title="Erste"), dated(3, 3, title="Third"))
    copy = replace(dated(2, 2, title="Copy"), verdict=Created(2, Copy(1, alike, 1)))
    await write(database, copy, dated(4, 4, title="Fourth"))
    async with database.writing() as tx:
        await retract(tx, [4], why="asked for", now=NOON)


@pytest.mark.parametrize("kind", ["atom", "json"])
async def test_a_feed_has_neither_copies_nor_what_was_retracted(
    api: Api, database: Database, kind: str
) -> None:
    await some(database)
    assert await titles(api, f"/feeds/all.{kind}") == ["Erste", "Third"]
    assert await titles(api, f"/feeds/all.{kind}?lang=de") == ["Erste"]
    assert await titles(api, f"/feeds/all.{kind}?q=bridge+OR+third&host=news.example&limit=1")
    for topic in ("medtop:04000000", "economy-business-and-finance", "Wirtschaft"):
        found = await titles(api, f"/feeds/topic/{topic}.{kind}?lang=en")
        assert found == (["Third"] if topic != "Wirtschaft" else found)


async def test_a_feed_has_whole_articles_where_that_is_asked_for(
    api: Api, database: Database
) -> None:
    await some(database)
    short = feedparser.parse(await (await api.get("/feeds/all.atom")).read())
    whole = feedparser.parse(await (await api.get("/feeds/all.atom?content=full")).read())
    assert "content" not in short.entries[0]
    assert whole.entries[0].content[0].value == ARTICLE.html
    assert short.entries[0].id == whole.entries[0].id
    assert short.entries[0].source.title == ARTICLE.host
    assert whole.feed.links[0].href.endswith("/feeds/all.atom?content=full")


async def test_a_rule_of_ones_own_has_a_feed(api: Api, database: Database, tmp_path: Path) -> None:
    rules = tmp_path / "topics.toml"
    rules.write_text('[[topic]]\nid = "port.strikes"\nlabel = "Port strikes"\nquery = "strike"\n')
    api.desk.topics = load_topic_names(rules)
    ours = Topic("user:port.strikes", "Port strikes", 1.0, TopicSource.RULE)
    judged = dated(1, 1, title="Strike")
    await write(database, replace(judged, tagged=replace(judged.tagged, topics=(ours,))))
    await write(database, dated(2, 2))
    for path in ("rule/port.strikes", "topic/user:port.strikes", "topic/port-strikes"):
        assert await titles(api, f"/feeds/{path}.json") == ["Strike"]
    assert (await api.problem("/feeds/rule/other.atom"))["status"] == 404


async def test_who_has_it_already_is_told_so(api: Api, database: Database) -> None:
    await some(database)
    first = await api.get("/feeds/all.atom")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    tag, changed = first.headers["ETag"], first.headers["Last-Modified"]
    for headers in (
        {"If-None-Match": tag},
        {"If-Modified-Since": changed},
        {"If-None-Match": tag, "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ):
        again = await api.get("/feeds/all.atom", headers=headers)
        assert (again.status, again.headers["ETag"]) == (304, tag)
    await write(database, revision("Edited"))
    edited = await api.get("/feeds/all.atom", headers={"If-None-Match": tag})
    assert edited.status == 200


async def test_an_article_keeps_its_name_in_all_feeds(api: Api, database: Database) -> None:
    await some(database)
    names = set()
    for path in ("all.atom", "topic/medtop:04000000.json", "all.json?content=full&lang=de"):
        response = await api.get(f"/feeds/{path}")
        feed = parse_feed(Fetched(path, await response.read(), response.content_type))
        names.add(feed.entries[0].guid)
    assert len(names) == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("all.rss", 400),
        ("all.atom?content=half", 400),
        ("all.atom?limit=201", 400),
        ("all.atom?q=%22", 400),
        ("all.atom?duplicates=true", 400),
        ("topic/no-such-topic.atom", 404),
        ("story/9.atom", 404),
        ("story/x.atom", 400),
        ("topic/.atom", 404),
        ("nothing.atom", 404),
    ],
)
async def test_what_there_is_no_feed_of_is_a_problem(api: Api, path: str, status: int) -> None:
    assert (await api.problem(f"/feeds/{path}"))["status"] == status
