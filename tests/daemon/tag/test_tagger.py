"""What articles are about, and why we say so."""

from dataclasses import replace
from pathlib import Path

import pytest

from daemon.tag import Tagger, load_tagger, tag_article
from storage.values import TopicSource
from tests.samples import ARTICLE

CONFIG = Path(__file__).parents[3] / "config" / "topics.toml"
MATCH = replace(
    ARTICLE,
    title="Striker's late goals win the cup",
    text="The midfielder scored before half-time and the goalkeeper saved a penalty.",
)


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return load_tagger(CONFIG)


def labels(tagger: Tagger, title: str, text: str) -> list[str]:
    article = replace(ARTICLE, title=title, text=text)
    return [topic.label for topic in tag_article(tagger, article)]


def test_a_topic_comes_with_its_words(tagger: Tagger) -> None:
    (topic,) = tag_article(tagger, MATCH)
    assert (topic.topic_id, topic.label) == ("medtop:15000000", "sport")
    assert topic.source is TopicSource.LEXICON
    assert 0.5 < topic.score <= 1
    assert topic.evidence == {
        "striker": 1,
        "goals": 1,
        "win": 1,
        "cup": 1,
        "midfielder": 1,
        "scored": 1,
        "half time": 1,
        "goalkeeper": 1,
        "penalty": 1,
    }


@pytest.mark.parametrize(
    ("title", "text", "first"),
    [
        ("Earthquake shakes the coast", "Rescuers searched the rubble.", "disaster"),
        ("Central bank raises interest rates", "Inflation is high.", "economy"),
        ("Vaccine for malaria", "Hospitals report fewer infections.", "health"),
        ("Heatwave to last", "Forecasters see temperatures of 40 celsius.", "weather"),
    ],
)
def test_the_surest_topic_is_first(tagger: Tagger, title: str, text: str, first: str) -> None:
    assert labels(tagger, title, text)[0].startswith(first)


def test_an_article_may_have_two_topics_but_never_more_than_three(tagger: Tagger) -> None:
    everything = "election vaccine earthquake striker inflation murder blizzard opera church"
    found = labels(tagger, "Election and vaccine", everything)
    assert 2 <= len(found) <= 3


def test_words_without_a_topic_make_none(tagger: Tagger) -> None:
    assert labels(tagger, "Nothing in particular", "It went on as it had begun.") == []


def test_without_a_lexicon_for_the_language_there_is_no_guess(tagger: Tagger) -> None:
    assert tag_article(tagger, replace(MATCH, language="de")) == ()


@pytest.mark.parametrize("category", ["Sport", "SPORTS", "football"])
def test_a_section_of_a_feed_speaks_in_any_language(tagger: Tagger, category: str) -> None:
    (topic,) = tag_article(tagger, replace(MATCH, language="de"), ("Top Stories", category))
    assert (topic.label, topic.source) == ("sport", TopicSource.FEED)
    assert topic.evidence == {f"category:{category}": 1}


def test_a_section_in_the_address_counts(tagger: Tagger) -> None:
    article = replace(MATCH, language="xx", canonical_url="https://a.example/business/2025/x")
    assert [t.evidence for t in tag_article(tagger, article)] == [{"url:business": 1}]


def test_words_far_down_do_not_count(tagger: Tagger) -> None:
    far = "It went on. " * 100 + "murder verdict jailed sentenced convicted"
    assert labels(tagger, "On and on", far) == []


def test_an_operator_s_rule_adds_a_topic(tagger: Tagger) -> None:
    article = replace(
        ARTICLE, title="Strike closes container terminal", text="Cranes stood still."
    )
    own = tag_article(tagger, article)[-1]
    assert (own.topic_id, own.label, own.score) == ("user:port-strikes", "Strikes in ports", 1.0)
    assert own.source is TopicSource.RULE
    assert own.evidence == {"strike": 1, "container terminal": 1}
