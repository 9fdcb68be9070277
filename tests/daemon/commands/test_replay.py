"""Archive and replay by command: rounds, pages, files given by hand, a replay that is killed."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.__main__ import main
from storage.database import Database
from tests.daemon.commands.sites import http_site
from tests.daemon.pages import Item, rss
from tests.daemon.test_replay import COPIES, contents, filler, item
from tests.sql import one

ROOT = Path(__file__).parents[3]
Newsd = Callable[..., str]
PAGE = """<!doctype html><html lang="en"><head><title>{0}</title>
<meta property="article:published_time" content="2025-10-18T09:00:00Z"></head><body><article>
<h1>{0}</h1><p>After eleven dark years the lighthouse on {0} was lit again on Saturday evening.
Volunteers had cleaned the lens and mended the stairs in the spring.</p><p>The harbour master said
that the boats of {0} would be glad of the light in the coming winter.</p></article></body></html>
"""


def found_in(url: str) -> dict[str, object]:
    async def read() -> dict[str, object]:
        async with Database.open(url) as database:
            return await contents(database)

    return asyncio.run(read())


def count(url: str, query: str) -> int:
    async def read() -> int:
        async with Database.open(url) as database:
            return int(await one(database, query))

    return asyncio.run(read())


@pytest.fixture
def newsd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Newsd:
    monkeypatch.setenv("NEWSD_FETCH__ALLOW_NETWORKS", "127.0.0.1/32")
    monkeypatch.setenv("NEWSD_FETCH__ROBOTS", "never")
    monkeypatch.setenv("NEWSD_DIGEST__WORKERS", "1")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/news.db")

    def run(*args: str, status: int = 0) -> str:
        assert main(list(args)) == status, capfd.readouterr().err
        told = capfd.readouterr()
        return told.out if status == 0 else told.err

    return run


@pytest.fixture
def archived(newsd: Newsd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of an archive of three rounds, and of files given by hand."""
    folder = tmp_path / "archive"
    monkeypatch.setenv("NEWSD_ARCHIVE__DIR", str(folder))
    pages: dict[str, tuple[int, bytes]] = {}
    with http_site(pages) as port:
        site = f"http://127.0.0.1:{port}"
        places = ("Gull Rock", "Seal Head", "Otter Point")
        short = [Item(place, f"{place} lit again", "It is lit.", f"{site}/{n}.html")
                 for n, place in enumerate(places)]  # fmt: skip
        pages |= {f"/{n}.html": (200, PAGE.format(p).encode()) for n, p in enumerate(places)}
        del pages["/2.html"]
        newsd("feeds", "add", "--unasked", f"{site}/a.rss")
        newsd("feeds", "add", "--unasked", f"{site}/b.rss", "--full-text", "always")
        for number in range(3):
            fillers = [filler(n) for n in range(number * 3, number * 3 + 9)]
            pages["/a.rss"] = 200, rss([item("original", "a", "." * number), *fillers])
            pages["/b.rss"] = 200, rss(short[: number + 1])
            newsd("once", "--all", "--json")
    rows = [{"url": f"https://c.example/{n}", "title": f"Copy {n}", "published": "2025-10-18",
             "text": (COPIES / f"{name}.txt").read_text()}
            for n, name in enumerate(("4_respun", "1_near"))]  # fmt: skip
    handed = tmp_path / "handed.jsonl"
    handed.write_text("\n".join([*map(json.dumps, rows), '{"title": 3}']))
    newsd("ingest", str(handed), "--source", "by-hand")
    monkeypatch.delenv("NEWSD_ARCHIVE__DIR")
    return folder


