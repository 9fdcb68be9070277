"""Files as documents, each within bounds."""

import os
from pathlib import Path

import pytest

from daemon.commands import documents
from daemon.commands.documents import Pile

GOOD = '{"title": "Ferries", "text": "They run every ten minutes now."}'


def troubles(pile: Pile) -> list[tuple[str, str]]:
    return [(Path(d.name).name, d.trouble) for d in pile if d.page is None]


def bodies(pile: Pile) -> list[bytes]:
    return [d.page.body for d in pile if d.page is not None]


def test_a_folder_is_read_to_its_depths_but_for_what_is_hidden(tmp_path: Path) -> None:
    for name in ("a.txt", "deep/b.txt", ".hidden.txt", ".git/c.txt", "deep/.d/e.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    pile = Pile([tmp_path])
    assert bodies(pile) == [b"a.txt", b"deep/b.txt"]
    assert pile.opened == 2


def test_a_pipe_in_a_folder_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "z.txt").write_text("z")
    pile = list(Pile([tmp_path]))
    assert [d.trouble for d in pile] == ["not a file", ""]


def test_a_document_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST", 1 << 20)
    large = tmp_path / "large.txt"
    large.write_bytes(b"x" * (1 << 20))
    assert troubles(Pile([large])) == []
    large.write_bytes(b"x" * ((1 << 20) + 1))
    assert troubles(Pile([large])) == [("large.txt", "larger than 1 MiB; split it")]


@pytest.mark.parametrize(
    ("name", "text", "numbers"),
    [
        pytest.param("a.jsonl", f"{GOOD}\n{GOOD}\n", [(1, 2)], id="as it is called"),
        pytest.param("a.txt", f"{GOOD}\n{GOOD}", [(1, 2)], id="as it looks"),
        pytest.param(
            "a.jsonl", f"\ufeff{GOOD}\r\n\r\n{GOOD}\r\n", [(1, 3)], id="as Windows has it"
        ),
        pytest.param("a.json", f"{{\n{GOOD[1:]}", [()], id="one object over several lines"),
        pytest.param("a.json", f"[{GOOD},\n{GOOD}]", [()], id="an array"),
        pytest.param("a.jsonl", f"{GOOD}\n" * 201, [(*range(1, 201),), (201,)], id="many"),
    ],
)
def test_json_lines_are_known_and_numbered(
    tmp_path: Path, name: str, text: str, numbers: list[tuple[int, ...]]
) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode())
    assert [d.lines for d in Pile([path])] == numbers


def test_lines_that_are_no_object_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "LARGEST", 1000)
    path = tmp_path / "a.jsonl"
    path.write_text(f'{GOOD}\n{{"title"\n\n["x"]\n{{"title": "{"x" * 5000}"}}\n{GOOD}\n')
    pile = list(Pile([path]))
    assert [(d.name.rpartition(":")[2], d.trouble[:14]) for d in pile[:-1]] == [
        ("2", "not valid JSON"), ("4", "not a JSON obj"), ("5", "a line of more"),
    ]  # fmt: skip
    assert pile[-1].lines == (1, 6)
