"""Nested xml:base, xhtml content, a plain-text summary, and nothing but `updated`."""

from daemon.values import Entry, ParsedFeed
from storage.values import FeedKind

EXPECTED = ParsedFeed(
    kind=FeedKind.ATOM,
    url="https://paper.example/feed",
    title="Beispielblatt",
    site_url="https://blatt.example/",
    language="de",
    entries=(
        Entry(
            guid="tag:blatt.example,2025:7",
            link="https://blatt.example/de/artikel/7.html",
            title="Brücke &lt;b&gt;offen&lt;/b&gt;",
            summary="1 &lt; 2 Spuren",
            content="<p>Die Brücke ist offen.</p>",
            authors=("Eva Beispiel",),
            updated="2025-10-17T12:00:00+02:00",
            categories=("verkehr",),
            enclosures=("https://blatt.example/de/artikel/bild.png",),
            image="https://blatt.example/de/artikel/bild.png",
            language="de",
            base="https://blatt.example/de/artikel/",
        ),
    ),
)
