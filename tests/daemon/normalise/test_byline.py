"""Who wrote it."""

import pytest

from daemon.normalise.byline import byline_names, split_byline, split_names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ann Lee", ("Ann Lee",)),
        ("BY ANN LEE", ("ANN LEE",)),
        ("By Ann Lee and Bob Ray", ("Ann Lee", "Bob Ray")),
        ("By Ann Lee, Bob Ray and Carl O'Neill", ("Ann Lee", "Bob Ray", "Carl O'Neill")),
        ("By Ann Lee, harbour correspondent", ("Ann Lee",)),
        ("By Ann Lee in Port Isaac", ("Ann Lee",)),
        ("Written by Ann M. Lee", ("Ann M. Lee",)),
        ("Von Anna Meyer", ("Anna Meyer",)),
        ("Von Anna Meyer und Bernd von der Heide", ("Anna Meyer", "Bernd von der Heide")),
        ("Text: Anna Meyer", ("Anna Meyer",)),
        ("Par Anne Le Gall", ("Anne Le Gall",)),
        ("Par Anne Le Gall et Luc d'Arc", ("Anne Le Gall", "Luc d'Arc")),
        ("Por Ana Pérez", ("Ana Pérez",)),
        ("Por Ana Pérez y Luis de la Cruz", ("Ana Pérez", "Luis de la Cruz")),
        ("Escrito por Ana Souza", ("Ana Souza",)),
        ("Di Anna Bianchi", ("Anna Bianchi",)),
        ("A cura di Anna Bianchi e Luca Della Valle", ("Anna Bianchi", "Luca Della Valle")),
    ],
)
def test_a_byline_names_who_wrote_it(line: str, names: tuple[str, ...]) -> None:
    assert byline_names(line) == names


@pytest.mark.parametrize(
    "line",
    [
        "By Monday the ferry was gone.",
        "By the time Ann Lee came home the harbour was empty.",
        "By Ann Lee's count, ten boats were lost.",
        "By Jove",
        "By The Gazette",
        "Von Montag an fährt die Fähre wieder.",
        "Von Anna Meyer war am Montag nichts zu hören.",
        "Von Die Zeit",
        "Par la mer, il est venu.",
        "Par Anne Le Gall, il a su que le port était vide et que nul ne viendrait plus.",
        "Por Ana Pérez votaron dos mil.",
        "Di notte il porto tace.",
        "Ann Lee and Bob Ray",
        "",
    ],
)
def test_prose_is_no_byline(line: str) -> None:
    assert byline_names(line) == ()


def test_a_byline_stands_among_the_first_lines_of_an_article() -> None:
    assert split_byline(["By Ann Lee", "It rained."]) == ("By Ann Lee", ("Ann Lee",))
    assert split_byline(["A teaser", "By Ann Lee", "It rained."])[0] == "By Ann Lee"
    assert split_byline(["It rained.", "It poured.", "By Ann Lee"]) == (None, ())
    assert split_byline(["By Ann Lee"]) == (None, ())


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("By Ann Lee", ["Ann Lee"]),
        ("Ann Lee and Bob Ray", ["Ann Lee", "Bob Ray"]),
        ("Ann Lee, Bob Ray", ["Ann Lee", "Bob Ray"]),
        ("Lee, Ann", ["Lee, Ann"]),
        ("Ann Lee", ["Ann Lee"]),
        ("ann", ["ann"]),
        ("Fish and Chips Desk", ["Fish and Chips Desk"]),
        ("News and Weather", ["News and Weather"]),
    ],
)
def test_several_names_in_one_field_are_several_authors(author: str, names: list[str]) -> None:
    assert list(split_names(author)) == names
