"""newsd beside its peers on a made-up news internet: `make bench`.

All contenders poll the same farm (../shared/bench/feedfarm.py) in one run: first everything is
new, then nothing is. Figures of one run compare; those of different runs do not.
"""

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BENCH = ROOT.parent / "shared" / "bench"
CONFIG = '[fetch]\nallow_networks = ["127.0.0.0/8"]\n[log]\nlevel = "error"\n'


@dataclass(frozen=True)
class Contender:
    """A poller: how it learns of the feeds, how it polls, where its articles are."""

    name: str
    follow: Callable[[Path, str], list[str]]
    poll: Callable[[Path, str], list[str]]
    count: str


def _peer(name: str, script: str, database: str, count: str) -> Contender:
    program = [sys.executable, str(BENCH / "peers" / script)]
    return Contender(
        name,
        lambda place, _: [*program, database.format(place), "import", f"{place}/feeds.txt"],
        lambda place, _: [*program, database.format(place), "update", "4"],
        count,
    )


def _newsd(*options: str) -> Callable[[Path, str], list[str]]:
    program = [sys.executable, "-m", "daemon"]
    return lambda place, database: [
        *program,
        *options,
        "--config",
        f"{place}/newsd.toml",
        "--database",
        database or f"sqlite:///{place}/newsd.db",
    ]


NAIVE = _peer("naive", "naive.py", "sqlite:///{}/naive.db", "select count(*) from articles")
READER = _peer("reader", "reader_peer.py", "{}/reader.db", "select count(*) from entries")


@contextmanager
def farm(place: Path, port: int, feeds: int, entries: int) -> Iterator[str]:
    """A running farm; yields the address of its controls."""
    program = [sys.executable, str(BENCH / "feedfarm.py"), "--port", str(port), "--prerender"]
    sizes = ["--feeds", str(feeds), "--entries", str(entries), "--truth", f"{place}/truth.jsonl"]
    with subprocess.Popen([*program, *sizes], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101  asked for above
            print(process.stdout.readline().strip(), file=sys.stderr)
            yield f"http://127.0.0.1:{port}/_farm"
        finally:
            process.terminate()


def fetch(url: str) -> bytes:
    """The body behind a control address."""
    with urllib.request.urlopen(url) as answer:  # noqa: S310  our own loopback address
        return bytes(answer.read())


def measure(command: list[str]) -> dict[str, float]:
    """What running the command cost, by `benchmarks.measured`."""
    run = [sys.executable, "-m", "benchmarks.measured", *command]
    done = subprocess.run(run, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def rows(path: Path, sql: str) -> int:
    """The number that a counting query gives."""
    with sqlite3.connect(path) as connection:
        return int(connection.execute(sql).fetchone()[0])


def contend(contender: Contender, place: Path) -> dict[str, float]:
    """Poll everything twice; what each time cost."""
    subprocess.run(contender.follow(place, ""), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    cold = measure(contender.poll(place, ""))
    articles = rows(place / f"{contender.name}.db", contender.count)
    warm = measure(contender.poll(place, ""))
    return {
        "articles": articles,
        "cold_cpu_s": cold["cpu_s"],
        "articles_per_cpu_s": round(articles / cold["cpu_s"]),
        "warm_cpu_s": warm["cpu_s"],
        "peak_mib": max(cold["peak_mib"], warm["peak_mib"]),
    }


def main() -> None:
    """Run the contenders in turn and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--entries", type=int, default=20)
    parser.add_argument("--port", type=int, default=8902)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--only", default="", help="contenders, separated by commas")
    opt = parser.parse_args()
    if not BENCH.is_dir():
        sys.exit(f"{BENCH} is not here: the farm and the peers are needed for this comparison")
    newsd = Contender(
        "newsd",
        lambda place, database: [
            *_newsd("feeds", "import", f"{place}/feeds.opml")(place, database)
        ],
        _newsd("once", "--all"),
        "select count(*) from newsd_article_v1",
    )
    contenders = [
        c for c in (NAIVE, READER, newsd) if not opt.only or c.name in opt.only.split(",")
    ]
    print(f"{opt.feeds} feeds x {opt.entries} entries, whole process tree, start included")
    print(f"{'':8}" + "".join(f"{h:>20}" for h in HEADS))
    for _ in range(opt.runs):
        _run(contenders, opt)


HEADS = ("articles", "cold_cpu_s", "articles_per_cpu_s", "warm_cpu_s", "peak_mib")


def _run(contenders: list[Contender], opt: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with farm(place, opt.port, opt.feeds, opt.entries) as controls:
            (place / "feeds.txt").write_bytes(fetch(f"{controls}/feeds"))
            (place / "feeds.opml").write_bytes(fetch(f"{controls}/opml"))
            (place / "newsd.toml").write_text(CONFIG)
            for contender in contenders:
                got = contend(contender, place)
                print(f"{contender.name:8}" + "".join(f"{got[h]:>20}" for h in HEADS), flush=True)
                time.sleep(1)


if __name__ == "__main__":
    main()
