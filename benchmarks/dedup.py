"""What finding copies costs as the database grows: `python -m benchmarks.dedup`.

Made-up articles (a Zipf vocabulary, names and numbers among the words) are marked, looked up and
kept in batches of a hundred, as the daemon does it: keys probed, marks read, candidates compared,
new keys and marks written. Between the measurements the tables are filled with random keys. CPU
microseconds an article: of this process, and of the database's own process on PostgreSQL. In the
same run: datasketch and rensa, which hold MinHash signatures in memory. How well copies are found
is another question: see docs/decisions.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import psutil
from datasketch import MinHash, MinHashLSH
from rensa import RMinHash, RMinHashLSH
from sqlalchemy import text

from daemon.dedup import likeness, names_of, nearest
from daemon.dedup.copies import compare
from daemon.words import read_words
from storage.database import Database
from storage.marks import marks_of, postings, save_marks
from storage.migration import upgrade
from storage.values import CROWDED, Likeness, Marks

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BATCH, MEASURED, FILLED = 100, 2_000, 1_000
KEYS = 11
PERMUTATIONS, BANDS = 64, 16
_VOCABULARY, _NAMES = 40_000, 20_000
_SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT sum(pg_total_relation_size(t::regclass))"
    " FROM unnest(ARRAY['dedup_key', 'fingerprint']) AS t",
}


def made_up(draw: random.Random) -> str:
    """A text of about three hundred words."""
    words = []
    for _ in range(draw.randint(120, 480)):
        rank = int(_VOCABULARY ** draw.random())
        words.append(f"word{rank}")
        if draw.random() < 0.12:
            words.append(f"Name{int(_NAMES ** draw.random())}")
        if draw.random() < 0.02:
            words.append(str(draw.randint(2, 9999)))
    return " ".join(words)


def like(words: str) -> Likeness:
    """Keys and marks of a text."""
    read = read_words(words)
    return likeness(read, names_of(read))


def random_likeness(draw: random.Random) -> Likeness:
    """As big as a real one, and like nothing."""
    keys = tuple({draw.getrandbits(32) - (1 << 31) for _ in range(KEYS)})
    names = "".join(chr(draw.randrange(0xD800)) for _ in range(45)).encode("utf-16-le")
    marks = Marks(300, draw.randbytes(300), draw.randbytes(24), names)
    return Likeness(keys, marks, b"")


# ---------------------------------------------------------------- the store


async def look_up_and_keep(database: Database, batch: Sequence[tuple[int, Likeness]]) -> int:
    """One batch, as `daemon.keep` does it; how many comparisons it took."""
    compared = 0
    async with database.writing() as tx:
        found = await postings(tx, {k for _, new in batch for k in new.keys}, now=NOW)
        near = {i: nearest(new.keys, found) for i, new in batch}
        marks = await marks_of(tx, {held for some in near.values() for held in some})
        for i, new in batch:
            for held in near[i]:
                compared += 1
                compare(marks[held][0], new)
        crowded = {key for key, ids in found.items() if len(ids) >= CROWDED}
        await save_marks(tx, batch, crowded, now=NOW)
    return compared


async def measure(database: Database, first_id: int) -> float:
    """CPU microseconds an article, over `MEASURED` of them; nothing of them is left behind."""
    draw = random.Random(7)  # noqa: S311  the same articles in each measurement
    arrivals = [(first_id + n, like(made_up(draw))) for n in range(MEASURED)]
    began = _cpu()
    for start in range(0, MEASURED, BATCH):
        await look_up_and_keep(database, arrivals[start:][:BATCH])
    spent = _cpu() - began
    async with database.writing() as tx:
        for table in ("dedup_key", "fingerprint"):
            await tx.execute(text(f"DELETE FROM {table} WHERE article_id >= {first_id}"))
    return spent / MEASURED * 1e6


def _cpu() -> float:
    """Seconds of this process and of PostgreSQL's, where one runs here."""
    servers = [p for p in psutil.process_iter(["name"]) if p.info["name"] == "postgres"]
    used = [p.cpu_times() for p in servers]
    return time.process_time() + float(sum(one.user + one.system for one in used))


