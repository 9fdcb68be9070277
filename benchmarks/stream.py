"""A stream of labelled articles through the real digest, keeper and store.

    python -m benchmarks.stream ../shared/eval/dedup --seeds 4 --postgresql

scores the labelled stream of that folder with the scorer beside it, for several draws of the
hashes, and on both engines, whose verdicts must be equal.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from sqlalchemy import make_url, text

from daemon import words
from daemon.digest import digest
from daemon.keep import Keeper
from daemon.settings import ScheduleSettings
from daemon.tag import load_tagger
from daemon.values import Fetched, Gathered
from storage.database import Database
from storage.feeds import find_feed
from storage.following import add_feeds
from storage.migration import upgrade
from storage.values import Feed, Subscription

Item = Mapping[str, Any]
Verdicts = dict[str, tuple[str | None, str | None]]
"""Item id -> the earlier item it is a copy of, and its story."""

GROUP = 100
NOW = datetime(2100, 1, 1, tzinfo=UTC)


def deduplicate(stream: Sequence[Item], server: str | None = None) -> Verdicts:
    """What newsd makes of the items, taken in their order, each from the feed of its host.

    In a new SQLite file, or in a database of their own on a PostgreSQL `server`.
    """
    if server is None:
        with tempfile.TemporaryDirectory() as folder:
            return asyncio.run(_deduplicate(stream, f"sqlite:///{folder}/newsd.db"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE newsd_stream")
        try:
            url = make_url(server).set(database="newsd_stream")
            return asyncio.run(_deduplicate(stream, url.render_as_string(hide_password=False)))
        finally:
            connection.execute("DROP DATABASE newsd_stream WITH (FORCE)")


async def _deduplicate(stream: Sequence[Item], url: str) -> Verdicts:
    async with Database.open(url) as database:
        await upgrade(database)
        feeds = await _feeds(database, {_host(item) for item in stream})
        keeper = Keeper(database, ScheduleSettings(), "stream")
        for start in range(0, len(stream), GROUP):
            group = [_gathered(item, feeds[_host(item)]) for item in stream[start:][:GROUP]]
            await keeper.keep(group, NOW + timedelta(seconds=start))
        return await _verdicts(database, [item["id"] for item in stream])


def _host(item: Item) -> str:
    return urlsplit(item["url"]).hostname or "nowhere.example"


async def _feeds(database: Database, hosts: set[str]) -> dict[str, Feed]:
    urls = {host: f"https://{host}/feed.json" for host in hosts}
    async with database.writing() as tx:
        await add_feeds(tx, [Subscription(url) for url in urls.values()], now=NOW)
        found = {host: await find_feed(tx, url) for host, url in urls.items()}
    return {host: feed for host, feed in found.items() if feed is not None}


_TAGGER = load_tagger()


def _gathered(item: Item, feed: Feed) -> Gathered:
    """The item as the only entry of a JSON Feed."""
    entry = {"id": item["id"], "url": item["url"], "title": item["title"]}
    entry |= {"content_text": item["text"], "date_published": item["published"]}
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "", "items": [entry]}
    page = Fetched(feed.url, json.dumps(document).encode(), "application/feed+json")
    news = digest(page, frozenset(), NOW, _TAGGER, max_entries=1)
    return Gathered(feed, NOW, timedelta(), news)


async def _verdicts(database: Database, ids: Sequence[str]) -> Verdicts:
    sql = """SELECT s.guid, s.article_id, a.duplicate_of, a.story_id
             FROM newsd_sighting_v1 s JOIN newsd_article_v1 a ON a.article_id = s.article_id"""
    async with database.reading() as tx:
        rows = {row.guid: row for row in await tx.execute(text(sql))}
    first: dict[int, str] = {}
    verdicts: Verdicts = {}
    for guid in ids:
        row = rows[guid]
        same = first.setdefault(row.article_id, guid)
        earlier = same if same != guid else first.get(row.duplicate_of)
        verdicts[guid] = (earlier, None if row.story_id is None else str(row.story_id))
    return verdicts


# ---------------------------------------------------------------- several draws, both engines


def _redraw(seed: int) -> None:
    """Hash words in another way: the draw alone moves the scores a little."""
    words.BYTES[:] = words.draw(seed)


def main() -> None:
    """Print a line for each draw, and whether the engines agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="holds dedup_check.py, and open/")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--postgresql", action="store_true", help="on 127.0.0.1:5432, too")
    opt = parser.parse_args()
    sys.path.insert(0, str(opt.folder))
    scorer = import_module("dedup_check")
    stream, gold = scorer.load(str(opt.folder / "open"))
    for seed in [words.SEED, *range(1, opt.seeds)]:
        _redraw(seed)
        found = deduplicate(stream)
        score = scorer.score(stream, gold, found)
        told = f"seed {seed:<9} P {score['precision']:.4f}  R {score['recall']:.4f}"
        told += f"  ARI {score['dup_ari']:.4f}  false {score['fp']}"
        told += f"  stories {score['story_b3'][2]:.4f}"
        if opt.postgresql:
            same = deduplicate(stream, "postgresql://postgres@127.0.0.1/postgres") == found
            told += f"  PostgreSQL {'agrees' if same else 'DIFFERS'}"
        print(told, flush=True)


if __name__ == "__main__":
    main()
