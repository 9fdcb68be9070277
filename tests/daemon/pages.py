"""Small feeds for the tests, in words of our own."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

BRIDGE = "The harbour bridge opened again on Saturday after nine weeks of repairs to its cables."
FERRY = "Ferries across the sound run every ten minutes now, and the queue at the pier is gone."


@dataclass(frozen=True)
class Item:
    """An entry as a publisher would have it."""

    guid: str
    title: str
    text: str
    link: str | None = None
    date: str = "Sat, 18 Oct 2025 11:30:00 GMT"


BRIDGE_ITEM = Item("1", "Harbour bridge reopens", BRIDGE)
FERRY_ITEM = Item("2", "More ferries across the sound", FERRY)


def rss(items: Sequence[Item], title: str = "The Harbour Post") -> bytes:
    """An RSS 2.0 document."""
    entries = "".join(
        f'<item><guid isPermaLink="false">{i.guid}</guid><title>{i.title}</title>'
        f"<link>{i.link or 'https://post.example/a/' + i.guid}</link>"
        f"<pubDate>{i.date}</pubDate><description>{i.text}</description></item>"
        for i in items
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}'
        f"</title><link>https://post.example/</link><description>News</description>"
        f"<language>en</language>{entries}</channel></rss>"
    ).encode()


class Page:
    """A feed that a test can edit, with an ETag that follows its body."""

    def __init__(self, body: bytes = b"", *, etag: bool = True, **headers: str) -> None:
        self.body = body
        self.status = 200
        self.requests: list[web.BaseRequest] = []
        self._etag = etag
        self._headers = headers

    async def answer(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        headers = dict(self._headers)
        if self._etag:
            headers["ETag"] = f'"{hash(self.body)}"'
            if request.headers.get("If-None-Match") == headers["ETag"]:
                return web.Response(status=304, headers=headers)
        return web.Response(
            status=self.status,
            body=self.body,
            headers={"Content-Type": "application/rss+xml", **headers},
        )
