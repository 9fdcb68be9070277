"""One good example of each noun; a test says with `replace` how its own differs."""

from datetime import UTC, datetime

from storage.values import (
    Article,
    DateSource,
    Feed,
    Fingerprint,
    Known,
    Precision,
    Published,
    Sighting,
    TaggedArticle,
    Topic,
    TopicSource,
    Zone,
)

NOON = datetime(2025, 10, 18, 12, tzinfo=UTC)
FEED = Feed(id=1, url="https://news.example/feed", next_poll_at=NOON)
PUBLISHED = Published(
    at=datetime(2025, 10, 18, 11, 30, tzinfo=UTC),
    precision=Precision.SECOND,
    source=DateSource.FEED,
    zone=Zone.EXPLICIT,
    raw="Sat, 18 Oct 2025 11:30:00 GMT",
)
ARTICLE = Article(
    url="https://news.example/a/1?utm_source=feed",
    canonical_url="https://news.example/a/1",
    host="news.example",
    site="news.example",
    title="Harbour bridge reopens after repairs",
    summary="The bridge is open again.",
    text="The harbour bridge opened again on Saturday after nine weeks of repairs to its cables.",
    html="<p>The harbour bridge opened again on Saturday after nine weeks of repairs.</p>",
    language="en",
    authors=("Ada Example",),
    word_count=15,
    published=PUBLISHED,
)
MARK = Fingerprint(url_hash=11, content_hash=22, item_hash=33, public_id="ab" * 16)
SIGHTING = Sighting(
    guid="https://news.example/a/1", guid_hash=44, url=ARTICLE.url, title=ARTICLE.title
)
TOPIC = Topic(
    topic_id="medtop:04000000",
    label="economy, business and finance",
    score=0.8,
    source=TopicSource.LEXICON,
    evidence={"repairs": 2},
)
TAGGED = TaggedArticle(ARTICLE, MARK, SIGHTING, (TOPIC,))
HELD = Known(
    article_id=7,
    feed_id=1,
    site="news.example",
    canonical_url="https://news.example/a/1",
    title=ARTICLE.title,
    fingerprint=MARK,
    published_raw=PUBLISHED.raw,
    word_count=15,
)
