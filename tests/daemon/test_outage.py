import pytest

from daemon.outage import ENOUGH, Outage
from storage.values import Outcome


def seen(outage: Outage, outcome: Outcome, count: int, hosts: int) -> bool:
    """Whether any of these polls turned it."""
    return sum(outage.observe(f"https://h{n % hosts}.example/", outcome) for n in range(count)) > 0


@pytest.mark.threat("I3")
def test_when_nobody_can_be_reached_it_is_the_network() -> None:
    outage = Outage()
    seen(outage, Outcome.STORED, 5, 5)
    assert seen(outage, Outcome.DNS, ENOUGH, 20)
    assert outage.is_on


def test_one_dead_host_with_many_feeds_is_no_outage() -> None:
    outage = Outage()
    assert not seen(outage, Outcome.CONNECT, 100, 1)


def test_servers_that_answer_with_errors_are_no_outage() -> None:
    outage = Outage()
    assert not seen(outage, Outcome.HTTP_STATUS, 100, 50)


def test_a_few_polls_prove_nothing() -> None:
    outage = Outage()
    assert not seen(outage, Outcome.DNS, ENOUGH - 1, 50)


def test_the_first_answer_ends_it() -> None:
    outage = Outage()
    seen(outage, Outcome.DNS, 100, 50)
    assert outage.observe("https://h.example/", Outcome.UNCHANGED)
    assert not outage.is_on
    assert not outage.observe("https://h.example/", Outcome.DNS)
