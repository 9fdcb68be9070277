"""Whom and what an article names."""

from dataclasses import replace

import pytest

from daemon.tag import load_gazetteer, recognise
from daemon.words import read_words
from storage.values import Entity, EntityType
from tests.samples import ARTICLE

Found = dict[str, Entity]


def named(text: str, title: str = "A note", language: str = "en") -> Found:
    """By canonical name."""
    article = replace(ARTICLE, title=title, text=text, language=language)
    found = recognise(load_gazetteer(), article, read_words(title), read_words(text))
    return {entity.name: entity for entity in found}


@pytest.mark.parametrize(
    "spelling",
    ["Zelensky", "Zelenskyy", "Zelenskiy", "Selenskyj", "Volodymyr Zelenskyy", "Зеленский"],
)
def test_one_person_has_one_name_however_it_is_spelt(spelling: str) -> None:
    found = named(f"The mayor said that {spelling} had called.")
    assert [e.entity_id for e in found.values()] == ["Q3874799"]


def test_a_city_is_one_in_old_and_new_spelling_and_in_other_languages() -> None:
    found = named("He left Kiev, came back to Kyiv, and wrote of Kiew.")
    assert [(e.entity_id, e.mentions) for e in found.values()] == [("Q1899", 3)]


def test_a_people_stands_for_its_country() -> None:
    assert named("Three Norwegians and a Norwegian ship.")["Norway"].mentions == 2


def test_a_bare_surname_is_the_latest_full_name() -> None:
    text = "Jane Holloway met Robert Holloway. Later Holloway left for the station."
    found = named(text)
    assert (found["Jane Holloway"].mentions, found["Robert Holloway"].mentions) == (1, 2)


def test_a_surname_in_the_title_is_the_person_of_the_text() -> None:
    found = named("The painter Jane Holloway has moved.", title="Why Holloway left the town")
    assert (found["Jane Holloway"].mentions, found["Jane Holloway"].in_title) == (2, True)


def test_a_relative_is_not_the_one_who_is_known() -> None:
    assert set(named("The guest was Melania Trump, and Trump spoke of trees.")) == {
        "Melania Trump"
    }
    assert set(named("Trump spoke of trees.")) == {"Donald Trump"}


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("It was Jane Holloway who left.", "Jane Holloway", EntityType.PERSON),
        ("They asked Mr Tremlow about it.", "Tremlow", EntityType.PERSON),
        ("Then Abbas Gharavi spoke; Gharavi was brief.", "Abbas Gharavi", EntityType.PERSON),
        ("Said the Ministry of Petroleum.", "Ministry of Petroleum", EntityType.ORGANISATION),
        ("The Norwegian Refugee Council agreed.", "Norwegian Refugee Council",
         EntityType.ORGANISATION),
        ("The rules of the WKQB are old.", "WKQB", EntityType.ORGANISATION),
        ("It lies in Vollerby, they say.", "Vollerby", EntityType.PLACE),
        ("They crossed Lake Tulsery by boat.", "Lake Tulsery", EntityType.PLACE),
        ("Then came Hurricane Osbert with rain.", "Hurricane Osbert", EntityType.EVENT),
        ("They read Stephen King on the train.", "Stephen King", EntityType.PERSON),
        ("It was Jane Hill who left.", "Jane Hill", EntityType.PERSON),
        ("He carried an iPhone and no map.", "iPhone", EntityType.PRODUCT),
    ],
)  # fmt: skip
def test_what_a_name_is_a_name_of(text: str, name: str, kind: EntityType) -> None:
    assert named(text)[name].type is kind


@pytest.mark.parametrize(
    "text",
    [
        "Reading is fun. Nice weather, mobile phones, a bath and an orange.",
        "Turkeys and china plates. They polish jordan almonds; who are they to tell us?",
        "On Monday the President and the Prime Minister of the day met the Foreign Minister.",
        "Foreign Ministry, Supreme Court: words of any country.",
        "Officials Said Nothing.",
    ],
)
def test_a_common_word_is_no_name(text: str) -> None:
    assert named(text) == {}


def test_an_ambiguous_name_wants_its_country_or_a_place_before_it() -> None:
    assert set(named("Reading the paper, she thought of France. Nice lies far south.")) == {
        "France", "Nice",
    }  # fmt: skip
    assert "Reading" in named("She lived in Reading for years.")


def test_a_name_of_two_places_is_the_one_whose_country_is_named() -> None:
    assert named("Georgia votes. In Atlanta it rained.")["Georgia"].entity_id != "Q230"
    assert named("Georgia votes. In Tbilisi it rained.")["Georgia"].entity_id == "Q230"


def test_an_acronym_counts_in_capitals_only() -> None:
    found = named("The WHO said it. Who said it? The US said so. Us, they said.")
    assert {name: entity.mentions for name, entity in found.items()} == {
        "World Health Organization": 1, "United States": 1,
    }  # fmt: skip


def test_names_keep_their_accents_and_apostrophes() -> None:
    found = named("Then Seán O'Brien met François Lefèvre; O'Brien's car was small.")
    assert set(found) == {"Seán O'Brien", "François Lefèvre"}
    assert found["Seán O'Brien"].entity_id == "newsd:person/sean-obrien"


def test_german_nouns_are_no_names() -> None:
    text = "Am Freitag hat Klaus Bergmann von der Bahn in Hafennähe die Züge gezählt."
    assert set(named(text, language="de")) == {"Klaus Bergmann"}


def test_scripts_without_capitals_have_their_known_names() -> None:
    assert set(named("乌克兰总统泽连斯基星期五在柏林。", language="zh")) == {
        "Ukraine", "Volodymyr Zelenskyy", "Berlin",
    }  # fmt: skip


def test_a_headline_in_capitals_names_whom_we_know() -> None:
    title = "Shoppers Love The New Market As Macron Visits Old Town Square"
    assert set(named("It was dry.", title=title)) == {"Emmanuel Macron"}


def test_an_article_has_forty_at_most_and_those_of_the_title_first() -> None:
    people = " ".join(
        f"and so it was always Jane Hol{c}way." for c in "abcdefghijklmnopqrstuvwxyz"
    )
    more = " ".join(
        f"and so it was always Robert Tre{c}low." for c in "abcdefghijklmnopqrstuvwxyz"
    )
    found = named(f"{people} {more}", title="Robert Trezlow is here")
    assert len(found) == 40
    assert next(iter(found)) == "Robert Trezlow"


@pytest.mark.parametrize(
    "text",
    [
        "it was Ministry " + "of Trump Ministry " * 900,
        "so said " + "Putin University and the " * 700,
        "in " + "X" * 60_000 + " they met Jane " + "Y" * 3000,
        "O'" * 20_000,
        "\u0301" * 1000 + "É" * 50_000,
    ],
)
def test_no_text_makes_names_without_bounds(text: str) -> None:
    for entity in named(text).values():
        assert len(entity.entity_id) <= 130
        assert len(entity.name) <= 130
