"""Put articles that were made again in the places of those that stand, and tell what changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import bindparam, case, update

from storage.changes import tell
from storage.chunks import chunked
from storage.database import Transaction
from storage.kept import Kept
from storage.marks import renew_marks
from storage.revisions import (
    PUBLISHED,
    RETEXT,
    put_aside,
    replace_evidence,
    replace_topics,
    retext_row,
)
from storage.rows import content_row, published_row
from storage.schema import article
from storage.searchindex import index_again
from storage.stories import retell_stories
from storage.values import Change, ChangeKind, TaggedArticle, Topic

READ = ("title", "summary", "text")
"""What makes a new revision: the rest is kept as it is now only."""


@dataclass(frozen=True, slots=True)
class Remade:
    """An article made again, and what of it is not as it stands."""

    kept: Kept
    tagged: TaggedArticle
    changed_fields: tuple[str, ...] = ()
    """What readers see; empty: only what we compare by has changed, if anything."""
    has_other_topics: bool = False

    @property
    def is_revision(self) -> bool:
        """Whether its title, summary or text are others."""
        return any(field in READ for field in self.changed_fields)


async def rewrite(
    tx: Transaction, remade: Sequence[Remade], *, after: int, now: datetime
) -> list[Change]:
    """Put these articles in the places of those that stand; the changes, from `after` + 1 on.

    What readers saw until now becomes an earlier revision. The caller holds the clock.
    """
    told = list(_told(remade, after, now))
    last = {change.article_id: change.seq for change in told}
    revised = [one.kept.article_id for one in remade if one.is_revision]
    for chunk in chunked(revised):
        await put_aside(tx, chunk)
    if remade:
        await tx.execute(_REWRITE, [_row(one, last, now) for one in remade])
        await tx.execute(RETEXT, [retext_row(one.kept.article_id, one.tagged) for one in remade])
        await replace_evidence(tx, {o.kept.article_id: o.tagged.article for o in remade})
        await replace_topics(tx, {o.kept.article_id: o.tagged.topics for o in remade}, now)
    await index_again(tx, revised)
    fresh = [(o.kept.article_id, o.tagged.likeness) for o in remade if o.is_revision]
    await renew_marks(tx, [(held, like) for held, like in fresh if like is not None], now=now)
    await tell(tx, told)
    await retell_stories(tx, list(last))
    return told


async def retag(
    tx: Transaction,
    tagged: Sequence[tuple[Kept, tuple[Topic, ...]]],
    *,
    after: int,
    now: datetime,
) -> list[Change]:
    """Give articles other topics; the changes, from `after` + 1 on. The caller holds the clock.

    Where only the evidence is another, nobody is told.
    """
    loud = [kept for kept, topics in tagged if not same_topics(kept.topics, topics)]
    told = [
        Change(seq, ChangeKind.TAGGED, kept.article_id, now, kept.story_id)
        for seq, kept in enumerate(loud, after + 1)
    ]
    await replace_topics(tx, {kept.article_id: found for kept, found in tagged}, now)
    await tell(tx, told)
    return told


def same_topics(some: Iterable[Topic], others: Iterable[Topic]) -> bool:
    """Whether these are the same topics, as sure; their evidence may differ."""
    return _sure(some) == _sure(others)


def _sure(topics: Iterable[Topic]) -> dict[str, float]:
    return {topic.topic_id: topic.score for topic in topics}


def _told(remade: Iterable[Remade], after: int, now: datetime) -> Iterable[Change]:
    seq = count(after + 1)
    for one in remade:
        held, story_id = one.kept.article_id, one.kept.story_id
        if one.changed_fields:
            fields = one.changed_fields
            yield Change(next(seq), ChangeKind.REVISED, held, now, story_id, fields)
        if one.has_other_topics:
            yield Change(next(seq), ChangeKind.TAGGED, held, now, story_id)


_ADDRESS = ("url", "canonical_url", "host", "site")
_CONTENT = (
    *("title", "summary", "language", "authors", "section", "image_url", "word_count"),
    *("content_hash", "item_hash", "quality", "text_source"),
)


def _row(one: Remade, last: dict[int, int], now: datetime) -> dict[str, Any]:
    kept, made = one.kept, one.tagged.article
    row = content_row(one.tagged) | published_row(made.published)
    row |= {name: getattr(made, name) for name in _ADDRESS}
    row |= {"url_hash": one.tagged.fingerprint.url_hash, "changed_at": now}
    row |= {"seq": last.get(kept.article_id, kept.seq), "revision": int(one.is_revision)}
    row |= {"changed_fields": list(one.changed_fields), "revision_at": now}
    has_changed = int(kept.article_id in last)
    renamed: dict[str, Any] = {f"new_{name}": value for name, value in row.items()}
    return {**renamed, "which": kept.article_id, "has_changed": has_changed}


def _new(name: str) -> Any:
    return bindparam(f"new_{name}", type_=article.c[name].type)


def _if_revised(name: str) -> Any:
    return case((_new("revision") == 1, _new(name)), else_=article.c[name])


_REWRITE = (
    update(article)
    .where(article.c.id == bindparam("which"))
    .values(
        {name: _new(name) for name in (*_CONTENT, *PUBLISHED, *_ADDRESS, "url_hash", "seq")}
        | {name: _if_revised(name) for name in ("changed_fields", "revision_at")}
        | {
            "revision": article.c.revision + _new("revision"),
            "changed_at": case(
                (bindparam("has_changed") == 1, _new("changed_at")), else_=article.c.changed_at
            ),
        }
    )
)
