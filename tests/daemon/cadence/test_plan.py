from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from daemon.cadence import JITTER
from daemon.cadence.plan import plan_next
from daemon.settings import RespectHints, ScheduleSettings
from daemon.values import Fresh
from storage.values import Feed, Hints, NextPoll
from tests.daemon.cadence.rhythms import steady
from tests.samples import FEED, NOON

spans = st.timedeltas(timedelta(), timedelta(days=40))
hints = st.builds(
    Hints,
    st.none() | spans,
    st.lists(st.integers(0, 23), max_size=24).map(tuple),
    st.lists(st.integers(0, 6), max_size=7).map(tuple),
)
respects: st.SearchStrategy[RespectHints] = st.sampled_from(("plausible", "strict", "never"))
rates = (0.1, 3, 50, 2000)
feeds = st.sampled_from([FEED, *(replace(FEED, rhythm=steady(rate)) for rate in rates)])


@given(
    feeds,
    hints,
    st.none() | st.builds(Fresh, spans, st.booleans()),
    st.floats(1e-6, 1e9),
    st.none() | spans,
    respects,
    st.floats(0, 1),
)
def test_whatever_is_said_the_wait_lies_between_the_shortest_and_the_longest(
    feed: Feed,
    said: Hints,
    fresh: Fresh | None,
    price: float,
    shortened: timedelta | None,
    respect: RespectHints,
    fairness: float,
) -> None:
    pace = ScheduleSettings(respect_hints=respect, fairness=fairness)
    wait, plan = plan_next(replace(feed, hints=said), fresh, price, NOON, pace, shortened)
    assert pace.min_interval <= wait <= wait * (1 + JITTER) <= pace.max_interval * 1.000001
    assert plan.reason in NextPoll
    assert plan.price == price


@given(feeds, st.floats(1e-6, 1e8), st.floats(1, 100))
def test_a_dearer_request_is_never_made_sooner(feed: Feed, price: float, dearer: float) -> None:
    pace = ScheduleSettings()
    cheap, _ = plan_next(feed, None, price, NOON, pace)
    dear, _ = plan_next(feed, None, price * dearer, NOON, pace)
    assert dear >= cheap - timedelta(microseconds=1)


def test_a_shortest_interval_longer_than_the_longest_wins() -> None:
    hour = timedelta(hours=1)
    pace = ScheduleSettings(min_interval=hour, max_interval=hour)
    assert plan_next(FEED, None, 1.0, NOON, pace)[0] == hour
