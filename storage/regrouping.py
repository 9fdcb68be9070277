"""Write which articles are copies and which stories they are in, where that was found anew."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update

from storage.changes import tell
from storage.chunks import chunked
from storage.database import Transaction, upsert
from storage.kept import Kept
from storage.marks import bucket_of, is_looked_into, mark_row
from storage.rows import COPY, STORY, copy_decision_row, story_decision_row
from storage.schema import (
    article,
    article_decision,
    dedup_key,
    fingerprint,
    story,
    story_member,
)
from storage.stories import begin_story_row, recount_stories
from storage.values import Change, ChangeKind, Copy, Likeness, Place


@dataclass(frozen=True, slots=True)
class Remarked:
    """By what an article is found, read from its texts anew."""

    kept: Kept
    content_hash: int | None
    item_hash: int
    first: Likeness | None
    """Of its first text."""
    last: Likeness | None
    """Of the text it has now, where that is another."""


async def remark(tx: Transaction, remarked: Sequence[Remarked], *, now: datetime) -> None:
    """Let articles be found by these marks; keys of old rules lead to them until they age."""
    hashes = [
        {"which": o.kept.article_id, "content": o.content_hash, "item": o.item_hash}
        for o in remarked
        if _hashes(o.kept) != (o.content_hash, o.item_hash)
    ]
    if hashes:
        await tx.execute(_REHASH, hashes)
    recent = [o for o in remarked if is_looked_into(o.kept.first_seen_at, now)]
    for chunk in chunked([o.kept.article_id for o in recent]):
        await tx.execute(delete(fingerprint).where(fingerprint.c.article_id.in_(chunk)))
    rows = [row for o in recent for row in _marks(o)]
    if rows:
        await tx.execute(insert(fingerprint), rows)
    keys = [key for o in recent for key in _keys(o)]
    if keys:
        await tx.execute(upsert(tx, dedup_key).on_conflict_do_nothing(), keys)


_REHASH = (
    update(article)
    .where(article.c.id == bindparam("which"))
    .values(content_hash=bindparam("content"), item_hash=bindparam("item"))
)


def _hashes(kept: Kept) -> tuple[int | None, int]:
    return kept.fingerprint.content_hash, kept.fingerprint.item_hash


def _marks(one: Remarked) -> Iterable[dict[str, object]]:
    bucket = bucket_of(one.kept.first_seen_at)
    for is_last, like in enumerate((one.first, one.last)):
        if like is not None:
            yield mark_row(one.kept.article_id, bucket, like.marks, is_last=is_last)


def _keys(one: Remarked) -> Iterable[dict[str, int]]:
    bucket = bucket_of(one.kept.first_seen_at)
    found = {key for like in (one.first, one.last) if like is not None for key in like.keys}
    for key in found:
        yield {"bucket": bucket, "key": key, "article_id": one.kept.article_id}


# ---------------------------------------------------------------- copies


async def recopy(
    tx: Transaction,
    copies: Sequence[tuple[Kept, Copy | None]],
    *,
    after: int,
    now: datetime,
) -> list[Change]:
    """Say of what these articles are copies; the changes, from `after` + 1 on.

    Where only the likeness is another, nobody is told. The caller holds the clock.
    """
    loud = [kept for kept, copy in copies if not is_same_copy(kept, copy)]
    told = [
        Change(seq, ChangeKind.MERGED, kept.article_id, now, kept.story_id)
        for seq, kept in enumerate(loud, after + 1)
    ]
    await _forget_decisions(tx, [kept.article_id for kept, _ in copies], COPY)
    rows = [copy_decision_row(kept.article_id, copy) for kept, copy in copies if copy is not None]
    if rows:
        await tx.execute(insert(article_decision), rows)
    if copies:
        await tx.execute(_RECOPY, [_copied(kept, copy) for kept, copy in copies])
    await tell(tx, told)
    return told


def is_same_copy(kept: Kept, copy: Copy | None) -> bool:
    """Whether an article is a copy of the same article in the same way, or of none."""
    if copy is None:
        return kept.duplicate_of is None
    return (kept.duplicate_of, kept.relation) == (copy.of, copy.alike.relation)


def _copied(kept: Kept, copy: Copy | None) -> dict[str, object]:
    return {
        "which": kept.article_id,
        "of": copy.of if copy else None,
        "how": copy.alike.relation if copy else None,
        "alike": copy.alike.similarity if copy else None,
    }


_RECOPY = (
    update(article)
    .where(article.c.id == bindparam("which"))
    .values(duplicate_of=bindparam("of"), relation=bindparam("how"), similarity=bindparam("alike"))
)


async def with_marks(tx: Transaction, article_ids: Collection[int]) -> set[int]:
    """Which of these articles can still be compared with."""
    found: set[int] = set()
    for chunk in chunked(sorted(article_ids)):
        rows = await tx.execute(
            select(fingerprint.c.article_id).where(fingerprint.c.article_id.in_(chunk))
        )
        found |= set(rows.scalars())
    return found


# ---------------------------------------------------------------- stories


@dataclass(frozen=True, slots=True)
class Placing:
    """Where an article is placed anew."""

    article_id: int
    was: int | None
    """The story it stands in."""
    place: Place
    at: datetime
    """When it was published, or first seen."""
    seen_at: datetime
    seq: int
    title: str
    language: str
    host: str | None


async def move(
    tx: Transaction,
    placings: Sequence[Placing],
    *,
    after: int,
    now: datetime,
    members_since: datetime,
) -> list[Change]:
    """Put articles into other stories; the changes, from `after` + 1 on.

    Those seen since `members_since` are what new articles find their stories by. The caller holds
    the clock.
    """
    told = [
        Change(seq, ChangeKind.MERGED, one.article_id, now, one.place.story_id)
        for seq, one in enumerate(placings, after + 1)
    ]
    begun = [begin_story_row(p.article_id, p.title, p.host, p.at, p.language) for p in placings
             if p.place.story_id == p.article_id]  # fmt: skip
    if begun:
        await tx.execute(upsert(tx, story).on_conflict_do_nothing(), begun)
    await _forget_decisions(tx, [p.article_id for p in placings], STORY)
    rows = [story_decision_row(p.place) for p in placings if p.place.nearest]
    if rows:
        await tx.execute(insert(article_decision), rows)
    await tx.execute(
        update(article).where(article.c.id == bindparam("which")).values(story_id=bindparam("to")),
        [{"which": p.article_id, "to": p.place.story_id} for p in placings],
    )
    await tell(tx, told)
    await _enrol(tx, placings, {c.article_id: c.seq for c in told}, members_since)
    left = {p.was for p in placings if p.was is not None}
    await recount_stories(tx, left | {p.place.story_id for p in placings})
    return told


async def _enrol(
    tx: Transaction, placings: Sequence[Placing], seqs: Mapping[int, int], since: datetime
) -> None:
    """Let new articles find the stories of recent ones, where those are now."""
    for chunk in chunked([p.article_id for p in placings]):
        await tx.execute(delete(story_member).where(story_member.c.article_id.in_(chunk)))
    rows = [
        {
            "seq": seqs[p.article_id],
            "article_id": p.article_id,
            "story_id": p.place.story_id,
            "at": p.at,
            "seen_at": p.seen_at,
            "vector": p.place.vector,
        }
        for p in placings
        if p.place.vector and p.seen_at >= since
    ]
    if rows:
        await tx.execute(insert(story_member), rows)


# ---------------------------------------------------------------- both


async def _forget_decisions(tx: Transaction, article_ids: Iterable[int], stage: str) -> None:
    for chunk in chunked(article_ids):
        await tx.execute(
            delete(article_decision).where(
                article_decision.c.article_id.in_(chunk), article_decision.c.stage == stage
            )
        )
