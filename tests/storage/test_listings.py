from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.database import Database
from storage.feeds import find_feed
from storage.following import add_feeds
from storage.listings import article, feed_health, latest_articles, recent_polls, totals
from storage.polls import remember_polls
from storage.values import Created, FeedState, Judged, Outcome, Published, Subscription
from tests.samples import ARTICLE, NOON, TAGGED, TOPIC
from tests.storage.test_articles import numbered, revision, write
from tests.storage.test_polls import POLLED, followed

DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    """Health is about the last days, by the clock of the database: the true time is needed."""
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  see above


def told(n: int, **differences: Any) -> Judged:
    """The n-th article, n hours after noon, in its own words."""
    article = replace(
        ARTICLE, published=replace(ARTICLE.published, at=NOON + timedelta(hours=n)), **differences
    )
    return replace(numbered(n), tagged=replace(numbered(n).tagged, article=article))


async def listed(database: Database, **wanted: Any) -> list[int]:
    async with database.reading() as tx:
        return [a["article_id"] for a in await latest_articles(tx, **{"limit": 10} | wanted)]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        pytest.param({}, [3, 2, 1], id="the newest first"),
        pytest.param({"limit": 1}, [3], id="no more than asked"),
        pytest.param({"language": "de"}, [2], id="by language"),
        pytest.param({"host": "hills.example"}, [3], id="by host"),
        pytest.param({"since": NOON + timedelta(hours=2)}, [3, 2], id="since a time"),
        pytest.param({"search": "FERRY runs"}, [2], id="every word, in any case"),
        pytest.param({"search": "open"}, [3, 1], id="in the summary too"),
        pytest.param({"search": "100%"}, [], id="a wildcard is a letter"),
        pytest.param({"topic": "medtop:04000000"}, [3, 2, 1], id="by topic id"),
        pytest.param({"topic": "Economy, Business and Finance"}, [3, 2, 1], id="by topic label"),
        pytest.param({"topic": "sport"}, [], id="about nothing we hold"),
        pytest.param({"entity": "Q7184"}, [3, 2, 1], id="by entity id"),
        pytest.param({"entity": "nato"}, [3, 2, 1], id="by entity name"),
        pytest.param({"entity": "Q1"}, [], id="naming nobody we hold"),
    ],
)
async def test_latest_articles(database: Database, wanted: Any, ids: list[int]) -> None:
    await write(
        database,
        told(1),
        told(2, language="de", title="The ferry runs", summary=None),
        told(3, host="hills.example", title="Snow"),
    )
    assert await listed(database, **wanted) == ids


async def test_an_undated_article_stands_where_we_saw_it(database: Database) -> None:
    undated = replace(TAGGED, article=replace(ARTICLE, published=Published()))
    await write(database, told(1), replace(told(2), tagged=undated), told(3), now=NOON + DAY)
    assert await listed(database) == [2, 3, 1]


async def test_an_article_is_shown_with_its_evidence(database: Database) -> None:
    await write(database, Judged(1, TAGGED, Created(1)), revision("Second"))
    async with database.reading() as tx:
        shown = await article(tx, 1)
        assert await article(tx, 2) is None
    assert shown is not None
    assert shown["title"] == "Second"
    assert (shown["first_seen_at"], shown["deleted"]) == (NOON, False)
    assert shown["authors"] == ["Ada Example"]
    assert [t["evidence"] for t in shown["topics"]] == [dict(TOPIC.evidence)]
    assert [e["name"] for e in shown["entities"]] == ["European Union"]
    assert [s["feed_id"] for s in shown["sightings"]] == [1]
    assert [(r["revision"], r["changed_fields"]) for r in shown["revisions"]] == [
        (1, []),
        (2, ["title", "text"]),
    ]


async def test_health_tells_failing_feeds_from_fine_ones(
    database: Database, now: datetime
) -> None:
    fine = await followed(database)
    async with database.writing() as tx:
        await add_feeds(tx, [Subscription("https://broken.example/feed")], now=now)
        broken = await find_feed(tx, "https://broken.example/feed")
        assert broken is not None
        poll = replace(POLLED, started_at=now)
        missing = replace(poll, feed_id=2, outcome=Outcome.HTTP_STATUS, error="404 Not Found")
        again = replace(poll, started_at=now - timedelta(hours=1), outcome=Outcome.UNCHANGED)
        await remember_polls(tx, [(fine, again)], replica="here")
        await remember_polls(tx, [(fine, poll)], replica="here")
        failing = replace(broken, state=FeedState.DEGRADED, failures=1)
        await remember_polls(tx, [(failing, missing)], replica="here")
    await write(database, numbered(1), now=now)
    async with database.reading() as tx:
        first, second = await feed_health(tx, limit=10)
        assert await feed_health(tx, limit=10, state="degraded") == [second]
        assert await feed_health(tx, limit=10, after_id=1) == [second]
        polls = await recent_polls(tx, 1, 1)
    assert (first["last_error"], second["last_error"]) == (None, "404 Not Found")
    assert (first["requests_24h"], first["not_modified_share"]) == (2, 0.5)
    assert first["articles_7d"] == 1
    assert ARTICLE.published.at is not None
    assert first["mean_delay_s"] == (now - ARTICLE.published.at).total_seconds()
    assert (second["articles_7d"], second["mean_delay_s"]) == (0, None)
    assert [(p["started_at"], p["reasons"]) for p in polls] == [(now, {"no_title": 1})]


async def test_totals_count_what_there_is_and_what_a_day_brought(database: Database) -> None:
    feed = await followed(database)
    async with database.writing() as tx:
        await remember_polls(tx, [(feed, POLLED)], replica="here")
    await write(database, numbered(1), now=NOON - DAY * 2)
    await write(database, numbered(2))
    async with database.reading() as tx:
        told = await totals(tx, now=NOON + timedelta(hours=1))
    assert told.pop("database_bytes") > 100_000
    assert told == {
        "feeds": {"new": 1},
        "articles": 2,
        "created_24h": 1,
        "polls_24h": {"stored": 1},
    }


async def test_nothing_is_listed_where_nothing_is(database: Database) -> None:
    async with database.reading() as tx:
        assert await latest_articles(tx, limit=5) == []
        assert await feed_health(tx, limit=5) == []
        assert (await totals(tx, now=NOON))["articles"] == 0
