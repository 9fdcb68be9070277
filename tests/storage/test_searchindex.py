"""Words find articles, on both engines alike, from the commit on that brings them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from storage.changes import advance_clock, take_clock
from storage.database import Database
from storage.errors import QueryError, SchemaMismatchError
from storage.folding import spaced, words_of
from storage.kept import kept
from storage.paging import Chosen
from storage.remaking import Remade, rewrite
from storage.retraction import retract
from storage.search import search
from storage.searchindex import build_index, count_unindexed, indexed, switch_index
from storage.values import Judged, SearchScope, TaggedArticle
from storage.wanted import parse_query
from tests.samples import ARTICLE, NOON
from tests.storage.test_articles import NEW, numbered, revision, write

TITLES = SearchScope.TITLES


def titled(n: int, title: str, **facts: Any) -> Judged:
    made = numbered(n)
    told = replace(ARTICLE, title=title, summary=None, text="", **facts)
    return replace(made, tagged=replace(made.tagged, article=told))


async def found(database: Database, query: str, **chosen: Any) -> list[int]:
    async with database.reading() as tx:
        wanted = Chosen(query=parse_query(query), **chosen)
        lines = await search(tx, wanted, now=NOON, limit=50)
    return [line["article_id"] for line in lines]


HEADLINES = (
    *("Zürich opens its harbour bridge", "Harbour strike in Zurich", "Bridge over no harbour"),
    *("北京大学发布新消息", "Σεισμός στην Αθήνα", "नमस्ते हिन्दी समाचार"),
    "U.S.A. state-of-the-art 3.5%",
    *("Łódź Café ÉTÉ", "Тайёрна Їжак", "กรุงเทพมหานคร น้ำท่วม"),
)


@pytest.mark.parametrize(
    ("query", "articles"),
    [
        pytest.param("zurich", {1, 2}, id="accents and case are no matter"),
        pytest.param("ZÜRICH harbour", {1, 2}, id="all words"),
        pytest.param('"harbour bridge"', {1}, id="a phrase"),
        pytest.param("harbour -zurich", {3}, id="without a word"),
        pytest.param('bridge -"harbour bridge"', {3}, id="without a phrase"),
        pytest.param("strike OR harbour bridge", {1, 2, 3}, id="or"),
        pytest.param("strik*", {2}, id="a beginning"),
        pytest.param('"harbour bri*"', set(), id="a star inside quotes is no word"),
        pytest.param("大学", {4}, id="a part of a sentence without blanks"),
        pytest.param("学大", set(), id="the same characters the other way round"),
        pytest.param("ΣΕΙΣΜΌΣ", {5}, id="Greek"),
        pytest.param("हिन्दी", {6}, id="vowels that are marks"),
        pytest.param("state-of-the-art", {7}, id="a hyphen joins a phrase"),
        pytest.param("u.s.a", {7}, id="dots join a phrase"),
        pytest.param("cafe été", {8}, id="the accents of the query too"),
        pytest.param("їжак", {9}, id="Cyrillic"),
        pytest.param("น้ำท่วม", {10}, id="Thai"),
        pytest.param("title:zurich", set(), id="no column is named"),
        pytest.param("harbour NOT zurich", set(), id="no words but OR mean anything"),
        pytest.param("near(harbour bridge)", set(), id="nor do brackets"),
    ],
)
async def test_words_find_the_same_on_both_engines(
    database: Database, query: str, articles: set[int]
) -> None:
    await switch_index(database, TITLES)
    await write(database, *(titled(n, title) for n, title in enumerate(HEADLINES, 1)))
    assert set(await found(database, query)) == articles


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "nothing to search for"),
        ("   -- & ", "nothing to search for"),
        ("-cat", "nothing to search for"),
        ('a "phrase without end', "quotation mark"),
        ("cat OR", "on one side"),
        ("OR cat", "on one side"),
        ("cat OR -dog", "on one side"),
        ("a*", "begins too many"),
        ("x" * 501, "longer than 500"),
        ("a " * 33, "more than 32 words"),
    ],
)
def test_a_search_that_cannot_be_understood_is_one_clear_line(query: str, said: str) -> None:
    with pytest.raises(QueryError, match=said) as caught:
        parse_query(query)
    assert "\n" not in str(caught.value)


@pytest.mark.threat("G5")
@pytest.mark.parametrize(
    "query",
    [
        "'; DROP TABLE article; --",
        '"a" NEAR(b, 5) {title} : x^2 AND NOT ( ) + *',
        "a & b | !c <-> dd:* 'q' \\ ''",
        "\x00 nul \u2028 \U000e0001 tag 𝕏 \ud7ff",
        "%s {0} :name $1 ${jndi:ldap} ../..",
    ],
)
async def test_nothing_a_user_types_is_taken_for_a_query_language(
    database: Database, query: str
) -> None:
    await switch_index(database, TITLES)
    await write(database, NEW)
    assert await found(database, query) == []
    assert await found(database, "bridge") == [1]


async def test_what_was_edited_is_found_as_it_is_now(database: Database) -> None:
    await switch_index(database, TITLES)
    await write(database, NEW)
    await write(database, revision("Tunnel closes"), revision("Tunnel floods"))
    assert await found(database, "bridge reopens") == []
    assert await found(database, "closes") == []
    assert await found(database, "floods") == [1]


async def test_what_was_made_again_is_found_as_it_is_now(database: Database) -> None:
    await switch_index(database, TITLES)
    await write(database, NEW)
    async with database.writing() as tx:
        n = await take_clock(tx)
        (was,) = await kept(tx, [1])
        now = replace(was.article, title="Cleaned headline")
        made = TaggedArticle(now, was.fingerprint, NEW.tagged.sighting)
        told = await rewrite(tx, [Remade(was, made, ("title",))], after=n, now=NOON)
        await advance_clock(tx, n + len(told))
    assert await found(database, "reopens") == []
    assert await found(database, "cleaned") == [1]


async def test_what_was_retracted_is_not_found(database: Database) -> None:
    await switch_index(database, TITLES)
    await write(database, numbered(1), numbered(2))
    async with database.writing() as tx:
        await retract(tx, [1], why="asked for", now=NOON)
    assert await found(database, "bridge") == [2]
    async with database.reading() as tx:
        rows = await tx.execute(text("SELECT article_id FROM newsd_search_v1"))
        assert rows.scalars().all() == [2]


async def test_texts_are_searched_only_where_that_is_asked_for(database: Database) -> None:
    await switch_index(database, TITLES)
    await write(database, numbered(1))
    assert await found(database, "cables") == []
    assert await switch_index(database, SearchScope.BODIES)
    assert await build_index(database) == 1
    await write(database, numbered(2))
    assert set(await found(database, "cables")) == {1, 2}


async def test_an_index_is_built_in_steps_while_articles_are_written(database: Database) -> None:
    await write(database, *map(numbered, range(1, 6)))
    with pytest.raises(QueryError, match="search is off"):
        await found(database, "bridge")
    assert await switch_index(database, TITLES)
    assert not await switch_index(database, TITLES)
    assert await build_index(database, limit=2) == 2
    assert sorted(await found(database, "bridge")) == [4, 5]
    await write(database, numbered(6))
    await write(database, replace(revision("Bridge, edited"), verdict=revision("x").verdict))
    async with database.reading() as tx:
        assert await count_unindexed(tx) == 3
    assert sorted(await found(database, "bridge")) == [1, 4, 5, 6]
    assert [await build_index(database, limit=2) for _ in range(3)] == [2, 1, 0]
    assert sorted(await found(database, "bridge")) == [1, 2, 3, 4, 5, 6]
    assert await found(database, "edited") == [1]


async def test_switched_off_nothing_is_kept(database: Database) -> None:
    await switch_index(database, TITLES)
    await write(database, numbered(1))
    assert await switch_index(database, SearchScope.OFF)
    await write(database, numbered(2))
    async with database.reading() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM newsd_search_v1"))).scalar() == 0
        assert (await indexed(tx)).before_id == 0


async def test_others_search_without_our_code(database: Database) -> None:
    await switch_index(database, TITLES)
    await write(database, titled(1, "Zürich votes"), titled(2, "Bern votes"))
    match = {
        "sqlite": "document MATCH 'zürich OR nothing'",
        "postgresql": "document @@ websearch_to_tsquery('simple', 'zurich or nothing')",
    }
    query = "SELECT title FROM newsd_search_v1 JOIN newsd_article_v1 USING (article_id) WHERE "
    async with database.reading() as tx:
        rows = (await tx.execute(text(query + match[database.dialect]))).scalars()
        assert rows.all() == ["Zürich votes"]


async def test_the_new_and_the_fitting_come_first(database: Database) -> None:
    await switch_index(database, TITLES)

    def seen(n: int, title: str, days: int) -> Judged:
        at = replace(ARTICLE.published, at=NOON - timedelta(days=days))
        return titled(n, title, published=at)

    await write(
        database,
        seen(1, "Bridge", 0),
        seen(2, "Bridge", 20),
        seen(3, "Something else altogether, and at its end a bridge of some kind or other", 0),
    )
    order = await found(database, "bridge")
    assert order[0] == 1
    assert set(order) == {1, 2, 3}


async def test_a_search_is_kept_to_what_was_chosen(database: Database) -> None:
    await switch_index(database, TITLES)
    await write(
        database, titled(1, "Bridge", language="de"), titled(2, "Bridge", host="other.example")
    )
    assert await found(database, "bridge", language="de") == [1]
    assert await found(database, "bridge", host="other.example") == [2]
    assert await found(database, "bridge", since=NOON) == []


async def test_a_snippet_shows_the_place(database: Database) -> None:
    await switch_index(database, TITLES)
    await write(database, NEW)
    async with database.reading() as tx:
        chosen = Chosen(query=parse_query("BRIDGE open"))
        (line,) = await search(tx, chosen, now=NOON, limit=1)
    assert line["snippet"] == "The **bridge** is **open** again."
    assert line["score"] == pytest.approx(1.0, abs=0.01)


async def test_a_hostile_article_cannot_stop_the_index(database: Database) -> None:
    """A tsvector has bounds that PostgreSQL enforces by an error."""
    await switch_index(database, SearchScope.BODIES)
    long = " ".join(f"{n:x}é" * 20 for n in range(20_000))
    await write(database, titled(1, "bridge " * 2_000), replace_text(titled(2, "Bridge"), long))
    assert set(await found(database, "bridge")) == {1, 2}


def replace_text(judged: Judged, text: str) -> Judged:
    told = replace(judged.tagged.article, text=text)
    return replace(judged, tagged=replace(judged.tagged, article=told))


WORDS = (
    *HEADLINES,
    "İstanbul ıssız Straße e\u0301te\u0301 Ǖ ﬁre ｆｕｌｌ Ⅷ ½ a² don't foo_bar @user #tag",
    "שָׁלוֹם العربية مُحَمَّد 한국어 뉴스를 မြန်မာ ខ្មែរ ລາວ বাংলা தமிழ் Tiếng Việt Đà Nẵng の発表 東京タワー",
)


@pytest.mark.parametrize("line", WORDS)
async def test_we_cut_texts_as_sqlite_does(sqlite_url: str, line: str) -> None:
    async with Database.open(sqlite_url) as database, database.writing() as tx:
        await tx.execute(
            text("INSERT INTO article_search (rowid, title) VALUES (1, :line)"),
            {"line": spaced(line)},
        )
        await tx.execute(
            text("CREATE VIRTUAL TABLE terms USING fts5vocab(article_search, instance)")
        )
        theirs: Sequence[str] = (
            (await tx.execute(text("SELECT term FROM terms ORDER BY offset"))).scalars().all()
        )
        assert list(words_of(line)) == list(theirs)


async def test_a_sqlite_without_fts5_is_named(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as database:
        with pytest.raises(SchemaMismatchError, match="needs SQLite with FTS5"):
            async with database.writing() as tx:
                await tx.execute(text("CREATE VIRTUAL TABLE x USING fts_of_another_kind(a)"))
