"""What Prometheus reads: known names, known types, and no more series than there are words."""

import re
from datetime import timedelta

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from daemon.metrics import VERDICTS, Metrics
from daemon.values import PollReport
from storage.values import Feed, Outcome, Poll
from tests.samples import NOON


@pytest.fixture
def metrics() -> Metrics:
    counted = Metrics()
    counted.gauge("queue_depth", "Polls gathered and not yet written.", lambda: 3)
    poll = Poll(
        1, NOON, timedelta(seconds=2), Outcome.STORED, size=100, items=9, created=5, rejected=1
    )
    counted.observe(PollReport(Feed(1, "https://a.example/feed"), poll, delays=(60.0, -5.0)))
    return counted


def families(metrics: Metrics) -> dict[str, Metric]:
    return {f.name: f for f in text_string_to_metric_families(metrics.exposition().decode())}


def value(metrics: Metrics, name: str, **labels: str) -> float:
    found = [
        sample.value
        for family in families(metrics).values()
        for sample in family.samples
        if sample.name == name and sample.labels == labels
    ]
    assert len(found) == 1, name
    return found[0]


def test_names_follow_the_custom_and_say_what_they_mean(metrics: Metrics) -> None:
    """https://prometheus.io/docs/practices/naming"""
    for name, family in families(metrics).items():
        assert re.fullmatch(r"newsd_[a-z_]+", name)
        assert not name.endswith(("_created", "_count", "_sum", "_ms"))
        assert family.documentation.endswith(".")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("newsd_polls", "counter"),
        ("newsd_articles", "counter"),
        ("newsd_fetched_bytes", "counter"),
        ("newsd_poll_duration_seconds", "histogram"),
        ("newsd_publish_delay_seconds", "histogram"),
        ("newsd_queue_depth", "gauge"),
    ],
)
def test_each_is_of_its_type(metrics: Metrics, name: str, kind: str) -> None:
    assert families(metrics)[name].type == kind


def test_a_poll_is_counted(metrics: Metrics) -> None:
    assert value(metrics, "newsd_polls_total", outcome="stored") == 1
    assert value(metrics, "newsd_articles_total", verdict="created") == 5
    assert value(metrics, "newsd_fetched_bytes_total") == 100
    assert value(metrics, "newsd_publish_delay_seconds_count") == 2
    assert value(metrics, "newsd_publish_delay_seconds_sum") == 60
    assert value(metrics, "newsd_queue_depth") == 3


def test_what_has_not_happened_yet_is_zero_and_not_absent(metrics: Metrics) -> None:
    assert {s.labels["outcome"] for s in families(metrics)["newsd_polls"].samples} == set(Outcome)
    verdicts = {s.labels["verdict"] for s in families(metrics)["newsd_articles"].samples}
    assert verdicts == set(VERDICTS)
    assert value(metrics, "newsd_polls_total", outcome="dns") == 0


def test_consumers_are_counted_from_zero_and_show_no_lag_that_is_another_s(
    metrics: Metrics,
) -> None:
    metrics.serve("ops")
    assert value(metrics, "newsd_consumer_events_total", consumer="ops", result="dead") == 0
    metrics.deliver("ops", "delivered", 3)
    metrics.lag("ops", 7)
    assert value(metrics, "newsd_consumer_events_total", consumer="ops", result="delivered") == 3
    assert value(metrics, "newsd_consumer_lag", consumer="ops") == 7
    metrics.leave("ops")
    assert families(metrics)["newsd_consumer_lag"].samples == []
