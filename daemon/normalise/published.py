"""When an article was published: every candidate, the best one, and how we know.

A page's own metadata is better than a feed, a feed better than an address, an address better than
words in the text. Nothing is invented: without a candidate there is no date.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from daemon.normalise.dates import ParsedDate, parse_date
from daemon.normalise.stated import Candidate, dateline, day_in_url
from daemon.normalise.text import clean_text
from daemon.values import Entry
from storage.values import DateSource, GaveWay, Precision, Published, StatedDate, Zone

TOLERANCE = timedelta(minutes=15)
"""A clock may be this wrong; a later date is in the future and not believed."""
OLDEST = datetime(1995, 1, 1, tzinfo=UTC)
LONGEST_RAW = 200
"""Characters of a date that are kept as it was written."""
_CONFLICT = timedelta(hours=24)
_FARTHEST = timedelta(hours=14)
"""Between local time and UTC."""
_ORDER = tuple(DateSource)
_FLAGS = {
    GaveWay.UNREADABLE: "unreadable_date",
    GaveWay.FUTURE: "future_date",
    GaveWay.ANCIENT: "ancient_date",
    GaveWay.FEED_SAYS_NOW: "feed_says_now",
    GaveWay.FEED_SAYS_ONE: "feed_says_one",
}


@dataclass(frozen=True, slots=True)
class Dated:
    """The publication time, what gave way to it, and what is odd about it."""

    published: Published
    flags: tuple[str, ...] = ()
    others: tuple[StatedDate, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of the dates of a document before any of its entries is looked at."""

    now: datetime
    """When it was fetched: a date beyond is not believed."""
    region: str = ""
    """The country of its feed, for zones that several share."""
    doubt: GaveWay | None = None
    """Why the feed's own dates are not believed."""


def dated(entry: Entry, url: str | None, text: str, trailing: str | None, when: Moment) -> Dated:
    """Choose among what the entry, its address and its text say.

    `trailing` is a bare time line found at the end of the text.
    """
    sound: list[Candidate] = []
    others: list[StatedDate] = []
    for found in _candidates(entry, url, text, trailing, when):
        because = _refused(found, when) if isinstance(found, Candidate) else GaveWay.UNREADABLE
        if because is None and isinstance(found, Candidate):
            sound.append(found)
        elif because is not None:
            others.append(_stated(found, because))
    flags = [_FLAGS[stated.because] for stated in others]
    sound.sort(key=lambda c: _ORDER.index(c.source))
    if not sound and (update := _update(entry, when)):
        sound, flags = [update], [*flags, "updated_as_published"]
    if not sound:
        raw = entry.published or entry.updated or ""
        published = Published(raw=_storable(raw) or None)
        return Dated(published, (*flags, "no_date"), _told(others))
    best = _sharpest(sound)
    if any(_differ(best, other) for other in sound):
        flags.append("date_conflict")
    others += [_stated(other, GaveWay.BETTER_SOURCE) for other in sound if other is not best]
    parsed = best.parsed
    raw = _storable(best.raw)
    published = Published(parsed.at, parsed.precision, best.source, parsed.zone, raw)
    return Dated(published, tuple(flags), tuple(others))


def _storable(raw: str) -> str:
    """A date as it was written, but for what no database takes and what no date is as long as."""
    return clean_text(raw[:LONGEST_RAW])


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """What should be a date, and is none."""

    raw: str
    source: DateSource


def _candidates(
    entry: Entry, url: str | None, text: str, trailing: str | None, when: Moment
) -> Iterator[Candidate | _Unreadable]:
    near = when.now
    if entry.published:
        parsed = parse_date(entry.published, when.region)
        if parsed:
            yield Candidate(entry.published, parsed, entry.published_source)
            near = min(near, parsed.at) if when.doubt is None else near
        else:
            yield _Unreadable(entry.published, entry.published_source)
    for said, source in entry.other_dates:
        by_page = parse_date(said, when.region)
        yield Candidate(said, by_page, source) if by_page else _Unreadable(said, source)
    if trailing and (at_end := parse_date(trailing, when.region)):
        yield Candidate(trailing, at_end, DateSource.BODY_TRAILING)
    if url and (by_url := day_in_url(url)):
        yield by_url
    if by_line := dateline(text, near):
        yield by_line


def _refused(candidate: Candidate, when: Moment) -> GaveWay | None:
    """Why a date is not believed, whatever else is known."""
    if candidate.parsed.at > when.now + _leeway(candidate.parsed):
        return GaveWay.FUTURE
    if candidate.parsed.at < OLDEST:
        return GaveWay.ANCIENT
    return when.doubt if candidate.source in {DateSource.FEED, DateSource.SITEMAP} else None


