"""Characters that may not stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.normalise.text import clean_line, clean_text, count_words, cut


@pytest.mark.threat("E1", "E2", "E3")
@pytest.mark.parametrize(
    ("text", "clean"),
    [
        pytest.param("a\0b", "ab", id="NUL"),
        pytest.param("a\ud800b", "ab", id="lone surrogate"),
        pytest.param("a\x1b[31mb\x85c", "a[31mb\nc", id="controls"),
        pytest.param("a\r\nb\rc\td", "a\nb\nc\td", id="line ends and tabs"),
        pytest.param("e\u0301", "é", id="NFC"),
        pytest.param("a\ufffe\uffffb", "ab", id="noncharacters"),
    ],
)
def test_text_that_can_be_stored(text: str, clean: str) -> None:
    assert clean_text(text) == clean


@pytest.mark.threat("E4")
@pytest.mark.parametrize(
    ("line", "clean"),
    [
        pytest.param("evil\u202egnp.exe", "evilgnp.exe", id="direction override"),
        pytest.param("zero\u200bwidth\ufeff", "zerowidth", id="zero width"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="the joiner Persian needs"),
        pytest.param("q" + "\u0301" * 5000, "q" + "\u0301" * 4, id="piled marks"),
        pytest.param(" two\n\u00a0lines ", "two lines", id="one line"),
    ],
)
def test_a_title_shows_all_it_holds(line: str, clean: str) -> None:
    assert clean_line(line) == clean


@pytest.mark.threat("E1", "E2")
@given(st.text(alphabet=st.characters()))
def test_clean_text_can_be_encoded_and_is_stable(text: str) -> None:
    clean = clean_text(text)
    assert "\0" not in clean
    assert clean.encode().decode() == clean
    assert clean_text(clean) == clean


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("One two, three.", 3),
        ("Ärger über 2 Straßen", 4),
        ("東京で会議 2025", 6),
        ("서울에서 회의가 열렸다", 3),
        ("เรือข้ามฟากกลับมาแล่นอีกครั้ง", 5),
        ("ເຮືອຂ້າມຟາກກັບມາແລ່ນອີກ", 4),
    ],
)
def test_words_are_counted_in_any_script(text: str, words: int) -> None:
    assert count_words(text) == words


def test_a_cut_text_ends_with_a_whole_word() -> None:
    assert cut("harbour bridge closed", 16) == "harbour bridge"
    assert cut("harbour", 16) == "harbour"
