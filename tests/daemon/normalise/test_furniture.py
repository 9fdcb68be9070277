"""Lines that belong to the page."""

import pytest

from daemon.normalise.furniture import is_furniture, without_furniture
from tests.daemon.normalise.furnishings import LINES, PROSE_LINES

NEWS = "The ferry sails again.\nIt had been away for repairs.\nPassengers cheered."


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        pytest.param(
            "Open the Harbour Watch newsletter for free\nYour guide to ferries, tides and tolls\n",
            "",
            id="a newsletter and its promise",
        ),
        pytest.param("Sign up for our daily briefing\n", "\nRead more", id="both ends"),
        pytest.param("", "\nSubscribe to our newsletter\nFollow us on Examplegram", id="tail"),
        pytest.param("We use cookies to improve your visit.\n", "", id="cookies"),
        pytest.param(
            "Advertisement\n", "\nThe post Ferry sails appeared first on Gazette.", id="blog"
        ),
        pytest.param("", "\nRead more: New boat for the bay", id="a pointer elsewhere"),
        pytest.param("", "\nWeiterlesen …", id="German"),
    ],
)
def test_furniture_goes_from_both_ends(head: str, tail: str) -> None:
    stripped = without_furniture(f"{head}{NEWS}{tail}")
    assert stripped.text == NEWS
    assert len(stripped.gone) == len(head.splitlines()) + len(tail.strip().splitlines())


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_a_line_of_a_known_kind_is_furniture_in_six_languages(kind: str, line: str) -> None:
    assert is_furniture(line), kind
    stripped = without_furniture(f"{line}\n{NEWS}\n{line}")
    assert (stripped.text, stripped.gone) == (NEWS, (line,))


@pytest.mark.parametrize("line", PROSE_LINES)
def test_news_is_not_furniture(line: str) -> None:
    assert not is_furniture(line)
    assert without_furniture(f"{line}\n{NEWS}").text == f"{line}\n{NEWS}"


def test_furniture_inside_a_text_stays() -> None:
    text = "One.\nRead more\nTwo."
    assert without_furniture(text).text == text


def test_a_text_of_nothing_else_stays_as_it_is() -> None:
    assert without_furniture("Read more\nShare").text == "Read more\nShare"
