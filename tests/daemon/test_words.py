"""The words of a text, in any script."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.words import LONGEST, Words, read_words


def words_of(text: str) -> list[str]:
    read = read_words(text)
    return [read.whole[a:b].decode() for a, b in zip(read.starts, read.ends, strict=True)]


def same(one: str, two: str) -> bool:
    return bool(read_words(one).hashes.tolist() == read_words(two).hashes.tolist())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("The ferry, at last!", ["The", "ferry", "at", "last"], id="English"),
        pytest.param("the harbour’s pier", ["the", "harbour", "pier"], id="a genitive is no word"),
        pytest.param("Größe, Ærø, Łódź", ["Große", "Ærø", "Łodz"], id="accents go"),
        pytest.param("«Привет», мир", ["Привет", "мир"], id="Russian"),
        pytest.param("東京で会議", ["東", "京", "て", "会", "議"], id="a letter is a word"),
        pytest.param("ภาษาไทย", list("ภาษาไทย"), id="Thai has no blanks"),
        pytest.param("في عام ٢٠٢٥", ["في", "عام", "2025"], id="digits of other scripts"),
        pytest.param("soft\u00adhyphen zero\u200bwidth", ["softhyphen", "zerowidth"], id="unseen"),
        pytest.param("", [], id="nothing"),
        pytest.param("...", [], id="no word"),
    ],
)
def test_the_words_of_a_text(text: str, expected: list[str]) -> None:
    assert words_of(text) == expected


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("The Ferry Sails", "the ferry sails"),
        ("Zürich", "zurich"),
        ("ПРИВЕТ МИР", "привет мир"),
        ("“quoted” – text…", '"quoted" - text...'),
        ("Brandt's, O'Neill's. Roth’s", "Brandt, ONeill. Roth"),
    ],
)
def test_capitals_accents_and_signs_make_no_other_word(one: str, two: str) -> None:
    assert same(one, two)


def test_other_words_have_other_hashes() -> None:
    read = read_words("ferry ferries fer ry yrref ferrY")
    assert len(set(read.hashes.tolist())) == 5


def test_a_word_has_one_hash_wherever_it_stands() -> None:
    read = read_words("harbour " + "x " * 900 + "harbour")
    assert read.hashes[0] == read.hashes[-1]


def test_stems_are_beginnings() -> None:
    strikers, striker, stroke = read_words("strikers striker stroke").stems(3).tolist()
    assert strikers == striker != stroke
    one, two = read_words("паромный паромные").stems(2).tolist()
    assert one == two


def names(text: str) -> list[str]:
    return [name.decode() for name in read_words(text).names_and_numbers(10)]


def test_names_and_numbers_in_their_order() -> None:
    text = "On 11 May the Lady Sigrid left at 14:30 with 1,240 of Övik's people."
    assert names(text) == ["On", "11", "May", "Lady", "Sigrid", "14:30", "1,240", "Ovik"]
    assert names("Агнета Брандт сказала, что в Осло") == ["Агнета", "Брандт", "Осло"]
    assert names("Ölpreis und Ärzte") == ["Olpreis", "Arzte"]


def test_where_all_is_set_in_capitals_only_numbers_are_left() -> None:
    assert names(
        "THE LADY SIGRID LEFT THE PORT OF OSTER AT 14:30 WITH ALL HER CREW ABOARD " * 2
    ) == [
        "14:30",
        "14:30",
    ]


def test_only_so_much_of_a_text_is_read() -> None:
    assert len(read_words("word " * LONGEST)) <= LONGEST // 5 + 1
    assert len(read_words("слово " * LONGEST)) <= LONGEST


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    read = read_words(text)
    assert isinstance(read, Words)
    assert len(read.hashes) == len(read.starts) == len(read.ends)
    assert np.all(read.starts < read.ends)
    assert len(read.whole) == len(read.lowered)
    assert read.names_and_numbers(50) is not None
