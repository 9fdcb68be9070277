"""White space and a DOCTYPE before the root, a bare ampersand, rival fields, doubled encoding."""

from datetime import timedelta

from daemon.values import Entry, ParsedFeed
from storage.values import FeedKind

EXPECTED = ParsedFeed(
    kind=FeedKind.RSS,
    url="https://paper.example/feed",
    title="Evening Example",
    site_url="https://paper.example/",
    language="en-GB",
    ttl=timedelta(minutes=30),
    damaged="not well-formed: not well-formed (invalid token)",
    entries=(
        Entry(
            guid="tolls-1",
            link="https://paper.example/tolls",
            title="Bridge &amp; tunnel tolls rise",
            summary="Drivers will pay more\u00a0from January.",
            content="<p>Drivers will pay more from January.</p><p>Buses stay free.</p>",
            authors=("Ann Example", "Ben Example"),
            published="Fri, 17 Oct 2025 09:15:00 BST",
            categories=("Transport", "Money"),
            image="https://cdn.paper.example/toll.jpg",
            base="https://paper.example/feed",
        ),
        Entry(
            guid="https://paper.example/permalink",
            link="https://paper.example/permalink",
            title="A guid that is the link",
            content="One line.",
            published="2025-10-16",
            base="https://paper.example/feed",
        ),
        Entry(
            guid="not-an-address",
            title="Café reopens",
            enclosures=("/audio/1.mp3",),
            base="https://paper.example/feed",
        ),
    ),
)
