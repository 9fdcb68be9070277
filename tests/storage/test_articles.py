from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from storage.articles import next_article_ids, save, stage, unstage
from storage.changes import advance_clock, changes_after, clock_now, take_clock
from storage.database import Database, Transaction
from storage.holdings import holdings
from storage.schema import article, article_revision, article_text, article_topic, sighting
from storage.sightings import mark_departed
from storage.values import (
    Alike,
    Change,
    ChangeKind,
    Copy,
    Created,
    Holdings,
    Judged,
    Known,
    Placed,
    Published,
    Relation,
    Repeated,
    Revised,
    TaggedArticle,
)
from tests.samples import ARTICLE, MARK, NOON, PUBLISHED, SIGHTING, TAGGED, TOPIC

LATER = NOON + timedelta(hours=1)
NEW = Judged(1, TAGGED, Created(1))


def numbered(n: int, *, feed_id: int = 1) -> Judged:
    """The n-th of many articles that share nothing."""
    tagged = replace(
        TAGGED,
        fingerprint=replace(MARK, url_hash=n, content_hash=-n, item_hash=n, public_id=f"{n:032x}"),
        sighting=replace(SIGHTING, guid=f"guid {n}", guid_hash=n),
    )
    return Judged(feed_id, tagged, Created(n))


async def write(database: Database, *judged: Judged, now: Any = NOON) -> list[Change]:
    async with database.writing() as tx:
        await stage(tx, judged, now=now)
        after = await take_clock(tx)
        written = await save(tx, judged, Placed(), after=after, now=now)
        await advance_clock(tx, after + len(written))
    return written


async def rows(tx: Transaction, table: Any) -> Sequence[Any]:
    return (await tx.execute(select(table))).all()


async def count(tx: Transaction, table: Any) -> int:
    return int((await tx.execute(select(func.count()).select_from(table))).scalar_one())


async def held(database: Database, *wanted: tuple[int, TaggedArticle]) -> Holdings:
    async with database.reading() as tx:
        return await holdings(tx, wanted)


# ---------------------------------------------------------------- ids


@pytest.mark.threat("H10")
async def test_an_id_is_never_given_twice_not_even_after_a_delete(database: Database) -> None:
    async with database.writing() as tx:
        assert await next_article_ids(tx, 0) == []
        first = await next_article_ids(tx, 3)
    assert first == sorted(set(first))
    await write(database, replace(NEW, verdict=Created(first[-1])))
    async with database.writing() as tx:
        await tx.execute(delete(article))
        later = await next_article_ids(tx, 600)
    assert min(later) > max(first)
    assert len(set(later)) == 600


async def test_ids_of_a_rolled_back_transaction_harm_nobody(sqlite_url: str) -> None:
    """On SQLite they are given again: nothing of that transaction was ever seen."""
    async with Database.open(sqlite_url) as database:
        with pytest.raises(ZeroDivisionError):
            async with database.writing() as tx:
                await next_article_ids(tx, 5)
                raise ZeroDivisionError
        async with database.writing() as tx:
            assert await next_article_ids(tx, 1) == [1]


# ---------------------------------------------------------------- created


async def test_a_new_article_is_kept_whole(database: Database) -> None:
    copy = Copy(of=9, alike=Alike(Relation.NEAR, 0.75), compared_with=9)
    judged = Judged(4, TAGGED, Created(1, copy, flags=("identity_conflict",)))
    assert await write(database, judged) == [Change(1, ChangeKind.CREATED, 1, NOON)]
    async with database.reading() as tx:
        (row,) = await rows(tx, article)
        (texts,) = await rows(tx, article_text)
        (topic,) = await rows(tx, article_topic)
        (seen,) = await rows(tx, sighting)
    for name in ("url", "canonical_url", "host", "site", "title", "summary", "language"):
        assert getattr(row, name) == getattr(ARTICLE, name)
    assert (row.published_at, row.published_raw) == (PUBLISHED.at, PUBLISHED.raw)
    assert (row.feed_id, row.seq, row.revision, row.deleted) == (4, 1, 1, False)
    assert (row.first_seen_at, row.changed_at) == (NOON, NOON)
    assert (row.duplicate_of, row.relation, row.similarity) == (9, "near", 0.75)
    assert (row.authors, row.quality) == (["Ada Example"], ["identity_conflict"])
    assert (texts.text, texts.html) == (ARTICLE.text, ARTICLE.html)
    assert (topic.topic_id, topic.evidence, topic.sort_at) == (
        TOPIC.topic_id,
        {"repairs": 2},
        PUBLISHED.at,
    )
    assert (seen.feed_id, seen.guid_hash, seen.article_id, seen.last_seen_at) == (4, 44, 1, None)


