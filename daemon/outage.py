"""Tell a network that is down from feeds that are: when polls of many hosts fail to connect."""

from collections import deque

from daemon.lanes import host_of
from storage.values import Outcome

LAST = 30
"""Polls that are looked at."""
ENOUGH = 20
"""Fewer prove nothing."""
SHARE = 0.8
"""Of them unreachable, all of them are taken to be."""
HOSTS = 5
"""Fewer unreachable hosts may just be down."""
_UNREACHED = {Outcome.DNS, Outcome.CONNECT}


class Outage:
    """Watches how polls end."""

    def __init__(self) -> None:
        self._last: deque[str | None] = deque(maxlen=LAST)
        """The host that was not reached, or None for one that was."""
        self.is_on = False

    def observe(self, url: str, outcome: Outcome) -> bool:
        """Count a poll; whether it began or ended an outage."""
        before = self.is_on
        self._last.append(host_of(url) if outcome in _UNREACHED else None)
        if before:
            self.is_on = outcome in _UNREACHED
        else:
            self.is_on = self._looks_down()
        if before and not self.is_on:
            self._last.clear()
        return self.is_on is not before

    def _looks_down(self) -> bool:
        missed = [host for host in self._last if host is not None]
        enough = len(self._last) >= ENOUGH and len(missed) >= SHARE * len(self._last)
        return enough and len(set(missed)) >= HOSTS
