from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from daemon.cadence import find_takeover, is_replaced
from daemon.values import Digested, Gathered, News, Unchanged
from storage.values import (
    Created,
    Feed,
    FeedKind,
    Judged,
    Repeated,
    Shown,
    TaggedArticle,
    Takeover,
    TakeoverSign,
)
from tests.samples import ARTICLE, FEED, NOON, TAGGED

TITLE, LANGUAGE = TakeoverSign.TITLE, TakeoverSign.LANGUAGE
SITES, ABSENCE = TakeoverSign.SITES, TakeoverSign.ABSENCE
BEFORE = replace(
    FEED,
    title="The Harbour Post",
    entry_hashes=frozenset({1, 2, 3}),
    last_success_at=NOON - timedelta(hours=2),
)
LOST = replace(BEFORE, last_success_at=NOON - timedelta(days=40))
LAST = Shown(frozenset({1, 2, 3}), frozenset({71, 72, 73}), ("en",) * 3, frozenset({"a.example"}))


def tagged(guid: int, language: str, site: str) -> TaggedArticle:
    article = replace(ARTICLE, language=language, site=site)
    return replace(TAGGED, article=article, sighting=replace(TAGGED.sighting, guid_hash=guid))


def news(
    *guids: int, title: str | None = "Slot Online", language: str = "id", site: str = "a.example"
) -> Digested:
    articles = tuple(tagged(guid, language, site) for guid in guids)
    kind, shown = FeedKind.RSS, frozenset(guids)
    return Digested(kind, title, None, None, len(guids), guids, shown, articles)


def found(news: News, feed: Feed = BEFORE, last: Shown = LAST, held: int = 0) -> Takeover | None:
    """What a poll shows; its last entry turns out to be the article `held`, if any."""
    poll = Gathered(feed, NOON, timedelta(), news)
    told = news.articles if isinstance(news, Digested) else ()
    judged = [Judged(feed.id, t, Created(900 + n)) for n, t in enumerate(told)]
    if held:
        judged[-1] = replace(judged[-1], verdict=Repeated(held))
    return find_takeover(poll, judged, last) if is_replaced(poll) else None


@pytest.mark.threat("F11")
@pytest.mark.parametrize(
    ("shown", "signs"),
    [
        pytest.param(
            {"news": news(7, 8)}, (TITLE, LANGUAGE), id="another title, another language"
        ),
        pytest.param(
            {"news": news(7, 8, site="b.example")},
            (TITLE, LANGUAGE, SITES),
            id="and links to elsewhere",
        ),
        pytest.param(
            {"news": news(7, language="en", site="b.example")},
            (TITLE, SITES),
            id="another title, other sites, the same language",
        ),
        pytest.param(
            {"news": news(7, 8, language="en"), "feed": LOST},
            (TITLE, ABSENCE),
            id="another title after a long silence",
        ),
        pytest.param(
            {"news": news(7, title=None, site="b.example")}, (LANGUAGE, SITES), id="no title now"
        ),
        pytest.param(
            {"news": news(7, 8, 9), "held": 999},
            (TITLE, LANGUAGE),
            id="a copy of what another feed brought",
        ),
    ],
)
def test_another_feed_altogether(shown: dict[str, Any], signs: tuple[TakeoverSign, ...]) -> None:
    assert found(**shown) == Takeover(FEED.id, NOON, signs, "The Harbour Post")


@pytest.mark.threat("F11")
@pytest.mark.parametrize(
    "shown",
    [
        pytest.param({"news": Unchanged()}, id="nothing new"),
        pytest.param({"news": news(7, 8, 3)}, id="an old entry is there, unchanged"),
        pytest.param(
            {"news": replace(news(7, 8, 3), entry_hashes=frozenset({7, 8, 9}))},
            id="an old entry is there, edited",
        ),
        pytest.param(
            {"news": news(7, 8, 9), "held": 73}, id="new guids, and an old article among them"
        ),
        pytest.param(
            {"news": news(7, 8, title="The Harbour Post", language="en")}, id="it rolled over"
        ),
        pytest.param(
            {"news": news(7, 8, title="Harbour Post: News", language="en"), "feed": LOST},
            id="it came back with a title that is much the same",
        ),
        pytest.param(
            {"news": news(7, 8, language="en")}, id="a rolled over feed that was renamed"
        ),
        pytest.param(
            {"news": news(7, 8, title="The Harbour Post")}, id="a feed of several languages"
        ),
        pytest.param(
            {
                "news": news(7, 8, title="The Harbour Post", language="en", site="b.example"),
                "feed": LOST,
            },
            id="an aggregator that was away",
        ),
        pytest.param({"news": news()}, id="it is empty"),
        pytest.param(
            {"news": news(7, 8), "feed": replace(BEFORE, entry_hashes=frozenset())},
            id="it was empty",
        ),
        pytest.param(
            {"news": news(7, 8), "last": replace(LAST, guids=frozenset({1, 2}))},
            id="it never showed more than two entries",
        ),
        pytest.param(
            {"news": news(7, 8), "feed": replace(BEFORE, last_success_at=None)},
            id="the first poll",
        ),
        pytest.param({"news": replace(news(7, 8), is_delta=True)}, id="only what is new came"),
    ],
)
def test_the_same_feed(shown: dict[str, Any]) -> None:
    assert found(**shown) is None


def test_a_feed_of_mixed_languages_has_none_to_change() -> None:
    mixed = replace(LAST, languages=("en", "fr", "en", "und"))
    assert found(news(7, 8), last=mixed) is None
