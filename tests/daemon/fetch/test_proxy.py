"""Fetching by way of a proxy that the operator names."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_network

import pytest

from daemon.settings import FetchSettings
from daemon.values import Failed, Fetched
from storage.values import Outcome
from tests.daemon.fetch.servers import SETTINGS, Site, fetch, ok, raw_site

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


def by_way_of(site: Site, account: str = "") -> FetchSettings:
    return SETTINGS.model_copy(update={"proxy": f"http://{account}127.0.0.1:{site.port}"})


async def test_a_proxy_is_asked_for_every_address() -> None:
    moved = ok(b"", "Location: http://other.example/feed", status="302 Found")
    async with raw_site(moved, ok(b"here")) as proxy:
        result = await fetch("http://news.example/feed", by_way_of(proxy, "me:secret@"))
    assert isinstance(result, Fetched)
    assert (result.url, result.body) == ("http://other.example/feed", b"here")
    first, second = proxy.requests
    assert first.startswith("GET http://news.example/feed HTTP/1.1\r\nHost: news.example\r\n")
    assert second.startswith("GET http://other.example/feed HTTP/1.1\r\n")
    assert "Proxy-Authorization: Basic bWU6c2VjcmV0" in first
    assert "\nAuthorization" not in first


def tunnel(answer: bytes) -> Callable[..., Awaitable[None]]:
    """A tunnel at whose end somebody answers who does not speak TLS."""

    async def open_tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ESTABLISHED)
        await reader.read(1)
        writer.write(answer)
        await writer.drain()

    return open_tunnel


async def test_https_goes_through_a_tunnel_and_is_checked_at_its_end() -> None:
    async with raw_site(tunnel(ok())) as proxy:
        result = await fetch("https://news.example/feed", by_way_of(proxy))
    assert isinstance(result, Failed)
    assert result.outcome is Outcome.TLS
    assert proxy.requests[0].startswith("CONNECT news.example:443 HTTP/1.1\r\n")


async def test_a_proxy_that_refuses_is_a_connection_that_failed() -> None:
    async with raw_site(ok(b"", status="502 Bad Gateway")) as proxy:
        result = await fetch("https://news.example/feed", by_way_of(proxy, "me:secret@"))
    assert isinstance(result, Failed)
    assert result.outcome is Outcome.CONNECT
    assert "secret" not in result.detail


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/", "http://127.0.0.2/", "http://127.2/", "http://2130706434/",
        "http://0x7f.0.0.0xff/", "http://0177.0.0.2/", "https://[::1]/", "http://10.0.0.1./",
        "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/", "http://\uff11\uff10.0.0.1/",
    ],
)  # fmt: skip
async def test_a_private_address_is_not_even_asked_for(url: str) -> None:
    async with raw_site(ok()) as proxy:
        blocked = await fetch(url, by_way_of(proxy))
    async with raw_site(ok(b"", f"Location: {url}", status="301 M")) as led:
        redirected = await fetch("http://news.example/", by_way_of(led))
    for result in (blocked, redirected):
        assert isinstance(result, Failed)
        assert result.outcome is Outcome.BLOCKED_ADDRESS
    assert (proxy.requests, len(led.requests)) == ([], 1)


@pytest.mark.parametrize("host", ["localhost", "news.LOCALHOST", "localhost."])
async def test_the_proxy_s_own_machine_is_not_asked_for(host: str) -> None:
    async with raw_site(ok(), host="127.0.0.2") as proxy:
        update = {
            "proxy": f"http://127.0.0.2:{proxy.port}",
            "allow_networks": (ip_network("127.0.0.2/32"),),
        }
        settings = SETTINGS.model_copy(update=update)
        assert isinstance(await fetch("http://news.example/", settings), Fetched)
        proxy.requests.clear()
        result = await fetch(f"http://{host}/", settings)
    assert isinstance(result, Failed)
    assert result.outcome is Outcome.BLOCKED_ADDRESS
    assert proxy.requests == []


async def test_the_address_of_the_proxy_must_be_allowed() -> None:
    async with raw_site(ok()) as proxy:
        settings = by_way_of(proxy).model_copy(update={"allow_networks": ()})
        result = await fetch("http://news.example/", settings)
    assert result == Failed(Outcome.BLOCKED_ADDRESS, "127.0.0.1 is not a public address")
    assert proxy.requests == []
