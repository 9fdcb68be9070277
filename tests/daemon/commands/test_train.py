"""A model of one's own, from labelled articles."""

import json
from pathlib import Path

import pytest

from daemon.__main__ import main
from tests.daemon.tag.test_model import HEALTH, SPORT, corpus


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "labelled"
    folder.mkdir()
    rows = [
        {"title": one.title, "text": one.text, "language": one.language}
        | {"topics": [{"topic_id": one.topics[0], "score": 0.9}, "user:ours"]}
        for one in corpus()
    ]
    (folder / "own.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    return folder


def test_a_model_is_trained_and_used(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "train", "--data", str(data), "--out", "own.npz", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["articles"], facts["topics"]) == (60, [HEALTH, SPORT])
    assert facts["right first, with the model"] > facts["right first, lexicons alone"]
    Path("newsd.toml").write_text('[topics]\nmodel = "own.npz"\n')
    Path("text.jsonl").write_text(
        json.dumps({"title": "On zorp", "text": "zorp zorp quibble", "language": "nl"}) + "\n"
    )
    assert main(["topics", "test", "text.jsonl", "--config", "newsd.toml"]) == 0
    assert "topic sport (medtop:15000000)" in capsys.readouterr().out


def test_a_model_that_does_not_help_is_not_written(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (data / "own.jsonl").read_text().split()
    rows = [
        {"title": "The council met", "text": f"It met {n} times.", "language": "nl"}
        | {"topics": [(SPORT, HEALTH)[n * 2654435761 >> 7 & 1]]}
        for n in range(len(lines))
    ]
    (data / "own.jsonl").write_text("\n".join(map(json.dumps, rows)))
    written = main(["topics", "train", "--data", str(data)])
    said = capsys.readouterr()
    helps = "sets no more of the held-out articles right" not in said.err
    assert (written, Path("topics.npz").exists()) == (0, helps)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "own.jsonl:2: not valid JSON"),
        ("[]", "own.jsonl:2: expected a JSON object with title, text and topics"),
        ('{"title": "x", "text": "y"}', "own.jsonl:2: expected a JSON object"),
        ('{"title": 1, "text": "y", "topics": []}', "own.jsonl:2: title is no text"),
        ('{"title": "", "text": null, "topics": []}', "own.jsonl:2: neither a title nor a text"),
        ('{"title": "x", "topics": ["sport"]}', "own.jsonl:2: no topic 'sport'"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(
    data: Path, line: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "own.jsonl").write_text(f"\n{line}\n")
    assert main(["topics", "train", "--data", str(data)]) == 2
    assert complaint in capsys.readouterr().err


def test_a_folder_without_articles_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["topics", "train", "--data", str(tmp_path)]) == 2
    assert "no file *.jsonl in it" in capsys.readouterr().err
    assert main(["topics", "train", "--data", str(tmp_path / "no")]) == 2
    assert "not a directory" in capsys.readouterr().err