def test_a_replay_gives_the_same_as_the_rounds_did(
    newsd: Newsd, archived: Path, tmp_path: Path, postgres_url: str
) -> None:
    then = found_in(f"sqlite:///{tmp_path}/news.db")
    assert [row for row in then["articles"] if "page" in row]  # type: ignore[attr-defined]
    read = json.loads(newsd("replay", str(archived), "--dry-run", "--json"))
    assert (read["polls"], read["damaged"]) == (7, 0)
    for url in (f"sqlite:///{tmp_path}/again.db", postgres_url):
        told = json.loads(newsd("replay", str(archived), "--database-url", url, "--json"))
        assert (told["polls"], told["failed"]) == (7, 0)
        now = found_in(url)
        for part, rows in then.items():
            assert now[part] == rows, part
    # the database that it was made from has all of it already
    told = json.loads(newsd("replay", str(archived), "--json"))
    assert (told["polls"], told["skipped"], told["created"]) == (0, 7, 0)
    assert "later" not in newsd("replay", str(archived), "--json")


def test_what_was_taken_back_is_taken_back_again(
    newsd: Newsd, archived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSD_ARCHIVE__DIR", str(archived))
    assert newsd("articles", "retract", "1", "3", "--why", "asked for") == "2 retracted\n"
    other = f"sqlite:///{tmp_path}/other.db"
    newsd("replay", str(archived), "--database-url", other)
    there = found_in(other)
    assert sum(row[-2] for row in there["articles"]) == 2  # type: ignore[attr-defined]
    was = found_in(f"sqlite:///{tmp_path}/news.db")
    for part in ("articles", "stories", "topics", "entities", "revisions"):
        # they were taken back a moment after it was written down
        assert len(there[part]) == len(was[part]), part  # type: ignore[arg-type]
    assert json.loads(newsd("replay", str(archived), "--database-url", other, "--json"))


def test_a_replay_does_not_go_back_in_time(newsd: Newsd, archived: Path, tmp_path: Path) -> None:
    handed = tmp_path / "later.txt"
    handed.write_text("Ferries\n\nFerries across the sound run every ten minutes now, it seems.")
    other = f"sqlite:///{tmp_path}/other.db"
    newsd("ingest", str(handed), "--database", other)
    said = newsd("replay", str(archived), "--database-url", other, status=2)
    assert "replay into a new database" in said


@pytest.mark.threat("H1")
def test_a_replay_that_is_killed_goes_on(newsd: Newsd, archived: Path, tmp_path: Path) -> None:
    whole, killed = f"sqlite:///{tmp_path}/whole.db", f"sqlite:///{tmp_path}/killed.db"
    newsd("replay", str(archived), "--database-url", whole)
    newsd("db", "upgrade", "--database", killed)
    # one process after the other, each killed once it has written something more
    polls = "SELECT count(*) FROM newsd_poll_v1"
    for _ in range(3):
        before = count(killed, polls)
        with subprocess.Popen(
            [sys.executable, "-m", "daemon", "replay", str(archived), "--database-url", killed],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            while process.poll() is None and count(killed, polls) == before:
                """It works."""
            process.kill()
    newsd("replay", str(archived), "--database-url", killed)
    assert found_in(killed) == found_in(whole)


@pytest.mark.usefixtures("newsd")
def test_what_is_damaged_is_named_and_the_rest_is_replayed(
    archived: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first, *_ = sorted(archived.glob("*.warc.gz"))
    os.truncate(first, first.stat().st_size - 40)
    other = f"sqlite:///{tmp_path}/other.db"
    assert main(["replay", str(archived), "--database-url", other, "--json"]) == 0
    out, err = capfd.readouterr()
    told = json.loads(out)
    assert (told["polls"], told["damaged"]) == (6, 1)
    assert f"damaged: {first}: byte " in err


def test_what_is_no_archive_is_refused(newsd: Newsd, tmp_path: Path) -> None:
    (tmp_path / "x.warc.gz").write_bytes(b"nothing")
    said = newsd("replay", str(tmp_path / "x.warc.gz"), "--dry-run", status=2)
    assert "nothing of newsd is in these files" in said
    assert "no such file" in newsd("replay", str(tmp_path / "y"), status=2)
    (tmp_path / "empty").mkdir()
    assert "holds no *.warc.gz" in newsd("replay", str(tmp_path / "empty"), status=2)


def test_an_archive_needs_a_place(
    newsd: Newsd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NEWSD_ARCHIVE__DIR", str(tmp_path / "file"))
    assert "archive.dir: " in newsd("once", status=78)
