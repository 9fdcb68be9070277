"""Copies and stories through the real store: from a feed's document to the public views."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from daemon.digest import digest
from daemon.housekeeping import tidy
from daemon.keep import Keeper
from daemon.settings import ScheduleSettings
from daemon.tag import load_tagger
from daemon.values import Fetched, Gathered
from storage.database import Database
from storage.feeds import find_feed
from storage.following import add_feeds
from storage.marks import BUCKET
from storage.retraction import retract
from storage.values import ChangeKind, Feed, Relation, Subscription
from tests.samples import NOON
from tests.sql import ask, one

COPIES = Path(__file__).parents[1] / "copies"
SEED = Path(__file__).parents[3] / "shared" / "seed"
TAGGER = load_tagger()
OTHERS = sorted(f"others/{path.stem}" for path in COPIES.glob("others/*.txt"))


def keeper(database: Database) -> Keeper:
    return Keeper(database, ScheduleSettings(), "test")


async def follow(database: Database, host: str) -> Feed:
    url = f"https://{host}/feed.json"
    async with database.writing() as tx:
        await add_feeds(tx, [Subscription(url)], now=NOON)
        feed = await find_feed(tx, url)
    assert feed is not None
    return feed


def entry(name: str, host: str, at: datetime = NOON, **more: Any) -> dict[str, Any]:
    title, _, text = (COPIES / f"{name}.txt").read_text("utf-8").partition("\n")
    address = f"https://{host}/{name}"
    said = {"id": address, "url": address, "title": title, "content_text": text.strip()}
    return {**said, "date_published": at.isoformat(), **more}


def gathered(feed: Feed, *entries: dict[str, Any], now: datetime = NOON) -> Gathered:
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "", "items": entries}
    page = Fetched(feed.url, json.dumps(document).encode(), "application/feed+json")
    news = digest(page, frozenset(), now, TAGGER, max_entries=100)
    return Gathered(feed, now, timedelta(), news)


KEPT = timedelta(days=30)


async def take(keep: Keeper, *names: str, host: str = "a.example", now: datetime = NOON) -> None:
    """Each article from the host's feed, in a poll of its own."""
    feed = await follow(keep.database, host)
    for name in names:
        await keep.keep([gathered(feed, entry(name, host, now), now=now)], now)


ROWS = (
    "SELECT article_id, duplicate_of, relation, story_id FROM newsd_article_v1 ORDER BY article_id"
)
REWRITES = (
    ("1_near", Relation.NEAR),
    ("2_truncated", Relation.TRUNCATED),
    ("3_expanded", Relation.NEAR),
    ("4_respun", Relation.RESPUN),
    ("5_furniture", Relation.NEAR),
)


async def test_rewrites_are_joined_to_what_told_it_first(database: Database) -> None:
    keep = keeper(database)
    await take(keep, "original")
    await take(keep, *(name for name, _ in REWRITES), host="b.example")
    copies = [(i, 1, relation, 1) for i, (_, relation) in enumerate(REWRITES, 2)]
    assert await ask(database, ROWS) == [(1, None, None, 1), *copies]
    assert await ask(database, "SELECT articles, hosts, title FROM newsd_story_v1") == [
        (6, 2, "Karlhaven ferry strike ends after night of talks")
    ]


async def test_other_articles_on_the_same_people_stay_apart(database: Database) -> None:
    keep = keeper(database)
    await take(keep, "original", *OTHERS)
    assert await one(database, "SELECT count(*) FROM newsd_article_v1 WHERE duplicate_of > 0") == 0
    # where the strike began and how it ended are one event; the rest are other matters
    begun = OTHERS.index("others/4_strike_begins") + 2
    with_it = "SELECT article_id FROM newsd_article_v1 WHERE story_id = 1 ORDER BY article_id"
    assert await ask(database, with_it) == [(1,), (begun,)]


async def test_copies_in_one_document_are_found_as_well(database: Database) -> None:
    feed = await follow(database, "a.example")
    entries = [entry(name, "a.example") for name in ("original", "4_respun", "others/5_court")]
    await keeper(database).keep([gathered(feed, *entries)], NOON)
    assert await ask(database, ROWS) == [
        (1, None, None, 1),
        (2, 1, Relation.RESPUN, 1),
        (3, None, None, 3),
    ]
    counted = "SELECT story_id, articles FROM newsd_story_v1 ORDER BY story_id"
    assert await ask(database, counted) == [(1, 2), (3, 1)]


async def test_a_copy_of_a_copy_belongs_to_the_first(database: Database) -> None:
    keep = keeper(database)
    await take(keep, "original", "1_near")
    await take(keep, "1_near", host="b.example")
    assert (await ask(database, ROWS))[2] == (3, 1, Relation.EXACT, 1)


