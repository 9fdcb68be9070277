"""`newsd topics concepts|test|taxonomy` on real files."""

import json
from pathlib import Path

import pytest

from daemon.__main__ import main
from daemon.tag.taxonomy import load_taxonomy, parse_taxonomy

TEXT = """Ministers meet over harbour tolls

The foreign minister and the ambassador held a summit on the treaty. The senate will vote on it,
and the opposition in parliament wants a referendum before the election.
"""


def newsd(capsys: pytest.CaptureFixture[str], *args: object, status: int = 0) -> str:
    assert main(list(map(str, args))) == status
    written = capsys.readouterr()
    return written.err if status else written.out


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_topics_are_listed_to_a_level_or_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(json.loads(newsd(capsys, "topics", "concepts", "--level", 1, "--json"))) == 17
    (summits,) = json.loads(newsd(capsys, "topics", "concepts", "summit", "--json"))
    assert summits["topic"] == "medtop:20000640"
    assert summits["part_of"] == "politics > international relations > diplomacy"
    assert summits["labels"]["de"]


def test_a_text_is_tried_with_its_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    told = newsd(capsys, "topics", "test", "a.txt").splitlines()
    assert told[0] == "Ministers meet over harbour tolls (en)"
    assert told[1].split()[:2] == ["topic", "politics"]
    assert "foreign minister x1" in told[1]
    (record,) = json.loads(newsd(capsys, "topics", "test", "a.txt", "--json"))
    assert record["topics"][0]["evidence"]["referendum"] == 1


def test_a_text_without_topics_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("Cisza nad wodą\n\nNie było nic, jak było już wcześniej.")
    (tmp_path / "b.txt").write_text("Nothing at all\n\nIt went on as it had before that.")
    assert "  no topic: no_topic_lexicon\n" in newsd(capsys, "topics", "test", "a.txt")
    assert "  no topic: no word speaks for one\n" in newsd(capsys, "topics", "test", "b.txt")


def test_a_newer_release_is_compared_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    concepts = [
        {
            "qcode": concept.topic_id,
            "prefLabel": {"en-GB": concept.label},
            "broader": [concept.broader] if concept.broader else [],
            "retired": concept.retired,
        }
        for concept in load_taxonomy().concepts.values()
    ]
    name, broader = {"en": "pétanque"}, ["medtop:20000822"]
    new = {"qcode": "medtop:20009999", "prefLabel": name, "broader": broader}
    file = tmp_path / "new.json"
    file.write_text(json.dumps({"dateReleased": "2026-07-02", "conceptSet": [*concepts, new]}))
    out = tmp_path / "slim.txt"
    told = json.loads(newsd(capsys, "topics", "taxonomy", file, "--out", out, "--json"))
    assert [(row["change"], row["label"]) for row in told] == [("new", "pétanque")]
    assert told[0]["detail"] == "medtop:20000822 competition discipline"
    made = parse_taxonomy(out.read_text("utf-8"), "slim")
    assert made.release == "2026-07-02"
    assert len(made.paths) == 1_100


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(None, "No such file"), ("{", "not valid JSON"), ("{}", "no concept medtop")],
)
def test_a_file_that_is_no_release_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, complaint: str
) -> None:
    if content is not None:
        (tmp_path / "x.json").write_text(content)
    assert complaint in newsd(capsys, "topics", "taxonomy", "x.json", status=2)
    assert "x.json" in newsd(capsys, "topics", "test", "x.json", status=2) or content is None
