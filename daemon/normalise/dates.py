"""Read a date as people and programs write it; never guess one.

ISO 8601 first (half a microsecond), then one tolerant reader for RFC 822, asctime and the written
dates of the common languages. An impossible date (`2020-13-45`, 30 February) is None, not shifted.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from html import unescape

from daemon.normalise.calendar import (
    FILLERS,
    LOCAL_ZONES,
    MERIDIEM,
    MONTHS,
    WEEKDAYS,
    ZONES,
    folded,
)
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
def parse_date(raw: str, region: str = "") -> ParsedDate | None:
    """What `raw` says, or None when it says no possible date.

    A time without a zone is taken to be UTC and marked `Zone.ASSUMED`; a day is its midnight.
    `region` (a country, as in its domains) decides between zones that share an abbreviation.
    """
    if len(raw) > LONGEST:
        return None
    if (match := _RFC_1123.fullmatch(raw)) and (parsed := _rfc_1123(match, region)):
        return parsed
    text = unescape(raw) if "&" in raw else raw
    text = " ".join(unicodedata.normalize("NFKC", text).replace("\u2212", "-").split())
    try:
        return _iso(text, region) or _written(text, region)
    except (ValueError, OverflowError):  # a part out of its range, or a year beyond the calendar
        return None


# ---------------------------------------------------------------- as most feeds write it

_RFC_1123 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d)"
    r" ([A-Z]{1,4}|[+-]\d{4})",
    re.ASCII,
)


def _rfc_1123(match: re.Match[str], region: str) -> ParsedDate | None:
    """A fifth of the time that the tolerant reader takes; None: let that one look."""
    day, name, year, hour, minute, second, zone = match.groups()
    month = MONTHS.get(name.lower())
    try:
        offset = _offset(zone, region)
        if month is None or offset is None:
            return None
        home = timezone(timedelta(minutes=offset))
        clock = (int(hour), int(minute), int(second))
        at = datetime(int(year), month, int(day), *clock, tzinfo=home).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return ParsedDate(at, Precision.SECOND, Zone.EXPLICIT)


# ---------------------------------------------------------------- ISO 8601, and near it

_ISO = re.compile(
    r"(\d{4})(-?)(\d\d)\2(\d\d)"
    r"(?:[T_ ,]\s*(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)?"
    # a plus that was left as it is in an address comes back as a blank
    r"\s*(Z|[A-Z]{2,5}|(?:UTC|GMT)?[+-]\d{1,2}:?\d{0,2}|(?<=:\d\d) \d\d:\d\d)?"
    r"(?:\s*[\[(].*)?",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"(\d{10})(?:\d{3})?(?:\.\d+)?")
_WEEK_DAY = re.compile(r"(\d{4})-?W(\d\d)-?([1-7])(?=T|$)", re.IGNORECASE)
_YEAR_DAY = re.compile(r"(\d{4})-?(\d{3})(?=T|$)", re.IGNORECASE)
_STOPWATCH = re.compile(r" m=[+-][\d.]+$")


def _calendar_day(text: str) -> str:
    """ISO 8601's other two ways to name a day, as year, month and day."""
    if match := _WEEK_DAY.match(text):
        day = date.fromisocalendar(int(match[1]), int(match[2]), int(match[3]))
    elif match := _YEAR_DAY.match(text):
        day = date(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1)
        if day.year != int(match[1]):
            raise ValueError(text)
    else:
        return text
    return f"{day.isoformat()}{text[match.end() :]}"


def _iso(text: str, region: str) -> ParsedDate | None:
    if not text[:4].isdecimal():
        return None
    text = _calendar_day(text)
    if epoch := _EPOCH.fullmatch(text):
        return _parsed(datetime.fromtimestamp(int(epoch[1]), UTC), Precision.SECOND, explicit=True)
    match = _ISO.fullmatch(text)
    if not match:
        return None
    year, _, month, day, hour, minute, second, zone = match.groups()
    if hour is None:
        at = datetime(int(year), int(month), int(day), tzinfo=UTC)
        return ParsedDate(at, Precision.DAY, Zone.NONE)
    zone = f"+{zone[1:]}" if zone and zone[0] == " " else zone
    clock = (int(hour), int(minute), second)
    return _instant((int(year), int(month), int(day)), clock, _offset(zone or "", region))


def _instant(
    day: tuple[int, int, int], clock: tuple[int, int, str | None], offset: int | None
) -> ParsedDate:
    """Put the parts together; seconds of None are not known, an offset of None neither."""
    hour, minute, second = clock
    # second 60 is a leap second, which datetime does not know
    zone = timezone(timedelta(minutes=offset or 0))
    ends = (hour, minute, int(second or 0)) == (24, 0, 0)  # ISO 8601 calls midnight so, too
    hour = 0 if ends else hour
    at = datetime(*day, hour, minute, 59 if second == "60" else int(second or 0), tzinfo=zone)
    at += timedelta(days=ends)
    precision = Precision.MINUTE if second is None else Precision.SECOND
    return _parsed(at, precision, explicit=offset is not None)


