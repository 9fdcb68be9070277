"""Sessions at a terminal, written down.

    python -m tests.transcript feeds > docs/transcripts/feeds.md

The commands are run, on a database of their own; a test runs them again and compares.
"""

import asyncio
import os
import re
import shlex
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from daemon.app import system_clock
from daemon.demo import demo_site

ROOT = Path(__file__).parents[1]
COPIES = ROOT / "tests" / "copies"
SERVING = ROOT / "tests" / "serving"
_SAME = (
    "SELECT public_id, revision, title, published_at, relation,"
    " (SELECT o.public_id FROM newsd_article_v1 o WHERE o.article_id = a.duplicate_of)"
    " FROM newsd_article_v1 a ORDER BY public_id"
)


@dataclass(frozen=True, slots=True)
class Session:
    """What is typed, and what is said about it."""

    title: str
    about: str
    commands: tuple[str, ...]
    tools: tuple[str, ...] = ()
    """What must be installed besides newsd."""
    folder: Path = COPIES
    """The files that are there when it begins."""


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
    "topics": Session(
        "Topics, names and rules",
        "What a text is about, and why; and a question that topics and names answer together.",
        (
            "newsd topics test original.txt",
            "newsd feeds add {site}/observer.rss",
            "newsd once",
            (
                'newsd query "SELECT a.title, t.label, t.score, t.evidence FROM newsd_article_v1 a'
                " JOIN newsd_article_topic_v1 t USING (article_id) JOIN newsd_article_entity_v1 u"
                " USING (article_id) JOIN newsd_article_entity_v1 n USING (article_id)"
                " WHERE t.topic_id = 'medtop:16000000' AND u.entity_id = 'Q212'"
                " AND n.entity_id = 'Q7184'\""
            ),
        ),
    ),
    "serve": Session(
        "Reading, following, replaying",
        "A database asked from outside, consumers of its changes of which one is away for a\n"
        "while, and a second database made from the archive.",
        (
            "cat newsd.toml",
            "newsd feeds add {site}/harbour.rss {site}/observer.rss",
            "newsd once",
            "newsd consumers list",
            "newsd feeds add {site}/ledger.rdf {site}/wire.rss",
            "newsd consumers reset ops",
            "timeout 60 python receiver.py {port} 11 > received.txt & sleep 1; newsd once; wait",
            "cat received.txt",
            "newsd consumers list",
            (
                "python count.py {stream}; sqlite3 newsd.db"
                " \"SELECT count(*) || ' changes in the database' FROM newsd_change_v1\""
            ),
            "newsd tail --from 0 --no-follow --json | head -n 2 | cut -c1-100",
            (
                'sqlite3 -readonly newsd.db "SELECT host, count(*) FROM newsd_article_v1'
                ' GROUP BY host ORDER BY host"'
            ),
            'newsd query "SELECT * FROM newsd_article_v1" --parquet articles.parquet',
            (
                "python -c \"import duckdb; print(duckdb.sql('SELECT host, count(*) AS articles"
                " FROM \\'articles.parquet\\' GROUP BY host ORDER BY host'))\""
            ),
            (
                "python -c \"import pandas as pd; print(pd.read_parquet('articles.parquet')"
                ".groupby('relation', dropna=False).size())\""
            ),
            "newsd replay archive --database-url sqlite:///again.db",
            (
                f'diff <(sqlite3 newsd.db "{_SAME}") <(sqlite3 again.db "{_SAME}")'
                " && echo the same articles"
            ),
        ),
        ("sqlite3",),
        SERVING,
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
            shutil.copytree(session.folder, place, dirs_exist_ok=True)
            names = {"site": origin, "port": str(_free_port()), "stream": _stream()}
            _prepare(place, names)
            parts = [await _told(_filled(line, names), place) for line in session.commands]
    head = HEAD.format(title=session.title, about=session.about, name=name)
    return "\n".join([head, "```console", "\n".join(parts).rstrip(), "```", ""])


def _filled(line: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        line = line.replace(f"{{{name}}}", value)
    return line


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _stream() -> str:
    return f"NEWSD_{uuid4().hex[:8].upper()}"


def _prepare(place: Path, names: Mapping[str, str]) -> None:
    """Make what a session finds: an edited text, a configuration, newsd itself."""
    if (place / "original.txt").exists():
        edited = (place / "original.txt").read_text("utf-8").replace("6,300", "6,450")
        (place / "edited.txt").write_text(edited.replace(" for Oster.", " for Vimmerby."))
    if (place / "newsd.toml").exists():
        config = (place / "newsd.toml").read_text("utf-8")
        config = config.replace("PORT", names["port"]).replace("STREAM", names["stream"])
        (place / "newsd.toml").write_text(config)
    (place / "bin").mkdir()
    for name, module in (("newsd", "-m daemon"), ("python", "")):
        tool = place / "bin" / name
        tool.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {module} "$@"\n')
        tool.chmod(0o755)


async def _told(line: str, place: Path) -> str:
    """A command, and what it wrote to both its outputs."""
    path = f"{place / 'bin'}:{os.environ['PATH']}"  # noqa: TID251  for a child
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", line),
        cwd=place,
        env={**os.environ, **_LOOPBACK, "PYTHONPATH": str(ROOT), "PATH": path},  # noqa: TID251
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return f"$ {line}\n{out.decode()}"


def plain(page: str) -> list[str]:
    """A page's lines without what is another at each run: ports, times, sizes, widths."""
    page = re.sub(r"127\.0\.0\.1:(?!4222)\d+|receiver.py \d+", "HOST", page)
    page = re.sub(r"\('127\.0\.0\.1', \d+\)", "HOST", page)
    page = re.sub(r"NEWSD_[0-9A-F]{8}", "STREAM", page)
    page = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z?", "TIME", page)
    page = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(Z| UTC)", "TIME", page)
    page = re.sub(r"\b\d+\.\d+\b", "NUMBER", page)
    page = re.sub(r"(bytes +)\d+", r"\1NUMBER", page)
    page = re.sub(r"^(TIME +stored( +\d+){3} +)\d+", r"\1NUMBER", page, flags=re.MULTILINE)
    return [" ".join(line.split()) for line in page.splitlines()]


if __name__ == "__main__":
    sys.stdout.write(asyncio.run(transcript(sys.argv[1])))
