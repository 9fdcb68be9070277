"""Promise P2: a kill at any instant loses nothing that was acknowledged, and doubles nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.changes import take_clock
from storage.database import Database
from storage.migration import check

ROOT = Path(__file__).parents[2]
WRITE = """
import asyncio, sys
from storage.articles import next_article_ids, save, stage
from storage.changes import advance_clock, take_clock
from storage.changes import take_clock
from storage.database import Database
from storage.values import Created, Judged, Placed
from tests.samples import NOON, TAGGED

async def main():
    async with Database.open(sys.argv[1]) as database:
        while True:
            async with database.writing() as tx:
                judged = [Judged(1, TAGGED, Created(i)) for i in await next_article_ids(tx, 5)]
                await stage(tx, judged, now=NOON)
                after = await take_clock(tx)
                written = await save(tx, judged, Placed(), after=after, now=NOON)
                await advance_clock(tx, after + len(written))
            print(written[-1].seq, flush=True)

asyncio.run(main())
"""
COUNTS = {
    "clock": "SELECT n FROM clock",
    "last change": "SELECT coalesce(max(seq), 0) FROM changes",
    "changes": "SELECT count(*) FROM changes",
    "articles": "SELECT count(*) FROM article",
    "texts": "SELECT count(*) FROM article_text",
    "whole articles": "SELECT count(*) FROM newsd_article_v1",
}


def acknowledged_before_kill(url: str, commits: int) -> int:
    """The last number that a writer said was committed before it was killed."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITE, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(commits)]
        process.kill()
        lines += process.stdout.readlines()
    return int([line for line in lines if line.endswith("\n")][-1])


@pytest.mark.threat("H1")
@pytest.mark.parametrize("commits", [1, 7])
async def test_a_killed_writer_leaves_whole_transactions(database_url: str, commits: int) -> None:
    acknowledged = acknowledged_before_kill(database_url, commits)
    async with Database.open(database_url) as database:
        async with database.writing() as tx:
            await take_clock(tx)  # the server may still be at the last commit
            found = {name: (await tx.execute(text(q))).scalar_one() for name, q in COUNTS.items()}
        assert len(set(found.values())) == 1, found
        assert found["clock"] >= acknowledged
        assert await check(database) == []
