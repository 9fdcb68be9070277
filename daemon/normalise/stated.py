"""Dates in an article's address and in its words: days in paths, datelines, time lines."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.normalise.calendar import MONTHS, folded
from daemon.normalise.dates import ParsedDate, parse_date
from storage.values import DateSource


@dataclass(frozen=True, slots=True)
class Candidate:
    """A date that some part of an article states."""

    raw: str
    parsed: ParsedDate
    source: DateSource


# ---------------------------------------------------------------- in addresses

_DAYS = (
    re.compile(r"/(?P<y>(?:19|20)\d\d)([/-]?)(?P<m>\d\d)\2(?P<d>\d\d)(?=[/_.-]|$)"),
    re.compile(r"/(?P<y>(?:19|20)\d\d)/(?P<m>\d\d?)/(?P<d>\d\d?)(?=/|$)"),
    re.compile(r"[/_-](?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?=[/_.-]|$)"),
)
_NAMED_DAY = re.compile(r"/((?:19|20)\d\d)/([a-z]{3})/(\d\d?)(?=/|$)", re.IGNORECASE)
_YEAR = re.compile(r"[/_-](?:19|20)\d\d")


def day_in_url(url: str) -> Candidate | None:
    """`/2025/10/17/`, `/2025-10-17-`, `/20251017/`, `/2025/oct/17/`; an id is no day."""
    path = url.partition("?")[0]
    if not _YEAR.search(path):
        return None
    for pattern in _DAYS:
        if match := pattern.search(path):
            return _on(match[0], f"{match['y']}-{match['m']:0>2}-{match['d']:0>2}")
    if match := _NAMED_DAY.search(path):
        return _on(match[0], f"{match[3]} {match[2]} {match[1]}")
    return None


def _on(said: str, day: str) -> Candidate | None:
    parsed = parse_date(day)
    return Candidate(said.strip("/_-"), parsed, DateSource.URL) if parsed else None


# ---------------------------------------------------------------- in words

_DAY = (
    r"(?:(?P<month>[^\W\d_]{3,12})\.? (?P<day>\d{1,2})|"
    r"(?P<day_first>\d{1,2})\.? (?:de )?(?P<month_last>[^\W\d_]{3,12})\.?)"
    r"(?:,? (?:de )?(?P<year>\d{4}))?"
)
_AGENCY = r"\([\w .&/-]{2,40}\)"
_DATELINES = (
    re.compile(rf"[^\W\d_][\w .,'’/-]{{1,50}}?, {_DAY} {_AGENCY} ?(?:[-–—]|\.[-–—])"),
    re.compile(rf"{_AGENCY} ?[-–—] [^\W\d_][\w .'’/-]{{1,50}}?, {_DAY} ?[-–—]"),
)
_LINE = 140


def dateline(text: str, near: datetime) -> Candidate | None:
    """`KYIV, Oct 17 (Agency) -`, `Roma, 17 ott. (Agenzia) -`, `(AGENZIA) - ROMA, 17 OTT -`.

    Without a year it is the last such day up to `near`: its feed's date, or the fetch.
    """
    start = text[:_LINE]
    if "(" not in start:
        return None
    for pattern in _DATELINES:
        if match := pattern.match(start):
            return _dateline(match, near)
    return None


def _dateline(match: re.Match[str], near: datetime) -> Candidate | None:
    month = MONTHS.get(folded(match["month"] or match["month_last"]))
    if month is None:
        return None
    day = int(match["day"] or match["day_first"])
    years = [int(match["year"])] if match["year"] else [near.year + 1, near.year, near.year - 1]
    for year in years:
        parsed = parse_date(f"{year}-{month:02}-{day:02}")
        if parsed and (match["year"] or parsed.at <= near + timedelta(days=1)):
            return Candidate(match[0].rstrip(" .-–—"), parsed, DateSource.DATELINE)
    return None


# What stands before a time that a page shows, in six languages.
LABEL = re.compile(
    r"(?:(?:first |last )?(?:updated|published|posted|modified|created)(?: (?:on|at))?|date|"
    r"last (?:update|modified|edited)|(?:zuletzt )?(?:aktualisiert|geändert|veröffentlicht)"
    r"(?: am| um)?|stand|publiée? (?:le|à)|mise? à jour(?: le| à)?|modifiée? (?:le|à)|"
    r"(?:publicad[oa]|actualizad[oa]|atualizad[oa])(?: el| em| a las| às)?|"
    r"última (?:actualización|atualização)|"
    r"(?:pubblicato|aggiornato)(?: il| alle(?: ore)?)?|ultimo aggiornamento)\b[ :|]*",
    re.IGNORECASE,
)
_WHOLE_TIME = re.compile(r"(?=.*\d{4})(?=.*\d[:h]\d\d).{10,60}", re.IGNORECASE)


def is_whole_time(line: str) -> bool:
    """Whether a line may be nothing but a year, a day and a time, with or without a label."""
    return bool(_WHOLE_TIME.fullmatch(line[_label(line) :]))


def split_trailing_time(text: str) -> tuple[str, str | None]:
    """A last line that is nothing but a time, taken off: (the text before it, the time)."""
    head, _, last = text.rpartition("\n")
    last = last.strip()
    if not head.strip() or len(last) > 100 or not is_whole_time(last):
        return text, None
    raw = last[_label(last) :]
    return (head.rstrip(), raw) if parse_date(raw) else (text, None)


def _label(line: str) -> int:
    label = LABEL.match(line)
    return label.end() if label else 0
