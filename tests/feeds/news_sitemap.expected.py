"""A news sitemap under a prefix of its own."""

from daemon.values import Entry, ParsedFeed
from storage.values import DateSource, FeedKind

EXPECTED = ParsedFeed(
    kind=FeedKind.SITEMAP,
    url="https://paper.example/feed",
    entries=(
        Entry(
            link="https://paper.example/tolls",
            title="Tolls rise &amp; rise",
            published="2025-10-17T09:15+01:00",
            published_source=DateSource.SITEMAP,
            categories=("roads", "money"),
            language="en",
        ),
    ),
)
