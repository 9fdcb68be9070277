"""One page, one spelling; two pages, two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.normalise.url import absolute_url, canonical_url, site_of

PAGE = "https://paper.example/news/bridge-reopens-after-repairs"


@pytest.mark.threat("F3")
@pytest.mark.parametrize(
    "spelling",
    [
        f"{PAGE}#comments",
        f"{PAGE}?utm_source=rss&utm_medium=feed",
        f"{PAGE}?fbclid=abc&gclid=x&at_medium=RSS",
        f"{PAGE}?ref=rss&source=twitter",
        f"{PAGE};jsessionid=0A1B?PHPSESSID=0f0f",
        "HTTPS://Paper.Example:443/news/bridge-reopens-after-repairs",
        "https://paper.example/x/../news/./bridge-reopens-after-repairs",
        "https://paper.example/news/bridge%2dreopens-after-repairs",
        f"{PAGE}/amp/",
        f"{PAGE}?amp=1&outputType=amp",
        "https://www.google.com/url?rct=j&url=" + PAGE,
        "https://www.google.com/amp/s/paper.example/news/bridge-reopens-after-repairs",
        "https://paper-example.cdn.ampproject.org/c/s/paper.example/news/bridge-reopens-after-repairs",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fpaper.example%2Fnews%2Fbridge-reopens-after-repairs",
    ],
)
def test_one_page_has_one_spelling(spelling: str) -> None:
    assert canonical_url(spelling) == PAGE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/?id=1", "https://a.example/?id=2"),
        ("https://a.example/read?cid=1", "https://a.example/read?cid=2"),
        ("https://a.example/x?source=minutes", "https://a.example/x?source=report"),
        ("https://a.example/topics/amp", "https://a.example/topics"),
        ("https://a.example/#!/story/1", "https://a.example/#!/story/2"),
        ("https://a.example/Story", "https://a.example/story"),
        ("https://a.example/a%2Fb", "https://a.example/a/b"),
        ("https://a.example:8443/a", "https://a.example/a"),
    ],
)
def test_two_pages_keep_two_spellings(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


def test_the_order_of_parameters_says_nothing() -> None:
    assert canonical_url("https://a.example/x?b=2&a=1") == "https://a.example/x?a=1&b=2"


texts = st.text(alphabet="abcXYZ019-._~%/?&=#:@!;ü 日+", max_size=40)


@given(st.sampled_from(["http", "HTTPS"]), st.sampled_from(["a.example", "BÜCHER.example"]), texts)
def test_the_canonical_spelling_of_a_canonical_spelling_is_itself(
    scheme: str, host: str, rest: str
) -> None:
    url = absolute_url(f"{scheme}://{host}/{rest}")
    if url is not None:
        assert canonical_url(canonical_url(url)) == canonical_url(url)


@pytest.mark.threat("G3")
@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("a", "https://paper.example/news/a"),
        ("//cdn.example/a", "https://cdn.example/a"),
        (" https://b.example/x y\n", "https://b.example/x%20y"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("mailto:a@b.example", None),
        ("https://", None),
        ("http://[::1", None),
        ("http://a.example:99999/", None),
        ("https://a.example/" + "x" * 5000, None),
        ("", None),
        (None, None),
    ],
)
def test_a_link_is_absolute_http_or_nothing(link: str | None, absolute: str | None) -> None:
    assert absolute_url(link, "https://paper.example/news/") == absolute


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.news.example.co.uk", "example.co.uk"),
        ("paper.example", "paper.example"),
        ("someone.github.io", "someone.github.io"),
        ("co.uk", None),
        ("127.0.0.1", None),
        ("::1", None),
        ("localhost", None),
    ],
)
def test_whose_site_a_host_belongs_to(host: str, site: str | None) -> None:
    assert site_of(host) == site
