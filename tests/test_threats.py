"""Every fault we know of has a test, or a reason why not."""

from pathlib import Path

from tests.threats import NOT_YET, ROOT, marks, render, rows

FOUND = list(marks())
KNOWN = [row.number for row in rows()]
ASKED = {"A": 12, "B": 10, "C": 9, "D": 9, "E": 7, "F": 12}


def test_the_page_is_written_from_the_marks() -> None:
    """After a change: `python -m tests.threats > docs/threats.md`."""
    assert (ROOT / "docs" / "threats.md").read_text("utf-8") == render(FOUND)


def test_no_fault_is_forgotten_or_told_twice() -> None:
    asked = [f"{section}{n}" for section, last in ASKED.items() for n in range(1, last + 1)]
    assert [number for number in KNOWN if number[0] in ASKED] == asked
    assert len(set(KNOWN)) == len(KNOWN)


def test_every_mark_names_a_fault() -> None:
    assert [mark for mark in FOUND if mark.number not in KNOWN] == []


def test_every_fault_has_a_test_or_a_reason() -> None:
    marked = {mark.number for mark in FOUND}
    assert [n for n in KNOWN if n not in marked | NOT_YET.keys()] == []
    assert NOT_YET.keys() <= set(KNOWN)


def test_marks_are_read_wherever_they_stand(tmp_path: Path) -> None:
    source = """
@pytest.mark.threat("A1", "A2")
@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.threat("B1"))])
async def test_one(n): ...

def test_two(): ...
"""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "test_x.py").write_text(source)
    found = [(mark.number, mark.path, mark.test) for mark in marks(tmp_path)]
    assert found == [(number, "deep/test_x.py", "test_one") for number in ("A1", "A2", "B1")]
