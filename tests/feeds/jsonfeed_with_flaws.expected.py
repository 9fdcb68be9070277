"""Wrong types and null items cost themselves; the sound items are kept."""

from daemon.values import Entry, ParsedFeed
from storage.values import FeedKind

EXPECTED = ParsedFeed(
    kind=FeedKind.JSON,
    url="https://paper.example/feed",
    title="Daily Sample",
    site_url="https://daily.example/",
    language="en",
    rejected={"not_an_item": 3},
    entries=(
        Entry(
            guid="7",
            link="https://daily.example/7",
            title="Seven <b>swans</b>",
            summary="Birds &amp; water",
            content="<p>Swans.</p>",
            authors=("The Desk",),
            published="2025-10-17T08:00:00Z",
            categories=("birds", "3"),
            enclosures=("https://daily.example/7.mp3",),
            image="https://daily.example/7.jpg",
        ),
        Entry(content="<p>First line.</p><p>Second &amp; last.</p>", authors=("Cy",)),
    ),
)
