"""A database of many made-up articles: hosts, topics and names as unevenly spread as real ones."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table

from daemon.tag.taxonomy import load_taxonomy
from storage.bulk import insert_rows
from storage.changes import advance_clock
from storage.database import Database
from storage.schema import (
    article,
    article_entity,
    article_revision,
    article_text,
    article_topic,
    changes,
    sighting,
    story,
)

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
SPAN = timedelta(days=30)
CHUNK = 2_000
HOSTS, ENTITIES, FEEDS = 2_000, 20_000, 3_000
LANGUAGES = ("en",) * 12 + ("de", "fr", "es", "pt", "it", "nl", "pl", "uk")
_COPIES, _REVISED, _STORY = 0.15, 0.03, 3
_WORDS = tuple(f"word{n}" for n in range(30_000))
_TAXONOMY = load_taxonomy()
_FINER = tuple(sorted(t for t, path in _TAXONOMY.paths.items() if len(path) == 2))


def few(draw: random.Random, most: int) -> int:
    """A number below `most`: the small ones often, as Zipf has it."""
    return int(most ** draw.random()) - 1


@dataclass(frozen=True, slots=True)
class Texts:
    """Some texts that articles share, so that making them up takes no time."""

    titles: Sequence[str]
    bodies: Sequence[str]


def texts(draw: random.Random) -> Texts:
    """Titles of nine words, texts of two hundred."""
    titles = [_line(draw, 9) for _ in range(5_000)]
    return Texts(titles, [_line(draw, 200) for _ in range(500)])


def _line(draw: random.Random, words: int) -> str:
    return " ".join(_WORDS[few(draw, len(_WORDS))] for _ in range(words))


async def fill(database: Database, articles: int, *, seed: int = 1) -> None:
    """Put so many articles into an empty, migrated database."""
    draw = random.Random(seed)  # noqa: S311  the same each time
    shared = texts(draw)
    for first in range(1, articles + 1, CHUNK):
        ids = range(first, min(first + CHUNK, articles + 1))
        rows: dict[Table, list[dict[str, Any]]] = {}
        for one in ids:
            for table, row in _rows(draw, shared, one, articles):
                rows.setdefault(table, []).append(row)
        async with database.writing() as tx:
            for table, some in rows.items():
                await insert_rows(tx, table, some)
            await advance_clock(tx, ids[-1])


def _rows(
    draw: random.Random, shared: Texts, one: int, of: int
) -> Iterator[tuple[Table, dict[str, Any]]]:
    at = NOW - SPAN * (1 - one / of)
    title, words = draw.choice(shared.titles), draw.choice(shared.bodies)
    host = f"host{few(draw, HOSTS)}.example"
    copies = draw.random() < _COPIES and one > 1
    revised = draw.random() < _REVISED
    kind = "revised" if revised else "created"
    place = {"article_id": one, "sort_at": at}
    names = {"title": title, "summary": title, "host": host, "site": host}
    yield article, names | _article(one, at, host) | _copies(one, copies=copies) | _edited(revised)
    yield article_text, {"article_id": one, "text": words, "html": f"<p>{words}</p>"}
    yield sighting, _sighting(draw, one, at, title)
    yield from ((article_topic, place | topic) for topic in _topics(draw))
    for entity in {few(draw, ENTITIES) for _ in range(5)}:
        yield article_entity, place | _entity(entity)
    if revised:
        yield article_revision, _revision(one, at, title)
    if one % _STORY == 1:
        yield story, _story(one, at, title)
    yield changes, {"seq": one, "kind": kind, "article_id": one} | {
        "story_id": _story_of(one), "at": at, "changed_fields": ["title"] if revised else []
    }  # fmt: skip


def _story_of(one: int) -> int:
    return (one - 1) // _STORY + 1


def _article(one: int, at: datetime, host: str) -> dict[str, Any]:
    url = f"https://{host}/{one}"
    return {
        "id": one, "public_id": f"{one:032x}", "seq": one, "feed_id": one % FEEDS + 1,
        "url": url, "canonical_url": url, "url_hash": one * 7_919, "content_hash": one * 104_729,
        "item_hash": one, "language": LANGUAGES[one % len(LANGUAGES)],
        "authors": ["A. N. Author"], "section": None, "image_url": None, "word_count": 200,
        "published_at": at if one % 20 else None, "published_precision": "second",
        "published_source": "feed", "published_tz": "explicit",
        "published_raw": at.isoformat(), "first_seen_at": at + timedelta(minutes=3),
        "changed_at": at, "revision_at": at, "story_id": _story_of(one), "quality": [],
        "deleted": False, "text_source": None,
    }  # fmt: skip


def _copies(one: int, *, copies: bool) -> dict[str, Any]:
    if not copies:
        return dict.fromkeys(("duplicate_of", "relation", "similarity"))
    return {"duplicate_of": one - 1, "relation": "near", "similarity": 0.8}


def _edited(revised: bool) -> dict[str, Any]:  # noqa: FBT001  a fact of the article
    return {"revision": 1 + revised, "changed_fields": ["title"] if revised else []}


def _sighting(draw: random.Random, one: int, at: datetime, title: str) -> dict[str, Any]:
    return {
        "feed_id": one % FEEDS + 1, "guid_hash": draw.getrandbits(60), "article_id": one,
        "guid": str(one), "url": None, "title": title, "first_seen_at": at, "last_seen_at": at,
    }  # fmt: skip


def _topics(draw: random.Random) -> Iterator[dict[str, Any]]:
    """A narrower topic or two, each with the broad one that it is a part of."""
    finer = {_FINER[few(draw, len(_FINER))] for _ in range(draw.choice((1, 1, 2)))}
    for topic in {step for one in finer for step in _TAXONOMY.paths[one]}:
        yield {
            "topic_id": topic, "label": _TAXONOMY.concepts[topic].label,
            "level": len(_TAXONOMY.paths[topic]), "score": 0.5, "source": "lexicon",
            "evidence": {"word": 2}, "taxonomy_version": _TAXONOMY.version, "tagger_version": "0",
        }  # fmt: skip


def _entity(entity: int) -> dict[str, Any]:
    return {"entity_id": f"Q{entity}", "name": f"Name {entity}", "type": "person",
            "mentions": 2, "in_title": False}  # fmt: skip


def _revision(one: int, at: datetime, title: str) -> dict[str, Any]:
    return {"article_id": one, "revision": 1, "title": f"{title} (first)", "summary": None,
            "text": "", "html": "", "seen_at": at, "changed_fields": []}  # fmt: skip


def _story(one: int, at: datetime, title: str) -> dict[str, Any]:
    return {"id": _story_of(one), "lead_article_id": one, "title": title, "articles": _STORY,
            "hosts": 2, "first_published_at": at, "last_published_at": at,
            "language": "en"}  # fmt: skip
