"""A password that some feed needs is told to nobody."""

from collections.abc import Iterator

import pytest
import structlog

from daemon.credentials import without_credentials
from daemon.logs import set_up_logs
from daemon.settings import LogSettings


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    yield
    set_up_logs(LogSettings(format="json"))


@pytest.mark.threat("A11")
@pytest.mark.parametrize(
    ("text", "discreet"),
    [
        pytest.param("see http://me:pw@host/x", "see http://host/x", id="user and password"),
        pytest.param("https://token@host/", "https://host/", id="a user that is a secret"),
        pytest.param("http://me:p@w@host/", "http://host/", id="an at sign in a password"),
        pytest.param("https://host/@me", "https://host/@me", id="an at sign in a path"),
        pytest.param("me@host // them@there", "me@host // them@there", id="no address"),
    ],
)
def test_an_address_loses_what_stands_before_its_host(text: str, discreet: str) -> None:
    assert without_credentials(text) == discreet


@pytest.mark.threat("A11", "I6")
@pytest.mark.parametrize("form", ["json", "pretty"])
def test_no_log_holds_a_password(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(LogSettings.model_validate({"format": form}))
    try:
        _raise()
    except ValueError:
        structlog.get_logger().exception("poll", url="https://me:s3cret@host/feed")
    said = capsys.readouterr().err
    assert "https://host/feed" in said
    assert "ValueError" in said
    assert "s3cret" not in said


def _raise() -> None:
    raise ValueError("nobody at https://you:s3cret@other/")
