"""Read a date as people and programs write it; never guess one.

ISO 8601 first (half a microsecond), then one tolerant reader for RFC 822, asctime and the written
dates of the common languages. An impossible date (`2020-13-45`, 30 February) is None, not shifted.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from daemon.normalise.calendar import FILLERS, MERIDIEM, MONTHS, ZONES, folded
from storage.values import Precision, Zone

LONGEST = 100
"""A date of more characters than this is none."""


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """An instant in UTC, how exactly it was written, and whether its zone was."""

    at: datetime
    precision: Precision
    zone: Zone


@lru_cache(maxsize=4096)
def parse_date(raw: str) -> ParsedDate | None:
    """What `raw` says, or None when it says no possible date.

    A time without a zone is taken to be UTC and marked `Zone.ASSUMED`; a day is its midnight.
    """
    if len(raw) > LONGEST:
        return None
    text = " ".join(unicodedata.normalize("NFKC", raw).split())
    try:
        return _iso(text) or _written(text)
    except (ValueError, OverflowError):  # a part out of its range, or a year beyond the calendar
        return None


# ---------------------------------------------------------------- ISO 8601, and near it

_ISO = re.compile(
    r"(\d{4})(-?)(\d\d)\2(\d\d)"
    r"(?:[T_ ,]\s*(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)?"
    r"\s*(Z|[A-Z]{2,5}|(?:UTC|GMT)?[+-]\d{1,2}:?\d{0,2})?(?:\s*[\[(].*)?",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"(\d{10})(\d{3})?")


def _iso(text: str) -> ParsedDate | None:
    if not text[:4].isdecimal():
        return None
    if epoch := _EPOCH.fullmatch(text):
        return _parsed(datetime.fromtimestamp(int(epoch[1]), UTC), Precision.SECOND, explicit=True)
    match = _ISO.fullmatch(text)
    if not match:
        return None
    year, _, month, day, hour, minute, second, zone = match.groups()
    if hour is None:
        at = datetime(int(year), int(month), int(day), tzinfo=UTC)
        return ParsedDate(at, Precision.DAY, Zone.NONE)
    return _instant(
        (int(year), int(month), int(day)), (int(hour), int(minute), second), _offset(zone or "")
    )


def _instant(
    day: tuple[int, int, int], clock: tuple[int, int, str | None], offset: int | None
) -> ParsedDate:
    """Put the parts together; seconds of None are not known, an offset of None neither."""
    hour, minute, second = clock
    # second 60 is a leap second, which datetime does not know
    zone = timezone(timedelta(minutes=offset or 0))
    at = datetime(*day, hour, minute, 59 if second == "60" else int(second or 0), tzinfo=zone)
    precision = Precision.MINUTE if second is None else Precision.SECOND
    return _parsed(at, precision, explicit=offset is not None)


def _parsed(at: datetime, precision: Precision, *, explicit: bool) -> ParsedDate:
    return ParsedDate(at.astimezone(UTC), precision, Zone.EXPLICIT if explicit else Zone.ASSUMED)


_OFFSET = re.compile(r"(?:[A-Za-z]{1,4})?\s*([+-])(\d{1,2}):?(\d\d)?")


def _offset(zone: str) -> int | None:
    """Minutes east of Greenwich; None when the zone is not said, or not known."""
    if match := _OFFSET.fullmatch(zone):
        hours, minutes = int(match[2]), int(match[3] or 0)
        if hours > 14 or minutes > 59:
            raise ValueError(zone)
        return (hours * 60 + minutes) * (-1 if match[1] == "-" else 1)
    return ZONES.get(folded(zone))


# ---------------------------------------------------------------- as people write it

_CJK_DAY = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]\.?")
_CJK_CLOCK = re.compile(r"(\d{1,2}) ?[時时시] ?(\d\d) ?[分분](?: ?(\d\d) ?[秒초])?")
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})[:h](\d\d)(?::(\d\d)(?:\.\d+)?)?(?!\d)(?:\s*([ap])\.?m\b\.?)?", re.IGNORECASE
)
_NUMERIC_DAY = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?!\d)")
_SHIFT = re.compile(
    r"(?:\b(?:GMT|UTC|UT)\s*)?(?<![\d-])[+-]\d{1,2}(?::?\d\d)?(?!\d)", re.IGNORECASE
)
_COMMENT = re.compile(r"\([^()]*\)?")
_PART = re.compile(r"\d+|[^\W\d_][^\W\d_.'’]*\.?")


def _written(text: str) -> ParsedDate | None:
    text = _CJK_CLOCK.sub(_colons, _CJK_DAY.sub(r"\1-\2-\3 ", text))
    clock = _CLOCK.search(text)
    before, after = (text[: clock.start()], text[clock.end() :]) if clock else (text, "")
    comment = _COMMENT.search(after)
    after = _COMMENT.sub(" ", after)
    shift = _SHIFT.search(after)
    after = _SHIFT.sub(" ", after, count=1)
    words = _Words.of(f"{before} {after}")
    day = words and (_numeric_day(before) or _numeric_day(after) or words.day())
    if not words or not day:
        return None
    if not clock:
        return ParsedDate(datetime(*day, tzinfo=UTC), Precision.DAY, Zone.NONE)
    hour = _hour(
        int(clock[1]), words.meridiem if clock[4] is None else "ap".index(clock[4].lower()) * 12
    )
    offset = _offset(shift[0]) if shift else words.offset
    if offset is None and comment:
        offset = _offset(comment[0].strip("()"))
    return _instant(day, (hour, int(clock[2]), clock[3]), offset)


def _colons(match: re.Match[str]) -> str:
    return ":".join(part for part in match.groups() if part)


def _hour(hour: int, meridiem: int | None) -> int:
    """The hour of 24; `meridiem` is 0 before noon, 12 after, None when not said."""
    if meridiem is None or hour > 12:
        return hour
    return hour % 12 + meridiem


def _numeric_day(text: str) -> tuple[int, int, int] | None:
    """`2025-10-17`, `17.10.2025`, `17/10/2025`, `10/17/2025`; 4/5/2025 could be either: None."""
    if match := _YEAR_FIRST.search(text):
        return int(match[1]), int(match[3]), int(match[4])
    match = _NUMERIC_DAY.search(text)
    if not match:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if match[2] == "." or first > 12 or first == second:
        return year, second, first
    return (year, first, second) if second > 12 else None


@dataclass(frozen=True, slots=True)
class _Words:
    """The parts of a written date that are left when its time is taken out."""

    numbers: tuple[str, ...]
    month: int | None
    meridiem: int | None
    offset: int | None

    @classmethod
    def of(cls, text: str) -> "_Words | None":
        """Sort the parts; None when a word after the first number cannot belong to a date."""
        numbers: list[str] = []
        month = meridiem = offset = None
        for part in _PART.findall(text):
            word = folded(part)
            if part.isdecimal():
                numbers.append(part)
            elif word in MONTHS and month is None:
                month = MONTHS[word]
            elif word in MERIDIEM:
                meridiem = MERIDIEM[word]
            elif word in ZONES:
                offset = ZONES[word]
            elif numbers and word not in FILLERS and not (part.isupper() and len(part) <= 5):
                return None
        return cls(tuple(numbers), month, meridiem, offset)

    def day(self) -> tuple[int, int, int] | None:
        """`17 Oct 2025`, `Oct 17, 2025`, `17 Oct 25` (RFC 822 years)."""
        if self.month is None or len(self.numbers) != 2:
            return None
        first, last = self.numbers
        day, year = (last, first) if len(first) == 4 else (first, last)
        if len(day) > 2 or len(year) not in {2, 4}:
            return None
        century = 0 if len(year) == 4 else 1900 if int(year) >= 70 else 2000
        return int(year) + century, self.month, int(day)
