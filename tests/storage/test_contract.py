from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from storage.contract import VIEWS
from storage.database import Database, Transaction
from storage.following import add_feeds
from storage.sightings import mark_departed
from storage.values import Subscription
from tests.contract import CODEBOOK, broken, codebook, promised, published
from tests.samples import ARTICLE, NOON, PUBLISHED
from tests.storage.test_articles import NEW, revision, write

# The table of the published contract, column by column: only ever added to, at the end.
PROMISED = {
    "newsd_article_v1": "article_id public_id seq url canonical_url host title summary text html"
    " language authors section image_url word_count published_at published_precision"
    " published_source published_tz published_raw first_seen_at changed_at publish_delay_s"
    " revision story_id duplicate_of relation similarity quality deleted text_source"
    " sort_at",
    "newsd_article_evidence_v1": "article_id furniture dates",
    "newsd_article_revision_v1": "article_id revision title summary text html seen_at"
    " changed_fields",
    "newsd_sighting_v1": "article_id feed_id guid url title first_seen_at last_seen_at",
    "newsd_story_v1": "story_id lead_article_id title articles hosts first_published_at"
    " last_published_at language",
    "newsd_article_topic_v1": "article_id topic_id label level score source evidence"
    " taxonomy_version tagger_version sort_at",
    "newsd_article_entity_v1": "article_id entity_id name type mentions in_title sort_at",
    "newsd_feed_v1": "feed_id url title site_url kind language labels added_at moved_from"
    " full_text",
    "newsd_feed_health_v1": "feed_id url state last_poll_at last_success_at last_outcome"
    " last_error failures next_poll_at next_poll_reason articles_7d mean_delay_s requests_24h"
    " not_modified_share takeover_at takeover_signs full_text",
    "newsd_poll_v1": "poll_id feed_id started_at duration_ms outcome http_status bytes items"
    " created revised duplicates rejected error replica reasons",
    "newsd_gap_v1": "feed_id after before estimated_items",
    "newsd_change_v1": "seq kind article_id story_id at changed_fields",
    "newsd_horizon_v1": "seq at",
    "newsd_consumer_v1": "name kind target seq lag updated_at state failures last_error"
    " next_try_at dead_letters",
    "newsd_dead_letter_v1": "consumer seq at tries why",
    "newsd_search_v1": "article_id document",
    "newsd_contract": "name version since deprecated",
}


async def columns(tx: Transaction, view: str) -> list[str]:
    return list((await tx.execute(text(f"SELECT * FROM {view} WHERE 1 = 0"))).keys())


async def one(database: Database, query: str) -> dict[str, Any]:
    async with database.reading() as tx:
        return dict((await tx.execute(text(query))).mappings().one())


def as_read(instant: datetime, database: Database) -> Any:
    """An instant as a reader without our code gets it."""
    if database.dialect == "postgresql":
        return instant
    return instant.strftime("%Y-%m-%d %H:%M:%S.%f")


@pytest.mark.parametrize("view", PROMISED)
async def test_the_views_have_the_promised_columns_in_their_order(
    database: Database, view: str
) -> None:
    async with database.reading() as tx:
        assert " ".join(await columns(tx, view)) == PROMISED[view]


async def test_the_contract_lists_every_view(database: Database) -> None:
    async with database.reading() as tx:
        rows = (await tx.execute(text("SELECT * FROM newsd_contract"))).all()
    assert {(r.name, r.version, r.deprecated) for r in rows} == {
        (name, 1, None) for name in PROMISED if name != "newsd_contract"
    }
    assert [view.name for view in VIEWS] == list(PROMISED)


async def test_postgresql_has_short_names_and_a_word_on_each_view(postgres_url: str) -> None:
    async with Database.open(postgres_url) as database, database.reading() as tx:
        for view in VIEWS:
            assert await columns(tx, f"newsd.{view.alias}") == list(view.column_names)
        said = await tx.execute(text("SELECT obj_description('newsd.article'::regclass)"))
        assert str(said.scalar()).startswith("One row an article")
        said = await tx.execute(text("SELECT col_description('newsd_article_v1'::regclass, 16)"))
        assert said.scalar() == "UTC; NULL rather than invented."


