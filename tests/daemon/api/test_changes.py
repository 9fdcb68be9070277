"""The change log over HTTP: nothing is left out, and nobody waits longer than needed."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientResponse

from storage.database import Database
from tests.daemon.api.server import Api
from tests.daemon.waiting import until
from tests.storage.test_articles import numbered, revision, write

PATIENCE = 20.0

END = {"items": [], "next": 4, "whole": 0}


async def test_the_log_is_read_on_from_a_number(api: Api, database: Database) -> None:
    await write(database, *map(numbered, range(1, 4)))
    await write(database, revision("Edited"))
    page = await api.json("/api/v1/changes?limit=3")
    assert [(c["seq"], c["kind"]) for c in page["items"]] == [(n, "created") for n in (1, 2, 3)]
    rest = await api.json(f"/api/v1/changes?after={page['next']}")
    assert [(c["seq"], c["kind"], c["title"]) for c in rest["items"]] == [(4, "revised", "Edited")]
    assert rest["items"][0]["changed_fields"] == ["title", "text"]
    assert await api.json("/api/v1/changes?after=4") == END
    other = await api.json("/api/v1/changes?lang=de")
    assert other == END
    of_topic = await api.json("/api/v1/changes?topic=economy-business-and-finance&limit=2")
    assert ([c["seq"] for c in of_topic["items"]], of_topic["next"]) == ([2], 2)


async def test_a_wait_ends_with_the_commit(api: Api, database: Database) -> None:
    await write(database, numbered(1))
    waiting = asyncio.create_task(api.json("/api/v1/changes?after=1&wait=30s"))
    await until(lambda: api.desk.news.waiting > 0)
    await write(database, numbered(2))
    api.desk.news.announce()
    page = await asyncio.wait_for(waiting, PATIENCE)
    assert [c["seq"] for c in page["items"]] == [2]


async def test_a_wait_goes_on_over_changes_that_are_not_wanted(
    api: Api, database: Database
) -> None:
    waiting = asyncio.create_task(api.json("/api/v1/changes?wait=30s&topic=medtop:04000000"))
    await until(lambda: api.desk.news.waiting > 0)
    plain = numbered(1)
    await write(database, plain)
    page = await asyncio.wait_for(waiting, PATIENCE)
    assert [c["seq"] for c in page["items"]] == [1]
    assert await api.json("/api/v1/changes?after=1&wait=1s&lang=xx") == END | {"next": 1}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("after=-1", "after"),
        ("after=x", "after"),
        ("wait=61s", "wait"),
        ("wait=30", "wait"),
        ("limit=1001", "limit"),
        ("topic=nobody", "topic"),
    ],
)
async def test_a_wrong_parameter_is_named(api: Api, query: str, parameter: str) -> None:
    assert (await api.problem(f"/api/v1/changes?{query}"))["parameter"] == parameter


# ---------------------------------------------------------------- the stream


@asynccontextmanager
async def streaming(api: Api, query: str = "", **headers: str) -> AsyncIterator[ClientResponse]:
    url = api.server.make_url("/api/v1/changes/stream").with_query(query)
    async with api.session.get(url, headers=headers) as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        yield response


async def events(response: ClientResponse, count: int) -> list[tuple[int, str, Any]]:
    """The next events: id, name and data."""
    found: list[tuple[int, str, Any]] = []
    async with asyncio.timeout(PATIENCE):
        while len(found) < count:
            block = (await response.content.readuntil(b"\n\n")).decode()
            lines = [line.partition(": ") for line in block.splitlines()]
            said = {name: value for name, _, value in lines}
            if "data" in said:
                found.append((int(said["id"]), said["event"], json.loads(said["data"])))
    return found


async def test_changes_are_sent_as_they_are_committed(api: Api, database: Database) -> None:
    await write(database, numbered(1))
    async with streaming(api) as response:
        await until(lambda: api.desk.news.waiting > 0)
        await write(database, numbered(2), numbered(3))
        api.desk.news.announce()
        first, second = await events(response, 2)
    assert (first[0], first[1], first[2]["article_id"]) == (2, "created", 2)
    assert (second[0], second[2]["topics"][0]["topic_id"]) == (3, "medtop:04000000")


@pytest.mark.threat("H12")
async def test_a_stream_resumes_behind_the_last_event(api: Api, database: Database) -> None:
    await write(database, *map(numbered, range(1, 6)))
    async with streaming(api, "after=1") as response:
        assert [e[0] for e in await events(response, 2)] == [2, 3]
    async with streaming(api, "after=1", **{"Last-Event-ID": "3"}) as response:
        assert [e[0] for e in await events(response, 2)] == [4, 5]
    told = await api.problem("/api/v1/changes/stream", headers={"Last-Event-ID": "x"})
    assert told["parameter"] == "Last-Event-ID"


async def test_a_stream_longer_than_a_batch_is_whole(api: Api, database: Database) -> None:
    await write(database, *map(numbered, range(1, 451)))
    async with streaming(api, "after=0") as response:
        assert [e[0] for e in await events(response, 450)] == list(range(1, 451))


async def test_a_silent_stream_shows_that_it_lives(api: Api, database: Database) -> None:
    api.desk.heartbeat = 0.05
    await write(database, numbered(1))
    async with streaming(api) as response:
        blocks = [await response.content.readuntil(b"\n\n") for _ in range(3)]
    assert blocks[1:] == [b": 1\n\n"] * 2


@pytest.mark.threat("G11")
async def test_there_are_places_for_so_many_and_no_more(api: Api) -> None:
    api.desk.most_streams = 2
    async with streaming(api), streaming(api):
        for path in ("/api/v1/changes/stream", "/api/v1/changes?wait=10s"):
            response = await api.get(path)
            assert response.status == 503
            assert response.headers["Retry-After"] == "10"
        assert (await api.get("/api/v1/changes")).status == 200


@pytest.mark.threat("G11")
async def test_a_reader_that_does_not_read_is_let_go(api: Api, database: Database) -> None:
    """What is sent waits in buffers of bounded size, and then for `slow` seconds."""
    api.desk.slow = 0.2
    await write(database, *map(numbered, range(1, 101)))
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.settimeout(0)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(reader, ("127.0.0.1", api.server.port))
        request = b"GET /api/v1/changes/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n"
        await loop.sock_sendall(reader, request)
        await until(lambda: api.desk.streams > 0)
        for more in range(100, 30_000, 1000):
            await write(database, *map(numbered, range(more + 1, more + 1001)))
            api.desk.news.announce()
            if not api.desk.streams:
                break
        await until(lambda: api.desk.streams == 0)


async def test_streams_end_when_the_server_does(api: Api) -> None:
    async with streaming(api) as response:
        await until(lambda: api.desk.news.waiting > 0)
        await asyncio.wait_for(api.server.close(), PATIENCE)
        assert b"retry" in await response.content.read()
