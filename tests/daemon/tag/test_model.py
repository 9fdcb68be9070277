"""A trained model speaks beside the lexicons, and says so."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from daemon.errors import SettingsError
from daemon.settings import TopicsSettings
from daemon.tag import load_tagger, tag_article, untagged_reason
from daemon.tag.model import Model, load_model, save_model, see
from daemon.tag.taxonomy import load_taxonomy
from daemon.tag.training import FEWEST, Labelled, train
from daemon.words import read_words
from storage.values import Article, Topic, TopicSource
from tests.samples import ARTICLE

SPORT, HEALTH = "medtop:15000000", "medtop:07000000"
# words that no lexicon has
_SPORT = ("quibble", "zorp", "flendering", "the match of zorp")
_HEALTH = ("vexil", "wumble", "throxing", "a wumble ward")


def corpus(language: str = "nl", many: int = 60) -> list[Labelled]:
    """Articles of two topics in a language that has no lexicon."""
    made = []
    for at in range(many):
        words, topic = ((_SPORT, SPORT), (_HEALTH, HEALTH))[at % 2]
        text = f"{words[at % 3]} {words[(at + 1) % 4]} and {words[(at // 2) % 4]}."
        made.append(Labelled(f"On {words[at % 4]}", text, language, (topic,)))
    return made


def trained(articles: Sequence[Labelled]) -> Model:
    return train(articles, load_taxonomy(), name="own", day="2026-01-02", tell=lambda *_: None)


@pytest.fixture(scope="module")
def model() -> Model:
    return trained(corpus())


def tagged(model_file: Path, article: Article) -> tuple[Topic, ...]:
    tagger = load_tagger(TopicsSettings(model=model_file))
    return tag_article(tagger, article, read_words(article.title), read_words(article.text))


def test_it_learns_which_words_speak_for_what(model: Model) -> None:
    said = model.says(see(read_words("Zorp"), read_words("flendering and a quibble")))
    assert said[SPORT] > 0 > said[HEALTH]
    assert (model.about.accuracy_without, model.about.accuracy) == (0.0, 1.0)


def test_the_same_articles_make_the_same_model(model: Model) -> None:
    again = trained(corpus())
    assert again.about == model.about
    assert np.array_equal(again.weights, model.weights)


def test_it_gives_topics_where_no_lexicon_does(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    save_model(model, path)
    article = replace(ARTICLE, title="Zorp", text="flendering a quibble", language="nl")
    (topic,) = tagged(path, article)
    assert (topic.topic_id, topic.source) == (SPORT, TopicSource.MODEL)
    assert topic.evidence["model:zorp"] == 1
    assert topic.tagger_version.endswith("+own@2026-01-02")
    assert untagged_reason(load_tagger(TopicsSettings(model=path)), article) is None


def test_it_is_silent_in_languages_that_it_has_not_read(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    save_model(model, path)
    article = replace(ARTICLE, title="Zorp", text="flendering", language="pl")
    assert tagged(path, article) == ()


def test_a_code_of_the_taxonomy_goes_before_it(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    save_model(model, path)
    tagger = load_tagger(TopicsSettings(model=path))
    article = replace(ARTICLE, title="Zorp", text="flendering", language="nl")
    words = read_words(article.title), read_words(article.text)
    first = tag_article(tagger, article, *words, [HEALTH])[0]
    assert (first.topic_id, first.score, first.source) == (HEALTH, 1.0, TopicSource.FEED)


def test_a_model_that_helps_nothing_weighs_nothing() -> None:
    """Its labels say nothing that the words do."""
    shuffled = [
        replace(one, topics=((SPORT, HEALTH)[hash_of(at) % 2],))
        for at, one in enumerate(corpus("en", 80))
    ]
    about = trained(shuffled).about
    assert about.accuracy >= about.accuracy_without


def hash_of(at: int) -> int:
    return (at * 2654435761) >> 7


@pytest.mark.parametrize(
    "articles",
    [
        pytest.param(corpus()[: FEWEST - 1], id="too few"),
        pytest.param([replace(one, topics=(SPORT,)) for one in corpus()], id="of one topic"),
    ],
)
def test_what_cannot_teach_is_refused(articles: Sequence[Labelled]) -> None:
    with pytest.raises(ValueError, match="it takes 50 of two at least"):
        trained(articles)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param(b"", "not a model of newsd topics train", id="nothing"),
        pytest.param(b"PK\x03\x04 and then nothing", "not a model of", id="half a zip"),
        pytest.param(b"a text", "not a model of newsd topics train", id="a text"),
        pytest.param(None, "No such file", id="no file"),
    ],
)
def test_a_file_that_is_no_model_is_named(
    tmp_path: Path, content: bytes | None, complaint: str
) -> None:
    path = tmp_path / "own.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=rf"^{re.escape(str(path))}: .*{complaint}"):
        load_model(path)


def test_a_model_of_another_format_is_to_be_trained_again(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    save_model(replace(model, about=replace(model.about, format=99)), path)
    with pytest.raises(SettingsError, match="format 99, this newsd reads 1; train it again"):
        load_model(path)


def test_a_model_whose_parts_do_not_fit_is_refused(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    save_model(replace(model, weights=model.weights[:-1]), path)
    with pytest.raises(SettingsError, match="not a whole model"):
        load_model(path)
