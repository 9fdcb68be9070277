"""What the daemon counts, under the names that logs and tables use too."""

from collections.abc import Callable, Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector
from typing_extensions import override

from daemon.values import PollReport
from storage.values import Outcome

# `newsd_articles_created` would be a time, where everybody expects a number of articles
disable_created_metrics()  # type: ignore[no-untyped-call]  # theirs
PREFIX = "newsd"
DELIVERIES = ("delivered", "passed_over", "failed", "dead")
"""What becomes of events: `failed` once for every try, `passed_over` by a consumer's filters."""
VERDICTS = ("created", "revised", "duplicates", "rejected")
POLL_SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
ANSWER_SECONDS = (0.005, 0.02, 0.05, 0.2, 0.5, 2, 5, 10)
DELAY_SECONDS = (10, 30, 60, 120, 300, 600, 1800, 3600, 10800, 43200, 86400)


class _Counted(Collector):
    """A counter that somebody else counts."""

    def __init__(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        self._name, self._meaning, self._read = name, meaning, read

    @override
    def collect(self) -> Iterator[CounterMetricFamily]:
        yield CounterMetricFamily(self._name, self._meaning, self._read())


class Metrics:
    """The counters of one process, with a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # `newsd_articles_created` would be a time
        self._registry = CollectorRegistry()
        self._polls = Counter(
            f"{PREFIX}_polls", "Polls by outcome.", ["outcome"], registry=self._registry
        )
        self._duration = Histogram(
            f"{PREFIX}_poll_duration_seconds",
            "From request to digest of a poll.",
            buckets=POLL_SECONDS,
            registry=self._registry,
        )
        self._articles = Counter(
            f"{PREFIX}_articles",
            "Entries by what became of them.",
            ["verdict"],
            registry=self._registry,
        )
        self._delay = Histogram(
            f"{PREFIX}_publish_delay_seconds",
            "From publication to row, of dated articles that came after their feed's first poll.",
            buckets=DELAY_SECONDS,
            registry=self._registry,
        )
        self._bytes = Counter(
            f"{PREFIX}_fetched_bytes", "Bytes of decoded documents.", registry=self._registry
        )
        self._pages = Counter(
            f"{PREFIX}_pages",
            "Web pages of articles by what asking for them came to.",
            ["outcome"],
            registry=self._registry,
        )

        self._lag = Gauge(
            f"{PREFIX}_consumer_lag",
            "Changes that a consumer which is served here is behind.",
            ["consumer"],
            registry=self._registry,
        )
        self._events = Counter(
            f"{PREFIX}_consumer_events",
            "Events by what became of them.",
            ["consumer", "result"],
            registry=self._registry,
        )
        self._requests = Counter(
            f"{PREFIX}_http_requests",
            "Requests to the pages and the API, by route and status.",
            ["route", "status"],
            registry=self._registry,
        )
        self._answers = Histogram(
            f"{PREFIX}_http_request_duration_seconds",
            "From request to answer, but for those that wait for news.",
            ["route"],
            buckets=ANSWER_SECONDS,
            registry=self._registry,
        )

        # a series that begins at its first event hides that event from rate() and increase()
        for outcome in Outcome:
            self._polls.labels(outcome)
        for verdict in VERDICTS:
            self._articles.labels(verdict)

    def gauge(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """Show a number that is read when somebody asks."""
        Gauge(f"{PREFIX}_{name}", meaning, registry=self._registry).set_function(read)

    def serve(self, consumer: str) -> None:
        """A consumer is served here from now on."""
        for result in DELIVERIES:
            self._events.labels(consumer, result)

    def leave(self, consumer: str) -> None:
        """A consumer is served elsewhere, or nowhere."""
        self._lag.remove_by_labels({"consumer": consumer})

    def lag(self, consumer: str, behind: int) -> None:
        """Show how many changes a consumer is behind."""
        self._lag.labels(consumer).set(max(behind, 0))

    def deliver(self, consumer: str, result: str, events: int) -> None:
        """Count events by one of `DELIVERIES`."""
        self._events.labels(consumer, result).inc(events)

    def counter(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """Show a number that only rises, and that is read when somebody asks."""
        self._registry.register(_Counted(f"{PREFIX}_{name}", meaning, read))

    def observe_request(self, route: str, status: int, seconds: float | None) -> None:
        """Count a request; `route` is a pattern, never an address. None: it waited on purpose."""
        self._requests.labels(route, status).inc()
        if seconds is not None:
            self._answers.labels(route).observe(seconds)

    def observe(self, report: PollReport) -> None:
        """Count one poll."""
        poll = report.poll
        self._polls.labels(poll.outcome).inc()
        self._duration.observe(poll.duration.total_seconds())
        self._bytes.inc(poll.size)
        for verdict in VERDICTS:
            self._articles.labels(verdict).inc(getattr(poll, verdict))
        for outcome, count in report.pages.items():
            self._pages.labels(outcome).inc(count)
        for delay in report.delays:
            self._delay.observe(max(delay, 0.0))

    def exposition(self) -> bytes:
        """Everything, in the Prometheus text format."""
        return generate_latest(self._registry)
