"""When an article was published: every candidate, the best one, and how we know.

A page's own metadata is better than a feed, a feed better than an address, an address better than
words in the text. Nothing is invented: without a candidate there is no date.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from daemon.normalise.calendar import MONTHS, folded
from daemon.normalise.dates import ParsedDate, parse_date
from daemon.normalise.text import clean_text
from daemon.values import Entry
from storage.values import DateSource, Precision, Published

TOLERANCE = timedelta(minutes=15)
"""A clock may be this wrong; a later date is in the future and not believed."""
OLDEST = datetime(1995, 1, 1, tzinfo=UTC)
LONGEST_RAW = 200
"""Characters of a date that are kept as it was written."""
_CONFLICT = timedelta(hours=24)
_ORDER = tuple(DateSource)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A date that some part of an article states."""

    raw: str
    parsed: ParsedDate
    source: DateSource


@dataclass(frozen=True, slots=True)
class Dated:
    """The publication time, and what is odd about it."""

    published: Published
    flags: tuple[str, ...] = ()


def dated(entry: Entry, url: str | None, text: str, trailing: str | None, now: datetime) -> Dated:
    """Choose among what the entry, its address and its text say.

    `trailing` is a bare time line found at the end of the text.
    """
    flags: list[str] = []
    found = list(_candidates(entry, url, text, trailing, now))
    if entry.published and not any(c.raw == entry.published for c in found):
        flags.append("unreadable_date")
    sound = [c for c in found if _is_possible(c, now, flags)]
    sound.sort(key=lambda c: _ORDER.index(c.source))
    if not sound and (update := _update(entry, now)):
        sound, flags = [update], [*flags, "updated_as_published"]
    if not sound:
        raw = entry.published or entry.updated or ""
        return Dated(Published(raw=_storable(raw) or None), tuple(flags))
    best = _sharpest(sound)
    if any(_differ(best, other) for other in sound):
        flags.append("date_conflict")
    parsed = best.parsed
    raw = _storable(best.raw)
    published = Published(parsed.at, parsed.precision, best.source, parsed.zone, raw)
    return Dated(published, tuple(flags))


def _storable(raw: str) -> str:
    """A date as it was written, but for what no database takes and what no date is as long as."""
    return clean_text(raw[:LONGEST_RAW])


def _candidates(
    entry: Entry, url: str | None, text: str, trailing: str | None, now: datetime
) -> Iterator[Candidate]:
    for raw, source in (
        (entry.published, entry.published_source),
        (trailing, DateSource.BODY_TRAILING),
    ):
        if raw and (parsed := parse_date(raw)):
            yield Candidate(raw, parsed, source)
    if url and (by_url := _day_in_url(url)):
        yield by_url
    if by_line := _dateline(text, now):
        yield by_line


def _is_possible(candidate: Candidate, now: datetime, flags: list[str]) -> bool:
    if candidate.parsed.at > now + _leeway(candidate.parsed):
        flags.append("future_date")
    elif candidate.parsed.at < OLDEST:
        flags.append("ancient_date")
    else:
        return True
    return False


def _leeway(parsed: ParsedDate) -> timedelta:
    """A day begins up to 14 hours earlier in the east."""
    return timedelta(hours=14) if parsed.precision is Precision.DAY else TOLERANCE


def _update(entry: Entry, now: datetime) -> Candidate | None:
    """Atom requires `updated` only; where it is all there is, it bounds the publication."""
    parsed = parse_date(entry.updated) if entry.updated else None
    if not entry.updated or not parsed or not OLDEST <= parsed.at <= now + _leeway(parsed):
        return None
    return Candidate(entry.updated, parsed, DateSource.FEED)


def _sharpest(candidates: Sequence[Candidate]) -> Candidate:
    """The best source; but a day gives way to a time of the same day."""
    best = candidates[0]
    if best.parsed.precision is not Precision.DAY:
        return best
    finer = (
        c
        for c in candidates
        if c.parsed.precision is not Precision.DAY and c.parsed.at.date() == best.parsed.at.date()
    )
    return next(finer, best)


def _differ(one: Candidate, other: Candidate) -> bool:
    by_day = Precision.DAY in {one.parsed.precision, other.parsed.precision}
    slack = timedelta(days=1) if by_day else timedelta()
    return abs(one.parsed.at - other.parsed.at) > _CONFLICT + slack


# ---------------------------------------------------------------- in addresses and texts

_URL_DAY = re.compile(r"/((?:19|20)\d\d)([/-]?)(\d\d)\2(\d\d)(?=[/_.-]|$)")
_URL_DAY_NAMED = re.compile(r"/((?:19|20)\d\d)/([a-z]{3})/(\d\d?)(?=/)")


def _day_in_url(url: str) -> Candidate | None:
    """`/2025/10/17/`, `/2025-10-17-`, `/20251017/`, `/2025/oct/17/`."""
    if match := _URL_DAY.search(url):
        raw = f"{match[1]}-{match[3]}-{match[4]}"
    elif match := _URL_DAY_NAMED.search(url):
        raw = f"{match[3]} {match[2]} {match[1]}"
    else:
        return None
    parsed = parse_date(raw)
    return Candidate(match[0].strip("/"), parsed, DateSource.URL) if parsed else None


_DATELINE = re.compile(
    r"[A-Z][\w .,'’/-]{1,50}?, ([A-Z][a-z]{2,8})\.? (\d{1,2})(?:, (\d{4}))? "
    r"\([\w .&/-]{2,40}\) ?[-–—]"
)


def _dateline(text: str, now: datetime) -> Candidate | None:
    """`KYIV, Oct 17 (Agency) -`; without a year, the latest such day that is not to come."""
    match = _DATELINE.match(text)
    month = MONTHS.get(folded(match[1])) if match else None
    if not match or not month:
        return None
    years = [int(match[3])] if match[3] else [now.year, now.year - 1]
    for year in years:
        parsed = parse_date(f"{year}-{month:02}-{int(match[2]):02}")
        if parsed and parsed.at <= now + timedelta(days=1):
            return Candidate(match[0].rstrip(" -–—"), parsed, DateSource.DATELINE)
    return None


_TRAILING = re.compile(
    r"(?:(?:first )?(?:published|posted|updated|date)(?: on| at)?:? )?"
    r"(?=.*\d{4})(?=.*\d:\d\d).{10,60}",
    re.IGNORECASE,
)


def split_trailing_time(text: str) -> tuple[str, str | None]:
    """A last line that is nothing but a time, taken off: (the text before it, the line)."""
    head, _, last = text.rpartition("\n")
    last = last.strip()
    if not head.strip() or not _TRAILING.fullmatch(last):
        return text, None
    raw = last.partition(": ")[2] if last[:1].isalpha() and ": " in last else last
    return (head.rstrip(), raw) if parse_date(raw) else (text, None)