async def test_an_undated_article_is_sorted_by_when_we_saw_it(database: Database) -> None:
    undated = replace(TAGGED, article=replace(ARTICLE, published=Published()))
    await write(database, replace(NEW, tagged=undated))
    async with database.reading() as tx:
        assert [r.sort_at for r in await rows(tx, article_topic)] == [NOON]


async def test_staged_rows_can_be_taken_back(database: Database) -> None:
    async with database.writing() as tx:
        await stage(tx, [numbered(1), numbered(2)], now=NOON)
        await unstage(tx, [numbered(1)], now=NOON)
        assert [r.article_id for r in await rows(tx, article_text)] == [2]
        assert [r.article_id for r in await rows(tx, article_topic)] == [2]


# ---------------------------------------------------------------- known


@pytest.mark.parametrize(
    ("feed_id", "tagged"),
    [
        pytest.param(
            1,
            replace(TAGGED, fingerprint=replace(MARK, url_hash=0, content_hash=0)),
            id="by its entry",
        ),
        pytest.param(2, replace(TAGGED, fingerprint=replace(MARK, content_hash=0)), id="by URL"),
        pytest.param(2, replace(TAGGED, fingerprint=replace(MARK, url_hash=None)), id="by words"),
    ],
)
async def test_a_held_article_is_found(
    database: Database, feed_id: int, tagged: TaggedArticle
) -> None:
    await write(database, NEW)
    found = await held(database, (feed_id, tagged))
    assert found.articles == {
        1: Known(
            article_id=1,
            feed_id=1,
            site=ARTICLE.site,
            canonical_url=ARTICLE.canonical_url,
            title=ARTICLE.title,
            fingerprint=MARK,
            published_raw=PUBLISHED.raw,
            word_count=15,
        )
    }
    assert found.sightings == ({(1, 44): 1} if feed_id == 1 else {})


async def test_what_we_do_not_hold_is_not_found(database: Database) -> None:
    await write(database, NEW)
    markless = replace(TAGGED, fingerprint=replace(MARK, url_hash=None, content_hash=None))
    assert await held(database, (2, markless)) == Holdings()
    assert await held(database) == Holdings()


async def test_thousands_are_looked_up_at_once(database: Database) -> None:
    many = [numbered(n) for n in range(1, 1301)]
    await write(database, *many)
    found = await held(database, *((j.feed_id, j.tagged) for j in many))
    assert len(found.articles) == len(found.sightings) == 1300


# ---------------------------------------------------------------- revised and repeated


def revision(title: str, article_id: int = 1, **other: Any) -> Judged:
    tagged = replace(
        TAGGED,
        article=replace(ARTICLE, title=title, text=f"{title}: the text.", **other),
        fingerprint=replace(MARK, item_hash=hash(title)),
        topics=(replace(TOPIC, topic_id="user:bridges"),),
    )
    return Judged(1, tagged, Revised(article_id, ("title", "text")))


async def test_a_revision_takes_the_place_of_the_text_which_is_kept(database: Database) -> None:
    await write(database, NEW)
    moved = replace(PUBLISHED, at=LATER, raw="later")
    written = await write(database, revision("Bridge shut again", published=moved), now=LATER)
    assert written == [Change(2, ChangeKind.REVISED, 1, LATER, None, ("title", "text"))]
    async with database.reading() as tx:
        (row,) = await rows(tx, article)
        (texts,) = await rows(tx, article_text)
        (old,) = await rows(tx, article_revision)
        (topic,) = await rows(tx, article_topic)
    assert (row.title, row.revision, row.seq) == ("Bridge shut again", 2, 2)
    assert (row.first_seen_at, row.changed_at, row.revision_at) == (NOON, LATER, LATER)
    assert (row.changed_fields, row.public_id) == (["title", "text"], MARK.public_id)
    assert texts.text == "Bridge shut again: the text."
    assert (old.revision, old.title, old.text, old.seen_at) == (
        1,
        ARTICLE.title,
        ARTICLE.text,
        NOON,
    )
    assert (topic.topic_id, topic.sort_at) == ("user:bridges", PUBLISHED.at)
    assert (row.published_at, row.published_raw) == (PUBLISHED.at, PUBLISHED.raw)


