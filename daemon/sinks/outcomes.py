"""What can come of handing over events. No input or output."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from daemon.events import Event


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has acknowledged every event."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The receiver does not want what it was given, and would not want it later either."""

    why: str
    delivered: int = 0
    """So many were acknowledged before; the next one was refused, or all the rest together."""


@dataclass(frozen=True, slots=True)
class Later:
    """The receiver cannot take it now; it is to be tried until it can."""

    why: str
    delivered: int = 0
    """So many were acknowledged before."""
    after: timedelta | None = None
    """How long the receiver asks us to wait."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The receiver wants nothing more, ever."""

    why: str


Outcome = Delivered | Refused | Later | Stopped


class Sink(Protocol):
    """Where a consumer's events go."""

    async def deliver(self, events: Sequence[Event]) -> Outcome:
        """Hand over events in their order; raises nothing but `CancelledError`."""
