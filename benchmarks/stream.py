"""A stream of labelled articles through the real digest, keeper and SQLite store."""

import asyncio
import json
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import text

from daemon.digest import digest
from daemon.keep import Keeper
from daemon.settings import ScheduleSettings
from daemon.tag import load_tagger
from daemon.values import Fetched, Gathered
from storage.database import Database
from storage.feeds import find_feed
from storage.following import add_feeds
from storage.migration import ensure_schema
from storage.values import Feed, Subscription

Item = Mapping[str, Any]
Verdicts = dict[str, tuple[str | None, str | None]]
"""Item id -> the earlier item it is a copy of, and its story."""

GROUP = 100
NOW = datetime(2100, 1, 1, tzinfo=UTC)


def deduplicate(stream: Sequence[Item]) -> Verdicts:
    """What newsd makes of the items, taken in their order, each from the feed of its host."""
    return asyncio.run(_deduplicate(stream))


async def _deduplicate(stream: Sequence[Item]) -> Verdicts:
    with tempfile.TemporaryDirectory() as folder:
        async with Database.open(f"sqlite:///{folder}/newsd.db") as database:
            await ensure_schema(database)
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
