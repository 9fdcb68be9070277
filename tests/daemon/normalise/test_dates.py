"""What a date says, in many hands."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.normalise.dates import ParsedDate, parse_date
from storage.values import Precision, Zone

EVENING = datetime(2025, 10, 17, 22, 37, tzinfo=UTC)


@pytest.mark.threat("F7")
@pytest.mark.parametrize(
    "raw",
    [
        "2025-10-17T22:37:00Z",
        "2025-10-17t22:37:00.250z",
        "2025-10-18T00:37:00+02:00",
        "2025-10-18 00:37:00 +0200",
        "20251018T00:37:00+02:00",
        "2025-10-17T223700-00:00",
        "Fri, 17 Oct 2025 22:37:00 GMT",
        "17 Oct 25 22:37:00 +0000",
        "Fri 17 October 2025 23:37:00 BST",
        "Sat, 18 Oct 2025 04:07:00 IST",
        "Sat, 18 Oct 2025 07:37:00 JST",
        "Sat, 18 Oct 2025 00:37:00 CEST",
        "Fri, 17 Oct 2025 23:37:00 CET",
        "Sat, 18 Oct 2025 01:37:00 MSK",
        "Fri, 17 Oct 2025 18:37:00 -0400 (EDT)",
        "Fri, 17 Oct 2025 22:37:00 UTC+0",
        "Sat, 18 Oct 2025 01:37:00 UTC+3",
        "Fri, 17 Oct 2025 05:37:00 pm -05:00",
        "Fri, Oct 17 2025 10:37:00 PM UTC",
        "Fri Oct 17 22:37:00 GMT 2025",
        "Пт, 17 окт 2025 22:37:00 +0000",
        "vendredi 17 octobre 2025 22:37:00 +0000",
        "17 de outubro de 2025 22:37:00 UTC",
        "Freitag, 17. Oktober 2025 22:37:00 UTC",
        "１７ Oct 2025 22:37:00 UTC",
        "1760740620",
        "1760740620000",
    ],
)
def test_one_instant_in_many_spellings(raw: str) -> None:
    assert parse_date(raw) == ParsedDate(EVENING, Precision.SECOND, Zone.EXPLICIT)


@pytest.mark.threat("F7")
@pytest.mark.parametrize(
    ("raw", "precision", "zone"),
    [
        pytest.param("2025-10-17 22:37:00", Precision.SECOND, Zone.ASSUMED, id="no zone"),
        pytest.param("Fri Oct 17 22:37:00 2025", Precision.SECOND, Zone.ASSUMED, id="asctime"),
        pytest.param("2025-10-17T22:37Z", Precision.MINUTE, Zone.EXPLICIT, id="no seconds"),
        pytest.param("Friday, October 17, 2025 10:37 PM", Precision.MINUTE, Zone.ASSUMED, id="us"),
        pytest.param("2025年10月17日 22:37", Precision.MINUTE, Zone.ASSUMED, id="japanese"),
        pytest.param("17.10.2025 22:37", Precision.MINUTE, Zone.ASSUMED, id="numeric, dots"),
    ],
)
def test_what_is_not_written_is_marked(raw: str, precision: Precision, zone: Zone) -> None:
    assert parse_date(raw) == ParsedDate(EVENING, precision, zone)


@pytest.mark.parametrize("raw", ["2025-10-17", "17 Oct 2025", "Oct 17, 2025", "17/10/2025"])
def test_a_day_is_its_midnight(raw: str) -> None:
    midnight = datetime(2025, 10, 17, tzinfo=UTC)
    assert parse_date(raw) == ParsedDate(midnight, Precision.DAY, Zone.NONE)


@pytest.mark.threat("F7")
@pytest.mark.parametrize(
    "raw",
    [
        "",
        "soon",
        "2020-13-45T00:00:00Z",
        "30 Feb 2024 10:00:00 GMT",
        "2024-01-01T24:30:00Z",
        "Mon, 01 Jan 2024 00:00:00 +9999",
        "0000-00-00 00:00:00",
        "99999-01-01",
        "04/05/2025",
        "17 Oct",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+10:00",
        "17 people met on 4 October 2025",
        "1" * 10_000,
    ],
)
def test_what_is_no_date_is_none(raw: str) -> None:
    assert parse_date(raw) is None


@pytest.mark.threat("F7")
@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("0123456789:-+TZ Oct")))
def test_no_text_raises(raw: str) -> None:
    parsed = parse_date(raw)
    assert parsed is None or parsed.at.tzinfo is UTC


@pytest.mark.threat("F7", "F12")
def test_a_leap_second_is_kept_inside_its_minute() -> None:
    parsed = parse_date("2016-12-31T23:59:60Z")
    assert parsed is not None
    assert parsed.at == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)
