from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.cadence import find_gap
from daemon.values import Digested, Gathered, News, Unchanged
from storage.values import Feed, FeedKind, Gap, Outcome, Poll
from tests.daemon.cadence.rhythms import steady
from tests.samples import FEED, NOON

EARLIER = NOON - timedelta(hours=2)
BEFORE = replace(
    FEED,
    entry_hashes=frozenset({1, 2, 3}),
    last_success_at=EARLIER,
    rhythm=steady(240, now=EARLIER),
)
POLL = Poll(1, NOON, timedelta(), Outcome.STORED, items=3, created=3)


def news(*hashes: int) -> Digested:
    return Digested(FeedKind.RSS, None, None, None, len(hashes), (), frozenset(hashes), ())


@pytest.mark.threat("F9")
def test_a_document_that_rolled_over_has_lost_what_was_expected_beyond_it() -> None:
    """Twenty items were expected within the two hours; three are there."""
    gap = find_gap(Gathered(BEFORE, NOON, timedelta(), news(4, 5, 6)), POLL)
    assert gap is not None
    assert (gap.feed_id, gap.after, gap.before) == (1, EARLIER, NOON)
    assert gap.estimated_items == pytest.approx(17, abs=2)


def test_of_a_feed_we_know_nothing_about_at_least_one_item_was_lost() -> None:
    gathered = Gathered(replace(BEFORE, rhythm=None), NOON, timedelta(), news(4))
    assert find_gap(gathered, POLL) == Gap(1, EARLIER, NOON, 1)


@pytest.mark.parametrize(
    ("feed", "told", "poll"),
    [
        pytest.param(BEFORE, news(3, 4, 5), POLL, id="one of the old items is there"),
        pytest.param(BEFORE, news(2**40 + 3), POLL, id="a long document: by the low 32 bits"),
        pytest.param(BEFORE, news(4), replace(POLL, revised=1), id="an old one was edited"),
        pytest.param(BEFORE, news(4), replace(POLL, duplicates=1), id="an old one has new dates"),
        pytest.param(BEFORE, news(), replace(POLL, created=0), id="the document is empty"),
        pytest.param(replace(BEFORE, entry_hashes=frozenset()), news(4), POLL, id="it was empty"),
        pytest.param(replace(BEFORE, last_success_at=None), news(4), POLL, id="the first poll"),
        pytest.param(BEFORE, replace(news(4), is_delta=True), POLL, id="the document is a part"),
        pytest.param(BEFORE, Unchanged(), POLL, id="nothing has changed"),
    ],
)
def test_no_gap(feed: Feed, told: News, poll: Poll) -> None:
    assert find_gap(Gathered(feed, NOON, timedelta(), told), poll) is None
