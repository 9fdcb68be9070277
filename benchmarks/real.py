"""Real feeds, served on loopback and polled once: every entry must be accounted for.

    python -m benchmarks.real [FOLDER]

For each feed: the recorded outcome, the entries that feedparser (or the JSON Feed specification)
sees, and what became of them. Ends with 1 when an entry is neither an article nor a stated reason.
"""

import argparse
import asyncio
import io
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import feedparser
from aiohttp import web

from benchmarks.farm import CONFIG, ROOT

SAVED = ROOT.parent / "shared" / "eval" / "parse" / "open" / "real"


@dataclass(frozen=True)
class Saved:
    """A document as a server once sent it."""

    name: str
    body: bytes
    content_type: str

    @property
    def entries(self) -> int:
        """Entries that the reference sees."""
        if self.body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
            return len(json.loads(self.body.decode("utf-8-sig")).get("items", []))
        parsed = feedparser.parse(
            io.BytesIO(self.body), response_headers={"content-type": self.content_type}
        )
        return len(parsed.entries)


def saved(folder: Path) -> Iterator[Saved]:
    """The documents of a folder, with the headers noted beside them."""
    for note in sorted(folder.rglob("*.expected.json")):
        facts = json.loads(note.read_text())
        headers = {k.lower(): v for k, v in (facts.get("headers") or {}).items()}
        body = (note.parent / facts["file"]).read_bytes()
        yield Saved(facts["file"], body, headers.get("content-type", "application/xml"))


async def poll(documents: list[Saved], place: Path) -> None:
    """Serve the documents and poll each of them once."""
    by_path = {f"/{number}/{d.name}": d for number, d in enumerate(documents)}

    async def answer(request: web.Request) -> web.Response:
        document = by_path[request.path]
        return web.Response(body=document.body, headers={"Content-Type": document.content_type})

    app = web.Application()
    app.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    outlines = "".join(f'<outline text="x" xmlUrl="{origin}{path}"/>' for path in by_path)
    (place / "feeds.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>')
    (place / "newsd.toml").write_text(CONFIG + "[schedule]\nmax_backoff = '1h'\n")
    command = [sys.executable, "-m", "daemon", "once", "--all", "--max-failed", "1"]
    options = ["--feeds", f"{place}/feeds.opml", "--config", f"{place}/newsd.toml"]
    process = await asyncio.create_subprocess_exec(
        *command, *options, "--database", f"sqlite:///{place}/newsd.db", cwd=ROOT
    )
    code = await process.wait()
    await runner.cleanup()
    if code:
        raise subprocess.CalledProcessError(code, command)


def report(documents: list[Saved], place: Path) -> int:
    """Print a line for each feed; the number of entries nobody accounts for."""
    sql = """select f.url, p.outcome, p.items, p.created, p.revised, p.duplicates, p.rejected,
             p.reasons, p.error from newsd_poll_v1 p join newsd_feed_v1 f using (feed_id)
             order by f.feed_id"""
    with sqlite3.connect(place / "newsd.db") as connection:
        polls = connection.execute(sql).fetchall()
    lost = len(documents) - len(polls)
    for document, row in zip(documents, polls, strict=False):
        _, outcome, items, created, revised, duplicates, rejected, reasons, error = row
        missing = document.entries - created - revised - duplicates - rejected
        lost += max(missing, 0)
        odd = "" if missing == 0 else f"  <- {missing} of {document.entries} not accounted for"
        counts = f"{items:5} items {created:5} new {duplicates:3} repeated {rejected:3} rejected"
        print(f"{document.name[:44]:44} {outcome:10} {counts} {reasons} {error or ''}{odd}")
    total = sum(d.entries for d in documents)
    made = sum(row[3] for row in polls)
    print(f"{len(polls)} polls of {len(documents)} feeds; the reference sees {total} entries;")
    print(f"{made} became articles; {lost} not accounted for")
    return lost


def main() -> None:
    """Serve, poll, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SAVED)
    folder = parser.parse_args().folder
    documents = list(saved(folder))
    if not documents:
        sys.exit(f"{folder}: no saved feeds here (each needs NAME.expected.json beside it)")
    with tempfile.TemporaryDirectory() as place:
        asyncio.run(poll(documents, Path(place)))
        sys.exit(1 if report(documents, Path(place)) else 0)


if __name__ == "__main__":
    main()
