"""`newsd reprocess` on a real database."""

import json
from pathlib import Path

import pytest

from daemon.__main__ import main

LINES = [
    {"title": "The old mill turns again", "text": "The wheel turned for an hour on Monday."},
    {"title": "Whales in the sound", "text": "Three of them were seen by a trawler at dawn."},
]


@pytest.fixture
def newsd(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    Path("a.jsonl").write_text("\n".join(json.dumps(line) for line in LINES))
    assert main(["ingest", "a.jsonl"]) == 0


def told(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, int]:
    capsys.readouterr()
    assert main(["reprocess", *args, "--json"]) == 0
    found: dict[str, int] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.usefixtures("newsd")
def test_a_new_rule_tags_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys) == {"articles": 2, "changes": 0}
    Path("topics.toml").write_text('[[topic]]\nid = "whales"\nany = ["trawler"]\n')
    Path("newsd.toml").write_text('[topics]\nfile = "topics.toml"\n')
    assert told(capsys, "--stage", "tag") == {"articles": 2, "changes": 1}
    assert told(capsys, "--stage", "tag") == {"articles": 2, "changes": 0}
    assert main(["articles", "list", "--topic", "user:whales", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["title"] == "Whales in the sound"


@pytest.mark.usefixtures("newsd")
def test_a_window_or_a_feed_may_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--since", "1d")["articles"] == 2
    assert told(capsys, "--since", "2999-01-01")["articles"] == 0
    assert told(capsys, "--feed", "1")["articles"] == 2
    assert main(["reprocess", "--feed", "7"]) == 2
    assert "no feed '7'" in capsys.readouterr().err