async def test_an_article_reads_as_it_was_kept(database: Database) -> None:
    await write(database, NEW)
    row = await one(database, "SELECT * FROM newsd_article_v1")
    assert (row["article_id"], row["seq"], row["revision"]) == (1, 1, 1)
    assert (row["title"], row["text"], row["html"]) == (ARTICLE.title, ARTICLE.text, ARTICLE.html)
    assert PUBLISHED.at is not None
    assert row["published_at"] == as_read(PUBLISHED.at, database)
    assert row["first_seen_at"] == as_read(NOON, database)
    assert row["publish_delay_s"] == 1800.0
    assert isinstance(row["publish_delay_s"], float)
    assert row["deleted"] == 0


async def test_every_text_an_article_had_can_be_read(database: Database) -> None:
    await write(database, NEW, revision("Second"), now=NOON)
    async with database.reading() as tx:
        rows = await tx.execute(
            text("SELECT revision, title FROM newsd_article_revision_v1 ORDER BY revision")
        )
        assert rows.all() == [(1, ARTICLE.title), (2, "Second")]


async def test_an_entry_in_its_feed_was_last_seen_at_the_last_good_poll(
    database: Database,
) -> None:
    await write(database, NEW)
    query = "SELECT last_seen_at FROM newsd_sighting_v1"
    assert await one(database, query) == {"last_seen_at": as_read(NOON, database)}
    async with database.writing() as tx:
        await add_feeds(tx, [Subscription("https://news.example/feed")], now=NOON)
        then = as_read(NOON + timedelta(hours=2), database)
        await tx.execute(text("UPDATE poll_state SET last_success_at = :then"), {"then": then})
    assert await one(database, query) == {"last_seen_at": then}
    async with database.writing() as tx:
        await mark_departed(tx, {1: []}, {1: NOON + timedelta(hours=1)})
    assert await one(database, query) == {
        "last_seen_at": as_read(NOON + timedelta(hours=1), database)
    }


@pytest.mark.parametrize(
    ("query", "index"),
    [
        pytest.param(
            "SELECT * FROM newsd_article_v1"
            " ORDER BY coalesce(published_at, first_seen_at) DESC LIMIT 50",
            "ix_article_newest",
            id="the newest",
        ),
        pytest.param(
            "SELECT * FROM newsd_article_v1 WHERE host = 'a'"
            " ORDER BY coalesce(published_at, first_seen_at) DESC LIMIT 50",
            "ix_article_host_newest",
            id="the newest of a host",
        ),
        pytest.param(
            "SELECT * FROM newsd_change_v1 WHERE seq > 5 ORDER BY seq LIMIT 1000",
            "PRIMARY KEY",
            id="what comes next",
        ),
    ],
)
async def test_the_queries_readers_make_have_an_index(
    sqlite_url: str, query: str, index: str
) -> None:
    async with Database.open(sqlite_url) as database, database.reading() as tx:
        plan = " / ".join(r[3] for r in await tx.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    assert index in plan
    assert "TEMP B-TREE" not in plan


# ---------------------------------------------------------------- what was published


async def test_what_was_published_is_still_so(postgres_url: str) -> None:
    async with Database.open(postgres_url) as database, database.reading() as tx:
        now = await published(tx)
    assert broken(promised(), now) == []
    assert promised() == now, "python -m tests.contract URL publishes what was added"
    assert CODEBOOK.read_text("utf-8") == codebook(promised())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda views: views.pop(0), id="a view that goes"),
        pytest.param(lambda views: views[0]["columns"].pop(3), id="a column that goes"),
        pytest.param(lambda views: views[0]["columns"].reverse(), id="columns that move"),
        pytest.param(lambda views: views[0]["columns"][0].update(type="text"), id="another type"),
        pytest.param(lambda views: views[0]["columns"][2].update(name="no"), id="another name"),
    ],
)
def test_a_change_that_is_no_addition_breaks_the_promise(
    change: Callable[[list[dict[str, Any]]], object],
) -> None:
    now = promised()
    change(now["views"])
    assert broken(promised(), now)


def test_an_addition_breaks_nothing() -> None:
    now = promised()
    now["views"][0]["columns"].append({"name": "new", "type": "text", "meaning": ""})
    now["views"].append({"name": "newsd_new_v1", "meaning": "", "columns": []})
    assert broken(promised(), now) == []
