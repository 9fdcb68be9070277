import pytest

from daemon.robotstxt import LONGEST, product_token, read_rules

RULES = b"""\
User-agent: *
Disallow: /private/
Disallow: /*.cgi$
Allow: /private/press
Crawl-delay: 4

User-agent: othernews
Disallow: /

Sitemap: https://post.example/news.xml
"""
SITE = "https://post.example"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        pytest.param("/a/1", True, id="nothing is said of it"),
        pytest.param("/private/a", False, id="forbidden"),
        pytest.param("/private/press/1", True, id="the longer rule wins"),
        pytest.param("/a/form.cgi", False, id="a wildcard"),
        pytest.param("/a/form.cgi?x=1", True, id="an anchored wildcard"),
    ],
)
def test_what_the_rules_allow(path: str, allowed: bool) -> None:  # noqa: FBT001
    assert read_rules(RULES, "newsd/1").allows(SITE + path) is allowed


def test_a_group_of_our_own_is_the_one_that_counts() -> None:
    assert not read_rules(RULES, "OtherNews/2").allows(f"{SITE}/a/1")


def test_pauses_and_sitemaps_are_read() -> None:
    rules = read_rules(RULES, "newsd/1")
    assert (rules.pause, rules.sitemaps) == (4.0, (f"{SITE}/news.xml",))
    assert read_rules(b"", "newsd/1").pause == 0.0


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xef\xbb\xbf" + RULES, id="a byte order mark"),
        pytest.param(RULES.replace(b"\n", b"\r\n"), id="line ends of another system"),
        pytest.param(b"\xff\xfe\x00junk\n\n" + RULES, id="junk in front"),
        pytest.param(b"# " + b"x" * (LONGEST - 1000) + b"\n" + RULES, id="a long comment"),
    ],
)
def test_odd_files_are_read_all_the_same(body: bytes) -> None:
    assert not read_rules(body, "newsd/1").allows(f"{SITE}/private/a")


@pytest.mark.threat("C9")
def test_what_stands_behind_500_kib_is_not_read() -> None:
    body = b"#" * LONGEST + b"\nUser-agent: *\nDisallow: /\n"
    assert read_rules(body, "newsd/1").allows(f"{SITE}/a")


@pytest.mark.threat("C9")
def test_patterns_with_many_wildcards_match_in_no_time() -> None:
    """A regex with so many stars would take years."""
    body = b"User-agent: *\nDisallow: /" + b"*a" * 60 + b"*b\n"
    assert read_rules(body, "newsd/1").allows(f"{SITE}/" + "a" * 2000)


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("newsd/0.1 (news ingestion daemon)", "newsd"),
        ("Mozilla/5.0 (compatible; acme-news/2.0; +https://acme.example)", "acme-news"),
        ("Acme News", "Acme"),
        ("12345", "12345"),
    ],
)
def test_the_product_token_of_a_user_agent(user_agent: str, token: str) -> None:
    assert product_token(user_agent) == token
