"""Lexicons are checked when they are read."""

import pytest

from daemon.errors import SettingsError
from daemon.tag.lexicon import load_lexicons, load_taxonomy, parse_lexicon

TAXONOMY = load_taxonomy()


def test_the_taxonomy_is_the_seventeen_top_level_media_topics() -> None:
    assert len(TAXONOMY) == 17
    assert TAXONOMY["sport"].topic_id == "medtop:15000000"
    assert TAXONOMY["conflict"].label == "conflict, war and peace"


def test_the_package_s_lexicons_are_sound() -> None:
    lexicons = load_lexicons(TAXONOMY)
    assert set(lexicons) == {"en"}
    assert len(lexicons["en"].terms) > 1_300
    assert {topic for term in lexicons["en"].weights for topic, _ in term} == set(TAXONOMY)


def test_a_term_may_speak_for_two_topics_and_a_zero_for_none() -> None:
    lexicon = parse_lexicon("sport: cup*2 who*0\narts: cup*1 art-house*3\n", "x.txt", TAXONOMY)
    assert lexicon.terms == ("cup", "art house")
    assert dict(lexicon.weights[0]) == {"sport": 2.0, "arts": 1.0}


def test_a_strong_term_stands_for_its_plural_too() -> None:
    text = "sport: striker*4 game*1 press*3 cup*3\narts: strikers*1\n"
    lexicon = parse_lexicon(text, "x.txt", TAXONOMY, plural="s")
    assert lexicon.terms == ("striker", "game", "press", "cup", "strikers")
    assert parse_lexicon("sport: goalie*2", "x", TAXONOMY, plural="s").terms == (
        "goalie",
        "goalies",
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("sport: goal*3\nsprot: goal*3", "x.txt:2: expected"),
        ("sport goal*3", "x.txt:1: expected"),
        ("sport: goal", "x.txt:1: 'goal' is not"),
        ("sport: goal*much", r"x.txt:1: 'goal\*much' is not"),
        ("# a comment\n\nsport: *3", r"x.txt:3: '\*3' is not"),
    ],
)
def test_a_malformed_line_is_refused_by_file_and_line(text: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        parse_lexicon(text, "x.txt", TAXONOMY)