async def test_a_copy_of_a_text_that_was_edited_since_is_found(database: Database) -> None:
    keep = keeper(database)
    feed = await follow(database, "a.example")
    await keep.keep([gathered(feed, entry("original", "a.example"))], NOON)
    told = entry("original", "a.example")
    told |= {
        "title": "Another matter",
        "content_text": entry("others/5_court", "x")["content_text"],
    }
    await keep.keep([gathered(feed, told)], NOON)
    await take(keep, "original", "others/5_court", host="b.example")
    rows = await ask(database, ROWS)
    assert [(row[1], row[2]) for row in rows] == [
        (None, None),
        (1, Relation.NEAR),
        (1, Relation.EXACT),
    ]


@pytest.mark.parametrize(("days", "is_found"), [(20, True), (2 * BUCKET.days + 1, False)])
async def test_copies_are_looked_for_as_far_back_as_a_bucket(
    database: Database, days: int, *, is_found: bool
) -> None:
    keep = keeper(database)
    await take(keep, "original")
    await take(keep, "1_near", host="b.example", now=NOON + timedelta(days=days))
    assert (await ask(database, ROWS))[1][1] == (1 if is_found else None)


async def test_a_story_that_two_begin_at_once_has_two(database: Database) -> None:
    keep = keeper(database)
    feed = await follow(database, "a.example")
    both = [entry(name, "a.example") for name in ("original", "1_near")]
    await keep.keep([gathered(feed, *both)], NOON)
    assert await ask(database, "SELECT story_id, articles FROM newsd_story_v1") == [(1, 2)]


async def test_what_nobody_looks_up_any_more_is_taken_away(database: Database) -> None:
    await take(keeper(database), "original", "others/5_court")
    tables = ("dedup_key", "fingerprint", "story_member")
    await tidy(database, NOON + timedelta(days=1), KEPT)
    assert [await one(database, f"SELECT count(*) > 0 FROM {t}") for t in tables] == [1, 1, 1]
    await tidy(database, NOON + timedelta(days=5), KEPT)
    assert [await one(database, f"SELECT count(*) > 0 FROM {t}") for t in tables] == [1, 1, 0]
    await tidy(database, NOON + 2 * BUCKET, KEPT)
    assert [await one(database, f"SELECT count(*) > 0 FROM {t}") for t in tables] == [0, 0, 0]
    assert await one(database, "SELECT count(*) FROM newsd_article_v1") == 2


async def test_a_keeper_that_starts_anew_knows_the_stories(database: Database) -> None:
    await take(keeper(database), "others/4_strike_begins")
    await take(keeper(database), "original", host="b.example")
    assert await ask(database, "SELECT DISTINCT story_id FROM newsd_article_v1") == [(1,)]


async def test_two_keepers_find_each_other_s_stories(database: Database) -> None:
    here, there = keeper(database), keeper(database)
    await take(here, "others/5_court", "others/4_strike_begins")
    await take(there, "others/2_weiss_results", host="b.example")
    await take(here, "original", host="c.example")
    assert (await ask(database, ROWS))[3][3] == 2
    await take(there, "4_respun", host="b.example")
    assert (await ask(database, ROWS))[4] == (5, 4, Relation.RESPUN, 2)


async def test_what_was_not_committed_is_on_no_shelf(database: Database) -> None:
    keep = keeper(database)
    feed = await follow(database, "a.example")
    good = gathered(feed, entry("others/4_strike_begins", "a.example"))
    await keep.keep([good], NOON)
    bad = gathered(feed, entry("original", "a.example"), entry("others/5_court", "a.example"))
    news: Any = bad.news
    broken = replace(news.articles[1], article=replace(news.articles[1].article, title=None))
    with pytest.raises(Exception, match=r"(?i)null|title"):
        await keep.keep(
            [replace(bad, news=replace(news, articles=(news.articles[0], broken)))], NOON
        )
    await keep.keep([bad], NOON)
    stories = "SELECT count(*), count(DISTINCT story_id) FROM newsd_article_v1"
    assert await ask(database, stories) == [(3, 2)]
    assert await one(database, "SELECT sum(articles) FROM newsd_story_v1") == 3


async def test_stories_that_turn_out_to_be_one_are_merged_with_a_change_each(
    database: Database,
) -> None:
    keep = keeper(database)
    await take(keep, "original", "others/5_court")
    # as if the second told of the same event, and no copy could be found
    async with database.writing() as tx:
        vector = "(SELECT vector FROM story_member WHERE article_id = 1)"
        await tx.exec_driver_sql(f"UPDATE story_member SET vector = {vector} WHERE article_id = 2")
        await tx.exec_driver_sql("DELETE FROM dedup_key")
    await take(keeper(database), "1_near", host="b.example")
    merged = "SELECT seq, article_id, story_id FROM newsd_change_v1 WHERE kind = 'merged'"
    assert await ask(database, merged) == [(4, 2, 1)]
    assert await ask(database, "SELECT story_id, articles FROM newsd_story_v1") == [(1, 3)]
    assert await ask(database, "SELECT seq, story_id FROM newsd_article_v1 ORDER BY seq") == [
        (1, 1),
        (3, 1),
        (4, 1),
    ]


