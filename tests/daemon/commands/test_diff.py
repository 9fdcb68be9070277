import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.commands.diff import compared, edits, show_edits
from tests.samples import NOON


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("a b", "a b", [("same", "a b")]),
        ("a b c", "a x c", [("same", "a "), ("gone", "b"), ("new", "x"), ("same", " c")]),
        ("", "new", [("new", "new")]),
        ("6,300 left", "6,450 left", [("gone", "6,300"), ("new", "6,450"), ("same", " left")]),
    ],
)
def test_what_an_edit_changed(old: str, new: str, pieces: list[tuple[str, str]]) -> None:
    assert list(compared(old, new)) == pieces


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_pieces_are_both_texts(old: str, new: str) -> None:
    pieces = list(compared(old, new))
    assert "".join(words for kind, words in pieces if kind != "new") == old
    assert "".join(words for kind, words in pieces if kind != "gone") == new


def test_edits_are_shown_as_word_diffs_where_nobody_sees_colours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = {"revision": 1, "seen_at": NOON, "title": "Ferry sails", "summary": None, "text": "a"}
    second = {**first, "revision": 2, "title": "Ferry sank"}
    found = edits([first, second])
    assert [list(edit["fields"]) for edit in found] == [["title"]]
    show_edits(found)
    assert capsys.readouterr().out.splitlines() == [
        "revision 2, seen 2025-10-18 12:00:00Z",
        "title:",
        "Ferry [-sails-]{+sank+}",
    ]
