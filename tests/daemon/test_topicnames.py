from pathlib import Path

import pytest

from daemon.errors import UsageError
from daemon.topicnames import load_topic_names, topic_ids

RULES = '[[topic]]\nid = "port-strikes"\nlabel = "Strikes in ports"\nquery = "strike"\n'


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("medtop:16000000", ("medtop:16000000",)),
        ("user:gone", ("user:gone",)),
        ("conflict, war and peace", ("medtop:16000000",)),
        ("Conflict-War-and-Peace", ("medtop:16000000",)),
        ("strikes-in-ports", ("user:port-strikes",)),
        ("port-strikes", ("user:port-strikes",)),
    ],
)
def test_a_topic_is_found_by_what_it_is_called(
    tmp_path: Path, name: str, ids: tuple[str, ...]
) -> None:
    (tmp_path / "topics.toml").write_text(RULES)
    assert load_topic_names(tmp_path / "topics.toml").find(name) == ids


def test_a_topic_has_names_in_other_languages() -> None:
    german = load_topic_names(None)
    assert "medtop:15000000" in german.find("Sport")


def test_a_name_nobody_has_is_said_so() -> None:
    with pytest.raises(UsageError, match="no topic is called 'no-such'"):
        topic_ids("no-such", None)
