"""How long a server asks us to stay away (RFC 9110, 10.2.3)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(hours=24)


def retry_after(
    value: str | None, date: str | None, *, shortest: timedelta = SHORTEST
) -> timedelta | None:
    """The span a Retry-After header asks for, between `shortest` and a day; None for junk.

    A date is read against the answer's own Date header, so that our clock and the server's need
    not agree; without one it says nothing.
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        seconds = int(value) if len(value) < 9 else LONGEST.total_seconds()
        return _bounded(timedelta(seconds=seconds), shortest)
    until, now = http_date(value), http_date(date or "")
    return _bounded(until - now, shortest) if until and now else None


def _bounded(span: timedelta, shortest: timedelta) -> timedelta:
    return min(max(span, shortest), LONGEST)


def http_date(value: str) -> datetime | None:
    """A date as HTTP headers write it; None for junk."""
    try:
        parsed = parsedate_to_datetime(value)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
