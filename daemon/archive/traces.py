"""What a poll was made of, as JSON beside its documents, and back. No input or output."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from daemon.credentials import without_credentials
from daemon.values import Fetched, Fresh, Gathered, Learned, Piece, Trace
from storage.values import Feed, FeedKind, FullText

VERSION = 1
_YEARS = (2000, 2200)
_ADDRESSES = ("http://", "https://", "ingest:")
Json = dict[str, Any]


class StrangeError(Exception):
    """The JSON is not what newsd writes; the message says what of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a poll stands among those of an archive."""

    session: str
    """The run of newsd that wrote it: what it had in memory it had for all its polls."""
    group: int
    """Polls of one group were judged and written together."""
    at: datetime
    """When the group was written: the time that its articles have."""
    number: int = 1
    of: int = 1
    """It is the poll of this number of so many in its group."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A poll as an archive has it."""

    place: Place
    database: str
    """In which the feed has its id."""
    feed: Feed
    started_at: datetime
    duration: timedelta
    trace: Trace


@dataclass(frozen=True, slots=True)
class Again:
    """A group that was tried again, because the database was away: it has another time."""

    place: Place


@dataclass(frozen=True, slots=True)
class Retracted:
    """Articles that somebody took back: a replay takes them back as well."""

    place: Place
    public_ids: tuple[str, ...]
    why: str


def retracted_json(retracted: Retracted) -> bytes:
    """What an archive says of articles that were taken back."""
    said = {"newsd": VERSION, **_place(retracted.place), "why": retracted.why}
    said["retracted"] = retracted.public_ids
    return orjson.dumps(said, option=orjson.OPT_UTC_Z)


def poll_json(place: Place, database: str, gathered: Gathered, ids: Sequence[str]) -> bytes:
    """What an archive says of a poll whose documents have these ids."""
    feed, trace = gathered.feed, gathered.trace or Trace(())
    said = {
        "newsd": VERSION,
        **_place(place),
        "number": place.number,
        "of": place.of,
        "database": database,
        "feed": {
            "id": feed.id,
            "url": without_credentials(feed.url),
            "kind": feed.kind,
            "title": feed.title,
            "labels": feed.labels,
            "full_text": feed.full_text,
        },
        "started_at": gathered.started_at,
        "duration_s": gathered.duration.total_seconds(),
        "learned": _learned(trace.learned),
        "learned_later": _learned(trace.learned_later),
        "unread": [[entry, *why] for entry, why in trace.unread.items()],
        "pieces": [_piece(p, i) for p, i in zip(trace.pieces, ids, strict=True)],
    }
    return orjson.dumps(said, option=orjson.OPT_UTC_Z)


def again_json(place: Place) -> bytes:
    """What an archive says of a group that is tried again."""
    said = {"newsd": VERSION, **_place(place), "again": True}
    return orjson.dumps(said, option=orjson.OPT_UTC_Z)


def _place(place: Place) -> Json:
    return {"session": place.session, "group": place.group, "at": place.at}


def _learned(learned: Learned) -> dict[str, list[str]]:
    return {site: [f"{h:016x}" for h in sorted(hashes)] for site, hashes in learned.items()}


def _piece(piece: Piece, record_id: str) -> Json:
    page = piece.page
    fresh = page.fresh
    said = {
        "id": record_id,
        "url": page.url,
        "content_type": page.content_type,
        "status": page.status,
        "etag": page.etag,
        "last_modified": page.last_modified,
        "fresh": [fresh.span.total_seconds(), fresh.is_cached] if fresh else None,
        "is_delta": page.is_delta,
        "links": page.links,
        "moved_to": page.moved_to,
        "asked": piece.asked,
        "entry": piece.entry,
        "published": piece.published,
        "lines": piece.lines,
    }
    return {name: value for name, value in said.items() if value not in (None, (), False)}


# ---------------------------------------------------------------- and back


def poll_of(block: bytes, bodies: Mapping[str, bytes]) -> Recorded | Again | Retracted | None:
    """What the JSON says, with the documents in their places; None: it is not of newsd.

    Raises `StrangeError`.
    """
    try:
        said = orjson.loads(block)
    except orjson.JSONDecodeError as error:
        raise StrangeError(f"not JSON: {error}") from error
    if not isinstance(said, dict) or "newsd" not in said:
        return None
    if b"\\u0000" in block:
        raise StrangeError("holds what no database takes (NUL)")
    if said["newsd"] != VERSION:
        raise StrangeError(f"written by a newer newsd (version {said['newsd']!r})")
    try:
        place = Place(str(said["session"]), int(said["group"]), _instant(said["at"]))
        if said.get("again"):
            return Again(place)
        if "retracted" in said:
            return Retracted(place, tuple(map(str, said["retracted"])), str(said["why"]))
        return _recorded(said, place, bodies)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise StrangeError(f"lacks what newsd writes ({type(error).__name__}: {error})") from error


def _recorded(said: Json, place: Place, bodies: Mapping[str, bytes]) -> Recorded:
    feed = said["feed"]
    if not said["pieces"] or not str(feed["url"]).startswith(_ADDRESSES):
        raise ValueError("a poll of nothing, or of no address")
    return Recorded(
        place=replace(place, number=int(said["number"]), of=int(said["of"])),
        database=str(said["database"]),
        feed=Feed(
            id=int(feed["id"]),
            url=str(feed["url"]),
            kind=FeedKind(feed["kind"]) if feed["kind"] else None,
            title=None if feed["title"] is None else str(feed["title"]),
            labels=tuple(map(str, feed["labels"])),
            full_text=FullText(feed["full_text"]) if feed["full_text"] else None,
        ),
        started_at=_instant(said["started_at"]),
        duration=timedelta(seconds=float(said["duration_s"])),
        trace=Trace(
            pieces=tuple(_piece_of(one, bodies) for one in said["pieces"]),
            learned=_learned_of(said["learned"]),
            learned_later=_learned_of(said["learned_later"]),
            unread={int(entry): (str(why), bool(end)) for entry, why, end in said["unread"]},
        ),
    )


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text).astimezone(UTC)
    if not _YEARS[0] <= at.year <= _YEARS[1]:
        raise ValueError(f"the year {at.year}")
    return at


def _learned_of(said: Mapping[str, Sequence[str]]) -> Learned:
    return {site: frozenset(int(one, 16) for one in hashes) for site, hashes in said.items()}


def _piece_of(said: Json, bodies: Mapping[str, bytes]) -> Piece:
    page = Fetched(str(said["url"]), bodies[said["id"]], str(said.get("content_type", "")))
    fresh = said.get("fresh")
    page = replace(
        page,
        status=int(said.get("status", 200)),
        etag=_text(said.get("etag")),
        last_modified=_text(said.get("last_modified")),
        fresh=Fresh(timedelta(seconds=float(fresh[0])), bool(fresh[1])) if fresh else None,
        is_delta=bool(said.get("is_delta")),
        links=tuple(map(str, said.get("links", ()))),
        moved_to=_text(said.get("moved_to")),
    )
    return Piece(
        page,
        asked=_text(said.get("asked")),
        entry=None if said.get("entry") is None else int(said["entry"]),
        published=_text(said.get("published")),
        lines=tuple(map(int, said.get("lines", ()))),
    )


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"{value!r:.40} where text should be")
