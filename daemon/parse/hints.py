"""What a feed document says about how often to look at it, read from its head."""

import re
from datetime import timedelta

from storage.values import Hints

HEAD = 20_000
"""Characters before the first item in which hints are looked for."""
LONGEST = timedelta(days=28)
_FIRST_ITEM = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]")
_PERIOD = re.compile(r"<(?:\w+:)?updatePeriod>\s*(\w{1,20})\s*</")
_FREQUENCY = re.compile(r"<(?:\w+:)?updateFrequency>\s*(\d{1,6})\s*</")
_SKIPPED = re.compile(r"<skip(Hours|Days)>(.{0,2000}?)</skip\1>", re.DOTALL)
_ONE = re.compile(r"<(?:hour|day)>\s*(\w{1,12})\s*</")
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 730, "yearly": 8760}
"""Hours (RSS 1.0 module Syndication)."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def document_hints(text: str) -> Hints:
    """`sy:updatePeriod` and `sy:updateFrequency`, `skipHours` and `skipDays`; junk is passed over.

    Hours and days that would be all of them are none.
    """
    head = text[:HEAD]
    first = _FIRST_ITEM.search(head)
    head = head[: first.start()] if first else head
    skipped = {kind: _ONE.findall(inside) for kind, inside in _SKIPPED.findall(head)}
    hours = {int(hour) % 24 for hour in skipped.get("Hours", ()) if _is_hour(hour)}
    days = {_DAYS.index(day.lower()) for day in skipped.get("Days", ()) if day.lower() in _DAYS}
    return Hints(
        every=_every(head),
        skip_hours=tuple(sorted(hours)) if len(hours) < 24 else (),
        skip_days=tuple(sorted(days)) if len(days) < 7 else (),
    )


def _every(head: str) -> timedelta | None:
    period, frequency = _PERIOD.search(head), _FREQUENCY.search(head)
    hours = _PERIODS.get(period[1].lower()) if period else None
    if hours is None:
        return None
    times = max(1, int(frequency[1])) if frequency else 1
    return min(timedelta(hours=hours) / times, LONGEST)


def _is_hour(text: str) -> bool:
    """RSS 2.0 counts hours from 0 to 23, RSS 0.91 from 1 to 24."""
    return text.isascii() and text.isdigit() and int(text) <= 24