async def test_a_merge_by_one_keeper_is_known_to_the_other(database: Database) -> None:
    here, there = keeper(database), keeper(database)
    await take(here, "others/5_court", "original")
    async with database.writing() as tx:
        vector = "(SELECT vector FROM story_member WHERE article_id = 2)"
        await tx.exec_driver_sql(f"UPDATE story_member SET vector = {vector} WHERE article_id = 1")
        await tx.exec_driver_sql("DELETE FROM dedup_key")
    await take(there, "1_near", host="b.example")
    await take(here, "others/4_strike_begins", host="c.example")
    assert await ask(database, "SELECT DISTINCT story_id FROM newsd_article_v1") == [(1,)]


@pytest.mark.threat("H11")
async def test_a_retracted_article_is_empty_and_does_not_come_back(database: Database) -> None:
    keep = keeper(database)
    await take(keep, "original", "others/4_strike_begins")
    async with database.writing() as tx:
        told = await retract(tx, [1, 99], why="asked for", now=NOON)
    assert [(c.seq, c.kind, c.article_id) for c in told] == [(3, ChangeKind.RETRACTED, 1)]
    await take(keep, "original")
    await take(keeper(database), "1_near", host="b.example")
    shown = (
        "SELECT title, text, html, revision, deleted FROM newsd_article_v1 WHERE article_id = 1"
    )
    assert await ask(database, shown) == [("", "", "", 1, True)]
    copies = "SELECT duplicate_of FROM newsd_article_v1 WHERE article_id > 1"
    assert await ask(database, copies) == [(None,), (None,)]
    for view in ("article_topic", "article_revision", "sighting", "change"):
        words = f"SELECT count(*) FROM newsd_{view}_v1 WHERE article_id = 1"
        assert await one(database, words) == {"sighting": 1, "change": 2}.get(
            view, view[15:] != ""
        )
    assert await one(database, "SELECT title FROM newsd_story_v1 WHERE story_id = 1") == (
        "Ferry crews walk out in Karlhaven"
    )
    async with database.writing() as tx:
        assert await retract(tx, [1], why="again", now=NOON) == []


async def test_nothing_joins_a_story_whose_only_article_was_taken_back(database: Database) -> None:
    keep = keeper(database)
    await take(keep, "original")
    async with database.writing() as tx:
        await retract(tx, [1], why="asked for", now=NOON)
    # by the same keeper, which had the story in its hands
    await take(keep, "others/4_strike_begins", host="b.example")
    assert await ask(database, "SELECT story_id FROM newsd_article_v1 WHERE NOT deleted") == [(2,)]
    assert await ask(database, "SELECT story_id, articles FROM newsd_story_v1") == [(2, 1)]


async def test_a_new_title_of_its_lead_is_the_story_s(database: Database) -> None:
    keep = keeper(database)
    feed = await follow(database, "a.example")
    told = entry("original", "a.example")
    await keep.keep([gathered(feed, told)], NOON)
    await keep.keep([gathered(feed, told | {"title": "Ferries sail again"})], NOON)
    assert await one(database, "SELECT title FROM newsd_story_v1") == "Ferries sail again"
    kinds = await ask(database, "SELECT kind, story_id FROM newsd_change_v1 ORDER BY seq")
    assert kinds == [(ChangeKind.CREATED, 1), (ChangeKind.REVISED, 1)]


async def test_the_seed_and_what_was_made_of_it_are_one_group(database: Database) -> None:
    files = sorted(SEED.glob("*.txt")) if SEED.is_dir() else []
    if not files:
        pytest.skip("the seed article stays outside the project")
    title, _, text = files[0].read_text("utf-8").partition("\n")
    paragraphs = text.strip().split("\n")
    body = [p for p in paragraphs if len(p) > 120]
    swapped = text
    for word, other in SYNONYMS.items():
        swapped = swapped.replace(word, other)
    made = {
        "seed": text,
        "reordered": "\n".join([*body[:2], *reversed(body[2:8]), *body[8:]]),
        "shortened": "\n".join(body[:6]),
        "respelt": swapped.replace("Zelensky", "Selenskyj").replace("Kiev", "Kyiv"),
        "framed": "Share this article\n" + swapped + "\nRead more: What happens next",
        "capitals": "\n".join(body).upper(),
    }
    keep = keeper(database)
    for number, (name, words) in enumerate(made.items()):
        host = f"{name}.example"
        feed = await follow(database, host)
        said = {"id": name, "url": f"https://{host}/x", "title": title, "content_text": words}
        at = datetime(2025, 10, 18, number, tzinfo=UTC)
        await keep.keep([gathered(feed, said, now=at)], at)
    rows = await ask(database, ROWS)
    assert [row[1] for row in rows] == [None, 1, 1, 1, 1, 1]
    assert {row[3] for row in rows} == {1}


SYNONYMS = {
    "expressed": "voiced",
    "willingness": "readiness",
    "dangerous": "perilous",
    "conflict": "fighting",
    "reporters": "journalists",
    "support": "backing",
    "helped": "aided",
    "confident": "sure",
    "agreed": "decided",
    "recent": "past",
    "energy": "power",
    "requests": "pleas",
    "discussed": "talked over",
    "end the war": "stop the war",
    "military": "army",
    "immediately": "right",
    "ugly": "nasty",
    "previously": "earlier",
}
