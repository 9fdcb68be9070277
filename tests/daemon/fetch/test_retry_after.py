"""How long a server may send us away."""

from datetime import timedelta

import pytest

from daemon.fetch.retry_after import retry_after

DATE = "Sat, 18 Oct 2025 12:00:00 GMT"


@pytest.mark.threat("C4")
@pytest.mark.parametrize(
    ("value", "wait"),
    [
        pytest.param("120", timedelta(minutes=2), id="seconds"),
        pytest.param(" 3600 ", timedelta(hours=1), id="seconds with blanks"),
        pytest.param("0", timedelta(minutes=1), id="zero is a minute"),
        pytest.param("9" * 40, timedelta(hours=24), id="forty digits are a day"),
        pytest.param("9" * 5000, timedelta(hours=24), id="more digits than int() takes"),
        pytest.param("Sat, 18 Oct 2025 12:10:00 GMT", timedelta(minutes=10), id="a date"),
        pytest.param("Sat, 18 Oct 2025 11:00:00 GMT", timedelta(minutes=1), id="a past date"),
        pytest.param("Sat, 01 Jan 9999 00:00:00 GMT", timedelta(hours=24), id="year 9999"),
        pytest.param("Sat, 18 Oct 2025 12:10:00 -0000", timedelta(minutes=10), id="no zone"),
        pytest.param("Sat, 01 Jan 0000 00:00:00 GMT", timedelta(minutes=1), id="year zero"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 -2300", None, id="beyond the calendar is junk"),
        pytest.param("-5", None, id="a negative number is junk"),
        pytest.param("1.5", None, id="a fraction is junk"),
        pytest.param("٣٠", None, id="digits of another script are junk"),
        pytest.param("soon", None, id="a word is junk"),
        pytest.param("", None, id="nothing is junk"),
        pytest.param(None, None, id="no header"),
    ],
)
def test_retry_after(value: str | None, wait: timedelta | None) -> None:
    assert retry_after(value, DATE) == wait


@pytest.mark.threat("C4")
def test_a_date_needs_the_date_of_the_answer() -> None:
    assert retry_after("Sat, 18 Oct 2025 12:10:00 GMT", None) is None
