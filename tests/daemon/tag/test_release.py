"""A newer release of the Media Topics, in IPTC's own form."""

from typing import Any

import pytest

from daemon.errors import UsageError
from daemon.tag.release import Change, changes_between, read_release
from daemon.tag.taxonomy import format_taxonomy, parse_taxonomy

BASE = "http://cv.iptc.org/newscodes/mediatopic/"


def concept(number: str, label: str, **more: Any) -> dict[str, Any]:
    return {
        "uri": BASE + number,
        "qcode": f"medtop:{number}",
        "type": ["skos:Concept"],
        "prefLabel": {"en-GB": label, "en-US": f"{label} (US)", "de": f"{label} (de)", "nb": "x"},
        "definition": {"en-GB": "…"},
        "created": "2009-10-22T02:00:00+00:00",
        "modified": "2024-01-01T12:00:00+00:00",
        **more,
    }


def export(*concepts: dict[str, Any]) -> dict[str, Any]:
    return {"conceptScheme": BASE, "dateReleased": "2024-07-01", "conceptSet": list(concepts)}


OLD = read_release(
    export(
        concept("15000000", "sport"),
        concept("16000000", "conflict"),
        concept("20000001", "padel", broader=[BASE + "15000000"]),
        concept("20000002", "chess", broader=[BASE + "15000000"]),
        concept("20000003", "duel", broader=[BASE + "15000000"]),
    )
)


def test_an_export_is_read() -> None:
    matches = [
        "http://www.wikidata.org/entity/Q31920",
        "http://cv.iptc.org/newscodes/subjectcode/15062000",
    ]
    made = read_release(
        export(
            concept("15000000", "sport"),
            concept("20001071", "swimming", broader=[BASE + "15000000"], exactMatch=matches),
        )
    )
    swimming = made.concepts["medtop:20001071"]
    assert made.version == "iptc-mediatopics-2024-07-01"
    assert swimming.broader == "medtop:15000000"
    assert swimming.subject == "15062000"
    assert swimming.labels == {"en": "swimming", "de": "swimming (de)"}
    assert parse_taxonomy(format_taxonomy(made), "x").concepts == made.concepts


def test_what_is_new_is_told() -> None:
    new = read_release(
        export(
            concept("15000000", "sport"),
            concept("16000000", "conflict, war and peace"),
            concept(
                "20000001", "padel", broader=[BASE + "15000000"], retired="2024-06-01T00:00:00"
            ),
            concept("20000003", "duel", broader=[BASE + "16000000"]),
            concept("20000004", "pickleball", broader=[BASE + "15000000"]),
        )
    )
    assert changes_between(OLD, new) == [
        Change("gone", "medtop:20000002", "chess"),
        Change("moved", "medtop:20000003", "duel", "medtop:16000000 conflict, war and peace"),
        Change("new", "medtop:20000004", "pickleball", "medtop:15000000 sport"),
        Change("renamed", "medtop:16000000", "conflict, war and peace", "conflict"),
        Change("retired", "medtop:20000001", "padel", "medtop:15000000 sport"),
    ]
    assert changes_between(new, new) == []


def test_a_retired_one_is_followed_by_what_has_its_wikidata_item_or_its_name() -> None:
    item = {"exactMatch": ["http://www.wikidata.org/entity/Q7"]}
    made = read_release(
        export(
            concept("15000000", "sport"),
            concept(
                "20000001", "road race", broader=[BASE + "15000000"], retired="2020-01-01", **item
            ),
            concept("20000002", "road cycling", broader=[BASE + "15000000"], **item),
            concept("20000003", "Chess", broader=[BASE + "15000000"], retired="2020-01-01"),
            concept("20000004", "chess", broader=[BASE + "15000000"]),
        )
    )
    assert made.current("medtop:20000001") == "medtop:20000002"
    assert made.current("medtop:20000003") == "medtop:20000004"


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([], "an object is expected"),
        ({}, "no concept"),
        ({"conceptSet": [{"qcode": "subj:1"}]}, "no concept"),
        ({"conceptSet": [concept("15000000", "sport")]}, "give --release"),
    ],
)
def test_what_is_no_export_is_refused(document: Any, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        read_release(document)
