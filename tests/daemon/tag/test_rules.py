"""An operator's own topics."""

import tomllib
from pathlib import Path

import pytest

from daemon.errors import SettingsError
from daemon.tag.rules import load_rules, parse_rules
from daemon.tag.words import words_of

CONFIG = Path(__file__).parents[3] / "config" / "topics.toml"


def fits(rule: str, **fields: str) -> dict[str, int] | None:
    rules = parse_rules(tomllib.loads(f'[[topic]]\nid = "t"\n{rule}'), "topics.toml")
    words = {name: words_of(fields.get(name, "")) for name in ("title", "body", "url", "category")}
    found = rules.fitting(words)
    return dict(found[0].evidence) if found else None


@pytest.mark.parametrize(
    ("rule", "fields", "evidence"),
    [
        pytest.param(
            'any = ["wind farm"]', {"title": "Wind-farm opens"}, {"wind farm": 1}, id="any"
        ),
        pytest.param('any = ["win"]', {"title": "Wind farm"}, None, id="whole words only"),
        pytest.param(
            'any = ["wind farm"]', {"title": "Wind", "body": "farm"}, None, id="one field"
        ),
        pytest.param(
            'all = ["port", "strike"]',
            {"title": "Port", "body": "STRIKE"},
            {"port": 1, "strike": 1},
            id="all, over the fields",
        ),
        pytest.param('all = ["port", "strike"]', {"title": "Port"}, None, id="not all"),
        pytest.param(
            'any = ["jaguar"]\nnone = ["car"]', {"body": "A jaguar car"}, None, id="none forbids"
        ),
        pytest.param('any = ["a"]\nfields = ["url"]', {"body": "a"}, None, id="another field"),
        pytest.param(
            'any = ["tennis"]\nfields = ["url"]',
            {"url": "https://x.example/sport/tennis/1"},
            {"tennis": 1},
            id="the address",
        ),
        pytest.param(
            'any = ["mayor"]', {"body": "the mayor’s hat, the mayor"}, {"mayor": 2}, id="counts"
        ),
    ],
)
def test_when_a_rule_fits(
    rule: str, fields: dict[str, str], evidence: dict[str, int] | None
) -> None:
    assert fits(rule, **fields) == evidence


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ("topics = []", "unknown key 'topics'"),
        ('[[topic]]\nid = "t"\nanny = ["x"]', "topic 't': unknown key 'anny'"),
        ('[[topic]]\nany = ["x"]', "needs an id"),
        ('[[topic]]\nid = "t"\nnone = ["x"]', "topic 't': needs a phrase"),
        ('[[topic]]\nid = "t"\nany = "x"', "topic 't': any must be a list"),
        ('[[topic]]\nid = "t"\nany = ["--"]', "topic 't': any must be a list of phrases"),
        ('[[topic]]\nid = "t"\nany = ["x"]\nfields = ["head"]', "unknown field 'head'"),
        (
            '[[topic]]\nid = "t"\nany = ["x"]\n[[topic]]\nid = "t"\nany = ["y"]',
            "stands there twice",
        ),
        ("[[topic]", "not valid TOML"),
    ],
)
def test_a_bad_file_is_refused_naming_file_and_topic(
    tmp_path: Path, document: str, complaint: str
) -> None:
    file = tmp_path / "topics.toml"
    file.write_text(document)
    with pytest.raises(SettingsError, match=complaint) as refused:
        load_rules(file)
    assert str(file) in str(refused.value)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"topics\.toml"):
        load_rules(tmp_path / "topics.toml")


def test_the_example_file_is_sound() -> None:
    assert [rule.id for rule in load_rules(CONFIG).rules] == ["offshore-wind", "port-strikes"]
