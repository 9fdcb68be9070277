"""The belt, end to end: what a reader gets out of a document's bytes."""

import pickle
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from daemon.digest import digest
from daemon.errors import NotAFeedError
from daemon.tag import Tagger, load_tagger
from daemon.tag.taxonomy import Taxonomy
from daemon.values import Digested, Fetched
from storage.values import FeedKind, Precision, Zone
from tests.samples import NOON

URL = "https://outlet.example/feed.xml"


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return load_tagger()


def item(number: int, words: str = "The mayor opened the new ferry terminal") -> str:
    return (
        f"<item><title>Ferry terminal {number} opens | The Outlet</title>"
        f"<link>/2025/10/17/ferry-{number}?utm_source=rss</link>"
        f'<guid isPermaLink="false">g{number}</guid>'
        f"<pubDate>Fri, 17 Oct 2025 {number % 24:02}:37:00 BST</pubDate>"
        f"<description>&lt;p&gt;{words} on pier {number}.&lt;/p&gt;"
        "&lt;script&gt;alert(1)&lt;/script&gt;&lt;p&gt;Read more&lt;/p&gt;</description></item>"
    )


def document(*items: str) -> Fetched:
    head = '<?xml version="1.0"?><rss version="2.0"><channel><title>The Outlet</title>'
    return Fetched(URL, f"{head}{''.join(items)}</channel></rss>".encode(), "text/xml")


def run(
    page: Fetched, tagger: Tagger, known: frozenset[int] = frozenset(), most: int = 9
) -> Digested:
    return digest(page, known, NOON, tagger, max_entries=most)


def test_an_item_becomes_a_clean_dated_article(tagger: Tagger) -> None:
    digested = run(document(item(22)), tagger)
    article = digested.articles[0].article
    assert (digested.kind, digested.items) == (FeedKind.RSS, 1)
    assert article.title == "Ferry terminal 22 opens"
    assert article.text == "The mayor opened the new ferry terminal on pier 22."
    assert article.html == "<p>The mayor opened the new ferry terminal on pier 22.</p>"
    assert article.url == "https://outlet.example/2025/10/17/ferry-22?utm_source=rss"
    assert article.canonical_url == "https://outlet.example/2025/10/17/ferry-22"
    assert (article.host, article.site) == ("outlet.example", "outlet.example")
    assert article.published.at == datetime(2025, 10, 17, 21, 37, tzinfo=UTC)
    assert (article.published.precision, article.published.zone) == (
        Precision.SECOND,
        Zone.EXPLICIT,
    )
    assert (article.language, article.quality) == ("en", ())


def test_known_entries_are_only_counted(tagger: Tagger) -> None:
    first = run(document(item(1), item(2)), tagger)
    again = run(document(item(3), item(1), item(2)), tagger, first.entry_hashes)
    assert (again.items, len(again.articles)) == (3, 1)
    assert again.present[1:] == first.present


def test_the_low_half_of_a_hash_is_enough_to_be_known(tagger: Tagger) -> None:
    first = run(document(item(1)), tagger)
    packed = frozenset(h & 0xFFFFFFFF for h in first.entry_hashes)
    assert run(document(item(1)), tagger, packed).articles == ()


@pytest.mark.threat("F9")
def test_of_too_many_the_newest_are_taken_and_the_rest_left_for_the_next_poll(
    tagger: Tagger,
) -> None:
    page = document(item(1), item(9), item(5))
    first = run(page, tagger, most=2)
    assert [t.sighting.guid for t in first.articles] == ["g9", "g5"]
    assert first.rejected == {"over_max_entries": 1}
    assert [t.sighting.guid for t in run(page, tagger, first.entry_hashes).articles] == ["g1"]


@pytest.mark.threat("D8")
def test_of_an_endless_sitemap_only_so_many_are_taken(tagger: Tagger) -> None:
    pages = "".join(
        f"<url><loc>https://outlet.example/{n}</loc><title>Ferry {n} sails</title></url>"
        for n in range(10_000)
    )
    digested = run(Fetched(URL, f"<urlset>{pages}</urlset>".encode()), tagger)
    assert (digested.items, len(digested.articles)) == (10_000, 9)
    assert digested.rejected == {"over_max_entries": 9_991}


