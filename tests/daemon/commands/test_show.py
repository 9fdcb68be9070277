"""What commands write can be read by people, pipes and programs, whoever wrote the text."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from daemon.commands.say import printable, say_json
from daemon.commands.show import cell, show_facts, show_rows
from daemon.commands.watching import View, sentence

ROWS: list[dict[str, Any]] = [
    {"article_id": 7, "title": "Bridge\x1b[31m\nopens", "at": datetime(2025, 1, 2, tzinfo=UTC)},
    {"article_id": 12345, "title": None, "at": None},
]


def test_rows_are_aligned_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows(ROWS, ("article_id", "title", "at"))
    assert capsys.readouterr().out.splitlines() == [
        "article id  title              at",
        "7           Bridge [31m opens  2025-01-02 00:00:00Z",
        "12345       -                  -",
    ]


def test_no_rows_are_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([], ("article_id", "title"))
    assert capsys.readouterr().out == "article id  title\n"


def test_json_holds_all_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows(ROWS, ("title",), as_json=True)
    first, _ = json.loads(capsys.readouterr().out)
    assert first == {
        "article_id": 7,
        "title": "Bridge\x1b[31m\nopens",
        "at": "2025-01-02T00:00:00Z",
    }


def test_facts_have_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    show_facts({"feeds": {"new": 2, "gone": 1}, "mean_delay_s": 1.234})
    assert capsys.readouterr().out == "feeds         new=2 gone=1\nmean delay s  1.23\n"


def test_json_knows_the_nouns(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"wait": timedelta(seconds=3)})
    assert json.loads(capsys.readouterr().out) == {"wait": "0:00:03"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        ("", "-"),
        (0, "0"),
        (False, "False"),
        ([], "-"),
        (["a", None], "a, -"),
        (datetime(2025, 1, 2, 3, tzinfo=timezone(timedelta(hours=2))), "2025-01-02 01:00:00Z"),
    ],
)
def test_how_a_value_is_shown(value: Any, shown: str) -> None:
    assert cell(value) == shown


@pytest.mark.threat("G4")
def test_text_from_feeds_cannot_move_the_cursor() -> None:
    assert printable("a\r\nb\x9b2Jc\u202ed") == "a  b 2Jc d"


POLL = {
    "poll_id": 1, "feed_id": 3, "url": "http://127.0.0.1:1/harbour.rss", "outcome": "stored",
    "created": 2, "revised": 0, "duplicates": 1, "rejected": 0, "error": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("differences", "line"),
    [
        ({}, "harbour.rss    stored       2 created, 1 duplicates"),
        ({"created": 0, "duplicates": 0}, "harbour.rss    stored       nothing new"),
        ({"error": "damaged"}, "harbour.rss    stored       2 created, 1 duplicates; damaged"),
    ],
)
def test_a_poll_in_a_line(differences: dict[str, Any], line: str) -> None:
    assert sentence(POLL | differences) == line


def test_a_lasting_trouble_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    view = View(None)
    gone = {"outcome": "http_status", "created": 0, "duplicates": 0, "error": "410 Gone"}
    view.look({}, [POLL | gone, POLL | gone | {"poll_id": 2}, POLL | {"poll_id": 3}])
    view.look({}, [POLL | {"poll_id": 4, "outcome": "unchanged"}])
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[1] for line in lines] == ["http_status", "stored"]
    assert view.last == 4
