import pytest

from daemon.fetch.headers import LONGEST, parse_header


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("X-Api-Key: a:b", ("X-Api-Key", "a:b")),
        ("  Accept-Language :  nn, nb;q=.5 ", ("Accept-Language", "nn, nb;q=.5")),
        ("Cookie: subscriber=1", ("Cookie", "subscriber=1")),
        ("Authorization:", ("Authorization", "")),
        ("X-Api-Key: a\r\n", ("X-Api-Key", "a")),
    ],
)
def test_a_header_is_a_name_and_a_value(line: str, header: tuple[str, str]) -> None:
    assert parse_header(line) == header


@pytest.mark.threat("A11")
@pytest.mark.parametrize(
    ("line", "why"),
    [
        pytest.param("s3cret", "Name: value", id="no colon"),
        pytest.param(": s3cret", "Name: value", id="no name"),
        pytest.param("X Key: s3cret", "Name: value", id="a blank in the name"),
        pytest.param("X-K\u00e9y: s3cret", "Name: value", id="a letter that is no token"),
        pytest.param("X-Key: s3cret\r\nHost: evil", "cannot be sent", id="a line end"),
        pytest.param("X-Key: s3cret\x00", "cannot be sent", id="NUL"),
        pytest.param("X-Key: s3cr\u00e9t", "cannot be sent", id="not ASCII"),
        pytest.param(f"X-Key: {'s3cret' * LONGEST}", "longer than", id="too long"),
        pytest.param("Host: s3cret", "newsd sets Host itself", id="where it goes"),
        pytest.param("content-LENGTH: 9", "newsd sets", id="what comes"),
        pytest.param("Transfer-Encoding: chunked", "newsd sets", id="of the connection"),
        pytest.param("If-None-Match: s3cret", "newsd sets", id="a validator"),
        pytest.param("Accept-Encoding: br", "newsd sets", id="what we can decode"),
        pytest.param("Range: bytes=0-9", "newsd sets", id="a part"),
    ],
)
def test_what_cannot_be_sent_is_refused_without_repeating_it(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        parse_header(line)
    assert "s3cret" not in str(refused.value)
