"""What the README shows works."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from daemon.commands.exits import Exit
from daemon.commands.table import COMMANDS
from daemon.opml import read_opml
from storage.database import Database

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", README + OPERATING, re.DOTALL)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query.split())[:40])
async def test_a_query_that_is_shown_can_be_asked(database: Database, query: str) -> None:
    async with database.reading() as tx:
        await tx.execute(text(query.strip().rstrip(";").replace(":", r"\:")))


def test_every_exit_code_is_told() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert told == set(Exit)


def test_every_command_is_told() -> None:
    commands = README.partition("## Commands")[2].partition("### Exit codes")[0]
    assert [name for name in COMMANDS if not re.search(rf"`{name}\b", commands)] == []


def test_the_feeds_are_counted_right() -> None:
    found = read_opml((ROOT / "config" / "feeds.opml").read_bytes(), "x").subscriptions
    languages = {feed.labels for feed in found}
    assert f"{len(found)} public feeds in {len(languages)} languages" in README