@pytest.mark.threat("D8")
def test_the_sitemaps_of_an_index_are_ordered_by_their_news(tagger: Tagger) -> None:
    named = {
        "/pages.xml": "",
        "/2024.xml": "2024-12-31",
        "https://maps.outlet.example/today.xml": "2025-10-17T08:00:00+02:00",
        "https://elsewhere.example/news.xml": "2025-10-18",
        "ftp://outlet.example/news.xml": "2025-10-18",
        "/news.xml": "soon",
    }
    listed = "".join(
        f"<s:sitemap><s:loc> {loc}</s:loc><s:lastmod>{at}</s:lastmod></s:sitemap>"
        for loc, at in named.items()
    )
    page = f'<s:sitemapindex xmlns:s="urn:any">{listed}</s:sitemapindex>'
    digested = run(Fetched(URL, page.encode()), tagger)
    assert (digested.kind, digested.items) == (FeedKind.SITEMAP, 0)
    assert [(s.url, s.changed, s.is_exact) for s in digested.sitemaps] == [
        ("https://maps.outlet.example/today.xml", datetime(2025, 10, 17, 6, tzinfo=UTC), True),
        ("https://outlet.example/2024.xml", datetime(2025, 1, 1, tzinfo=UTC), False),
        ("https://outlet.example/news.xml", None, False),
        ("https://outlet.example/pages.xml", None, False),
    ]


def test_an_index_of_another_site_s_sitemaps_is_refused(tagger: Tagger) -> None:
    page = "<sitemapindex><sitemap><loc>https://elsewhere.example/a</loc></sitemap></sitemapindex>"
    with pytest.raises(NotAFeedError, match="of its own site"):
        run(Fetched(URL, page.encode()), tagger)


def test_an_entry_with_nothing_to_read_is_counted_by_reason(tagger: Tagger) -> None:
    digested = run(document(item(1), "<item><link>https://outlet.example/x</link></item>"), tagger)
    assert (len(digested.articles), digested.rejected) == (1, {"nothing_to_read": 1})


def test_one_entry_s_bug_costs_that_entry(tagger: Tagger) -> None:
    """A taxonomy without a topic breaks on the first term that is found."""
    broken = replace(tagger, taxonomy=Taxonomy("2023-10-24", {}))
    harmless = "<item><title>Quiet here</title><description>Nothing at all.</description></item>"
    page = document(item(1, "The parliament voted in the election"), harmless)
    digested = run(page, broken)
    assert [t.article.title for t in digested.articles] == ["Quiet here"]
    assert digested.rejected == {"internal_error": 1}


def test_an_article_in_a_language_without_a_lexicon_says_why_it_has_no_topics(
    tagger: Tagger,
) -> None:
    text = "Most w porcie jest znowu otwarty po dziewięciu tygodniach, a autobusy jeżdżą."
    polish = f"<item><title>Most w porcie</title><description>{text}</description></item>"
    digested = run(document(item(1, "The parliament voted in the election"), polish), tagger)
    english, other = (tagged for tagged in digested.articles)
    assert english.topics
    assert "no_topic_lexicon" not in english.article.quality
    assert (other.article.language, other.topics) == ("pl", ())
    assert "no_topic_lexicon" in other.article.quality


@pytest.mark.threat("E4", "G2", "G3")
def test_what_a_feed_says_of_itself_is_cleaned(tagger: Tagger) -> None:
    head = "<rss><channel><title>A &amp;lt;b&amp;gt; B\u202e</title><link>javascript:x()</link>"
    body = f"{head}<language>en_US</language></channel></rss>".encode()
    digested = run(Fetched(URL, body), tagger)
    assert (digested.title, digested.site_url, digested.language) == ("A B", None, "en")


def test_a_feed_without_items_is_no_error(tagger: Tagger) -> None:
    assert run(document(), tagger).items == 0


@pytest.mark.threat("C3")
def test_a_web_page_is_no_feed(tagger: Tagger) -> None:
    with pytest.raises(NotAFeedError, match="HTML"):
        run(Fetched(URL, b"<!doctype html><html><p>Log in</p></html>"), tagger)


def test_all_of_it_travels_between_processes(tagger: Tagger) -> None:
    digested = run(document(item(1)), tagger)
    assert pickle.loads(pickle.dumps(digested)) == digested  # noqa: S301  our own bytes
