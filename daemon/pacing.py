"""How fast a host may be asked, learned from how it answers. No input or output; time is a value.

A token bucket a host, shared by all its feeds. Times are seconds of a monotonic clock.
"""

from dataclasses import dataclass, replace
from http import HTTPStatus

import xxhash

from daemon.values import Failed, Gathered
from storage.values import Outcome

BURST = 5.0
"""Requests that a host which answers well may get at once."""
SLOWEST = 1 / 120
"""Requests a second that a host gets at least, however it answers."""
JITTER = 0.2
"""A request costs up to this share more, so that we do not come like clockwork."""
SLOWER, FASTER = 0.5, 1.05
"""What a refusal, and a good answer, do to the rate."""
REFUSALS = 3
"""403 or 503 in a row that are no longer the fault of one feed."""
MUCH_SLOWER = 4.0
"""Times its own average that an answer of a host in distress takes."""
NOTICEABLE = 2.0
"""Seconds below which no answer is slow."""
MEMORY = 0.1
"""Weight of the newest answer in the average."""
ROUNDING = 1e-6
"""Of a token."""
FORGOTTEN = 6 * 3600.0
"""Seconds after which a host that was not asked is as one we never met."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What we remember of a host."""

    at: float
    """When `tokens` was true."""
    tokens: float = BURST
    """Requests it may get at once."""
    share: float = 1.0
    """Of the usual rate, what it gets."""
    refusals: int = 0
    """403 and 503 in a row."""
    latency: float | None = None
    """Seconds of its answers on average; None: it has not answered yet."""
    pause: float = 0.0
    """Seconds that it wants between two requests (Crawl-delay); 0: it does not say."""


def per_second(pace: Pace, rate: float) -> float:
    """Requests a second that the host gets, where `rate` is the usual; never below `SLOWEST`."""
    wanted = 1 / pace.pause if pace.pause > 0 else rate
    return max(min(rate * pace.share, wanted), SLOWEST)


def most_at_once(pace: Pace) -> float:
    """Requests that the host may get at once; one that is slowed down gets no burst."""
    return 1.0 if pace.pause > 0 else max(1.0, BURST * pace.share)


def filled(pace: Pace, rate: float, now: float) -> Pace:
    """The pace at a later time."""
    most = most_at_once(pace)
    came = (now - pace.at) * per_second(pace, rate)
    return replace(pace, at=now, tokens=min(most, pace.tokens + came))


def seconds_to_wait(pace: Pace, rate: float, now: float, spare: float = 0.0) -> float:
    """How long the host is to be left alone; 0: it may be asked.

    Who leaves `spare` requests to others waits until they could be made too, as far as this host
    gets as many at once.
    """
    wanted = min(1.0 + spare, most_at_once(pace))
    missing = wanted - filled(pace, rate, now).tokens
    return missing / per_second(pace, rate) if missing > ROUNDING else 0.0


def asked(pace: Pace, rate: float, now: float, draw: float) -> Pace:
    """The pace after a request; `draw` is a number in 0..1 that is as good as chance."""
    full = filled(pace, rate, now)
    return replace(full, tokens=full.tokens - 1.0 - JITTER * draw)


def answered(pace: Pace, answer: Gathered) -> Pace:
    """The pace after a poll ended; what it asked for beside the feed is owed."""
    pace = replace(pace, pause=answer.pause, tokens=pace.tokens - answer.more_requests)
    refusals = pace.refusals + 1 if _is_refusal(answer) else 0
    seconds = answer.duration.total_seconds()
    if answer.http_status == HTTPStatus.TOO_MANY_REQUESTS or refusals >= REFUSALS:
        return replace(pace, share=pace.share * SLOWER, tokens=min(pace.tokens, 0.0), refusals=0)
    if _is_distress(pace, answer, seconds):
        return replace(_averaged(pace, seconds), share=pace.share * SLOWER, refusals=refusals)
    if answer.http_status is None or refusals:  # nobody answered, or not well
        return replace(pace, refusals=refusals)
    return replace(_averaged(pace, seconds), share=min(1.0, pace.share * FASTER), refusals=0)


def _is_refusal(answer: Gathered) -> bool:
    return answer.http_status in {HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE}


def _is_distress(pace: Pace, answer: Gathered, seconds: float) -> bool:
    """Whether the host takes several times as long as it used to."""
    if isinstance(answer.news, Failed) and answer.news.outcome is Outcome.TIMEOUT:
        return True
    usual = seconds if pace.latency is None else pace.latency
    return seconds > max(NOTICEABLE, usual * MUCH_SLOWER)


def _averaged(pace: Pace, seconds: float) -> Pace:
    usual = seconds if pace.latency is None else pace.latency
    return replace(pace, latency=usual + MEMORY * (seconds - usual))


class Paces:
    """The paces of all hosts that were asked lately."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        """Requests a second that a host gets as long as it answers well."""
        self._of: dict[str, Pace] = {}
        self._swept = 0.0

    def __len__(self) -> int:
        """How many hosts are remembered."""
        return len(self._of)

    def wait(self, host: str, now: float, *, spare: float = 0.0) -> float:
        """Seconds for which the host is to be left alone; 0: it may be asked.

        Who asks for `spare` requests more than one leaves them to others.
        """
        pace = self._of.get(host)
        return 0.0 if pace is None else seconds_to_wait(pace, self.rate, now, spare)

    def ask(self, host: str, now: float) -> None:
        """Count a request."""
        self._forget(now)
        draw = xxhash.xxh32_intdigest(f"{host}@{now}".encode()) / 2**32
        self._of[host] = asked(self._of.get(host, Pace(now)), self.rate, now, draw)

    def answer(self, host: str, answer: Gathered) -> None:
        """Learn from a poll; the least rate is `SLOWEST`, from where recovery begins."""
        pace = self._of.get(host)
        if pace is not None:
            learned = answered(pace, answer)
            least = min(1.0, SLOWEST / self.rate)
            self._of[host] = replace(learned, share=max(learned.share, least))

    def _forget(self, now: float) -> None:
        if now - self._swept > FORGOTTEN / 6:
            self._swept = now
            self._of = {h: p for h, p in self._of.items() if now - p.at < FORGOTTEN}
