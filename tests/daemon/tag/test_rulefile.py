"""The file of an operator's own topics, and what is said of a bad one."""

from pathlib import Path

import pytest

from daemon.errors import SettingsError
from daemon.tag.rulefile import load_rules, parse_rules

CONFIG = Path(__file__).parents[3] / "config" / "topics.toml"
GOOD = '[[topic]]\nid = "good"\nany = ["x"]\n\n'


@pytest.mark.parametrize(
    ("document", "place", "said"),
    [
        pytest.param("[[topic]", "", "not valid TOML: .*line 1, column 8", id="no TOML"),
        pytest.param("\ntopics = []", ":2:1", "unknown key 'topics'", id="another table"),
        pytest.param('[[topic]]\nid = "t"\nanny = ["x"]', ":3:1", "'anny'; write id,", id="key"),
        pytest.param('[[topic]]\nany = ["x"]', ":1:1", "needs an id", id="no id"),
        pytest.param('[[topic]]\nid = "a b"\nany = ["x"]', ":2:1", "without blanks", id="blank"),
        pytest.param(
            '[[topic]]\nid = "t"\nnone = ["x"]', ":3:1", "needs a phrase", id="only none"
        ),
        pytest.param(
            "[[topic]]\nid = 't'\nquery = 'a OR NOT b'", ":3:1", "hold none of its words",
            id="fits without its words",
        ),
        pytest.param('[[topic]]\nid = "t"\nany = "x"', ":3:1", "must be a list", id="no list"),
        pytest.param(
            '[[topic]]\nid = "t"\nany = [\n  "x",\n  "--",\n]', ":5:4", "no word", id="no word"
        ),
        pytest.param(
            '[[topic]]\nid = "t"\nany = ["x"]\nfields = ["title", "head"]', ":4:21",
            "unknown field 'head' in fields; write title, body, url or category", id="field",
        ),
        pytest.param(
            "[[topic]]\nid = 't'\nquery = 'port AND (strike OR'", ":3:29", "missing at the end",
            id="query",
        ),
        pytest.param(
            "[[topic]]\nid = 't'\nquery = '''\nport AND\n  wind farm'''", ":5:8", "nothing joins",
            id="query over lines",
        ),
        pytest.param(
            "[[topic]]\nid = 't'\nquery = 'a'\nany = ['b']", ":4:1", "write all in the query",
            id="query and any",
        ),
        pytest.param(
            '[[topic]]\nid = "good"\nany = ["y"]', ":6:1", "twice, first as number 1", id="twice"
        ),
        pytest.param(
            '[[topic]]\nid = "t"\nany = ["x"]\nlanguages = ["english"]', ":4:15",
            "'english' is no language code", id="language",
        ),
        pytest.param(
            '[[topic]]\nid = "t"\nany = ["x"]\nweight = 2', ":4:1", "above 0, and 1", id="weight"
        ),
        pytest.param(
            '[[topic]]\nid = "t"\nany = ["x"]\nmedtop = "war"', ":4:1", "medtop:16000000",
            id="medtop",
        ),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_at_the_line_and_column_where_it_is_bad(
    tmp_path: Path, document: str, place: str, said: str
) -> None:
    text = GOOD + document if "good" in document else document
    file = tmp_path / "topics.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=said) as refused:
        load_rules(file)
    assert str(refused.value).startswith(f"{file}{place}: ")


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"topics\.toml"):
        load_rules(tmp_path / "topics.toml")


def test_what_a_rule_leaves_out_is_as_documented() -> None:
    (rule,) = parse_rules('[[topic]]\nid = "t"\nany = ["x"]', "topics.toml").rules
    assert (rule.label, rule.fields, rule.languages) == ("t", ("title", "body"), ())
    assert (rule.weight, rule.medtop) == (1.0, None)


def test_the_example_file_is_sound() -> None:
    assert [rule.id for rule in load_rules(CONFIG).rules] == [
        "offshore-wind", "port-strikes", "drone-attacks",
    ]  # fmt: skip
