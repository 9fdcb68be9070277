"""How long the documented questions take: `python -m benchmarks.serve.queries --articles 1000000`.

Each question of docs/query/README.md is asked `--times` times on SQLite and PostgreSQL, with
other values each time: common ones often, rare ones seldom. Milliseconds, from asking until the
last row is read, and rows on average; `--plans` prints the plan of each. The server is that of
NEWSD_TEST_PG_URL or the one on 127.0.0.1:5432; `--only` asks one engine alone.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import make_url, text

from benchmarks.serve.made_up import ENTITIES, HOSTS, LANGUAGES, NOW, few, fill
from daemon.tag.taxonomy import load_taxonomy
from storage.database import Database, Transaction
from storage.migration import upgrade
from tests.postgres import postgres_server, run_sql
from tests.queries import questions, values

_TOPICS = tuple(sorted(t for t, path in load_taxonomy().paths.items() if len(path) <= 2))
_EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN (ANALYZE, COSTS OFF) "}


def drawn(draw: random.Random, dialect: str, articles: int) -> Mapping[str, Any]:
    """What somebody may ask for."""
    until = NOW - timedelta(days=draw.choice((0, 0, 1, 2, 7)))
    since = until - timedelta(days=1)
    asked = {
        "topic": _TOPICS[few(draw, len(_TOPICS))],
        "entity": f"Q{few(draw, ENTITIES)}",
        "other": f"Q{few(draw, 100)}",
        "host": f"host{few(draw, HOSTS)}.example",
        "story": draw.randint(1, articles // 3),
        "article": draw.randint(1, articles),
        "language": draw.choice(LANGUAGES),
        "seq": articles - few(draw, articles),
    }
    if dialect == "postgresql":
        return {**asked, "since": since, "until": until}
    plain = "%Y-%m-%d %H:%M:%S.%f"
    return {**asked, "since": since.strftime(plain), "until": until.strftime(plain)}


async def measure(url: str, options: argparse.Namespace) -> None:
    """Fill a database and ask it."""
    began = time.monotonic()
    async with Database.open(url) as database:
        await upgrade(database)
        await fill(database, options.articles)
        async with database.writing() as tx:
            await tx.exec_driver_sql("ANALYZE")
        took = time.monotonic() - began
        print(f"\n{database.dialect}: {options.articles} articles, made in {took:.0f} s")
        print(f"{'question':18} {'p50 ms':>8} {'p95 ms':>8} {'rows':>6}")
        for name, sql in questions().items():
            async with database.reading() as tx:
                await _ask(tx, name, sql, options)


async def _ask(tx: Transaction, name: str, sql: str, options: argparse.Namespace) -> None:
    draw, dialect = random.Random(name), tx.dialect.name  # noqa: S311  the same each time
    spent, rows = list[float](), 0
    for _ in range(options.times):
        asked = values(sql, drawn(draw, dialect, options.articles), dialect)
        began = time.perf_counter()
        rows += len((await tx.execute(text(sql), asked)).all())
        spent.append((time.perf_counter() - began) * 1000)
    spent.sort()
    p50, p95 = spent[len(spent) // 2], spent[int(len(spent) * 0.95)]
    print(f"{name:18} {p50:8.1f} {p95:8.1f} {rows / options.times:6.0f}", flush=True)
    if options.plans:
        plan = await tx.execute(text(_EXPLAIN[dialect] + sql), asked)
        print("\n".join(f"    {row[-1]}" for row in plan))


def main(options: argparse.Namespace) -> None:
    """Ask both engines, one after the other."""
    if options.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            _run(f"sqlite:///{Path(folder) / 'news.db'}", options)
    if options.only != "sqlite":
        with postgres_server() as server:
            name = f"newsd_bench_{uuid4().hex[:8]}"
            asyncio.run(run_sql(server, f"CREATE DATABASE {name}"))
            try:
                url = make_url(server).set(database=name)
                _run(url.render_as_string(hide_password=False), options)
            finally:
                asyncio.run(run_sql(server, f"DROP DATABASE {name} WITH (FORCE)"))


def _run(url: str, options: argparse.Namespace) -> None:
    asyncio.run(measure(url, options))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--plans", action="store_true")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    main(parser.parse_args())
