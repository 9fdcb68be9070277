"""Killing a round at any moment loses nothing that its feeds still show, and doubles nothing."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typing_extensions import override

from storage.database import Database
from tests.daemon.commands.sites import http_site
from tests.daemon.pages import Item, rss

ROOT = Path(__file__).parents[1]
FEEDS, ITEMS = 12, 15
PLACES = ("pier", "bridge", "market", "school", "harbour", "mill", "station", "theatre", "canal")
SETTINGS = {"NEWSD_FETCH__ALLOW_NETWORKS": "127.0.0.1/32", "NEWSD_DIGEST__WORKERS": "1"}

FOUND = {
    "sightings": "SELECT count(DISTINCT guid) FROM newsd_sighting_v1",
    "articles": "SELECT count(*) FROM newsd_article_v1",
    "addresses": "SELECT count(DISTINCT canonical_url) FROM newsd_article_v1",
    "announced": "SELECT count(DISTINCT article_id) FROM newsd_change_v1 WHERE kind = 'created'",
}
POLLS = "SELECT count(*) FROM newsd_poll_v1"
GAPS = "SELECT coalesce(max(seq), 0) - count(*) FROM newsd_change_v1"
TWICE = "SELECT count(*) - count(DISTINCT article_id) FROM newsd_change_v1 WHERE kind = 'created'"


def items(feed: int) -> list[Item]:
    """Articles of one feed that nothing else on the site resembles."""
    return [
        Item(
            f"{feed}-{n}",
            f"Report {feed}-{n} from the {PLACES[n % len(PLACES)]}",
            f"Number {feed * 1000 + n} of our reports is about {PLACES[feed % len(PLACES)]} "
            f"{n * 37}, where {feed + n} people met {n * n + feed} others at {PLACES[n % 7]} {n}.",
        )
        for n in range(ITEMS)
    ]


class Pages(dict[str, tuple[int, bytes]]):
    """The site's pages, and a count of how often one was asked for."""

    asked = 0

    @override
    def get(self, *path: Any) -> Any:
        self.asked += 1
        return super().get(*path)


def newsd(url: str, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "daemon", *args, "--database", url],
        cwd=ROOT,
        env={**os.environ, **SETTINGS},  # noqa: TID251  what a child needs of ours
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def whole(url: str, *args: str) -> None:
    with newsd(url, *args) as process:
        _, err = process.communicate()
    assert process.returncode == 0, err


async def killed(url: str, moment: Callable[[], Awaitable[bool]]) -> None:
    """Begin a round over all feeds and kill it at the moment."""
    with newsd(url, "once", "--all") as process:
        try:
            async with asyncio.timeout(60):
                while not await moment():
                    assert process.poll() is None, "the round was over too soon to be killed"
                    await asyncio.sleep(0.002)
        finally:
            process.kill()


@pytest.mark.threat("H1")
@pytest.mark.parametrize("requests", [1, FEEDS])
async def test_a_round_that_is_killed_loses_and_doubles_nothing(
    database_url: str, requests: int
) -> None:
    pages = Pages({f"/{feed}.rss": (200, rss(items(feed))) for feed in range(FEEDS)})
    async with Database.open(database_url) as database:

        async def count(query: str) -> int:
            async with database.reading() as tx:
                return int((await tx.execute(text(query))).scalar_one())

        async def asked() -> bool:
            return pages.asked >= requests

        async def kept() -> bool:
            return await count(POLLS) > known

        with http_site(pages) as port:
            feeds = [f"http://127.0.0.1:{port}{path}" for path in pages]
            whole(database_url, "feeds", "add", "--unasked", *feeds)
            await killed(database_url, asked)
            known = await count(POLLS)
            await killed(database_url, kept)
            assert await count(POLLS) > 0
            whole(database_url, "once", "--all")
        found = {name: await count(query) for name, query in FOUND.items()}
        assert found == dict.fromkeys(FOUND, FEEDS * ITEMS)
        assert (await count(GAPS), await count(TWICE)) == (0, 0)
    whole(database_url, "db", "check")