async def test_an_undated_article_may_learn_its_date(database: Database) -> None:
    undated = replace(TAGGED, article=replace(ARTICLE, published=Published()))
    await write(database, replace(NEW, tagged=undated))
    await write(database, revision("Dated"), now=LATER)
    async with database.reading() as tx:
        (row,) = await rows(tx, article)
        (topic,) = await rows(tx, article_topic)
    assert (row.published_at, row.published_raw) == (PUBLISHED.at, PUBLISHED.raw)
    assert topic.sort_at == PUBLISHED.at


async def test_every_text_of_one_batch_is_kept(database: Database) -> None:
    written = await write(database, NEW, revision("Second"), numbered(2), revision("Third"))
    assert [(c.seq, c.kind.value, c.article_id) for c in written] == [
        (1, "created", 1),
        (2, "revised", 1),
        (3, "created", 2),
        (4, "revised", 1),
    ]
    async with database.reading() as tx:
        old = [(r.revision, r.title) for r in await rows(tx, article_revision)]
        now = {r.id: (r.revision, r.title, r.seq) for r in await rows(tx, article)}
        assert await changes_after(tx, 1) == written[1:]
        assert await changes_after(tx, 0, limit=1) == written[:1]
        assert await clock_now(tx) == 4
    assert sorted(old) == [(1, ARTICLE.title), (2, "Second")]
    assert now[1] == (3, "Third", 4)


async def test_an_article_seen_in_another_feed_is_a_sighting_and_no_change(
    database: Database,
) -> None:
    await write(database, NEW)
    elsewhere = Judged(2, replace(TAGGED, sighting=replace(SIGHTING, guid="x")), Repeated(1))
    assert await write(database, elsewhere, elsewhere, now=LATER) == []
    async with database.reading() as tx:
        seen = {(r.feed_id, r.guid, r.first_seen_at) for r in await rows(tx, sighting)}
        assert await count(tx, article) == 1
    assert seen == {(1, SIGHTING.guid, NOON), (2, "x", LATER)}


async def test_a_guid_given_to_another_article_leads_there_from_now_on(database: Database) -> None:
    other = replace(numbered(2), tagged=replace(numbered(2).tagged, sighting=SIGHTING))
    await write(database, NEW)
    await write(database, other, now=LATER)
    async with database.reading() as tx:
        assert [(r.article_id, r.first_seen_at) for r in await rows(tx, sighting)] == [(2, LATER)]


# ---------------------------------------------------------------- departed


async def last_seen(database: Database) -> dict[tuple[int, int], Any]:
    async with database.reading() as tx:
        return {(r.feed_id, r.guid_hash): r.last_seen_at for r in await rows(tx, sighting)}


async def test_an_entry_that_left_its_feed_was_last_seen_at_the_poll_before(
    database: Database,
) -> None:
    await write(database, numbered(1), numbered(2), numbered(3, feed_id=2))
    async with database.writing() as tx:
        await mark_departed(tx, {1: [2], 2: [3], 3: []}, {1: LATER, 2: LATER})
    assert await last_seen(database) == {(1, 1): LATER, (1, 2): None, (2, 3): None}
    async with database.writing() as tx:
        await mark_departed(tx, {1: [], 2: []}, {1: LATER + timedelta(1)})
    assert await last_seen(database) == {
        (1, 1): LATER,
        (1, 2): LATER + timedelta(1),
        (2, 3): None,
    }


async def test_an_entry_that_returns_stands_there_again(database: Database) -> None:
    await write(database, numbered(1))
    async with database.writing() as tx:
        await mark_departed(tx, {1: []}, {1: NOON})
    await write(database, replace(numbered(1), verdict=Repeated(1)), now=LATER)
    assert await last_seen(database) == {(1, 1): None}
    async with database.reading() as tx:
        assert [r.first_seen_at for r in await rows(tx, sighting)] == [NOON]
