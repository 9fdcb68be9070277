import pytest

from storage.addresses import is_same_origin, one_address, other_scheme


@pytest.mark.parametrize(
    ("written", "address"),
    [
        pytest.param("HTTP://News.Example/Feed", "http://news.example/Feed", id="case"),
        pytest.param("https://a.example:443/f", "https://a.example/f", id="usual port"),
        pytest.param("http://a.example:80", "http://a.example/", id="usual port of http"),
        pytest.param("https://a.example:80/", "https://a.example:80/", id="unusual port"),
        pytest.param("https://a.example:/f", "https://a.example/f", id="empty port"),
        pytest.param("https://a.example", "https://a.example/", id="no path"),
        pytest.param("https://a.example?x=1", "https://a.example/?x=1", id="a query and no path"),
        pytest.param("https://a.example/f#top", "https://a.example/f", id="a fragment"),
        pytest.param("https://a.example/f?", "https://a.example/f?", id="an empty query"),
        pytest.param("https://a.example/%7Ex/?b&a", "https://a.example/%7Ex/?b&a", id="the rest"),
        pytest.param("https://Me:Se@A.example/", "https://Me:Se@a.example/", id="an account"),
        pytest.param("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/", id="IPv6"),
        pytest.param("ingest:Archive#1", "ingest:Archive#1", id="no address of the web"),
        pytest.param("http://[::1", "http://[::1", id="broken"),
        pytest.param("http://a.example:x/", "http://a.example:x/", id="a broken port"),
        pytest.param("17", "17", id="a number"),
    ],
)
def test_one_spelling_for_one_address(written: str, address: str) -> None:
    assert one_address(written) == address
    assert one_address(address) == address


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("http://a.example/f:1", "https://a.example/f:1"),
        ("https://a.example/", "http://a.example/"),
        ("ingest:archive", "ingest:archive"),
        ("17", "17"),
    ],
)
def test_the_other_scheme(url: str, other: str) -> None:
    assert other_scheme(url) == other


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://a.example/other?x", True),
        ("https://me:pw@a.example/", True),
        ("http://a.example/", False),
        ("https://a.example:8443/", False),
        ("https://b.example/", False),
        ("https://a.example@b.example/", False),
    ],
)
def test_what_is_one_origin(other: str, same: bool) -> None:  # noqa: FBT001
    assert is_same_origin("https://a.example/feed", other) is same
