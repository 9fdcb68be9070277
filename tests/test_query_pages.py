"""What docs/query shows is run: in its own tool, on the news of the demo."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from daemon.app import system_clock
from daemon.demo import demo_site
from storage.database import Database
from tests.queries import READ, questions, values

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "query"
FENCE = re.compile(r"^```(\w+)( postgres| sqlite)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOOLS = {"sqlite": "sqlite3", "psql": "psql", "datasette": "datasette"}
# what the tools put in the place of their variables
MACROS = {
    r"\$__timeFilter\((\S+)\)": r"\1 BETWEEN '2000-01-01' AND '2100-01-01'",
    r"\{\{topic\}\}": "'medtop:16000000'",
    r"\{\{since\}\}": "'2000-01-01'",
    r"\{\{ source\('newsd', '(\w+)'\) \}\}": r"newsd.\1",
    r"\{% if .*?\{% endif %\}": "",
}


@dataclass(frozen=True)
class Place:
    """A folder with newsd.db in it, and newsd on the PATH."""

    folder: Path

    def run(self, *command: str, **environ: str) -> str:
        path = f"{self.folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"  # noqa: TID251
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "PATH": path, **environ},  # noqa: TID251  for a child
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


async def _polled(place: Place, url: str) -> None:
    async with demo_site(system_clock()) as site:
        loopback = {"NEWSD_FETCH__ALLOW_NETWORKS": "127.0.0.1/32", "NEWSD_DIGEST__WORKERS": "1"}
        environ = {**loopback, "DATABASE_URL": url}
        if url.startswith("postgresql"):
            await asyncio.to_thread(place.run, "newsd", "db", "upgrade", **environ)
        await asyncio.to_thread(
            place.run, "newsd", "feeds", "add", "--unasked", *site.feeds, **environ
        )
        # some of its feeds are broken on purpose
        rules = ("newsd", "once", "--max-failed", "1")
        await asyncio.to_thread(place.run, *rules, **environ)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("query")
    newsd = folder / "bin" / "newsd"
    newsd.parent.mkdir()
    newsd.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m daemon "$@"\n')
    newsd.chmod(0o755)
    made = Place(folder)
    asyncio.run(_polled(made, "sqlite:///newsd.db"))
    return made


@pytest.fixture
async def news(place: Place, database_url: str) -> str:
    """The address of the demo's news, on each engine."""
    await _polled(place, database_url)
    return database_url


async def test_each_question_has_an_answer(news: str) -> None:
    async with Database.open(news) as database, database.reading() as tx:
        known: dict[str, Any] = dict((await tx.execute(text(READ))).mappings().one())
        for name, sql in questions().items():
            rows = (await tx.execute(text(sql), values(sql, known, tx.dialect.name))).all()
            assert rows, name


async def test_conflict_that_mentions_ukraine_and_nato_says_why(place: Place) -> None:
    sql = questions()["topic-and-names"]
    url = f"sqlite:///{place.folder}/newsd.db"
    async with Database.open(url) as database, database.reading() as tx:
        (row,) = (await tx.execute(text(sql), values(sql, {}, "sqlite"))).all()
    assert row.title.startswith("NATO ministers promise Ukraine more air defence")
    assert "missile" in row.evidence


async def test_articles_are_found_by_their_words(news: str) -> None:
    blocks = FENCE.findall((PAGES / "README.md").read_text("utf-8"))
    async with Database.open(news) as database, database.reading() as tx:
        engine = " sqlite" if tx.dialect.name == "sqlite" else " postgres"
        (sql,) = [block for _, kind, block in blocks if kind == engine]
        rows = (await tx.execute(text(sql.replace(":*", r"\:*")))).all()
    assert "ceasefire" in rows[0].title


def _pages() -> list[str]:
    return sorted(page.stem for page in PAGES.glob("*.md") if page.stem != "README")


@pytest.mark.parametrize("page", _pages())
def test_what_a_page_shows_can_be_run(page: str, place: Place, request: Any) -> None:
    if page in TOOLS and shutil.which(TOOLS[page]) is None:
        pytest.skip(f"{TOOLS[page]} is not installed")
    environ = {}
    if page == "psql":
        environ["DATABASE_URL"] = request.getfixturevalue("postgres_news")
    ran = 0
    for language, postgres, block in FENCE.findall((PAGES / f"{page}.md").read_text("utf-8")):
        if postgres or language not in {"sh", "python"}:
            continue
        command = ["bash", "-euc", block] if language == "sh" else [sys.executable, "-c", block]
        place.run(*command, **environ)
        ran += 1
    assert ran or page in {"grafana", "metabase", "dbt"}


@pytest.fixture
async def postgres_news(place: Place, postgres_url: str) -> str:
    await _polled(place, postgres_url)
    return postgres_url


@pytest.mark.parametrize("page", ["grafana", "metabase", "dbt", "pandas"])
async def test_what_a_page_asks_of_postgresql_is_understood(page: str, postgres_url: str) -> None:
    blocks = FENCE.findall((PAGES / f"{page}.md").read_text("utf-8"))
    asked = [(language, block) for language, postgres, block in blocks if postgres]
    assert asked
    async with Database.open(postgres_url) as database, database.reading() as tx:
        for language, block in asked:
            if language == "python":
                assert find_spec("pandas")
                compile(block, page, "exec")
                continue
            sql = block
            for macro, meant in MACROS.items():
                sql = re.sub(macro, meant, sql, flags=re.DOTALL)
            await tx.execute(text(sql))
