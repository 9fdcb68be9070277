"""Sitemaps, and indexes of them, as they are found."""

from daemon.parse import parse_feed
from daemon.values import Fetched, Listed

URL = "https://paper.example/sitemap.xml"


def test_an_address_with_bare_ampersands_is_whole() -> None:
    body = "<urlset><url><loc>https://paper.example/?a=1&b=2&amp;c=3</loc></url></urlset>"
    (entry,) = parse_feed(Fetched(URL, body.encode())).entries
    assert entry.link == "https://paper.example/?a=1&b=2&c=3"


def test_an_index_names_its_sitemaps_in_its_order() -> None:
    body = (
        '<s:sitemapindex xmlns:s="urn:any"><!-- none --><s:sitemap><s:loc> /1.xml </s:loc>'
        "</s:sitemap><s:sitemap/><s:sitemap><s:lastmod>2025-10-18</s:lastmod>"
        "<s:loc>/2.xml</s:loc></s:sitemap>"
    )
    parsed = parse_feed(Fetched(URL, body.encode()))
    assert parsed.sitemaps == (Listed("/1.xml"), Listed("/2.xml", "2025-10-18"))
    assert parsed.entries == ()
    assert parsed.damaged
