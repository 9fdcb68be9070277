"""What a date says, in many hands."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.normalise.dates import ParsedDate, parse_date
from storage.values import Precision, Zone
from tests.daemon.normalise.written import WRITTEN


def said(parsed: ParsedDate | None) -> str:
    """What a date says, as the table writes it."""
    if parsed is None:
        return "-"
    written = parsed.at.isoformat(" ")
    if parsed.precision is Precision.DAY:
        assert parsed.zone is Zone.NONE
        assert written[10:] == " 00:00:00+00:00"
        return written[:10]
    mark = "~" if parsed.zone is Zone.ASSUMED else ""
    return mark + written[: 16 if parsed.precision is Precision.MINUTE else 19]


@pytest.mark.threat("F7")
@pytest.mark.parametrize(("kind", "what", "raw"), WRITTEN, ids=[kind for kind, *_ in WRITTEN])
def test_a_date_is_read_right_or_not_at_all(kind: str, what: str, raw: str) -> None:
    assert said(parse_date(raw)) == what, kind


def test_an_endless_date_is_none() -> None:
    assert parse_date("1" * 10_000) is None


@pytest.mark.parametrize(
    ("raw", "region", "hour"),
    [
        ("Fri, 17 Oct 2025 12:00:00 IST", "", "06:30"),
        ("Fri, 17 Oct 2025 12:00:00 IST", "in", "06:30"),
        ("Fri, 17 Oct 2025 12:00:00 IST", "il", "10:00"),
        ("Fri, 17 Oct 2025 12:00:00 IST", "ie", "11:00"),
        ("Fri, 17 Oct 2025 12:00:00 CST", "us", "18:00"),
        ("Fri, 17 Oct 2025 12:00:00 CST", "cn", "04:00"),
        ("2025-10-17 12:00:00 CST", "tw", "04:00"),
        ("Fri, 17 Oct 2025 12:00:00 BST", "uk", "11:00"),
        ("Fri, 17 Oct 2025 12:00:00 BST", "bd", "06:00"),
        ("Fri, 17 Oct 2025 12:00:00 EST", "au", "02:00"),
        ("Fri, 17 Oct 2025 12:00:00 AST", "sa", "09:00"),
        ("Fri, 17 Oct 2025 12:00:00 PST", "ph", "04:00"),
        ("Fri, 17 Oct 2025 12:00:00 +0000 (IST)", "il", "12:00"),
        ("Fri, 17 Oct 2025 12:00:00 GMT", "il", "12:00"),
    ],
)
def test_a_zone_of_several_countries_is_that_of_the_feed_s(
    raw: str, region: str, hour: str
) -> None:
    parsed = parse_date(raw, region)
    assert parsed is not None
    assert f"{parsed.at:%H:%M}" == hour


@pytest.mark.threat("F7")
@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("0123456789:-+TZ Oct")))
def test_no_text_raises(raw: str) -> None:
    parsed = parse_date(raw)
    assert parsed is None or parsed.at.tzinfo is UTC
