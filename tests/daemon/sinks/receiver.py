"""A receiver of webhooks that believes nobody, as docs/consumers.md tells people to write one."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  it is made up
PAGE = Path(__file__).parents[3] / "docs" / "consumers.md"
Verify = Callable[..., bool]


def verify() -> Verify:
    """The function that the page shows."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102  our own page
    shown: Verify = names["is_from_newsd"]
    return shown


@dataclass
class Receiver:
    """Keeps what it is sent, and answers as it is told: `await serve(receiver.take)`."""

    secret: str = SECRET
    answers: list[web.Response] = field(default_factory=list)
    """The next ones; then 204 for ever."""
    poison: int | None = None
    """A batch with this change is answered by 422."""
    requests: list[list[int]] = field(default_factory=list)
    """The changes of each request, whatever came of it."""
    seen: list[int] = field(default_factory=list)
    """The changes that were taken."""
    names: list[str] = field(default_factory=list)
    """webhook-id of each request."""

    def __post_init__(self) -> None:
        self._stir = asyncio.Event()

    async def until(self, is_so: Callable[["Receiver"], bool]) -> None:
        """Wait for a request after which it is so."""
        async with asyncio.timeout(30):
            while not is_so(self):
                self._stir.clear()
                await self._stir.wait()

    async def has(self, *changes: int) -> None:
        """Wait until these changes were taken, and in this order no others."""
        await self.until(lambda it: len(it.seen) >= len(changes))
        assert self.seen == list(changes)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not verify()(self.secret, request.headers, body):
            return web.Response(status=401)
        assert request.content_type == "application/cloudevents-batch+json"
        changes = [int(one["id"]) for one in orjson.loads(body)]
        self.requests.append(changes)
        self.names.append(request.headers["webhook-id"])
        self._stir.set()
        if self.answers:
            return self.answers.pop(0)
        if self.poison in changes:
            return web.Response(status=422)
        self.seen += changes
        return web.Response(status=204)
