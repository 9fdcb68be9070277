import asyncio
import os
import re
import signal
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.errors import DigestLimitError, NotAFeedError
from daemon.settings import DigestSettings
from daemon.values import Fetched
from daemon.workers import Workers
from tests.daemon.pages import BRIDGE_ITEM, rss
from tests.samples import NOON

PAGE = Fetched("https://post.example/feed", rss([BRIDGE_ITEM]), "application/rss+xml")


@pytest.mark.threat("D9")
async def test_a_document_is_digested_in_another_process(workers: Workers) -> None:
    digested = await workers.digest(PAGE, frozenset(), NOON)
    assert [t.article.title for t in digested.articles] == [BRIDGE_ITEM.title]
    assert await workers._run(os.getpid) != os.getpid()


@pytest.mark.threat("D9")
async def test_a_huge_document_is_digested_while_the_event_loop_runs_on(workers: Workers) -> None:
    items = [replace(BRIDGE_ITEM, guid=str(n)) for n in range(20_000)]
    worst, clock = 0.0, asyncio.get_running_loop().time
    await workers.digest(PAGE, frozenset(), NOON)
    began = clock()
    work = asyncio.create_task(workers.digest(replace(PAGE, body=rss(items)), frozenset(), NOON))
    while not work.done():
        asked = clock()
        await asyncio.sleep(0.01)
        worst = max(worst, clock() - asked)
    assert (await work).items == 20_000
    assert worst < (clock() - began) / 3


@pytest.mark.threat("C9")
async def test_a_robots_txt_of_many_groups_is_ended_by_the_kernel() -> None:
    """Each rule counts for each agent above it: half a megabyte makes half a billion."""
    agents = "".join(f"User-agent: a{n}\n" for n in range(14_000))
    body = (agents + "Disallow: /a\n" * 20_000).encode()
    pool = Workers(DigestSettings(workers=1, cpu_limit=timedelta(seconds=1)))
    try:
        with pytest.raises(DigestLimitError):
            await pool.robots(body, "newsd/1")
    finally:
        await pool.close()


async def test_what_is_no_feed_is_said_across_the_processes(workers: Workers) -> None:
    with pytest.raises(NotAFeedError):
        await workers.digest(Fetched("https://post.example/", b"<html>"), frozenset(), NOON)


@pytest.mark.threat("D3", "D4")
async def test_a_bomb_is_ended_by_the_kernel_and_nineteen_good_tasks_are_done() -> None:
    pool = Workers(DigestSettings(workers=2, cpu_limit=timedelta(seconds=1)))
    try:
        bomb = asyncio.create_task(pool._run(re.match, "(a+)+$", "a" * 60 + "b"))
        good = [asyncio.create_task(pool._run(time.sleep, 0.01)) for _ in range(19)]
        with pytest.raises(DigestLimitError, match="1 s of CPU time"):
            await bomb
        assert await asyncio.gather(*good) == [None] * 19
    finally:
        await pool.close()


@pytest.mark.threat("D1", "D5")
async def test_a_document_may_not_take_all_memory(workers: Workers) -> None:
    with pytest.raises(DigestLimitError, match="MiB of memory"):
        await workers._run(bytes, 8 << 30)


async def test_a_stop_of_the_whole_group_is_the_parent_s_business(workers: Workers) -> None:
    worker, server = await workers._run(os.getpid), await workers._run(os.getppid)
    for pid in (worker, server):
        os.kill(pid, signal.SIGTERM)
    assert await workers._run(os.getpid) == worker
