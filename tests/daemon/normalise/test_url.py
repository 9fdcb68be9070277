"""One page, one spelling; two pages, two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.dedup.fingerprint import address_key
from daemon.normalise.url import absolute_url, canonical_url, site_of
from tests.daemon.normalise.addresses import ONE_PAGE, TWO_PAGES

TRACKING = ["utm_source=x", "FBCLID=1", "gclid=2", "at_medium=RSS", "mc_cid=3", "PHPSESSID=4"]


def name_of(url: str) -> str | None:
    """The address as articles are told apart by it."""
    absolute = absolute_url(url)
    assert absolute is not None
    return address_key(canonical_url(absolute))


@pytest.mark.threat("F3")
@pytest.mark.parametrize(("page", "spelling"), ONE_PAGE)
def test_one_page_has_one_name(page: str, spelling: str) -> None:
    assert name_of(spelling) == name_of(page) is not None


@pytest.mark.parametrize(("one", "other"), TWO_PAGES)
def test_two_pages_keep_two_names(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)
    assert name_of(one) != name_of(other)


@pytest.mark.threat("F3")
@given(
    st.lists(st.sampled_from(TRACKING), max_size=4),
    st.sampled_from([p for pair in TWO_PAGES for p in pair]),
)
def test_tracking_never_hides_nor_makes_a_page(added: list[str], page: str) -> None:
    address, mark, fragment = page.partition("#")
    tracked = "&".join([address + ("" if "?" in address else "?"), *added]) + mark + fragment
    assert canonical_url(tracked) == canonical_url(page)


def test_the_order_of_parameters_says_nothing() -> None:
    assert canonical_url("https://a.example/x?b=2&a=1") == "https://a.example/x?a=1&b=2"


texts = st.text(alphabet="abcXYZ019-._~%/?&=#:@!;()ü 日+", max_size=40)
PIECES = """
/amp /index.html /bridge-reopens-again /.. // ;jsessionid=1 /(S(aaaa)) ?amp=1 &utm_source=a &id=1
#!/a .amp .html %2e%2E %zz /%C3%9F https://www.google.com/url?q= https://l.facebook.com/l.php?u=
https%3A%2F%2F
"""
HOSTS = """
a.example BÜCHER.example m.amp.a.example en.m.wiki.example [::1] a.example:80 www.google.com
a-b.cdn.ampproject.org 10.0.0.1 mobile.m.co.uk .. x.
"""
pieces = st.lists(st.sampled_from(PIECES.split()), max_size=8).map("".join)
hosts = st.sampled_from(HOSTS.split())


@pytest.mark.threat("G3")
@given(st.sampled_from(["http", "HTTPS"]), hosts, texts | pieces)
def test_a_canonical_spelling_is_its_own_and_a_web_address(
    scheme: str, host: str, rest: str
) -> None:
    url = absolute_url(f"{scheme}://{host}/{rest}")
    if url is not None:
        canonical = canonical_url(url)
        assert canonical_url(canonical) == canonical
        assert absolute_url(canonical) == canonical


@pytest.mark.threat("G3")
@given(st.text(max_size=60), st.text(max_size=30))
def test_no_link_raises(link: str, base: str) -> None:
    url = absolute_url(link, base)
    if url is not None:
        canonical_url(url).encode()


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
