"""Error texts are one printable line without secrets."""

import pytest

from daemon.fetch.words import one_line


@pytest.mark.threat("A11", "G4")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("two\r\nlines\there", "two lines here", id="line ends and tabs"),
        pytest.param("red \x1b[31malert\x00", "red [31malert", id="terminal escapes"),
        pytest.param("a\u202eb\u200bc\ud800d", "a b c d", id="bidi, zero width, surrogates"),
        pytest.param("GET http://me:pw@host/x", "GET http://host/x", id="credentials"),
        pytest.param("https://k@a/ ftp://u:p@b", "https://a/ ftp://b", id="all credentials"),
        pytest.param("http://host/@me", "http://host/@me", id="an at sign in a path"),
        pytest.param("x" * 600, "x" * 499 + "…", id="length"),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line
