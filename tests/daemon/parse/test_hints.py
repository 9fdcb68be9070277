from datetime import timedelta

import pytest

from daemon.parse import parse_feed
from daemon.parse.hints import HEAD, LONGEST, document_hints
from daemon.values import Fetched
from storage.values import Hints
from tests.daemon.pages import FERRY_ITEM, rss

HOUR = timedelta(hours=1)
NIGHT = "<skipHours><hour>0</hour><hour>1</hour><hour> 24 </hour></skipHours>"


@pytest.mark.parametrize(
    ("text", "hints"),
    [
        pytest.param("<rss>", Hints(), id="nothing is said"),
        pytest.param("<sy:updatePeriod> hourly </sy:updatePeriod>", Hints(HOUR), id="hourly"),
        pytest.param(
            "<syn:updatePeriod>daily</syn:updatePeriod><syn:updateFrequency>4</syn:updateFrequency>",
            Hints(HOUR * 6),
            id="four times a day, by another prefix",
        ),
        pytest.param(
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            Hints(HOUR),
            id="no times an hour",
        ),
        pytest.param("<sy:updatePeriod>often</sy:updatePeriod>", Hints(), id="no such period"),
        pytest.param("<sy:updatePeriod>yearly</sy:updatePeriod>", Hints(LONGEST), id="capped"),
        pytest.param(NIGHT, Hints(skip_hours=(0, 1)), id="hours, and 24 for midnight"),
        pytest.param(
            "<skipDays><day>Sunday</day><day>saturday</day><day>Soon</day></skipDays>",
            Hints(skip_days=(5, 6)),
            id="days",
        ),
        pytest.param(
            "<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(24)) + "</skipHours>",
            Hints(),
            id="all hours: none",
        ),
        pytest.param("<skipHours><hour>99</hour><hour>x</hour></skipHours>", Hints(), id="junk"),
        pytest.param(f"<item><description>{NIGHT}", Hints(), id="what an item says is no hint"),
        pytest.param(" " * HEAD + NIGHT, Hints(), id="too far down"),
    ],
)
def test_document_hints(text: str, hints: Hints) -> None:
    assert document_hints(text) == hints


def test_a_feed_is_parsed_with_its_hints() -> None:
    body = rss([FERRY_ITEM]).replace(b"<item>", NIGHT.encode() + b"<ttl>60</ttl><item>", 1)
    parsed = parse_feed(Fetched("https://post.example/feed", body))
    assert (parsed.hints, parsed.ttl) == (Hints(skip_hours=(0, 1)), HOUR)
