from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.commands.explain import REASONS, explained
from daemon.settings import ScheduleSettings
from storage.values import Hints, NextPoll, Plan
from tests.daemon.cadence.rhythms import steady
from tests.samples import FEED, NOON

PLAN = Plan(NextPoll.FRESH, 24.0, 350.0, timedelta(hours=1), hints_ignored=2)


def test_every_reason_has_its_sentence() -> None:
    assert set(REASONS) == set(NextPoll)


def test_what_is_known_of_a_feed_is_told() -> None:
    feed = replace(FEED, plan=PLAN, rhythm=steady(24), hints=Hints(skip_hours=(3,)))
    facts = explained(feed, [{"outcome": "stored"}], ScheduleSettings(), NOON)
    assert (facts["reason"], facts["because"]) == ("http_says_fresh", REASONS[NextPoll.FRESH])
    assert (facts["rate_per_day"], facts["price_article_seconds"]) == (24.0, 350.0)
    assert (facts["hint_s"], facts["hints_ignored"], facts["skip_hours"]) == (3600.0, 2, [3])
    assert facts["average_per_day"] == pytest.approx(24, rel=0.05)
    assert facts["polls"] == [{"outcome": "stored"}]


def test_a_new_feed_has_nothing_to_tell() -> None:
    facts = explained(FEED, [], ScheduleSettings(), NOON)
    assert (facts["reason"], facts["because"]) == (None, "it is new")
