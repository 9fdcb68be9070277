"""Sessions at a terminal, written down.

    python -m tests.transcript feeds > docs/transcripts/feeds.md

The commands are run, on a database of their own; a test runs them again and compares.
"""

import asyncio
import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from daemon.app import system_clock
from daemon.demo import demo_site

ROOT = Path(__file__).parents[1]
COPIES = ROOT / "tests" / "copies"


@dataclass(frozen=True, slots=True)
class Session:
    """What is typed, and what is said about it."""

    title: str
    about: str
    commands: tuple[str, ...]


SESSIONS: Mapping[str, Session] = {
    "feeds": Session(
        "Finding and following feeds",
        "A session at a terminal, against the small news site of `newsd demo`.",
        (
            "newsd feeds discover {site}/",
            "newsd feeds add {site}/ --label kiosk",
            "newsd feeds check {site}/orbit.atom",
            "newsd feeds check {site}/portal",
            "newsd once",
            "newsd feeds list",
            "newsd feeds explain 1",
        ),
    ),
    "copies": Session(
        "Copies, revisions and stories",
        "An article, five rewrites of it, and five articles on the same people (all in\n"
        "`tests/copies`): the rewrites are joined, the others stay apart, and what is one\nevent "
        "is one story. Then the first one is edited.",
        (
            "newsd ingest original.txt --url https://gazette.example/strike-ends",
            "newsd ingest 1_near.txt --url https://one.example/a",
            "newsd ingest 2_truncated.txt --url https://two.example/b",
            "newsd ingest 3_expanded.txt --url https://three.example/c",
            "newsd ingest 4_respun.txt --url https://four.example/d",
            "newsd ingest 5_furniture.txt --url https://five.example/e",
            "newsd ingest others",
            "newsd stories list --fewest 1",
            "newsd stories show 1",
            *(f"newsd articles explain {number}" for number in range(1, 12)),
            "newsd ingest edited.txt --url https://gazette.example/strike-ends",
            "newsd articles diff 1",
        ),
    ),
}
HEAD = """\
# {title}

{about}

This page is written by
`python -m tests.transcript {name} > docs/transcripts/{name}.md`; a test runs the commands again
and compares, times and measurements apart.
"""
_LOOPBACK = {"NEWSD_FETCH__ALLOW_NETWORKS": "127.0.0.1/32", "NEWSD_DIGEST__WORKERS": "1"}


async def transcript(name: str) -> str:
    """The page of a session, with what the commands say now."""
    session = SESSIONS[name]
    async with demo_site(system_clock()) as site:
        origin = site.feeds[0].rpartition("/")[0]
        with TemporaryDirectory() as folder:
            place = Path(folder)
            shutil.copytree(COPIES, place, dirs_exist_ok=True)
            edited = (place / "original.txt").read_text("utf-8").replace("6,300", "6,450")
            (place / "edited.txt").write_text(edited.replace(" for Oster.", " for Vimmerby."))
            parts = [await _told(line.format(site=origin), place) for line in session.commands]
    head = HEAD.format(title=session.title, about=session.about, name=name)
    return "\n".join([head, "```console", "\n".join(parts).rstrip(), "```", ""])


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
    page = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(Z| UTC)", "TIME", page)
    page = re.sub(r"\b\d+\.\d+\b", "NUMBER", page)
    page = re.sub(r"(bytes +)\d+", r"\1NUMBER", page)
    page = re.sub(r"^(TIME +stored( +\d+){3} +)\d+", r"\1NUMBER", page, flags=re.MULTILINE)
    return [" ".join(line.split()) for line in page.splitlines()]


if __name__ == "__main__":
    sys.stdout.write(asyncio.run(transcript(sys.argv[1])))
