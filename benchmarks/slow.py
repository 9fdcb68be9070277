"""Do feeds that drip keep the others waiting? 1,000, each on a host of its own, beside 300.

    python -m benchmarks.slow [--slow 1000] [--healthy 300] [--seconds 90]

Prints how late the healthy feeds are asked (seconds over the longest interval that the settings
allow) and what the whole process tree holds in memory, third by third of the run.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
from asyncio.subprocess import Process
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import psutil

EVERY, TIMEOUT = 10.0, 10.0
"""Longest interval between polls of a healthy feed, and the deadline of a fetch, in seconds."""
CONFIG = f"""[fetch]
allow_networks = ["127.0.0.0/8"]
timeout = "{TIMEOUT:g}s"
[schedule]
min_interval = "5s"
max_interval = "{EVERY:g}s"
requests_per_day = 10800
[http]
bind = ""
[log]
level = "error"
"""
BODY = (
    b'<rss version="2.0"><channel><title>Harbour</title><item><guid>1</guid><title>Ferry late'
    b"</title><description>The ferry waits for calmer water.</description></item></channel></rss>"
)
HEALTHY = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
)


class Sites:
    """A server at every loopback address: those in 127.1 drip, the others answer."""

    def __init__(self) -> None:
        self.asked: dict[str, list[float]] = defaultdict(list)
        self.dripping = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, or never quite."""
        try:
            await reader.readuntil(b"\r\n\r\n")
            host = writer.get_extra_info("sockname")[0]
            self.asked[host].append(asyncio.get_running_loop().time())
            if host.startswith("127.1."):
                await self._drip(writer)
            writer.write(HEALTHY % len(BODY) + BODY)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        self.dripping += 1
        try:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss>")
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(1)
        finally:
            self.dripping -= 1


def addresses(network: int, count: int) -> list[str]:
    """So many loopback addresses of one network."""
    return [f"127.{network}.{n // 250}.{n % 250 + 1}" for n in range(count)]


async def newsd(place: Path, *command: str) -> Process:
    """Start a command of newsd."""
    program = [sys.executable, "-m", "daemon", *command, "--config", f"{place}/newsd.toml"]
    return await asyncio.create_subprocess_exec(
        *program, "--database", f"sqlite:///{place}/newsd.db", stdout=asyncio.subprocess.DEVNULL
    )


async def race(opt: argparse.Namespace, place: Path) -> None:
    """Run newsd among the sites, and print what came of it."""
    sites = Sites()
    server = await asyncio.start_server(sites.answer, "0.0.0.0", 0, backlog=1000)  # noqa: S104  every 127.x.y.z
    port = server.sockets[0].getsockname()[1]
    healthy = addresses(2, opt.healthy)
    (place / "newsd.toml").write_text(CONFIG)
    for hosts in (healthy, addresses(1, opt.slow)):
        urls = [f"http://{host}:{port}/feed" for host in hosts]
        adding = await newsd(place, "feeds", "add", "--unasked", *urls)
        await adding.wait()
    running = await newsd(place, "run")
    began = asyncio.get_running_loop().time()
    print(f"{'until_s':>8}{'dripping':>10}{'late_p50_s':>12}{'late_p99_s':>12}{'late_max_s':>12}"
          f"{'memory_mib':>12}")  # fmt: skip
    for third in (1, 2, 3):
        await asyncio.sleep(began + opt.seconds * third / 3 - asyncio.get_running_loop().time())
        now = asyncio.get_running_loop().time()
        late = lateness([sites.asked[h] for h in healthy], now - opt.seconds / 3, now)
        shown = "".join(
            f"{late[round(share * (len(late) - 1))]:>12.1f}" for share in (0.5, 0.99, 1)
        )
        print(
            f"{now - began:>8.0f}{sites.dripping:>10}{shown}{memory(running.pid):>12.0f}",
            flush=True,
        )
    running.send_signal(signal.SIGINT)
    await running.wait()
    server.close()
    await asyncio.sleep(2)  # those that drip notice that nobody listens


def lateness(asked: list[list[float]], after: float, now: float) -> list[float]:
    """Of each poll in a span, and of each that did not come, the seconds over the interval."""
    gaps = []
    for times in asked:
        ends = [*times, now]
        gaps += [b - a for a, b in pairwise(ends) if b >= after]
        if not times:
            gaps.append(now)
    return sorted(max(0.0, gap - EVERY) for gap in gaps)


def memory(pid: int) -> float:
    """MiB of the process tree; what processes share is counted once."""
    tree = psutil.Process(pid)
    whole = (tree, *tree.children(recursive=True))
    return float(sum(p.memory_full_info().pss for p in whole)) / 2**20


def main() -> None:
    """Run it once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slow", type=int, default=1000)
    parser.add_argument("--healthy", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=90)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(race(parser.parse_args(), Path(folder)))


if __name__ == "__main__":
    main()
