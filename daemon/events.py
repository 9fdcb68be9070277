"""A change with its article, as an event that other programs know: CloudEvents 1.0, structured.

No input or output. An event is named for good by its source and its id, which is the number of
its change; whoever has seen both has seen the event.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from storage.values import ChangeKind

_WORDS = (
    *("title", "summary", "canonical_url", "published_at", "text", "topics", "entities"),
    *("duplicate_of", "relation"),
)
"""What a retracted article has no more."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, ready to be sent."""

    seq: int
    kind: str
    """created, revised, merged, tagged or retracted."""
    source: str
    body: bytes
    """One JSON object: CloudEvents 1.0, 3.2 (JSON event format, 3)."""


def event(line: Mapping[str, Any], source: str) -> Event:
    """The event of a change as `storage.reading.told_page` shows it."""
    kind = str(line["kind"])
    told = {
        "specversion": "1.0",
        "id": str(line["seq"]),
        "source": source,
        "type": f"newsd.article.{kind}.v1",
        "time": line["at"],
        "datacontenttype": "application/json",
        "data": _said(line),
    }
    if line["public_id"] is not None:  # of an article that is kept no more
        told["subject"] = line["public_id"]
    return Event(int(line["seq"]), kind, source, orjson.dumps(told, option=orjson.OPT_UTC_Z))


def _said(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """All of it, but no words of an article that was taken back, by this change or by a later."""
    if line["kind"] != ChangeKind.RETRACTED and not line["deleted"]:
        return line
    return {name: _none(value) if name in _WORDS else value for name, value in line.items()}


def _none(value: Any) -> Any:
    return [] if isinstance(value, list) else None


def batch(events: list[Event]) -> bytes:
    """Several events as one document (CloudEvents JSON event format, 4)."""
    return b"[" + b",".join(one.body for one in events) + b"]"
