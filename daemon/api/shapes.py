"""JSON Schemas of what is answered, made from the columns of the public views."""

from collections.abc import Iterable

from daemon.api.parameters import Schema
from storage.contract import VIEWS

_WHOLE = {
    *("article_id", "seq", "word_count", "revision", "story_id", "duplicate_of", "feed_id"),
    *("failures", "articles_7d", "requests_24h", "articles", "hosts", "lead_article_id"),
    *("level", "mentions", "poll_id", "duration_ms", "http_status", "bytes", "items"),
    *("created", "revised", "duplicates", "rejected"),
}
_NUMBERS = {"publish_delay_s", "similarity", "score", "mean_delay_s", "not_modified_share"}
_LISTS = {"authors", "quality", "changed_fields", "labels", "takeover_signs"}
_FLAGS = {"deleted", "in_title"}
_OBJECTS = {"evidence", "reasons"}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "parameter": {"type": "string"},
    },
}


def column(name: str, meaning: str = "") -> Schema:
    """A column, which may be null."""
    if name in _WHOLE:
        made: Schema = {"type": ["integer", "null"]}
    elif name in _NUMBERS:
        made = {"type": ["number", "null"]}
    elif name in _LISTS:
        made = {"type": ["array", "null"], "items": {"type": "string"}}
    elif name in _FLAGS:
        made = {"type": ["boolean", "null"]}
    elif name in _OBJECTS:
        made = {"type": ["object", "null"]}
    else:
        made = {"type": ["string", "null"]}
        if name == "at" or name.endswith("_at"):
            made["format"] = "date-time"
    return made | ({"description": meaning} if meaning else {})


def row_of(view: str, *, without: Iterable[str] = ()) -> Schema:
    """A row of a public view; parts of it may be left out."""
    shown = next(one for one in VIEWS if one.name == view)
    left = set(without)
    columns = {name: column(name, said) for name, _, said in shown.columns if name not in left}
    return {"type": "object", "description": shown.meaning, "properties": columns}


def also(shape: Schema, **properties: Schema) -> Schema:
    """A row with more in it."""
    return shape | {"properties": shape["properties"] | properties}


def many(shape: Schema) -> Schema:
    """A list of them."""
    return {"type": "array", "items": shape}


def page(shape: Schema) -> Schema:
    """A page, and where the next one begins."""
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": many(shape),
            "next": {
                "type": ["string", "null"],
                "description": "The cursor of the next page; null: this is the last.",
            },
        },
    }