def _parsed(at: datetime, precision: Precision, *, explicit: bool) -> ParsedDate:
    return ParsedDate(at.astimezone(UTC), precision, Zone.EXPLICIT if explicit else Zone.ASSUMED)


_OFFSET = re.compile(r"(?:[A-Za-z]{1,4})?\s*([+-])(\d{1,2}):?(\d\d)?")


def _offset(zone: str, region: str) -> int | None:
    """Minutes east of Greenwich; None when the zone is not said, or not known."""
    if match := _OFFSET.fullmatch(zone):
        hours, minutes = int(match[2]), int(match[3] or 0)
        if hours > 14 or minutes > 59:
            raise ValueError(zone)
        return (hours * 60 + minutes) * (-1 if match[1] == "-" else 1)
    name = folded(zone)
    return LOCAL_ZONES.get((name, region), ZONES.get(name))


# ---------------------------------------------------------------- as people write it

_CJK_DAY = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]\.?")
_CJK_CLOCK = re.compile(r"(\d{1,2}) ?[時时시] ?(\d\d) ?[分분](?: ?(\d\d) ?[秒초])?")
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})(?:[:h]|\.(?=\d\d ?uhr))(\d\d)(?::(\d\d)(?:\.\d+)?)?(?!\d)"
    r"(?:\s*([ap])\.?m\b\.?)?",
    re.IGNORECASE,
)
_HOUR = re.compile(r"(?<![\d:])(\d{1,2}) ?([ap])\.?m\b\.?", re.IGNORECASE)
_CJK_WEEKDAY = re.compile(r"\([月火水木金土日월화수목금토]\)")
_NUMERIC_DAY = re.compile(r"(?<![\d.])(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\.?\d)")
_SHORT_DAY = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{2})(?!\.?\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?!\d)")
_SHIFT = re.compile(
    r"(?:\b(?:GMT|UTC|UT)\s*)?(?<![\d-])[+-]\d{1,2}(?::?\d\d)?(?!\d)", re.IGNORECASE
)
_COMMENT = re.compile(r"\([^()]*\)?")
# the vowel signs of Hindi are no letters to Python
_PART = re.compile(r"\d+|[^\W\d_](?:[^\W\d_.'’]|[\u0900-\u0903\u093a-\u094f])*\.?")


def _written(text: str, region: str) -> ParsedDate | None:
    text = _CJK_WEEKDAY.sub(" ", _STOPWATCH.sub("", text))
    text = _CJK_CLOCK.sub(_colons, _CJK_DAY.sub(r"\1-\2-\3 ", text))
    if not _CLOCK.search(text):
        text = _HOUR.sub(r"\1:00 \2m", text, count=1)
    clock = _CLOCK.search(text)
    before, after = (text[: clock.start()], text[clock.end() :]) if clock else (text, "")
    comment = _COMMENT.search(after)
    after = _COMMENT.sub(" ", after)
    shift = _SHIFT.search(after)
    after = _SHIFT.sub(" ", after, count=1)
    words = _Words.of(f"{before} {after}", region)
    day = words and (_numeric_day(before) or _numeric_day(after) or words.day())
    if not words or not day:
        return None
    if not clock:
        return ParsedDate(datetime(*day, tzinfo=UTC), Precision.DAY, Zone.NONE)
    hour = _hour(
        int(clock[1]), words.meridiem if clock[4] is None else "ap".index(clock[4].lower()) * 12
    )
    offset = _offset(shift[0], region) if shift else words.offset
    if offset is None and comment:
        offset = _offset(comment[0].strip("()"), region)
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
    if match := _SHORT_DAY.search(text):
        return _century(match[3]), int(match[2]), int(match[1])
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
    def of(cls, text: str, region: str) -> "_Words | None":
        """Sort the parts; None when a word after the first number cannot belong to a date."""
        numbers: list[str] = []
        month = meridiem = offset = None
        named = ""
        for part in _PART.findall(text):
            word = folded(part)
            if part.isdecimal():
                numbers.append(part)
            elif word in MONTHS and (month is None or named in WEEKDAYS):
                # `mar` is March, but for `mar. 14 oct. 2025`, where it is Tuesday
                month, named = MONTHS[word], word
            elif word in MERIDIEM:
                meridiem = MERIDIEM[word]
            elif word in ZONES:
                offset = _offset(word, region)
            elif word in WEEKDAYS:
                continue
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
        return _century(year), self.month, int(day)


def _century(year: str) -> int:
    """A year of two digits is between 1970 and 2069."""
    if len(year) == 4:
        return int(year)
    return int(year) + (1900 if int(year) >= 70 else 2000)
