"""The Media Topics that come with the program."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from daemon.errors import SettingsError
from daemon.settings import TopicsSettings
from daemon.tag import load_tagger, tag_article
from daemon.tag.taxonomy import (
    FILE,
    Concept,
    Taxonomy,
    format_taxonomy,
    load_taxonomy,
    parse_taxonomy,
    taxonomy_in,
)
from daemon.words import read_words
from tests.samples import ARTICLE

TAXONOMY = load_taxonomy()
SOCCER, GOLF, MINI_GOLF = "medtop:20001065", "medtop:20000940", "medtop:20000941"


def test_it_is_a_whole_release() -> None:
    assert TAXONOMY.version == "iptc-mediatopics-2023-10-24"
    assert len(TAXONOMY.paths) == 1_099
    assert len(TAXONOMY.concepts) == 1_372
    assert sum(len(path) == 1 for path in TAXONOMY.paths.values()) == 17


def test_a_concept_has_names_and_a_way_from_the_top() -> None:
    summits = TAXONOMY.concepts["medtop:20000640"]
    assert summits.label == "summit meetings"
    assert summits.labels["fr"]
    assert [TAXONOMY.concepts[one].label for one in TAXONOMY.paths["medtop:20000640"]] == [
        "politics",
        "international relations",
        "diplomacy",
        "summit meetings",
    ]


def test_a_retired_concept_has_one_that_stands_for_it() -> None:
    assert TAXONOMY.concepts["medtop:20000030"].retired == "2021-09-30"
    assert TAXONOMY.current("medtop:20000030") == "medtop:20000029"
    assert all(TAXONOMY.current(one) for one in TAXONOMY.concepts)
    assert TAXONOMY.current("medtop:99999999") is None


def test_an_older_subject_code_leads_to_a_concept() -> None:
    assert TAXONOMY.subjects["11000000"] == "medtop:11000000"
    assert TAXONOMY.subjects["15054000"] == "medtop:20001065"


def test_what_is_read_is_what_is_written() -> None:
    assert format_taxonomy(TAXONOMY) == (files("daemon.tag") / FILE).read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "x: not a slim taxonomy"),
        ("# release 2024-01-01\n", "x: not a slim taxonomy"),
        ("# release 2024-01-01\nmedtop:1\t\t\n", "x:2: expected id, broader"),
        ("# release 2024-01-01\nq:1\t\t\t\ta\t\t\t\t\t\n", "x:2: expected id, broader"),
        ("# release 2024-01-01\nmedtop:1\tmedtop:2\t\t\ta\t\t\t\t\t\n", "no concept 'medtop:2'"),
    ],
)
def test_a_malformed_file_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        parse_taxonomy(text, "x")


def newer(path: Path, **changed: Concept | None) -> Path:
    """A release in which some concepts, named by their number, are others; None: not there."""
    concepts = {one: it for one, it in TAXONOMY.concepts.items() if one[7:] not in changed}
    concepts |= {it.topic_id: it for it in changed.values() if it is not None}
    path.write_text(format_taxonomy(Taxonomy("2099-01-01", concepts)), "utf-8")
    return path


def test_a_newer_release_is_what_articles_are_tagged_by(tmp_path: Path) -> None:
    """Soccer has become a sport of its own, and golf is retired."""
    soccer = replace(TAXONOMY.concepts[SOCCER], broader="medtop:15000000")
    golf = replace(TAXONOMY.concepts[GOLF], retired="2098-01-01", broader="medtop:15000000")
    file = newer(tmp_path / "slim.txt", **{SOCCER[7:]: soccer, GOLF[7:]: golf})
    tagger = load_tagger(TopicsSettings(taxonomy=file))
    title, text = read_words("Striker scores"), read_words("The goalkeeper and a golf club.")
    topics = tag_article(tagger, ARTICLE, title, text, ["Golf"])
    assert [(topic.topic_id, topic.level) for topic in topics] == [
        ("medtop:15000000", 1),
        (SOCCER, 2),
    ]
    assert {topic.taxonomy_version for topic in topics} == {"iptc-mediatopics-2099-01-01"}


def test_a_topic_that_nothing_stands_for_is_said_no_more(tmp_path: Path) -> None:
    golf = replace(TAXONOMY.concepts[GOLF], retired="2098-01-01", broader=None)
    file = newer(tmp_path / "slim.txt", **{GOLF[7:]: golf})
    tagger = load_tagger(TopicsSettings(taxonomy=file))
    assert tagger.lexicons.of("en") is not None
    topics = tag_article(tagger, ARTICLE, read_words(""), read_words(""), ["Golf"])
    assert GOLF not in {topic.topic_id for topic in topics}


def test_a_release_that_lacks_concepts_is_none(tmp_path: Path) -> None:
    file = newer(tmp_path / "slim.txt", **{MINI_GOLF[7:]: None})
    with pytest.raises(SettingsError, match=rf"slim\.txt: lacks 1 concepts .*{MINI_GOLF}; write"):
        taxonomy_in(file)
    with pytest.raises(SettingsError, match="No such file"):
        taxonomy_in(tmp_path / "none.txt")
    file.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="not UTF-8"):
        taxonomy_in(file)
