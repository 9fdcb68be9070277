"""newsd's rule in the race: `after_poll` itself, fed with what a poll would have gathered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.schedule.race import ASKED, Look
from benchmarks.schedule.world import Feed as Source
from daemon.cadence import after_poll, audit_due, find_gap, is_trusted
from daemon.settings import ScheduleSettings
from daemon.values import Brought, Digested, Failed, Gathered, News, Unchanged
from storage.values import Feed, FeedKind, Outcome, Poll, Validators

PACE = ScheduleSettings()
"""As the daemon runs if nobody sets anything."""
_REFUSED = Failed(Outcome.HTTP_STATUS, "429", 429, retry_after=timedelta(seconds=ASKED))


@dataclass(slots=True)
class Newsd:
    """One feed as it is remembered; the knob is the price of a request."""

    feed: Feed
    price: Callable[[], float]
    pace: ScheduleSettings = PACE
    has_dates: bool = True
    minds_the_clock: bool = True

    def asks_anew(self) -> bool:
        """At an audit, and while its server is not trusted."""
        asked = self.feed.last_poll_at
        return asked is not None and (audit_due(self.feed) or not is_trusted(self.feed, asked))

    def wait(self, look: Look) -> float:
        """Let `after_poll` plan the next poll."""
        now = _instant(look.at)
        gathered = Gathered(
            self.feed, now, timedelta(), _news(look), validators=_MARKS, lied=look.lied
        )
        created = len(look.times) if look.first else look.new
        dates = tuple(_instant(at) for at in look.times[len(look.times) - created :])
        poll = Poll(
            self.feed.id, now, timedelta(), Outcome.STORED, items=len(look.times), created=created
        )
        brought = Brought(dates if self.has_dates else (None,) * created, find_gap(gathered, poll))
        self.feed = after_poll(gathered, brought, now, self.pace, self.price())
        if self.feed.next_poll_at is None:
            raise AssertionError("a feed is always due again")
        return (self.feed.next_poll_at - now).total_seconds()


_MARKS = Validators(etag='"1"', body_hash=1)


def _news(look: Look) -> News:
    if look.refused:
        return _REFUSED
    if not look.new and not look.first:
        return Unchanged()
    shown = frozenset(range(*look.shown))
    return Digested(FeedKind.RSS, None, None, None, len(look.times), (), shown, ())


def newsd(
    price: float, source: Source, *, has_dates: bool = True, pace: ScheduleSettings = PACE
) -> Newsd:
    """As it runs, but for a fixed price."""
    return Newsd(Feed(source.number, ""), lambda: price, pace, has_dates)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
