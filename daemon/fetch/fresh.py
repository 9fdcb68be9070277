"""How long an answer stays fresh, by its headers (RFC 9111, 4.2)."""

import re
from collections.abc import Mapping
from datetime import timedelta

from daemon.fetch.retry_after import http_date
from daemon.values import Fresh

LONGEST = timedelta(days=7)
_DIRECTIVE = re.compile(r'([a-z-]+)\s*(?:=\s*"?(\d{1,9})"?)?', re.IGNORECASE)


def freshness(headers: Mapping[str, str]) -> Fresh | None:
    """What `Cache-Control` says, else `Expires`; None if nothing, junk, or already stale.

    An `Age` header tells that a shared cache answered, which counts by `s-maxage` if there is one.
    """
    age = _seconds(headers.get("Age"))
    span = _lifetime(headers, shared=age is not None)
    if span is None:
        return None
    left = min(span - timedelta(seconds=age or 0), LONGEST)
    return Fresh(left, is_cached=age is not None) if left > timedelta() else None


def _lifetime(headers: Mapping[str, str], *, shared: bool) -> timedelta | None:
    said = {
        name.lower(): value for name, value in _DIRECTIVE.findall(headers.get("Cache-Control", ""))
    }
    if said.keys() & {"no-cache", "no-store"}:
        return None
    seconds = (shared and said.get("s-maxage")) or said.get("max-age")
    if seconds:
        return timedelta(seconds=int(seconds))
    expires, date = http_date(headers.get("Expires", "")), http_date(headers.get("Date", ""))
    return expires - date if expires and date else None


def _seconds(value: str | None) -> int | None:
    value = (value or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
