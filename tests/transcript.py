"""Finding and following feeds at a terminal, written down.

    python -m tests.transcript > docs/transcripts/feeds.md

The commands are run, against the demo site; a test runs them again and compares.
"""

import asyncio
import os
import re
import shlex
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from daemon.app import system_clock
from daemon.demo import demo_site

ROOT = Path(__file__).parents[1]
COMMANDS = (
    "newsd feeds discover {site}/",
    "newsd feeds add {site}/ --label kiosk",
    "newsd feeds check {site}/orbit.atom",
    "newsd feeds check {site}/portal",
    "newsd once",
    "newsd feeds list",
    "newsd feeds explain 1",
)
HEAD = """\
# Finding and following feeds

A session at a terminal, against the small news site of `newsd demo`. This page is written by
`python -m tests.transcript > docs/transcripts/feeds.md`; a test runs the commands again and
compares, times and measurements apart.
"""
_LOOPBACK = {"NEWSD_FETCH__ALLOW_NETWORKS": "127.0.0.1/32", "NEWSD_DIGEST__WORKERS": "1"}


async def transcript() -> str:
    """The page, with what the commands say now."""
    async with demo_site(system_clock()) as site:
        origin = site.feeds[0].rpartition("/")[0]
        with TemporaryDirectory() as place:
            parts = [await _told(line.format(site=origin), Path(place)) for line in COMMANDS]
    return "\n".join([HEAD, "```console", "\n".join(parts).rstrip(), "```", ""])


async def _told(line: str, place: Path) -> str:
    """A command, and what it wrote to both its outputs."""
    _, *words = shlex.split(line)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "daemon", *words),
        cwd=place,
        env={**os.environ, **_LOOPBACK, "PYTHONPATH": str(ROOT)},  # noqa: TID251  for a child
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return f"$ {line}\n{out.decode()}"


def plain(page: str) -> list[str]:
    """A page's lines without what is another at each run: ports, times, sizes, widths."""
    page = re.sub(r"127\.0\.0\.1:\d+", "HOST", page)
    page = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "TIME", page)
    page = re.sub(r"\b\d+\.\d+\b", "NUMBER", page)
    page = re.sub(r"(bytes +)\d+", r"\1NUMBER", page)
    page = re.sub(r"^(TIME +stored( +\d+){3} +)\d+", r"\1NUMBER", page, flags=re.MULTILINE)
    return [" ".join(line.split()) for line in page.splitlines()]


if __name__ == "__main__":
    sys.stdout.write(asyncio.run(transcript()))
