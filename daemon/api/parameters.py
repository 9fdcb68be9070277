"""What a caller may say in an address: read, checked, and described for OpenAPI in one place."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson

from daemon.api.problems import Problem
from storage.paging import Place

Schema = dict[str, Any]
_SPAN = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_WHEN = (
    r"^(\d{1,6}[smhd]|\d{4}-\d{2}-\d{2}"
    r"([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+ -]\d{2}:\d{2})?)?)$"
)
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)
LONGEST = 500
"""Characters of a text that somebody gives."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something a caller may say."""

    name: str
    meaning: str
    schema: Schema
    read: Callable[[str, datetime], Any]
    """The value of a text, at an instant. Raises `ValueError` saying what is wrong."""
    where: Literal["query", "path"] = "query"
    default: Any = None
    """What holds if nothing is said; perhaps made from the instant."""
    example: Any = None

    @property
    def described(self) -> Schema:
        """For OpenAPI (3.1, 4.8.12)."""
        said: Schema = {
            "name": self.name,
            "in": self.where,
            "required": self.where == "path",
            "description": self.meaning,
            "schema": self.schema,
        }
        return said | ({"example": self.example} if self.example is not None else {})


def read_parameters(
    known: Sequence[Parameter],
    said: Sequence[tuple[str, str]],
    path: Mapping[str, str],
    now: datetime,
) -> dict[str, Any]:
    """The values by name, defaults where nothing was said. Raises `Problem` naming a parameter."""
    texts: dict[str, str] = dict(path)
    names = {parameter.name for parameter in known}
    for name, text in said:
        if name not in names:
            may = ", ".join(sorted(names)) or "none"
            raise _wrong(name, f"there is no parameter {name[:60]!r} here; there is {may}")
        if name in texts:
            raise _wrong(name, f"{name} is given twice; give it once")
        texts[name] = text
    values = {p.name: p.default(now) if callable(p.default) else p.default for p in known}
    for parameter in known:
        if parameter.name in texts:
            values[parameter.name] = _value(parameter, texts[parameter.name], now)
    return values


def _value(parameter: Parameter, text: str, now: datetime) -> Any:
    if "\x00" in text or len(text) > LONGEST * 2:
        raise _wrong(parameter.name, f"{parameter.name} is too long, or holds NUL")
    try:
        text.encode()
        return parameter.read(text, now)
    except UnicodeEncodeError as error:
        raise _wrong(parameter.name, f"{parameter.name} is not UTF-8") from error
    except ValueError as error:
        raise _wrong(parameter.name, f"{parameter.name}: {error}") from error


def _wrong(name: str, detail: str) -> Problem:
    return Problem(400, "bad-parameter", detail, parameter=name[:60])


# ---------------------------------------------------------------- kinds


def whole(  # noqa: PLR0913  each is a fact about it
    name: str,
    meaning: str,
    *,
    least: int = 0,
    most: int = 2**63 - 1,
    default: int | None = None,
    where: Literal["query", "path"] = "query",
) -> Parameter:
    """A whole number."""

    def read(text: str, _: datetime) -> int:
        if not re.fullmatch(r"\d{1,19}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most} is wanted")
        return int(text)

    schema: Schema = {"type": "integer", "minimum": least, "maximum": most}
    if default is not None:
        schema["default"] = default
    return Parameter(name, meaning, schema, read, where, default)


def words(
    name: str, meaning: str, *, example: str | None = None, most: int = LONGEST
) -> Parameter:
    """Text as it is."""

    def read(text: str, _: datetime) -> str:
        if not text or len(text) > most:
            raise ValueError(f"1 to {most} characters are wanted")
        return text

    schema = {"type": "string", "minLength": 1, "maxLength": most}
    return Parameter(name, meaning, schema, read, example=example)


def in_path(name: str, meaning: str, pattern: str) -> Parameter:
    """A part of the address."""

    def read(text: str, _: datetime) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(f"this is no {name}")
        return text

    return Parameter(name, meaning, {"type": "string", "pattern": f"^{pattern}$"}, read, "path")


