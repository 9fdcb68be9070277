"""Articles as they stand, with all that is needed to compare them with ones made again."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from storage.chunks import chunked
from storage.database import Record, Transaction
from storage.schema import (
    article,
    article_evidence,
    article_origin,
    article_revision,
    article_text,
    article_topic,
)
from storage.values import (
    Article,
    DateSource,
    Fingerprint,
    GaveWay,
    Precision,
    Published,
    Relation,
    StatedDate,
    TextSource,
    Topic,
    TopicSource,
    Zone,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """An article as it stands."""

    article_id: int
    feed_id: int
    seq: int
    """Its last change: the same number is the same article."""
    first_seen_at: datetime
    revision: int
    article: Article
    fingerprint: Fingerprint
    topics: tuple[Topic, ...] = ()
    story_id: int | None = None
    duplicate_of: int | None = None
    relation: Relation | None = None
    similarity: float | None = None
    origin: bytes = b""
    """What it was made of, packed; empty: that is not kept."""
    is_first_origin: bool = True
    """Whether that is what its first text was made of."""
    first_text: str | None = None
    """The text it had first, if it has another now."""


async def kept_after(
    tx: Transaction, after_id: int, *, until_id: int, limit: int, feed_id: int | None = None
) -> list[int]:
    """Ids of the next articles, by rising id, but for those retracted."""
    ids = select(article.c.id).where(*_standing(after_id, until_id, feed_id))
    return list((await tx.execute(ids.order_by(article.c.id).limit(limit))).scalars())


async def count_kept(
    tx: Transaction, after_id: int, *, until_id: int, feed_id: int | None = None
) -> int:
    """How many articles `kept_after` would name in all."""
    number = select(func.count()).where(*_standing(after_id, until_id, feed_id))
    return int((await tx.execute(number)).scalar_one())


def _standing(after_id: int, until_id: int, feed_id: int | None) -> Iterator[ColumnElement[bool]]:
    yield article.c.id > after_id
    yield article.c.id <= until_id
    yield article.c.deleted.is_not(True)
    if feed_id is not None:
        yield article.c.feed_id == feed_id


async def last_before(tx: Transaction, at: datetime) -> int:
    """The last article that was first seen before then; 0: there is none."""
    last = select(func.max(article.c.id)).where(article.c.first_seen_at < at)
    return (await tx.execute(last)).scalar() or 0


async def kept(tx: Transaction, article_ids: Collection[int]) -> list[Kept]:
    """These articles as they stand, by rising id."""
    found: list[Kept] = []
    for chunk in chunked(sorted(article_ids)):
        topics = await _topics(tx, chunk)
        first = await _first_texts(tx, chunk)
        tables = (
            article.join(article_text, article_text.c.article_id == article.c.id)
            .outerjoin(article_evidence, article_evidence.c.article_id == article.c.id)
            .outerjoin(article_origin, article_origin.c.article_id == article.c.id)
        )
        rows = await tx.execute(
            select(
                article,
                article_text.c.text,
                article_text.c.html,
                article_evidence.c.furniture,
                article_evidence.c.dates,
                article_origin.c.packed,
                article_origin.c.is_first,
            )
            .select_from(tables)
            .where(article.c.id.in_(chunk))
            .order_by(article.c.id)
        )
        found += [_kept(row, topics.get(row.id, ()), first.get(row.id)) for row in rows]
    return found


async def seqs_of(tx: Transaction, article_ids: Collection[int]) -> dict[int, int]:
    """The last change of each article."""
    found: dict[int, int] = {}
    for chunk in chunked(sorted(article_ids)):
        rows = await tx.execute(
            select(article.c.id, article.c.seq).where(
                article.c.id.in_(chunk), article.c.deleted.is_not(True)
            )
        )
        found |= {row.id: row.seq for row in rows}
    return found


async def _topics(tx: Transaction, chunk: Sequence[int]) -> Mapping[int, tuple[Topic, ...]]:
    found: dict[int, list[Topic]] = defaultdict(list)
    rows = await tx.execute(select(article_topic).where(article_topic.c.article_id.in_(chunk)))
    for r in rows:
        found[r.article_id].append(
            Topic(
                topic_id=r.topic_id,
                label=r.label,
                score=r.score,
                source=TopicSource(r.source),
                level=r.level,
                evidence=r.evidence,
                taxonomy_version=r.taxonomy_version,
                tagger_version=r.tagger_version,
            )
        )
    return {held: tuple(topics) for held, topics in found.items()}


async def _first_texts(tx: Transaction, chunk: Sequence[int]) -> Mapping[int, str]:
    rows = await tx.execute(
        select(article_revision.c.article_id, article_revision.c.text).where(
            article_revision.c.article_id.in_(chunk), article_revision.c.revision == 1
        )
    )
    return {row.article_id: row.text for row in rows}


def _kept(row: Record, topics: tuple[Topic, ...], first_text: str | None) -> Kept:
    return Kept(
        article_id=row.id,
        feed_id=row.feed_id,
        seq=row.seq,
        first_seen_at=row.first_seen_at,
        revision=row.revision,
        article=_article(row),
        fingerprint=Fingerprint(row.url_hash, row.content_hash, row.item_hash, row.public_id),
        topics=topics,
        story_id=row.story_id,
        duplicate_of=row.duplicate_of,
        relation=Relation(row.relation) if row.relation else None,
        similarity=row.similarity,
        origin=row.packed or b"",
        is_first_origin=bool(row.is_first),
        first_text=first_text,
    )


def _article(row: Record) -> Article:
    return Article(
        url=row.url,
        canonical_url=row.canonical_url,
        host=row.host,
        site=row.site,
        title=row.title,
        summary=row.summary,
        text=row.text,
        html=row.html,
        language=row.language,
        authors=tuple(row.authors),
        section=row.section,
        image_url=row.image_url,
        word_count=row.word_count,
        published=Published(
            row.published_at,
            Precision(row.published_precision),
            DateSource(row.published_source),
            Zone(row.published_tz),
            row.published_raw,
        ),
        quality=tuple(row.quality),
        furniture=tuple(row.furniture or ()),
        other_dates=tuple(_stated(date) for date in row.dates or ()),
        text_source=TextSource(row.text_source or TextSource.FEED),
    )


def _stated(date: Mapping[str, str]) -> StatedDate:
    at = date["at"]
    return StatedDate(
        raw=date["raw"],
        source=DateSource(date["source"]),
        because=GaveWay(date["because"]),
        at=datetime.fromisoformat(at) if at else None,
        precision=Precision(date["precision"]),
        zone=Zone(date["tz"]),
    )
