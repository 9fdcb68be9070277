"""A pipeline of the operator's finds names that no list knows."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from daemon import extras
from daemon.errors import SettingsError
from daemon.tag import namer as door
from daemon.tag import recognise
from daemon.tag.gazetteer import load_gazetteer
from daemon.tag.namer import Namer, load_namer
from daemon.words import read_words
from storage.values import Article, Entity, EntityType
from tests.samples import ARTICLE

PATTERNS = (
    ("PERSON", "quill zorblax"),
    ("ORG", "the harbour board"),
    ("GPE", "Germany"),
    ("CARDINAL", "seven"),
)
TEXT = "Many say that quill zorblax met the harbour board of seven in Germany. quill zorblax left."


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small one of our own, that knows four names."""
    spacy = pytest.importorskip("spacy", reason="the extra ner is not installed")
    made = spacy.blank("en")
    ruler = made.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": label, "pattern": name} for label, name in PATTERNS])
    path = tmp_path_factory.mktemp("pipeline")
    made.to_disk(path)
    return path


def found(namer: Namer, article: Article) -> list[Entity]:
    words = read_words(article.title), read_words(article.text)
    return list(namer.add_to(recognise(load_gazetteer(), article, *words), article))


def loaded(path: Path) -> Namer:
    namer = load_namer(str(path))
    assert namer is not None
    return namer


def test_it_adds_what_capitals_do_not_show(pipeline: Path) -> None:
    article = replace(ARTICLE, title="A visit", text=TEXT, language="en")
    germany, *others = found(loaded(pipeline), article)
    assert germany.entity_id == "Q183"
    assert [(one.entity_id, one.type, one.mentions) for one in others] == [
        ("newsd:person/quill-zorblax", EntityType.PERSON, 2),
        ("newsd:organisation/the-harbour-board", EntityType.ORGANISATION, 1),
    ]


def test_what_stands_in_the_title_says_so(pipeline: Path) -> None:
    article = replace(ARTICLE, title="When quill zorblax comes", text="Rain.", language="en")
    (one,) = found(loaded(pipeline), article)
    assert one.in_title


def test_a_pipeline_of_another_language_says_nothing(pipeline: Path) -> None:
    article = replace(ARTICLE, title="Visite", text=TEXT, language="fr")
    assert [one.entity_id for one in found(loaded(pipeline), article)] == ["Q183"]


def test_no_pipeline_is_none() -> None:
    assert load_namer("") is None


def test_a_pipeline_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"topics\.ner: 'en_not_there' is no directory"):
        load_namer("en_not_there")
    with pytest.raises(SettingsError, match=r"topics\.ner: no pipeline"):
        load_namer(str(tmp_path))


def test_without_spacy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"needs the extra: pip install newsd\[ner\]"):
        door.check_namer("en_core_web_sm")
    assert "ner" in extras.NER
    assert import_module("daemon.tag.namer") is door
