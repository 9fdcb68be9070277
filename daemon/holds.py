"""Hosts that answered 429 and said how long to stay away: no feed of theirs is asked meanwhile."""

from collections.abc import Mapping
from datetime import datetime

from daemon.lanes import host_of
from daemon.values import PollReport


class Holds:
    """Until when which host is left alone."""

    def __init__(self, held: Mapping[str, datetime]) -> None:
        self._until = dict(held)

    def note(self, report: PollReport) -> None:
        """Take in what a poll was told."""
        if report.held_until is not None:
            self._until[host_of(report.feed.url)] = report.held_until

    def hold(self, url: str, until: datetime) -> None:
        """Leave the host of this address alone until then."""
        self._until[host_of(url)] = until

    def until(self, url: str, now: datetime) -> datetime | None:
        """Until when to leave the host of this address alone; None: it may be asked."""
        host = host_of(url)
        until = self._until.get(host)
        if until is not None and until <= now:
            del self._until[host]
            return None
        return until