def choice(name: str, meaning: str, among: Sequence[str], *, default: str) -> Parameter:
    """One of a few words."""

    def read(text: str, _: datetime) -> str:
        if text not in among:
            raise ValueError(f"one of {', '.join(among)} is wanted")
        return text

    schema: Schema = {"type": "string", "enum": list(among)}
    if default:
        schema["default"] = default
    return Parameter(name, meaning, schema, read, default=default)


def flag(name: str, meaning: str) -> Parameter:
    """Yes or no; no by default."""

    def read(text: str, _: datetime) -> bool:
        if text not in {"true", "false"}:
            raise ValueError("true or false is wanted")
        return text == "true"

    return Parameter(name, meaning, {"type": "boolean", "default": False}, read, default=False)


def listed(
    name: str, meaning: str, among: Collection[str], *, default: Collection[str]
) -> Parameter:
    """Some of a few words, with commas between them."""
    few = sorted(among)

    def read(text: str, _: datetime) -> list[str]:
        wanted = text.split(",")
        unknown = [one for one in wanted if one not in among]
        if unknown:
            raise ValueError(f"there is no {unknown[0][:60]!r}; there is {', '.join(few)}")
        return wanted

    schema = {"type": "array", "items": {"type": "string", "enum": few}, "minItems": 1}
    return Parameter(name, meaning, schema, read, default=list(default))


def when(name: str, meaning: str, *, default: timedelta | None = None) -> Parameter:
    """A day, an instant, or how long ago."""
    schema: Schema = {"type": "string", "pattern": _WHEN}
    if default is not None:
        schema["default"] = f"{default / timedelta(hours=1):.0f}h"

    def read(text: str, now: datetime) -> datetime:
        return instant(text, now)

    ago = None if default is None else lambda now: now - default
    return Parameter(name, meaning, schema, read, default=ago, example="24h")


def span(name: str, meaning: str, *, most: timedelta) -> Parameter:
    """A length of time."""

    def read(text: str, _: datetime) -> timedelta:
        found = _SPAN.fullmatch(text)
        if not found or _span(found) > most:
            raise ValueError(f"a time span up to {most.total_seconds():g}s is wanted, such as 10s")
        return _span(found)

    schema = {"type": "string", "pattern": r"^\d{1,6}[smhd]$", "default": "0s"}
    return Parameter(name, meaning, schema, read, default=timedelta(), example="30s")


def instant(text: str, now: datetime) -> datetime:
    """The instant that a text stands for. Raises `ValueError`."""
    if found := _SPAN.fullmatch(text):
        return now - min(_span(found), now - _EARLIEST)
    try:
        # a plus sign in an address is a blank
        at = datetime.fromisoformat(re.sub(r" (?=\d\d:\d\d$)", "+", text))
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return min(max(at, _EARLIEST), _LATEST).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("a date, an instant (RFC 3339) or a span (24h, 7d) is wanted") from error


def _span(found: re.Match[str]) -> timedelta:
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


# ---------------------------------------------------------------- cursors


def cursor(kind: str) -> Parameter:
    """Where a page begins: what the page before called `next`."""

    def read(text: str, _: datetime) -> Place:
        return _place(text, kind)

    meaning = "Where to read on: `next` of the page before; the other parameters stay the same."
    schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,200}$"}
    return Parameter("cursor", meaning, schema, read)


def as_cursor(place: Place, kind: str) -> str:
    """A place as callers give it back; what is in it is ours."""
    at = place.at.isoformat() if place.at else None
    return urlsafe_b64encode(orjson.dumps([kind, place.number, at])).decode().rstrip("=")


def _place(text: str, kind: str) -> Place:
    try:
        of, number, at = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        place = Place(int(number), datetime.fromisoformat(at).astimezone(UTC) if at else None)
    except (ValueError, TypeError, OverflowError, NotBase64Error) as error:
        raise ValueError("this is no cursor; begin without one") from error
    if of != kind or not 0 <= place.number < 2**63:
        raise ValueError("this is a cursor of another listing; begin without one")
    return place
