"""What makes two articles the same."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.dedup.fingerprint import address_key, fingerprint, hashed
from daemon.words import read_words
from storage.values import Article, Fingerprint
from tests.samples import ARTICLE


def mark(article: Article, name: str, *, address_is_shared: bool = False) -> Fingerprint:
    words = read_words(article.text)
    return fingerprint(article, words, name, address_is_shared=address_is_shared)


MARK = mark(ARTICLE, "guid")


@pytest.mark.threat("F3")
@pytest.mark.parametrize(
    "url",
    [
        "http://news.example/a/1",
        "https://www.news.example/a/1",
        "https://m.news.example/a/1",
        "https://news.example/a/1/",
    ],
)
def test_scheme_prefix_and_last_slash_make_no_other_address(url: str) -> None:
    other = mark(replace(ARTICLE, canonical_url=url), "another guid")
    assert (other.url_hash, other.public_id) == (MARK.url_hash, MARK.public_id)


@pytest.mark.parametrize("url", [None, "https://news.example/", "https://www.news.example"])
def test_a_front_page_is_no_article_s_address(url: str | None) -> None:
    assert address_key(url) is None
    assert mark(replace(ARTICLE, canonical_url=url), "guid").url_hash is None


def test_an_address_of_many_articles_identifies_none() -> None:
    shared = mark(ARTICLE, "guid", address_is_shared=True)
    assert shared.url_hash is None
    assert shared.public_id != MARK.public_id


@pytest.mark.parametrize(
    "text",
    [
        ARTICLE.text.upper(),
        ARTICLE.text.replace(" ", "\n"),
        ARTICLE.text.replace(".", "!"),
    ],
)
def test_case_space_and_punctuation_are_not_content(text: str) -> None:
    assert mark(replace(ARTICLE, text=text), "g").content_hash == MARK.content_hash


def test_seven_words_prove_nothing() -> None:
    seven = replace(ARTICLE, text="one two three four five six seven")
    assert mark(seven, "g").content_hash is None
    assert mark(replace(ARTICLE, text=seven.text + " eight"), "g").content_hash is not None


@pytest.mark.threat("F6", "F10")
@pytest.mark.parametrize(
    ("other", "is_edit"),
    [
        pytest.param(replace(ARTICLE, title="Bridge shut"), True, id="another title"),
        pytest.param(replace(ARTICLE, summary="It is shut."), True, id="another summary"),
        pytest.param(replace(ARTICLE, text=ARTICLE.text + " More."), True, id="more text"),
        pytest.param(replace(ARTICLE, text=ARTICLE.text + " "), False, id="space"),
        pytest.param(replace(ARTICLE, title=ARTICLE.title.upper()), False, id="capitals"),
        pytest.param(replace(ARTICLE, html="<b>x</b>"), False, id="markup"),
        pytest.param(
            replace(ARTICLE, published=replace(ARTICLE.published, at=None)), False, id="date"
        ),
        pytest.param(replace(ARTICLE, image_url="https://x.example/p"), False, id="picture"),
    ],
)
def test_an_edit_is_what_a_reader_would_see(other: Article, is_edit: bool) -> None:  # noqa: FBT001  a table
    assert (mark(other, "guid").item_hash != MARK.item_hash) is is_edit


@pytest.mark.threat("F6")
def test_a_counter_is_no_edit() -> None:
    one = mark(replace(ARTICLE, summary="Open again. 17 comments, 3 hours ago"), "g")
    two = mark(replace(ARTICLE, summary="Open again. 1,204 comments, 5 hours ago"), "g")
    assert one.item_hash == two.item_hash


@pytest.mark.threat("D4")
@pytest.mark.parametrize("run", ["1,", "1.", "1 ", "1k "])
def test_endless_numbers_cost_little(run: str) -> None:
    start = time.process_time()
    mark(replace(ARTICLE, text=run * 100_000), "g")
    assert time.process_time() - start < 2


@pytest.mark.threat("E6")
@given(st.text(alphabet=st.characters()))
def test_a_hash_fits_both_databases(text: str) -> None:
    assert -(1 << 63) <= hashed(text) < 1 << 63