async def fill(database: Database, ids: range) -> None:
    """Articles that nothing is like."""
    draw = random.Random(ids.start)  # noqa: S311
    for start in range(ids.start, ids.stop, FILLED):
        some = [(i, random_likeness(draw)) for i in range(start, min(start + FILLED, ids.stop))]
        async with database.writing() as tx:
            await save_marks(tx, some, (), now=NOW)


async def size(database: Database) -> int:
    """Bytes."""
    async with database.reading() as tx:
        return int((await tx.execute(text(_SIZES[database.dialect]))).scalar_one())


@asynccontextmanager
async def opened(url: str | None) -> AsyncIterator[Database]:
    """A new SQLite file, or an empty PostgreSQL database that the caller made."""
    with tempfile.TemporaryDirectory() as folder:
        async with Database.open(url or f"sqlite:///{folder}/newsd.db") as database:
            await upgrade(database)
            yield database


async def grow(url: str | None, sizes: Sequence[int]) -> None:
    """Print what an article costs at each size, and what one takes on disk."""
    async with opened(url) as database:
        empty, held, first = await size(database), 1, 0.0
        for wanted in sizes:
            await fill(database, range(held, wanted + 1))
            held = wanted + 1
            if database.dialect == "postgresql":
                async with database.session("newsd benchmark") as session:
                    await session.execute(text("VACUUM ANALYZE dedup_key"))
            await measure(database, held)  # warm
            spent = await measure(database, held)
            first = first or spent
            each = (await size(database) - empty) / wanted
            _row(database.dialect, wanted, spent, spent / first, f"{each:.0f} B on disk")


# ---------------------------------------------------------------- in memory, to compare


def in_memory(wanted: int) -> None:
    """What two libraries take to sign, look up and keep an article."""
    draw = random.Random(7)  # noqa: S311
    texts = [made_up(draw).split() for _ in range(MEASURED)]
    shingles = [
        [" ".join(four) for four in zip(*(words[i:] for i in range(4)), strict=False)]
        for words in texts
    ]
    for name, run in (("datasketch", _datasketch), ("rensa", _rensa)):
        began = time.process_time()
        run(shingles)
        _row(name, wanted, (time.process_time() - began) / MEASURED * 1e6, None, "in memory")
    began = time.process_time()
    for words in texts:
        like(" ".join(words))
    spent = (time.process_time() - began) / MEASURED * 1e6
    _row("newsd's marks", wanted, spent, None, "no look-up")


def _datasketch(texts: Sequence[Sequence[str]]) -> None:
    index = MinHashLSH(threshold=0.5, num_perm=PERMUTATIONS)
    for number, shingles in enumerate(texts):
        signature = MinHash(num_perm=PERMUTATIONS)
        signature.update_batch([shingle.encode() for shingle in shingles])
        index.query(signature)
        index.insert(number, signature)


def _rensa(texts: Sequence[Sequence[str]]) -> None:
    index = RMinHashLSH(threshold=0.5, num_perm=PERMUTATIONS, num_bands=BANDS)
    for number, shingles in enumerate(texts):
        signature = RMinHash(num_perm=PERMUTATIONS, seed=1)
        signature.update(list(shingles))
        index.query(signature)
        index.insert(number, signature)


def _row(name: str, held: int, spent: float, growth: float | None, note: str) -> None:
    grown = f"{growth:.2f}x" if growth is not None else ""
    print(f"{name:14}{held:>12,}{spent:>10.0f} us{grown:>8}  {note}", flush=True)


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--database", help="an empty PostgreSQL database, instead of SQLite")
    opt = parser.parse_args()
    print(f"{'':14}{'articles':>12}{'CPU each':>13}{'grown':>8}")
    asyncio.run(grow(opt.database, sorted(opt.articles)))
    in_memory(MEASURED)


if __name__ == "__main__":
    main()