def _leeway(parsed: ParsedDate) -> timedelta:
    """A day begins up to 14 hours earlier in the east."""
    return timedelta(hours=14) if parsed.precision is Precision.DAY else TOLERANCE


def _update(entry: Entry, when: Moment) -> Candidate | None:
    """Atom requires `updated` only; where it is all there is, it bounds the publication."""
    parsed = parse_date(entry.updated, when.region) if entry.updated else None
    if not entry.updated or not parsed or not OLDEST <= parsed.at <= when.now + _leeway(parsed):
        return None
    return None if when.doubt else Candidate(entry.updated, parsed, DateSource.FEED)


def _stated(found: Candidate | _Unreadable, because: GaveWay) -> StatedDate:
    raw = _storable(found.raw)
    if isinstance(found, _Unreadable):
        return StatedDate(raw, found.source, because)
    parsed = found.parsed
    return StatedDate(raw, found.source, because, parsed.at, parsed.precision, parsed.zone)


def _told(others: Sequence[StatedDate]) -> tuple[StatedDate, ...]:
    """What gave way to nothing; one date alone is told by the article's own columns."""
    return tuple(others) if len(others) > 1 else ()


def _sharpest(candidates: Sequence[Candidate]) -> Candidate:
    """The best source; but a day gives way to a time of the same day.

    And a time without a zone to one that has a zone, if both may be the same.
    """
    best = candidates[0]
    exact = [c for c in candidates if c.parsed.precision is not Precision.DAY]
    if best.parsed.precision is Precision.DAY:
        finer = (c for c in exact if c.parsed.at.date() == best.parsed.at.date())
        return next(finer, best)
    if best.parsed.zone is Zone.EXPLICIT:
        return best
    zoned = (c for c in exact if c.parsed.zone is Zone.EXPLICIT and _may_be_one(best, c))
    return next(zoned, best)


def _may_be_one(zoneless: Candidate, zoned: Candidate) -> bool:
    """Whether a clock somewhere shows the one time at the other."""
    return abs(zoneless.parsed.at - zoned.parsed.at) <= _FARTHEST


def _differ(one: Candidate, other: Candidate) -> bool:
    by_day = Precision.DAY in {one.parsed.precision, other.parsed.precision}
    slack = timedelta(days=1) if by_day else timedelta()
    return abs(one.parsed.at - other.parsed.at) > _CONFLICT + slack


# ---------------------------------------------------------------- whether a feed is believed

AT_ONCE = timedelta(seconds=2)
"""Dates made while a document is written differ by no more."""
FRESH, WAITED = timedelta(minutes=2), timedelta(minutes=15)
"""How old a document is that says `now`; one of many entries may have waited in a cache."""
FEWEST, MANY = 3, 5


def doubted(entries: Sequence[Entry], now: datetime) -> GaveWay | None:
    """Why the dates of a whole document are those of the document and not of its entries.

    All at once, and just now: its server writes the time of the request. All at once, and another
    time: that of a build. A day that all entries share is a day, written exactly or not.
    """
    count = len(entries)
    first = last = _time(entries[0]) if count >= FEWEST else None
    for entry in entries:
        at = _time(entry)
        if at is None or first is None or last is None:
            return None
        first, last = min(first, at), max(last, at)
        if last - first > AT_ONCE:
            return None
    if first is None or last is None:
        return None
    if abs(now - last) <= (WAITED if count >= MANY else FRESH):
        return GaveWay.FEED_SAYS_NOW
    is_day = (last.hour, last.minute, last.second) == (0, 0, 0)
    return None if is_day or count < MANY else GaveWay.FEED_SAYS_ONE


def _time(entry: Entry) -> datetime | None:
    parsed = parse_date(entry.published or entry.updated or "")
    return parsed.at if parsed and parsed.precision is not Precision.DAY else None


_COUNTRIES = {"he": "il", "iw": "il", "zh": "cn", "bn": "bd", "ga": "ie", "ms": "my", "tl": "ph"}
"""Language -> country, where a feed's domain names none."""


@lru_cache(maxsize=1024)
def region_of(url: str, language: str | None) -> str:
    """The country a feed speaks from: that of its domain, or of its language; empty: unknown."""
    try:
        top = (urlsplit(url).hostname or "").rpartition(".")[2]
    except ValueError:
        top = ""
    if len(top) == 2 and top.isalpha() and top not in {"co", "io", "tv", "me", "ai", "fm", "eu"}:
        return top
    primary, _, rest = (language or "").lower().replace("_", "-").partition("-")
    region = rest.rpartition("-")[2]
    return region if len(region) == 2 else _COUNTRIES.get(primary, "")
