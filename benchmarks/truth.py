"""Does the database hold what the farm published, once and no more: cold, warm and changed polls.

    python -m benchmarks.truth [--engine sqlite|postgresql] [--kills 20]

With `--kills`, `newsd once --all` is then killed (-9) that many times at random moments while the
farm goes on publishing, before a last, whole round. Nothing may be lost and nothing doubled.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.farm import BENCH, CONFIG, ROOT, farm, fetch, rows

SERVER = "postgresql://postgres@127.0.0.1:5432"
SQL = (
    "select s.guid, a.first_seen_at from newsd_sighting_v1 s"
    " join newsd_article_v1 a on a.article_id = s.article_id"
)
DOUBLES = (
    "select count(*) - count(distinct canonical_url) from newsd_article_v1",
    "select count(*) - coalesce(max(seq), 0) from newsd_change_v1",
    """select count(*) from newsd_article_v1 where article_id not in
       (select article_id from newsd_change_v1 where kind = 'created')""",
)
"""Each is 0: no article twice, no hole in the change log, no article that it does not tell of."""


@contextmanager
def database(engine: str, place: Path) -> Iterator[str]:
    """A database of its own; gone afterwards."""
    if engine == "sqlite":
        yield f"sqlite:///{place}/newsd.db"
        return
    name = f"newsd_truth_{int(time.monotonic() * 1000)}"
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
        server.execute(f"create database {name}".encode())
        try:
            yield f"{SERVER}/{name}"
        finally:
            server.execute(f"drop database {name} with (force)".encode())


def newsd(place: Path, url: str, *options: str) -> list[str]:
    """The command line of one newsd command."""
    config = ["--config", f"{place}/newsd.toml", "--database", url]
    return [sys.executable, "-m", "daemon", *options, *config]


def round_over(place: Path, url: str) -> float:
    """One whole round over all feeds; its wall seconds."""
    began = time.monotonic()
    command = newsd(place, url, "once", "--all")
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def killed(place: Path, url: str, after: float) -> None:
    """Start a round and end it without a word."""
    command = newsd(place, url, "once", "--all")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            if process.wait(after):
                sys.exit(f"a round ended with {process.returncode} before it was killed")
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)


def verify(place: Path, url: str, label: str) -> bool:
    """Compare the database with the ground truth and print what differs."""
    db = url.replace("postgresql:", "postgresql+psycopg:")
    script = [sys.executable, str(BENCH / "feedfarm_verify.py"), "--format", "json"]
    done = subprocess.run(
        [*script, "--truth", f"{place}/truth.jsonl", "--db", db, "--sql", SQL, "--key", "guid"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    holes = [count(place, url, sql) for sql in DOUBLES]
    print(f"{label:28} {'ok' if done.returncode == 0 else 'WRONG'} {done.stdout.strip()} {holes}")
    return done.returncode == 0 and not any(holes)


def count(place: Path, url: str, sql: str) -> int:
    """The number that a counting query gives, on either engine."""
    if url.startswith("postgresql"):
        with psycopg.connect(url) as connection:
            row = connection.execute(sql.encode()).fetchone()
            return int(row[0]) if row and row[0] is not None else 0
    return rows(place / "newsd.db", sql)


def main() -> None:
    """Poll, verify, publish, poll, verify; and kill in between if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--entries", type=int, default=20)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=8903)
    opt = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database(opt.engine, Path(folder)) as url:
        place = Path(folder)
        (place / "newsd.toml").write_text(CONFIG)
        with farm(place, opt.port, opt.feeds, opt.entries) as controls:
            (place / "feeds.opml").write_bytes(fetch(f"{controls}/opml"))
            sys.exit(0 if _truth(place, url, controls, opt) else 1)


def _truth(place: Path, url: str, controls: str, opt: argparse.Namespace) -> bool:
    subprocess.run(newsd(place, url, "db", "upgrade"), cwd=ROOT, check=True)
    command = newsd(place, url, "feeds", "import", f"{place}/feeds.opml")
    subprocess.run(command, cwd=ROOT, check=True)
    results = []
    for label in ("cold", "warm", "changed"):
        seconds = round_over(place, url)
        results.append(verify(place, url, f"{opt.engine} {label} {seconds:.1f} s"))
        fetch(f"{controls}/publish?share=0.5&items={2 if label == 'warm' else 0}")
    draw = random.Random(opt.seed)  # noqa: S311  moments to kill at, not secrets
    for number in range(opt.kills):
        # what leaves a feed's window before a round reads it is lost to any poller
        fetch(f"{controls}/publish?share=0.6&items=1")
        killed(place, url, draw.uniform(0.3, 1.2 * seconds))
        print(f"\rkilled {number + 1} of {opt.kills}", end="", file=sys.stderr)
    if opt.kills:
        round_over(place, url)
        results.append(verify(place, url, f"{opt.engine} after {opt.kills} kills"))
    return all(results)


if __name__ == "__main__":
    main()
