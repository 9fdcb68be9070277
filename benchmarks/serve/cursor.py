"""Does a reader of `seq > last` miss anything? `python -m benchmarks.serve.cursor --seconds 60`.

Eight writers on PostgreSQL, in two processes, and one reader that looks as `newsd tail` does. The
same with numbers from a plain sequence shows that the question is worth asking.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from statistics import quantiles
from typing import Any

from sqlalchemy import text

from benchmarks.serve.supply import postgresql, publish
from daemon.commands.tail import NAP
from storage.changes import changes_after
from storage.database import Database, Transaction
from storage.reading import changes_page

PROCESSES, TASKS = 2, 4
GROUP = 2
"""Articles a transaction."""
_HESITATE = "SELECT pg_sleep(random() * 0.01)"
_SEQUENCE = "CREATE TABLE numbered (seq bigserial PRIMARY KEY, writer int NOT NULL)"
_ORDERS = ("clock", "sequence")
Read = Callable[[Transaction, int], Awaitable[list[int]]]


async def write_by_clock(database: Database) -> list[int]:
    """As the daemon does it."""
    return [change.seq for change in await publish(database, GROUP)]


async def write_by_sequence(database: Database) -> list[int]:
    """As one would naturally do it; some commits take longer than others."""
    async with database.writing() as tx:
        insert = text("INSERT INTO numbered (writer) VALUES (1), (1) RETURNING seq")
        numbers = list((await tx.execute(insert)).scalars())
        await tx.execute(text(_HESITATE))
    return numbers


async def read_by_clock(tx: Transaction, last: int) -> list[int]:
    """As `newsd tail` does it."""
    page = await changes_page(tx, last, limit=500)
    return [line["seq"] for line in page.lines]


async def read_by_sequence(tx: Transaction, last: int) -> list[int]:
    """The same question to the other table."""
    query = text("SELECT seq FROM numbered WHERE seq > :last ORDER BY seq LIMIT 500")
    return list((await tx.execute(query, {"last": last})).scalars())


async def write(url: str, order: str, seconds: float) -> None:
    """Write for so long; then print when each number was known to be committed, and the CPU."""
    committed: dict[int, float] = {}
    one = write_by_clock if order == "clock" else write_by_sequence
    end = time.monotonic() + seconds

    async def keep_writing(database: Database) -> None:
        while time.monotonic() < end:
            for number in await one(database):
                committed[number] = time.monotonic()

    async with Database.open(url) as database, asyncio.TaskGroup() as group:
        for _ in range(TASKS):
            group.create_task(keep_writing(database))
    print(json.dumps({"committed": committed, "cpu": time.process_time()}))


async def follow(database: Database, read: Read, is_over: Callable[[], bool]) -> dict[int, float]:
    """When each number was seen by a reader that asks for what follows the last one."""
    seen: dict[int, float] = {}
    last = 0
    while True:
        over = is_over()
        async with database.reading() as tx:
            new = await read(tx, last)
        now = time.monotonic()
        seen |= dict.fromkeys(new, now)
        last = new[-1] if new else last
        if over and not new:
            return seen
        if not new:
            await asyncio.sleep(NAP)


async def race(order: str, seconds: float) -> None:
    """Writers beside a reader, and what the reader missed."""
    read = read_by_clock if order == "clock" else read_by_sequence
    async with postgresql() as url, Database.open(url) as database:
        async with database.writing() as tx:
            await tx.execute(text(_SEQUENCE))
        command = (sys.executable, "-m", "benchmarks.serve.cursor", "--write", order)
        options = ("--url", url, "--seconds", str(seconds))
        writers = [
            await asyncio.create_subprocess_exec(
                *command, *options, stdout=asyncio.subprocess.PIPE
            )
            for _ in range(PROCESSES)
        ]
        ends = [asyncio.create_task(writer.communicate()) for writer in writers]
        cpu = time.process_time()
        seen = await follow(database, read, lambda: all(end.done() for end in ends))
        cpu = time.process_time() - cpu
        _tell(order, seen, [json.loads(end.result()[0]) for end in ends], cpu)
        if order == "clock":
            async with database.reading() as tx:
                kept = len(await changes_after(tx, 0, limit=10**9))
            print(f"{order:9} the log holds {kept}, the reader saw {len(seen)}")


def _tell(
    order: str, seen: Mapping[int, float], told: Sequence[Mapping[str, Any]], cpu: float
) -> None:
    committed = {int(n): at for one in told for n, at in one["committed"].items()}
    skipped = len(committed.keys() - seen.keys())
    delays = [max(0.0, seen[n] - at) * 1000 for n, at in committed.items() if n in seen]
    cuts = quantiles(delays, n=20)
    writing = sum(one["cpu"] for one in told)
    print(
        f"{order:9} {len(committed)} rows committed by {PROCESSES * TASKS} writers, "
        f"{skipped} skipped ({skipped / len(committed):.1%}); seen after p50 {cuts[9]:.0f} ms, "
        f"p95 {cuts[18]:.0f} ms; CPU s: reader {cpu:.2f}, writers {writing:.2f}",
        flush=True,
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--write", choices=_ORDERS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    opt = parser.parse_args()
    if opt.write:
        asyncio.run(write(opt.url, opt.write, opt.seconds))
        return
    for order in _ORDERS:
        asyncio.run(race(order, opt.seconds))


if __name__ == "__main__":
    main()
