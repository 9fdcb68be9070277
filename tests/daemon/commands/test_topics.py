"""The commands about an operator's own topics, which need no database."""

import json
import re
from pathlib import Path

import pytest

from daemon.__main__ import main

RULES = """
[[topic]]
id = "quay"
label = "The quay"
query = 'quay* NEAR/4 (storm OR "high tide")'
weight = 0.7

[[topic]]
id = "cats"
any = ["cat"]
"""
TEXT = """Storm closes the quay

A storm from the west closed the old quay of Hamburg on Friday, the harbour master Jane Holloway
said. Holloway expects the high tide at noon.
"""


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "topics.toml"
    path.write_text(RULES)
    return path


def test_own_topics_are_listed_as_they_are_understood(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["topics", "list", "--rules", str(rules), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(row["topic"], row["weight"]) for row in listed] == [
        ("user:quay", 0.7), ("user:cats", 1.0),
    ]  # fmt: skip
    assert listed[0]["query"] == 'quay* NEAR/4 (storm OR "high tide")'


def test_the_file_of_the_settings_is_the_default(
    rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "newsd.toml"
    config.write_text(f"[topics]\nfile = '{rules}'\n")
    assert main(["topics", "list", "--config", str(config)]) == 0
    assert "user:cats" in capsys.readouterr().out


def test_a_topic_is_explained_by_the_words_that_it_waits_for(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["topics", "explain", "quay", "--rules", str(rules), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["looked at where there is"] == ["quay*"]
    assert main(["topics", "explain", "dogs", "--rules", str(rules)]) == 2
    assert "newsd topics list" in capsys.readouterr().err


def test_a_text_is_tested_and_each_find_shows_its_words(
    rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    article = tmp_path / "storm.txt"
    article.write_text(TEXT)
    assert main(["topics", "test", str(article), "--rules", str(rules)]) == 0
    shown = capsys.readouterr().out
    assert "topic The quay (user:quay) 0.70, by rule: quay* x2, storm x2, high tide x1" in shown
    assert "cats" not in shown
    assert "x2: Jane Holloway, Holloway" in shown
    assert main(["topics", "test", str(article), "--rules", str(rules), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert [t["topic_id"] for t in found["topics"] if t["source"] == "rule"] == ["user:quay"]


def test_a_bad_rule_is_shown_where_it_is(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules.write_text("[[topic]]\nid = 'quay'\nquery = 'quay storm'\n")
    assert main(["topics", "list", "--rules", str(rules)]) == 78
    assert capsys.readouterr().err == (
        f"newsd: {rules}:3:15: topic 'quay': nothing joins 'storm' to what stands before; write "
        'AND or OR between, or "two words" for a phrase\n'
    )


PAGE = (Path(__file__).parents[3] / "docs" / "topics.md").read_text("utf-8")
MISTAKES = re.findall(r"```toml\n([^`]+)```\n```\n([^`]+)```", PAGE)


@pytest.mark.parametrize(("document", "said"), MISTAKES)
def test_a_mistake_is_told_as_the_documents_show_it(
    document: str, said: str, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules.write_text(document)
    assert main(["topics", "list", "--rules", rules.name]) == 78
    assert capsys.readouterr().err == said


def test_the_documents_show_five_kinds_of_mistakes() -> None:
    assert len({said.partition("': ")[2] for _, said in MISTAKES}) == 5
