"""newsd's stages behind the plain functions that the scorers call."""

from typing import Any
from urllib.parse import urljoin

from daemon.errors import NewsdError
from daemon.normalise.dates import parse_date
from daemon.parse import parse_feed
from daemon.values import Entry, Fetched


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
    base = entry.base or url
    return {
        "id": entry.guid,
        "url": urljoin(base, entry.link) if entry.link else None,
        "title": entry.title,
        "summary": entry.summary or entry.content,
        "content": entry.content,
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
