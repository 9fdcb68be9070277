"""The article on a web page, and what the page says of it."""

import pytest
import trafilatura

from benchmarks.extract import f1, ours, pages, theirs
from daemon.normalise import load_model, load_suffixes
from daemon.parse.page import read_page
from daemon.tag import Tagger, load_tagger
from storage.values import DateSource

PAGES = {name: (html, text) for name, html, text in pages()}


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    load_model()
    load_suffixes()
    return load_tagger()


@pytest.mark.parametrize("name", PAGES)
def test_an_article_is_found_and_nothing_beside_it(name: str, tagger: Tagger) -> None:
    html, wanted = PAGES[name]
    found = ours(html, tagger)
    assert f1(found, wanted) >= 0.95
    assert f1(found, wanted) >= f1(theirs(html), wanted)


def test_twenty_kinds_of_page_are_tried() -> None:
    assert len(PAGES) == 20
    assert trafilatura.__version__


@pytest.mark.parametrize(
    ("name", "published", "source", "authors", "section"),
    [
        ("json-ld", "2025-10-14T19:02:11+02:00", DateSource.JSON_LD, ("Signe Dahl", "Tom Okafor"),
         "Business"),
        ("amp", "2025-11-03T06:00:00Z", DateSource.JSON_LD, ("Ana Ruiz",), None),
        ("gallery", "2025-03-08T16:00:00Z", DateSource.META, ("Lena Ivarsson",), None),
        ("wordpress", "2025-09-12T08:15:00+01:00", DateSource.HTML, (), None),
        ("newsletter", "2025-04-11T12:00:00+05:30", DateSource.JSON_LD, ("Farah Khan",),
         "Science"),
        ("read-also", "2025-12-10T13:45:00Z", DateSource.META, (), None),
        ("tables", None, DateSource.FEED, (), None),
    ],
)  # fmt: skip
def test_a_page_says_when_and_by_whom(
    name: str,
    published: str | None,
    source: DateSource,
    authors: tuple[str, ...],
    section: str | None,
) -> None:
    entry = read_page(PAGES[name][0])
    assert (entry.published, entry.published_source) == (published, source)
    assert entry.authors == authors
    assert next(iter(entry.categories), None) == section


def test_every_date_that_a_page_states_is_told() -> None:
    entry = read_page(PAGES["json-ld"][0])
    assert [source for _, source in entry.other_dates] == [DateSource.META, DateSource.HTML]


def test_the_picture_of_the_claims_comes_before_that_for_sharing() -> None:
    assert read_page(PAGES["json-ld"][0]).image == "https://post.example/img/boat.jpg"
