"""newsd's stages behind the plain functions that the scorers call."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urljoin

from benchmarks.stream import deduplicate
from daemon.errors import NewsdError
from daemon.normalise import document_of, masthead_of, normalise_entry
from daemon.normalise.dates import parse_date
from daemon.normalise.markup import plain_text, safe_html
from daemon.parse import parse_feed
from daemon.parse.raw import Markup, RawEntry, entry_of
from daemon.tag import Tagger, load_gazetteer, load_tagger, recognise, tag_article
from daemon.values import Entry, Fetched, ParsedFeed, Rejected
from daemon.words import read_words
from storage.values import FeedKind

__all__ = ["deduplicate", "parse_document", "tag"]

NOW = datetime(2100, 1, 1, tzinfo=UTC)
"""Later than any labelled text: no date is in the future."""


def parse_document(
    body: bytes, url: str | None, headers: dict[str, str] | None
) -> list[dict[str, Any]]:
    """The entries of a feed as dictionaries; none when it is not a feed."""
    names = {name.lower(): value for name, value in (headers or {}).items()}
    base = urljoin(url or "", names.get("content-location", ""))
    try:
        parsed = parse_feed(Fetched(base, body, names.get("content-type", "")))
    except NewsdError:
        return []
    return [_record(entry, base, parsed.language) for entry in parsed.entries]


def _record(entry: Entry, url: str, language: str | None) -> dict[str, Any]:
    base = urljoin(url, entry.base or "")
    return {
        "id": entry.guid,
        "url": urljoin(base, entry.link) if entry.link else None,
        "title": plain_text(safe_html(entry.title or "", base)),
        "summary": safe_html(entry.summary or entry.content or "", base),
        "content": safe_html(entry.content or "", base),
        "author": ", ".join(entry.authors),
        "published": _iso(entry.published),
        "updated": _iso(entry.updated),
        "categories": list(entry.categories),
        "enclosures": [urljoin(base, address) for address in entry.enclosures],
        "language": entry.language or language,
    }


def _iso(raw: str | None) -> str | None:
    parsed = parse_date(raw) if raw else None
    return parsed.at.isoformat() if parsed else None


@cache
def _tagger() -> Tagger:
    return load_tagger()


def tag(row: Mapping[str, Any]) -> dict[str, Any]:
    """The language and topics of a labelled text, as an entry of a feed would get them."""
    entry = entry_of(
        RawEntry(
            link=row["url"],
            title=Markup(row["title"], is_html=False),
            contents=[Markup(row["text"], is_html=False)],
            categories=row["feed_categories"],
            language=row["language"],
        )
    )
    article = normalise_entry(document_of(masthead_of(ParsedFeed(FeedKind.RSS, ""), NOW)), entry)
    if isinstance(article, Rejected):
        return {"language": "und", "topics": [], "entities": []}
    words = read_words(article.title), read_words(article.text)
    topics = tag_article(_tagger(), article, *words, entry.categories)
    entities = recognise(load_gazetteer(), article, *words)
    return {
        "language": article.language,
        "topics": [
            {"id": t.topic_id, "score": t.score, "evidence": list(t.evidence)} for t in topics
        ],
        "entities": [{"name": e.name, "mentions": list(e.written)} for e in entities],
    }
