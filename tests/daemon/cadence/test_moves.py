from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.cadence.moves import confirmed_move, is_move_certain
from daemon.values import Digested, Failed, Gathered, News, Unchanged
from storage.values import FeedKind, Move, Outcome
from tests.samples import FEED, NOON

NEW = "https://new.example/feed"
HELD = Move(NEW, NOON - timedelta(hours=30), 2)
NEWS = Digested(FeedKind.RSS, "World", None, "en", 1, (1,), frozenset({9}), ())
TIMEOUT = Failed(Outcome.TIMEOUT, "slow")


@pytest.mark.threat("A12")
@pytest.mark.parametrize(
    ("held", "news", "status", "to", "move"),
    [
        pytest.param(None, NEWS, 200, NEW, Move(NEW, NOON), id="a document begins it"),
        pytest.param(None, Unchanged(), 200, NEW, Move(NEW, NOON), id="so does an equal body"),
        pytest.param(None, Unchanged(), 304, NEW, None, id="a 304 does not"),
        pytest.param(HELD, Unchanged(), 304, NEW, replace(HELD, polls=3), id="a 304 confirms"),
        pytest.param(HELD, NEWS, 200, NEW, replace(HELD, polls=3), id="a document confirms"),
        pytest.param(HELD, NEWS, 200, None, None, id="the old place answers again"),
        pytest.param(HELD, NEWS, 200, NEW + "2", Move(NEW + "2", NOON), id="another place"),
        pytest.param(HELD, TIMEOUT, None, None, None, id="a failure"),
        pytest.param(HELD, TIMEOUT, 200, NEW, None, id="no feed at the new place"),
    ],
)
def test_what_a_poll_says_of_a_move(
    held: Move | None, news: News, status: int | None, to: str | None, move: Move | None
) -> None:
    feed = replace(FEED, move=held)
    gathered = Gathered(feed, NOON, timedelta(), news, http_status=status, moved_to=to)
    assert confirmed_move(gathered) == move


@pytest.mark.parametrize(
    ("polls", "hours", "certain"),
    [(3, 24, True), (2, 48, False), (3, 23.9, False), (100, 1, False), (100, 1000, True)],
)
def test_a_move_needs_three_polls_and_a_day(polls: int, hours: float, certain: bool) -> None:  # noqa: FBT001  a column of the table
    move = Move(NEW, NOON - timedelta(hours=hours), polls)
    assert is_move_certain(replace(FEED, move=move, last_poll_at=NOON)) is certain


@pytest.mark.parametrize(
    ("old", "new", "certain"),
    [
        ("http://a.example/f?x=1", "https://a.example/f?x=1", True),
        ("http://a.example:80", "https://a.example:443/", True),
        ("http://a.example/f", "https://a.example/g", False),
        ("http://a.example/f", "https://a.example/f?x=1", False),
        ("http://a.example/f", "https://www.a.example/f", False),
        ("http://a.example/f", "https://a.example:8443/f", False),
        ("https://a.example/f", "http://a.example/f", False),
        ("http://a.example/f", "http://a.example/g", False),
    ],
)
def test_only_a_better_scheme_is_believed_at_once(old: str, new: str, certain: bool) -> None:  # noqa: FBT001  a column of the table
    feed = replace(FEED, url=old, move=Move(new, NOON), last_poll_at=NOON)
    assert is_move_certain(feed) is certain


def test_who_has_not_moved_is_where_it_was() -> None:
    assert not is_move_certain(replace(FEED, last_poll_at=NOON))
