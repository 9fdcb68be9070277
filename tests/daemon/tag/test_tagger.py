"""What articles are about, and why we say so."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.settings import TopicsSettings
from daemon.tag import TAGGER_VERSION, Tagger, load_tagger, tag_article, untagged_reason
from daemon.words import read_words
from storage.values import Article, Topic, TopicSource
from tests.samples import ARTICLE

CONFIG = Path(__file__).parents[3] / "config" / "topics.toml"
MATCH = replace(
    ARTICLE,
    title="Striker's late goals win the cup",
    text="The midfielder scored before half-time and the goalkeeper saved a penalty.",
)


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return load_tagger(TopicsSettings(file=CONFIG))


def topics_of(
    tagger: Tagger, article: Article, categories: Sequence[str] = ()
) -> tuple[Topic, ...]:
    title, text = read_words(article.title), read_words(article.text)
    return tag_article(tagger, article, title, text, categories)


def found(tagger: Tagger, title: str, text: str) -> list[Topic]:
    return list(topics_of(tagger, replace(ARTICLE, title=title, text=text)))


def labels(tagger: Tagger, title: str, text: str) -> list[str]:
    return [topic.label for topic in found(tagger, title, text) if topic.level == 1]


def test_a_topic_comes_with_its_words(tagger: Tagger) -> None:
    topic = topics_of(tagger, MATCH)[0]
    assert (topic.topic_id, topic.label) == ("medtop:15000000", "sport")
    assert topic.source is TopicSource.LEXICON
    assert topic.level == 1
    assert 0.5 < topic.score <= 1
    assert topic.evidence.items() >= {"striker": 1, "penalty": 1}.items()
    assert topic.taxonomy_version == "iptc-mediatopics-2023-10-24"
    assert topic.tagger_version == TAGGER_VERSION


def test_a_narrower_topic_stands_behind_its_broader_one(tagger: Tagger) -> None:
    path = [(t.level, t.label) for t in topics_of(tagger, MATCH)[:3]]
    assert path == [(1, "sport"), (2, "competition discipline"), (3, "soccer")]
    scores = [t.score for t in topics_of(tagger, MATCH)[:3]]
    assert scores == sorted(scores, reverse=True)


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


@pytest.mark.parametrize(
    ("language", "title", "text", "first"),
    [
        ("de", "Kanzler tritt zurück", "Der Bundestag wählt eine neue Regierung.", "politics"),
        ("fr", "Séisme en mer", "Les secouristes cherchent des survivants.", "disaster"),
        ("es", "El delantero marcó dos goles", "El partido acabó en empate.", "sport"),
        ("pt", "Hospital abre nova ala", "A vacina chega aos pacientes.", "health"),
        ("it", "Il vescovo celebra la messa", "La cattedrale era piena di fedeli.", "religion"),
    ],
)
def test_other_languages_have_lexicons_of_their_own(
    tagger: Tagger, language: str, title: str, text: str, first: str
) -> None:
    article = replace(ARTICLE, title=title, text=text, language=language)
    assert topics_of(tagger, article)[0].label.startswith(first)
    assert untagged_reason(tagger, article) is None


def test_without_a_lexicon_for_the_language_there_is_no_guess(tagger: Tagger) -> None:
    polish = replace(MATCH, language="pl")
    assert topics_of(tagger, polish) == ()
    assert untagged_reason(tagger, polish) == "no_topic_lexicon"


@pytest.mark.parametrize("category", ["Sport", "SPORTS", "deportes"])
def test_a_section_of_a_feed_speaks_in_any_language(tagger: Tagger, category: str) -> None:
    polish = replace(MATCH, language="pl")
    (topic,) = topics_of(tagger, polish, ("Top Stories", category))
    assert (topic.label, topic.source) == ("sport", TopicSource.FEED)
    assert topic.evidence == {f"category:{category}": 1}
    assert 0.5 < topic.score < 1


def test_a_code_of_the_taxonomy_is_believed(tagger: Tagger) -> None:
    topics = topics_of(tagger, replace(MATCH, language="pl"), ("medtop:20000640",))
    assert [(t.label, t.level, t.score) for t in topics] == [
        ("politics", 1, 1.0),
        ("international relations", 2, 1.0),
        ("diplomacy", 3, 1.0),
        ("summit meetings", 4, 1.0),
    ]
    assert {t.source for t in topics} == {TopicSource.FEED}
    assert topics_of(tagger, MATCH, ("medtop:20000640",))[0].label == "politics"


def test_a_section_in_the_address_counts(tagger: Tagger) -> None:
    article = replace(MATCH, language="xx", canonical_url="https://a.example/business/2025/x")
    assert [t.evidence for t in topics_of(tagger, article)] == [{"url:business": 1}]


def test_a_section_adds_to_what_the_words_say(tagger: Tagger) -> None:
    bare, told = topics_of(tagger, MATCH)[0], topics_of(tagger, MATCH, ("Sport",))[0]
    assert (bare.label, told.label) == ("sport", "sport")
    assert bare.score < told.score <= 1
    assert told.evidence["category:Sport"] == 1


def test_a_term_may_ask_for_company_and_be_silenced_by_it(tagger: Tagger) -> None:
    assert labels(tagger, "Nothing", "The virus spread, spread and spread.") == ["health"]
    assert "health" not in labels(tagger, "Nothing", "The virus spread by email on Windows.")


def test_words_far_down_do_not_count(tagger: Tagger) -> None:
    far = "It went on. " * 200 + "murder verdict jailed sentenced convicted"
    assert labels(tagger, "On and on", far) == []


def test_an_operator_s_rule_adds_a_topic(tagger: Tagger) -> None:
    article = replace(
        ARTICLE, title="Strike closes container terminal", text="Cranes stood still."
    )
    own = topics_of(tagger, article)[-1]
    assert (own.topic_id, own.label, own.score) == ("user:port-strikes", "Strikes in ports", 1.0)
    assert own.source is TopicSource.RULE
    assert own.evidence == {"strike": 1, "container terminal": 1}
