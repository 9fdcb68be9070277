"""Nouns as rows of the tables. No input or output."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from storage.values import (
    Article,
    Change,
    Copy,
    Created,
    Judged,
    Place,
    Published,
    StatedDate,
    TaggedArticle,
    TextSource,
    Topic,
)

Row = dict[str, Any]

COPY, STORY, RETRACTED, EXPIRED = "copy", "story", "retracted", "expired"
"""Stages whose decisions about an article keep their evidence."""


def article_row(judged: Judged, verdict: Created, change: Change) -> Row:
    """A new article, without its texts; its story is that of the change."""
    kept, copy = judged.tagged.article, verdict.copy
    return {
        **content_row(judged.tagged),
        **published_row(kept.published),
        "id": verdict.article_id,
        "public_id": judged.tagged.fingerprint.public_id,
        "seq": change.seq,
        "feed_id": judged.feed_id,
        "url": kept.url,
        "canonical_url": kept.canonical_url,
        "url_hash": judged.tagged.fingerprint.url_hash,
        "host": kept.host,
        "site": kept.site,
        "first_seen_at": change.at,
        "changed_at": change.at,
        "revision": 1,
        "revision_at": change.at,
        "changed_fields": [],
        "duplicate_of": copy.of if copy else None,
        "relation": copy.alike.relation if copy else None,
        "similarity": copy.alike.similarity if copy else None,
        "story_id": change.story_id,
        "quality": list(dict.fromkeys([*kept.quality, *verdict.flags])),
        "deleted": False,
    }


def content_row(tagged: TaggedArticle) -> Row:
    """What a later revision of an article may change."""
    kept = tagged.article
    return {
        "title": kept.title,
        "summary": kept.summary,
        "language": kept.language,
        "authors": list(kept.authors),
        "section": kept.section,
        "image_url": kept.image_url,
        "word_count": kept.word_count,
        "content_hash": tagged.fingerprint.content_hash,
        "item_hash": tagged.fingerprint.item_hash,
        "quality": list(kept.quality),
        "text_source": None if kept.text_source is TextSource.FEED else kept.text_source,
    }


def published_row(published: Published) -> Row:
    """When it was published, and how we know."""
    return {
        "published_at": published.at,
        "published_precision": published.precision,
        "published_source": published.source,
        "published_tz": published.zone,
        "published_raw": published.raw,
    }


def sort_at(kept: Article, seen_at: datetime) -> datetime:
    """Where a new article stands among the others."""
    return kept.published.at or seen_at


def text_row(article_id: int, kept: Article) -> Row:
    """The texts of an article."""
    return {"article_id": article_id, "text": kept.text, "html": kept.html}


def origin_rows(
    article_id: int, tagged: TaggedArticle, at: datetime, *, is_first: bool
) -> Iterator[Row]:
    """What an article was made of; no row when that is not kept."""
    if tagged.origin:
        row = {"article_id": article_id, "kept_at": at, "packed": tagged.origin}
        yield {**row, "is_first": is_first}


def evidence_rows(article_id: int, kept: Article) -> Iterator[Row]:
    """What was taken off an article or weighed against it; no row when that is nothing."""
    if kept.furniture or kept.other_dates:
        yield {
            "article_id": article_id,
            "furniture": list(kept.furniture),
            "dates": [date_row(stated) for stated in kept.other_dates],
        }


def date_row(stated: StatedDate) -> Row:
    """A date that gave way, as JSON."""
    return {
        "raw": stated.raw,
        "at": stated.at.isoformat() if stated.at else None,
        "precision": stated.precision,
        "source": stated.source,
        "tz": stated.zone,
        "because": stated.because,
    }


def topic_rows(article_id: int, topics: Iterable[Topic], at: datetime) -> Iterator[Row]:
    """The topics of an article that stands at `at` among the others."""
    for topic in topics:
        yield {
            "article_id": article_id,
            "topic_id": topic.topic_id,
            "label": topic.label,
            "level": topic.level,
            "score": topic.score,
            "source": topic.source,
            "evidence": dict(topic.evidence),
            "taxonomy_version": topic.taxonomy_version,
            "tagger_version": topic.tagger_version,
            "sort_at": at,
        }


def entity_rows(article_id: int, tagged: TaggedArticle, at: datetime) -> Iterator[Row]:
    """The entities of an article that stands at `at` among the others."""
    for entity in tagged.entities:
        yield {
            "article_id": article_id,
            "entity_id": entity.entity_id,
            "name": entity.name,
            "type": entity.type,
            "mentions": entity.mentions,
            "in_title": entity.in_title,
            "sort_at": at,
        }


def copy_decision_row(article_id: int, copy: Copy) -> Row:
    """Why an article is a copy."""
    facts = {"compared_with": copy.compared_with, **copy.alike.evidence}
    return {"article_id": article_id, "stage": COPY, "facts": facts}


def story_decision_row(place: Place) -> Row:
    """Why an article is in its story."""
    facts = {"similarity": place.similarity, "nearest": list(place.nearest)}
    return {"article_id": place.article_id, "stage": STORY, "facts": facts}


def sighting_row(judged: Judged, seen_at: datetime) -> Row:
    """An entry of a feed, and the article it is."""
    seen = judged.tagged.sighting
    return {
        "feed_id": judged.feed_id,
        "guid_hash": seen.guid_hash,
        "article_id": judged.verdict.article_id,
        "guid": seen.guid,
        "url": seen.url,
        "title": seen.title,
        "first_seen_at": seen_at,
        "last_seen_at": None,
    }


def change_row(change: Change) -> Row:
    """A line of the change log."""
    return {
        "seq": change.seq,
        "kind": change.kind,
        "article_id": change.article_id,
        "story_id": change.story_id,
        "at": change.at,
        "changed_fields": list(change.changed_fields),
    }
