"""Lexicons are checked when they are read, and say what their lines say."""

import re
from importlib.resources import files

import pytest

from daemon.errors import SettingsError
from daemon.tag.lexicon import Lexicon, languages, load_lexicon, parse_lexicon
from daemon.tag.taxonomy import load_taxonomy
from daemon.words import read_words

TAXONOMY = load_taxonomy()
SPORT, SOCCER, DISCIPLINE = "medtop:15000000", "medtop:20001065", "medtop:20000822"
ARTS = "medtop:01000000"


def lexicon(lines: str, language: str = "en") -> Lexicon:
    return parse_lexicon(f"[15000000 sport]\n{lines}", "x.txt", TAXONOMY, language)


def found(lexicon: Lexicon, text: str) -> list[str]:
    hits = lexicon.matcher.find(read_words(""), read_words(text))
    return [lexicon.terms[number] for number, _ in sorted(hits, key=lambda hit: hit[1])]


def package_text(language: str) -> str:
    return (files("daemon.tag") / "lexicons" / f"{language}.txt").read_text("utf-8")


def test_there_are_lexicons_of_six_languages() -> None:
    assert languages() == {"en", "de", "es", "fr", "it", "pt"}
    assert load_lexicon("tlh") is None


@pytest.mark.parametrize("language", sorted(languages()))
def test_each_covers_the_seventeen_topics(language: str) -> None:
    loaded = load_lexicon(language)
    assert loaded is not None
    said = {topic for senses in loaded.senses for sense in senses for topic, _ in sense.weights}
    tops = {path[0] for path in TAXONOMY.paths.values()}
    assert len(tops) == 17
    assert tops <= said
    assert len(loaded.terms) > 80 * 17


def test_the_english_one_reaches_a_hundred_topics_of_the_second_level() -> None:
    loaded = load_lexicon("en")
    assert loaded is not None
    said = {topic for senses in loaded.senses for sense in senses for topic, _ in sense.weights}
    assert sum(len(TAXONOMY.paths[topic]) == 2 for topic in said) >= 100
    assert len(loaded.terms) > 5_000


@pytest.mark.parametrize("language", sorted(languages()))
def test_its_sections_are_called_as_the_taxonomy_calls_them(language: str) -> None:
    sections = re.findall(r"^\[(\d{8}) (.*)\]$", package_text(language), re.MULTILINE)
    assert sections
    for topic, name in sections:
        assert TAXONOMY.concepts[f"medtop:{topic}"].label == name
        assert TAXONOMY.current(f"medtop:{topic}") == f"medtop:{topic}"


def test_a_term_speaks_for_what_its_topic_is_a_part_of_as_loud_as_its_loudest_line() -> None:
    made = lexicon("2: striker\n[20001065 soccer]\n4: striker")
    (sense,) = made.senses[0]
    assert dict(sense.weights) == {SPORT: 4.0, SOCCER: 4.0, DISCIPLINE: 4.0}


def test_a_term_may_speak_for_two_topics_and_against_one() -> None:
    made = lexicon("2: cup\n-2: tea-cup\n[01000000 arts]\n1: cup")
    assert [dict(s.weights) for senses in made.senses for s in senses] == [
        {SPORT: 2.0, ARTS: 1.0},
        {SPORT: -2.0},
    ]


@pytest.mark.parametrize(
    ("lines", "text", "terms"),
    [
        pytest.param("3: world-cup", "the World-Cup, world cup", ["world cup"] * 2, id="hyphen"),
        pytest.param(
            "3: cup\n4: world-cup", "world cup and cup", ["world cup", "cup"], id="longest"
        ),
        pytest.param("0: tea-cup\n3: cup", "a tea cup", ["tea cup"], id="silenced"),
        pytest.param("3: goalkeep*", "goalkeeping", ["goalkeep*"], id="beginning"),
        pytest.param("3: *ball", "a football game", ["*ball"], id="ending"),
        pytest.param("3: *ball\n4: football", "football", ["football"], id="exact first"),
        pytest.param("3: striker", "strikers", ["striker"], id="plural"),
        pytest.param("3: trophy", "trophies", ["trophy"], id="another plural"),
        pytest.param("1: striker", "strikers", [], id="a weak term has no plural"),
        pytest.param("3: striker=", "strikers", [], id="only this form"),
        pytest.param("3: Reds", "reds in a row", [], id="a capital is asked for"),
        pytest.param("3: Reds", "the Reds won", ["Reds"], id="and given"),
        pytest.param("3: striker\n2: strikers", "strikers", ["strikers"], id="listed goes first"),
        pytest.param("3: goal", f"{'goals ' * 3}", ["goal"] * 3, id="each time"),
    ],
)
def test_what_a_line_finds(lines: str, text: str, terms: list[str]) -> None:
    assert found(lexicon(lines), text) == terms


@pytest.mark.parametrize(
    ("language", "term", "text"),
    [
        ("de", "spieler", "den Spielern"),
        ("de", "torhüterin", "zwei Torhüterinnen"),
        ("fr", "arbitre", "l’arbitre"),
        ("fr", "match-nul", "des matchs nuls"),
        ("fr", "mondial", "les mondiaux"),
        ("es", "campeón", "campeon"),
        ("es", "gol-olímpico", "goles olímpicos"),
        ("es", "selección", "selecciones"),
        ("pt", "seleção", "as seleções"),
        ("pt", "golo", "golos"),
        ("it", "arbitro", "dell'arbitro"),
        ("it", "calciatore", "i calciatori"),
    ],
)
def test_one_line_covers_the_forms_of_its_language(language: str, term: str, text: str) -> None:
    assert found(lexicon(f"3: {term}", language), text) == [term.replace("-", " ")]


def test_no_phrase_reaches_over_the_border() -> None:
    made = lexicon("3: world-cup\n2: cup")
    hits = made.matcher.find(read_words("the world"), read_words("cup"))
    assert [(made.terms[number], place) for number, place in hits] == [("cup", 3)]


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("3: goal\n[15999999 sprot]\n3: goal", "x.txt:3: expected"),
        ("goal 3", "x.txt:2: expected 'weight"),
        ("3:", "x.txt:2: expected 'weight"),
        ("9: goal", "x.txt:2: expected 'weight"),
        ("3: go*al", r"x.txt:2: 'go\*al' is not a term"),
        ("3: *goal*", r"x.txt:2: '\*goal\*' is not a term"),
        ("3: a-b-c-d-e", "x.txt:2: 'a-b-c-d-e' is not a term"),
        ("# a comment\n\n3: goal ---", "x.txt:4: '---' is not a term"),
        ("3: own-goal*", r"x.txt:2: 'own-goal\*' is not one word"),
        ("3: go*", r"x.txt:2: 'go\*' is not one word"),
        ("3: goal&", "x.txt:2: 'goal&' is not a term"),
    ],
)
def test_a_malformed_line_is_refused_by_file_and_line(lines: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        lexicon(lines)


def test_a_line_before_the_first_section_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"x\.txt:1: a line stands"):
        parse_lexicon("3: goal", "x.txt", TAXONOMY, "en")
