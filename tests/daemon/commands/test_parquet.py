"""Parquet files of queries and of exports: right types, bounded memory, never half a file."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon import extras, parquet
from daemon.__main__ import main
from storage.database import Database
from tests.samples import ARTICLE, ENTITY, NOON, PUBLISHED, TOPIC
from tests.storage.test_articles import numbered, write

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
Newsd = Callable[..., str]


def fill(url: str, *numbers: int) -> None:
    async def run() -> None:
        async with Database.open(url) as database:
            await write(database, *map(numbered, numbers), now=NOON)

    asyncio.run(run())


@pytest.fixture
def newsd(database_url: str, capfd: pytest.CaptureFixture[str]) -> Newsd:
    fill(database_url, 1, 2, 3)

    def run(*args: str, status: int = 0) -> str:
        assert main([*args, "--database", database_url]) == status, capfd.readouterr().err
        told = capfd.readouterr()
        return told.out + told.err

    return run


def types(path: Path) -> dict[str, str]:
    return {part.name: str(part.type) for part in pq.read_schema(path)}


def test_an_answer_has_the_types_of_the_contract(newsd: Newsd, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    columns = (
        "article_id, title, published_at, first_seen_at, deleted, authors, quality, similarity,"
        " publish_delay_s, duplicate_of"
    )
    said = newsd("query", f"SELECT {columns} FROM newsd_article_v1", "--parquet", str(path))
    assert said.endswith("3 rows written to " + str(path) + "\n")
    assert types(path) == {
        "article_id": "int64",
        "title": "string",
        "published_at": "timestamp[us, tz=UTC]",
        "first_seen_at": "timestamp[us, tz=UTC]",
        "deleted": "bool",
        "authors": "list<element: string>",
        "quality": "list<element: string>",
        "similarity": "double",
        "publish_delay_s": "double",
        "duplicate_of": "int64",
    }
    row = pq.read_table(path).to_pylist()[0]
    assert row["published_at"] == PUBLISHED.at
    assert row["first_seen_at"] == datetime(2025, 10, 18, 12, tzinfo=UTC)
    assert (row["deleted"], row["authors"], row["quality"]) == (False, ["Ada Example"], [])
    assert row["duplicate_of"] is None


def test_an_answer_without_rows_has_its_columns(newsd: Newsd, tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    newsd("query", "SELECT article_id, title FROM newsd_article_v1 WHERE 1 = 0",
          "--parquet", str(path))  # fmt: skip
    assert types(path) == {"article_id": "int64", "title": "string"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_column_of_two_types_is_named(
    newsd: Newsd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 1)
    path = tmp_path / "x.parquet"
    said = newsd("query", "SELECT 1 AS n UNION ALL SELECT 'two'", "--parquet", str(path), status=2)
    assert "column n is not int64 throughout" in said
    assert list(tmp_path.glob("x*")) == []


def test_an_export_is_whole_and_goes_on(
    newsd: Newsd, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 2)
    cursor = tmp_path / "seq"
    pattern = ("export", "--parquet", str(tmp_path / "a-{seq}.parquet"), "--cursor", str(cursor))
    newsd(*pattern)
    path = tmp_path / "a-3.parquet"
    assert pq.ParquetFile(path).num_row_groups == 2
    rows = pq.read_table(path).to_pylist()
    assert [row["article_id"] for row in rows] == [1, 2, 3]
    first = rows[0]
    assert (first["title"], first["text"]) == (ARTICLE.title, ARTICLE.text)
    assert first["published_at"] == PUBLISHED.at
    assert first["topics"] == [
        {"topic_id": TOPIC.topic_id, "label": TOPIC.label, "score": TOPIC.score}
    ]
    assert first["entities"][0]["entity_id"] == ENTITY.entity_id
    assert first["entities"][0]["in_title"] is True
    assert cursor.read_text() == "3\n"
    assert "nothing is new" in newsd(*pattern)
    fill(database_url, 4)
    newsd(*pattern)
    assert pq.read_table(tmp_path / "a-4.parquet").num_rows == 1
    assert sorted(p.name for p in tmp_path.glob("a-*")) == ["a-3.parquet", "a-4.parquet"]
    assert "is there" in newsd("export", "--parquet", str(path), status=2)


def test_the_cursor_stays_where_no_file_could_be_written(newsd: Newsd, tmp_path: Path) -> None:
    cursor = tmp_path / "seq"
    nowhere = tmp_path / "missing" / "a.parquet"
    said = newsd("export", "--parquet", str(nowhere), "--cursor", str(cursor), status=2)
    assert "No such file" in said
    assert not cursor.exists()


def test_what_is_not_installed_is_said_in_a_line(
    newsd: Newsd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    extras.writes_parquet.cache_clear()
    try:
        said = newsd("query", "SELECT 1", "--parquet", str(tmp_path / "x"), status=2)
    finally:
        extras.writes_parquet.cache_clear()
    assert said.endswith("--parquet needs the extra: pip install 'newsd[parquet]'\n")
