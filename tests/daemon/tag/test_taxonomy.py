"""The Media Topics that come with the program."""

from importlib.resources import files

import pytest

from daemon.errors import SettingsError
from daemon.tag.taxonomy import FILE, format_taxonomy, load_taxonomy, parse_taxonomy

TAXONOMY = load_taxonomy()


def test_it_is_a_whole_release() -> None:
    assert TAXONOMY.version == "iptc-mediatopics-2023-10-24"
    assert len(TAXONOMY.paths) == 1_099
    assert len(TAXONOMY.concepts) == 1_372
    assert sum(len(path) == 1 for path in TAXONOMY.paths.values()) == 17


def test_a_concept_has_names_and_a_way_from_the_top() -> None:
    summits = TAXONOMY.concepts["medtop:20000640"]
    assert summits.label == "summit meetings"
    assert summits.labels["fr"]
    assert [TAXONOMY.concepts[one].label for one in TAXONOMY.paths["medtop:20000640"]] == [
        "politics",
        "international relations",
        "diplomacy",
        "summit meetings",
    ]


def test_a_retired_concept_has_one_that_stands_for_it() -> None:
    assert TAXONOMY.concepts["medtop:20000030"].retired == "2021-09-30"
    assert TAXONOMY.current("medtop:20000030") == "medtop:20000029"
    assert all(TAXONOMY.current(one) for one in TAXONOMY.concepts)
    assert TAXONOMY.current("medtop:99999999") is None


def test_an_older_subject_code_leads_to_a_concept() -> None:
    assert TAXONOMY.subjects["11000000"] == "medtop:11000000"
    assert TAXONOMY.subjects["15054000"] == "medtop:20001065"


def test_what_is_read_is_what_is_written() -> None:
    assert format_taxonomy(TAXONOMY) == (files("daemon.tag") / FILE).read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "x: not a slim taxonomy"),
        ("# release 2024-01-01\n", "x: not a slim taxonomy"),
        ("# release 2024-01-01\nmedtop:1\t\t\n", "x:2: expected id, broader"),
        ("# release 2024-01-01\nq:1\t\t\t\ta\t\t\t\t\t\n", "x:2: expected id, broader"),
        ("# release 2024-01-01\nmedtop:1\tmedtop:2\t\t\ta\t\t\t\t\t\n", "no concept 'medtop:2'"),
    ],
)
def test_a_malformed_file_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        parse_taxonomy(text, "x")
