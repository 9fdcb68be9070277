"""Keeping less, by command: what would go, letting it go, giving back its space."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.__main__ import main
from storage.database import Database
from storage.errors import LeaseHeldError, StorageFullError
from storage.filelock import locked
from storage.vacuum import _check_space, size_of, vacuum
from tests.samples import NOON
from tests.storage.test_articles import numbered, write

Newsd = Callable[..., str]
KEPT = """
[retention]
articles = "3650d"
[[retention.rules]]
host = "news.example"
keep = "30d"
[[retention.rules]]
topic = "medtop:99"
keep = ""
"""


async def fill(url: str, number: int) -> None:
    async with Database.open(url) as database:
        await write(database, *(numbered(n) for n in range(1, number + 1)), now=NOON)


@pytest.fixture
def newsd(database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Newsd:
    config = tmp_path / "newsd.toml"
    config.write_text(KEPT)
    asyncio.run(fill(database_url, 3))

    def run(*args: str, status: int = 0) -> str:
        said = [*args, "--config", str(config), "--database", database_url]
        assert main(said) == status, capfd.readouterr().err
        told = capfd.readouterr()
        return told.out if status == 0 else told.err

    return run


def by_setting(out: str) -> dict[str, int]:
    return {row["setting"]: row["rows"] for row in json.loads(out) if row["rows"]}


def test_what_is_old_is_shown_and_then_goes(newsd: Newsd) -> None:
    assert by_setting(newsd("retention", "show", "--json")) == {"retention.rules[1]": 3}
    assert by_setting(newsd("retention", "run", "--dry-run", "--json")) == {
        "retention.rules[1]": 3
    }
    lines = newsd("retention", "run").splitlines()
    assert lines[-2].split() == [
        "retention.rules[1]",
        "30d",
        "articles",
        "of",
        "news.example",
        "3",
    ]
    assert by_setting(newsd("retention", "show", "--json")) == {}
    assert "Expired: retention.rules[1]." in newsd("articles", "explain", "1").splitlines()
    assert " MiB -> " in newsd("db", "vacuum")


async def test_the_space_of_what_was_deleted_is_given_back(database: Database) -> None:
    await write(database, *(numbered(n) for n in range(1, 500)), now=NOON)
    async with database.writing() as tx:
        await tx.exec_driver_sql("DELETE FROM article_text")
    before = await size_of(database)
    parts = [part async for part in vacuum(database)]
    if database.dialect == "postgresql":
        assert "article_text" in parts
    else:
        assert parts == ["news.db"]
        assert await size_of(database) < before


async def test_a_file_is_not_vacuumed_under_a_running_newsd(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as database:
        assert database.path is not None
        with locked(database.path), pytest.raises(LeaseHeldError, match="in use by newsd"):
            [part async for part in vacuum(database)]
        with pytest.raises(StorageFullError, match="nothing was done"):
            _check_space(database.path, 1 << 60)
