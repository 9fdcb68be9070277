"""Stories: which articles tell of one event, and by what a new article finds its story."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, select, text, update

from storage.bulk import insert_rows
from storage.chunks import chunked
from storage.database import Transaction, upsert
from storage.rows import Row, change_row, sort_at, story_decision_row
from storage.schema import article, article_decision, changes, story, story_member, vocabulary
from storage.values import Article, Change, ChangeKind, Member, Merge, Place, Placed

_VOCABULARY_ID = 1


async def members_after(tx: Transaction, seq: int, *, since: datetime, limit: int) -> list[Member]:
    """The newest members that came or moved after `seq`, seen `since` then; at most `limit`."""
    rows = await tx.execute(
        select(story_member)
        .where(story_member.c.seq > seq, story_member.c.seen_at >= since)
        .order_by(story_member.c.seq.desc())
        .limit(limit)
    )
    found = [Member(r.seq, r.article_id, r.story_id, r.at, r.vector) for r in rows]
    return found[::-1]


async def forget_members(tx: Transaction, *, before: datetime, limit: int) -> int:
    """Delete some of those first seen `before` then; how many went."""
    oldest = select(story_member.c.seq, story_member.c.seen_at).order_by(story_member.c.seq)
    old = [r.seq for r in await tx.execute(oldest.limit(limit)) if r.seen_at < before]
    for chunk in chunked(old):
        await tx.execute(delete(story_member).where(story_member.c.seq.in_(chunk)))
    return len(old)


# ---------------------------------------------------------------- the stories themselves


async def save_stories(
    tx: Transaction,
    new: Mapping[int, tuple[Article, int]],
    placed: Placed,
    *,
    after: int,
    now: datetime,
) -> list[Change]:
    """Write where new articles (each with the number of its change) stand among the stories.

    Returns what that changed for articles we held already, numbered from `after` + 1: those of a
    story that went into another.
    """
    begun = [p.article_id for p in placed.places if p.story_id == p.article_id]
    joined = {p.story_id for p in placed.places if p.story_id != p.article_id}
    await insert_rows(tx, story, [_story_row(i, new[i][0], now) for i in begun])
    members = [_member_row(p, *new[p.article_id], now) for p in placed.places if p.vector]
    await insert_rows(tx, story_member, members)
    decisions = [story_decision_row(p) for p in placed.places if p.nearest]
    await insert_rows(tx, article_decision, decisions)
    told: list[Change] = []
    for merge in placed.merges:
        told += await _merge(tx, merge, after + len(told), now)
    await recount_stories(
        tx, joined | {story_id for m in placed.merges for story_id in (m.story_id, m.into)}
    )
    return told


async def retell_stories(tx: Transaction, article_ids: Iterable[int]) -> None:
    """Bring the stories of articles that have changed in line with them."""
    stories: set[int] = set()
    for chunk in chunked(article_ids):
        rows = await tx.execute(select(article.c.story_id).where(article.c.id.in_(chunk)))
        stories |= {row.story_id for row in rows if row.story_id is not None}
    await recount_stories(tx, stories)


async def has_merged_after(tx: Transaction, seq: int) -> bool:
    """Whether stories have become one since the change of this number."""
    later = select(changes.c.seq).where(changes.c.seq > seq, changes.c.kind == ChangeKind.MERGED)
    return (await tx.execute(later.limit(1))).first() is not None


async def retracted_after(tx: Transaction, seq: int) -> list[int]:
    """The articles that were taken back since the change of this number."""
    later = changes.c.seq > seq
    rows = select(changes.c.article_id).where(later, changes.c.kind == ChangeKind.RETRACTED)
    return list((await tx.execute(rows)).scalars())


async def _merge(tx: Transaction, merge: Merge, after: int, now: datetime) -> list[Change]:
    """Move the articles of one story into another; each of them is a change."""
    moved = select(article.c.id).where(article.c.story_id == merge.story_id).order_by(article.c.id)
    told = [
        Change(seq, ChangeKind.MERGED, row.id, now, merge.into)
        for seq, row in enumerate(await tx.execute(moved), after + 1)
    ]
    if told:
        rows = [{"which": c.article_id, "new_seq": c.seq} for c in told]
        await tx.execute(
            update(article)
            .where(article.c.id == bindparam("which"))
            .values(seq=bindparam("new_seq"), story_id=merge.into, changed_at=now),
            rows,
        )
        await insert_rows(tx, changes, [change_row(c) for c in told])
    await tx.execute(
        update(story_member)
        .where(story_member.c.story_id == merge.story_id)
        .values(story_id=merge.into)
    )
    return told


def _story_row(article_id: int, kept: Article, now: datetime) -> Row:
    return begin_story_row(article_id, kept.title, kept.host, sort_at(kept, now), kept.language)


def begin_story_row(
    article_id: int, title: str, host: str | None, at: datetime, language: str
) -> Row:
    """A story that has only the article that begins it."""
    return {
        "id": article_id,
        "lead_article_id": article_id,
        "title": title,
        "articles": 1,
        "hosts": 1 if host else 0,
        "first_published_at": at,
        "last_published_at": at,
        "language": language,
    }


def _member_row(place: Place, kept: Article, seq: int, now: datetime) -> Row:
    return {
        "seq": seq,
        "article_id": place.article_id,
        "story_id": place.story_id,
        "at": sort_at(kept, now),
        "seen_at": now,
        "vector": place.vector,
    }


async def recount_stories(tx: Transaction, story_ids: Iterable[int]) -> None:
    """Bring stories in line with the articles that are in them now; empty ones go."""
    which = [{"which": one} for one in sorted(story_ids)]
    if which:
        await tx.execute(_RECOUNT, which)
        await tx.execute(_RENAME, which)
        await tx.execute(_DROP_EMPTY, which)


_RECOUNT = text(
    "UPDATE story SET (articles, hosts, first_published_at, last_published_at, lead_article_id)"
    " = (SELECT count(*), count(DISTINCT host), min(coalesce(published_at, first_seen_at)),"
    " max(coalesce(published_at, first_seen_at)), coalesce(min(id), 0)"
    " FROM article WHERE story_id = :which AND NOT deleted) WHERE id = :which"
)
_RENAME = text(
    "UPDATE story SET (title, language)"
    " = (SELECT title, language FROM article WHERE id = story.lead_article_id)"
    " WHERE id = :which AND articles > 0"
)
_DROP_EMPTY = text("DELETE FROM story WHERE id = :which AND articles = 0")


# ---------------------------------------------------------------- how common terms are


async def vocabulary_so_far(tx: Transaction) -> tuple[int, bytes] | None:
    """Articles counted, and in how many each term was seen, as `keep_vocabulary` wrote it."""
    row = (await tx.execute(select(vocabulary.c.articles, vocabulary.c.counts))).one_or_none()
    return (row.articles, row.counts) if row else None


async def keep_vocabulary(tx: Transaction, articles: int, counts: bytes) -> None:
    """Remember how common terms are; the caller holds the clock."""
    row = upsert(tx, vocabulary).values(id=_VOCABULARY_ID, articles=articles, counts=counts)
    new = {"articles": row.excluded.articles, "counts": row.excluded.counts}
    await tx.execute(row.on_conflict_do_update(index_elements=["id"], set_=new))
