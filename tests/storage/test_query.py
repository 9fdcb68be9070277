"""Questions of others: answered, confined, and refused in plain words."""

from datetime import timedelta
from typing import Any

import pytest

from storage.database import Database
from storage.errors import QueryError
from storage.query import answered
from tests.storage.test_articles import numbered, write

SECONDS = timedelta(seconds=20)


async def rows(database: Database, sql: str, limit: timedelta = SECONDS) -> list[Any]:
    async with answered(database, sql, limit) as answer:
        return [row async for part in answer.parts for row in part]


async def test_a_question_is_answered_in_parts(database: Database) -> None:
    await write(database, numbered(1), numbered(2))
    async with answered(
        database, "SELECT article_id, host FROM newsd_article_v1 ORDER BY 1", SECONDS
    ) as answer:
        assert answer.columns == ("article_id", "host")
        assert [list(part) async for part in answer.parts] == [
            [(1, "news.example"), (2, "news.example")]
        ]


async def test_a_colon_is_no_parameter(database: Database) -> None:
    assert await rows(database, "SELECT 'at 12:30 :x'") == [("at 12:30 :x",)]


@pytest.mark.threat("G5")
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM article",
        "UPDATE feed SET url = 'https://mine.example/'",
        "CREATE TABLE mine (x integer)",
        "DROP VIEW newsd_article_v1",
        "INSERT INTO changes SELECT * FROM changes",
    ],
)
async def test_nothing_can_be_written(database: Database, sql: str) -> None:
    await write(database, numbered(1))
    with pytest.raises(QueryError):
        await rows(database, sql)
    await write(database, numbered(2))
    assert await rows(database, "SELECT count(*) FROM newsd_article_v1") == [(2,)]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT nothing FROM newsd_article_v1", "nothing"),
        ("SELEKT 1", "syntax error"),
        ("SELECT 1; SELECT 2", r"(?i)one statement|multiple commands"),
        ("", r"gives no rows|syntax|empty"),
    ],
)
async def test_what_cannot_be_answered_is_said_in_one_line(
    database: Database, sql: str, words: str
) -> None:
    with pytest.raises(QueryError, match=words) as refusal:
        await rows(database, sql)
    assert "\n" not in str(refusal.value)


async def test_a_question_without_end_is_ended(database: Database) -> None:
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000)"
        " SELECT count(*) FROM n"
    )
    with pytest.raises(QueryError, match=r"interrupted|statement timeout"):
        await rows(database, endless, timedelta(milliseconds=50))
    assert await rows(database, "SELECT 1") == [(1,)]
