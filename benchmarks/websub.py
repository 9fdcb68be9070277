"""How long news takes from its publisher to a row: told by a hub, and found by polling.

    python -m benchmarks.websub [--items 40] [--every 20] [--gap 3]

A publisher on loopback brings out items at random times (the same in both runs), which is seconds
here for minutes there: newsd polls `--every` so many seconds. In the first run the feed names a
hub (W3C WebSub), a process of its own, which the publisher tells of each item.
"""

import argparse
import asyncio
import hashlib
import hmac
import signal
import socket
import sqlite3
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from aiohttp import ClientSession, web

CONFIG = """[fetch]
allow_networks = ["127.0.0.0/8"]
[schedule]
min_interval = "{every:g}s"
max_interval = "{every:g}s"
[http]
bind = "127.0.0.1:{port}"
public_url = "http://127.0.0.1:{port}"
[log]
level = "error"
"""
ITEM = (
    "<item><guid>{n}</guid><title>Ferry {n} leaves the pier</title><link>http://a.example/{n}"
    "</link><description>Ferry {n} left the old pier with all its passengers on board."
    "</description></item>"
)


# ---------------------------------------------------------------- the hub


class Hub:
    """Takes subscriptions, verifies them, and passes a topic's content on when told of news."""

    def __init__(self) -> None:
        self._subscribed: dict[str, dict[str, str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, request: web.Request) -> web.Response:
        """A wish to subscribe, or a publisher's word that there is news."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        work = self._verify if form.get("hub.mode") == "subscribe" else self._distribute
        task = asyncio.create_task(work(form))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.Response(status=202)

    async def _verify(self, form: dict[str, str]) -> None:
        query = {
            "hub.mode": "subscribe",
            "hub.topic": form["hub.topic"],
            "hub.challenge": "c0ffee",
            "hub.lease_seconds": "86400",
        }
        async with (
            ClientSession() as session,
            session.get(f"{form['hub.callback']}?{urlencode(query)}") as answer,
        ):
            if await answer.text() == "c0ffee":
                self._subscribed[form["hub.callback"]] = form
                print("subscribed", flush=True)

    async def _distribute(self, form: dict[str, str]) -> None:
        async with ClientSession() as session:
            async with session.get(form["hub.url"]) as found:
                body = await found.read()
            for callback, wish in self._subscribed.items():
                if wish["hub.topic"] == form["hub.url"]:
                    digest = hmac.new(wish["hub.secret"].encode(), body, hashlib.sha256)
                    signed = {"X-Hub-Signature": f"sha256={digest.hexdigest()}"}
                    async with session.post(callback, data=body, headers=signed):
                        pass


async def be_hub() -> None:
    """Serve as a hub until killed; print the port, and a line for each subscription."""
    app = web.Application()
    app.router.add_post("/", Hub().answer)
    async with _serving(app) as origin:
        print(origin, flush=True)
        await asyncio.Event().wait()


# ---------------------------------------------------------------- the publisher


@dataclass
class Publisher:
    """A feed that grows, and when each item came out."""

    hub: str | None
    url: str = ""
    out: list[datetime] = field(default_factory=list)
    asked: int = 0
    """Requests of newsd for the feed."""

    async def answer(self, request: web.Request) -> web.Response:
        """The feed as it is now."""
        self.asked += request.headers.get("User-Agent", "").startswith("newsd")
        links = f'<{self.hub}>; rel="hub", <{self.url}>; rel="self"' if self.hub else ""
        items = "".join(ITEM.format(n=n) for n in reversed(range(1, len(self.out) + 1)))
        body = f'<rss version="2.0"><channel><title>Pier</title>{items}</channel></rss>'
        etag = f'"{len(self.out)}"'
        headers = {"ETag": etag, "Content-Type": "application/rss+xml", "Link": links}
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers=headers)
        return web.Response(text=body, headers=headers)

    async def publish(self) -> None:
        """Bring out one item, and tell the hub."""
        self.out.append(datetime.now(UTC))  # noqa: TID251  a benchmark has no clock of its own
        if self.hub:
            news = {"hub.mode": "publish", "hub.url": self.url}
            async with ClientSession() as session, session.post(self.hub, data=news):
                pass


# ---------------------------------------------------------------- the race


@asynccontextmanager
async def _serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _running(*command: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command, stdout=PIPE if "--hub" in command else DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def _line(process: Process) -> str:
    if process.stdout is None:
        raise AssertionError("it was started with a pipe")
    return (await process.stdout.readline()).decode().strip()


async def run(opt: argparse.Namespace, place: Path, *, with_hub: bool) -> str:
    """One run: newsd, a publisher, and perhaps a hub; a line of the table."""
    async with _running("benchmarks.websub", "--hub") as hub:
        publisher = Publisher(await _line(hub) if with_hub else None)
        app = web.Application()
        app.router.add_get("/feed", publisher.answer)
        async with _serving(app) as origin:
            publisher.url = f"{origin}/feed"
            await publisher.publish()
            database = ("--database", f"sqlite:///{place}/newsd.db")
            (place / "newsd.toml").write_text(CONFIG.format(every=opt.every, port=_free_port()))
            options = ("--config", f"{place}/newsd.toml", *database)
            async with _running("daemon", "feeds", "add", publisher.url, *options) as adding:
                await adding.wait()
            async with _running("daemon", "run", *options):
                if with_hub:
                    await _line(hub)  # it has subscribed: within a minute
                publisher.asked = 0
                began = len(publisher.out)
                await _publish(publisher, opt)
                await asyncio.sleep(opt.every * 1.1)
            delays = _delays(place / "newsd.db", publisher, began)
    return _row("told by a hub" if with_hub else "polled", delays, publisher.asked)


async def _publish(publisher: Publisher, opt: argparse.Namespace) -> None:
    chance = Random(opt.items)  # noqa: S311  the same times in both runs
    for _ in range(opt.items):
        await asyncio.sleep(chance.expovariate(1 / opt.gap))
        await publisher.publish()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _delays(path: Path, publisher: Publisher, began: int) -> list[float]:
    """Seconds from publication to row of each item; those that never came are missing."""
    with sqlite3.connect(path) as connection:
        query = """SELECT CAST(s.guid AS integer), a.first_seen_at FROM newsd_article_v1 a
                   JOIN newsd_sighting_v1 s USING (article_id)"""
        rows = dict(connection.execute(query).fetchall())
    seen = {n: datetime.fromisoformat(at).replace(tzinfo=UTC) for n, at in rows.items()}
    times = enumerate(publisher.out, 1)
    return sorted((seen[n] - at).total_seconds() for n, at in times if n in seen and n > began)


def _row(name: str, delays: Sequence[float], asked: int) -> str:
    mean = sum(delays) / len(delays)
    p50, p95 = (delays[round(share * (len(delays) - 1))] for share in (0.5, 0.95))
    numbers = "".join(f"{value:>9.2f}" for value in (mean, p50, p95, delays[-1]))
    return f"{name:14}{len(delays):>6}{numbers}{asked:>10}"


async def race(opt: argparse.Namespace) -> None:
    """Both runs, and the table."""
    print(f"{'':14}{'items':>6}{'mean_s':>9}{'p50_s':>9}{'p95_s':>9}{'max_s':>9}{'requests':>10}")
    for with_hub in (True, False):
        with tempfile.TemporaryDirectory() as place:
            print(await run(opt, Path(place), with_hub=with_hub), flush=True)


def main() -> None:
    """Run it once, or be its hub."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=40)
    parser.add_argument("--every", type=float, default=20, help="seconds between polls")
    parser.add_argument("--gap", type=float, default=3, help="mean seconds between items")
    parser.add_argument("--hub", action="store_true", help=argparse.SUPPRESS)
    opt = parser.parse_args()
    asyncio.run(be_hub() if opt.hub else race(opt))


if __name__ == "__main__":
    main()
