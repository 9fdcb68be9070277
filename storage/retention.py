"""Find what is old enough to go, and let it go a few rows at a time.

Each function works in a transaction of its caller's, on at most `limit` rows, so that no writer
waits longer than such a step takes. What articles are worth keeping is decided in `daemon`.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Exists,
    Select,
    and_,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)

from storage.changes import take_clock
from storage.chunks import chunked
from storage.database import Transaction
from storage.horizon import horizon, raise_horizon
from storage.rows import EXPIRED
from storage.schema import (
    article,
    article_decision,
    article_revision,
    article_text,
    article_topic,
    changes,
    feed,
    poll,
    sighting,
)
from storage.values import FeedKind

Place = tuple[datetime, int]
"""Where a look through the articles has come to: when one was first seen, and its id."""

# written as the indexes have it, or they are not used
_STANDING: ColumnElement[bool] = literal_column("NOT article.deleted", Boolean())
_GONE: ColumnElement[bool] = literal_column("article.deleted", Boolean())


@dataclass(frozen=True, slots=True)
class Standing:
    """An article as far as the rules of retention look at it."""

    article_id: int
    first_seen_at: datetime
    host: str | None
    topics: frozenset[str] = field(default=frozenset())

    @property
    def place(self) -> Place:
        """Where it stands among the others."""
        return self.first_seen_at, self.article_id


@dataclass(frozen=True, slots=True)
class Swept:
    """What a step through the change log came to."""

    looked_at: int
    gone: int


# ---------------------------------------------------------------- articles


async def standing(  # noqa: PLR0913  the ways to look for them
    tx: Transaction,
    *,
    before: datetime | None,
    limit: int,
    after: Place | None = None,
    hosts: Collection[str] | None = None,
    topic: str | None = None,
) -> list[Standing]:
    """The next articles first seen `before` then, oldest first; of these hosts, or on a topic."""
    query = select(article.c.id, article.c.first_seen_at, article.c.host).where(_STANDING)
    if before is not None:
        query = query.where(article.c.first_seen_at < before)
    if hosts is not None:
        query = query.where(article.c.host.in_(sorted(hosts)))
    if topic is not None:
        query = _about(query, topic, before)
    if after is not None:
        place = tuple_(article.c.first_seen_at, article.c.id)
        query = query.where(place > tuple_(*after), article.c.first_seen_at >= after[0])
    rows = await tx.execute(query.order_by(article.c.first_seen_at, article.c.id).limit(limit))
    found = list(rows)
    topics = await _topics(tx, [row.id for row in found])
    return [Standing(r.id, r.first_seen_at, r.host, topics.get(r.id, frozenset())) for r in found]


def _about(query: Select[Any], topic: str, before: datetime | None) -> Select[Any]:
    here = and_(article_topic.c.article_id == article.c.id, article_topic.c.topic_id == topic)
    query = query.join(article_topic, here)
    # nothing is published after it was seen, so that the index of topics ends the search
    return query if before is None else query.where(article_topic.c.sort_at < before)


async def _topics(tx: Transaction, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for chunk in chunked(ids):
        rows = await tx.execute(
            select(article_topic.c.article_id, article_topic.c.topic_id).where(
                article_topic.c.article_id.in_(chunk)
            )
        )
        for row in rows:
            found[row.article_id].add(row.topic_id)
    return {held: frozenset(topics) for held, topics in found.items()}


async def count_standing(tx: Transaction) -> int:
    """How many articles are kept, without those that were taken back."""
    number = select(func.count()).select_from(article).where(_STANDING)
    return int((await tx.execute(number)).scalar_one())


_HOSTS = text(
    "WITH RECURSIVE known (host) AS (SELECT min(host) FROM article UNION ALL"
    " SELECT (SELECT min(a.host) FROM article a WHERE a.host > known.host) FROM known"
    " WHERE known.host IS NOT NULL) SELECT host FROM known WHERE host IS NOT NULL"
)
"""From one host to the next in their index, however many articles each has."""


async def article_hosts(tx: Transaction) -> list[str]:
    """The hosts of all articles, by name."""
    return list((await tx.execute(_HOSTS)).scalars())


# ---------------------------------------------------------------- what is left of them


async def forget_tombstones(tx: Transaction, *, before: datetime, limit: int) -> int:
    """Delete what is left of articles that expired `before` then; how many rows of articles went.

    Not while an entry of a followed feed is one of them: it would come back as new.
    """
    old = select(article.c.id).where(article.c.changed_at < before, *_forgettable())
    rows = await tx.execute(old.order_by(article.c.changed_at).limit(limit))
    gone = list(rows.scalars())
    for chunk in chunked(gone):
        for table in (article_text, article_decision, sighting):
            await tx.execute(delete(table).where(table.c.article_id.in_(chunk)))
        await tx.execute(delete(article).where(article.c.id.in_(chunk)))
    return len(gone)


def _forgettable() -> tuple[ColumnElement[bool], ...]:
    expired = exists().where(
        article_decision.c.article_id == article.c.id, article_decision.c.stage == EXPIRED
    )
    return _GONE, expired, ~_is_shown()


def _is_shown() -> Exists:
    """Whether it stands in the document of a feed that is followed; files are no such feed."""
    return exists().where(
        sighting.c.article_id == article.c.id,
        sighting.c.last_seen_at.is_(None),
        feed.c.id == sighting.c.feed_id,
        feed.c.removed_at.is_(None),
        or_(feed.c.kind.is_(None), feed.c.kind != FeedKind.INGEST),
    )


# ---------------------------------------------------------------- revisions, polls, the log


async def forget_revisions(tx: Transaction, *, before: datetime, limit: int) -> int:
    """Delete some superseded texts first seen `before` then; how many went."""
    key = (article_revision.c.article_id, article_revision.c.revision)
    old = select(*key).where(article_revision.c.seen_at < before)
    rows = await tx.execute(old.order_by(article_revision.c.seen_at).limit(limit))
    gone = [tuple(row) for row in rows]
    for chunk in chunked(gone, 200):
        await tx.execute(delete(article_revision).where(tuple_(*key).in_(chunk)))
    return len(gone)


async def forget_polls(tx: Transaction, *, before: datetime, limit: int) -> int:
    """Delete some of the polls begun `before` then; how many went.

    They stand in the order in which they ended: only the first ones are looked at.
    """
    rows = await tx.execute(select(poll.c.id, poll.c.started_at).order_by(poll.c.id).limit(limit))
    gone = [row.id for row in rows if row.started_at < before]
    for chunk in chunked(gone):
        await tx.execute(delete(poll).where(poll.c.id.in_(chunk)))
    return len(gone)


async def forget_changes(tx: Transaction, *, before: datetime, limit: int, now: datetime) -> Swept:
    """Delete some lines of the change log from `before` then, and raise the horizon over them.

    The last line of an article that is kept stays, so that who reads from 0 finds all that is.
    """
    await take_clock(tx)
    last = and_(article.c.id == changes.c.article_id, article.c.seq == changes.c.seq)
    rows = await tx.execute(
        select(changes.c.seq, changes.c.at, article.c.id.is_not(None).label("is_needed"))
        .outerjoin(article, and_(last, article.c.deleted.is_not(True)))
        .where(changes.c.seq > await horizon(tx))
        .order_by(changes.c.seq)
        .limit(limit)
    )
    old = list(takewhile(lambda row: row.at < before, rows))
    if not old:
        return Swept(0, 0)
    gone = [row.seq for row in old if not row.is_needed]
    for chunk in chunked(gone):
        await tx.execute(delete(changes).where(changes.c.seq.in_(chunk)))
    await raise_horizon(tx, old[-1].seq, now)
    return Swept(len(old), len(gone))


async def old_revisions(tx: Transaction, *, before: datetime) -> int:
    """Superseded texts that `forget_revisions` would delete."""
    return await _old(tx, article_revision.c.seen_at, before)


async def old_polls(tx: Transaction, *, before: datetime) -> int:
    """Polls that `forget_polls` would delete."""
    return await _old(tx, poll.c.started_at, before)


async def old_changes(tx: Transaction, *, before: datetime) -> int:
    """Lines that `forget_changes` would delete."""
    needed = exists().where(
        article.c.id == changes.c.article_id, article.c.seq == changes.c.seq, _STANDING
    )
    return await _old(tx, changes.c.at, before, changes.c.seq > await horizon(tx), ~needed)


async def old_tombstones(tx: Transaction, *, before: datetime) -> int:
    """Tombstones that `forget_tombstones` would delete."""
    return await _old(tx, article.c.changed_at, before, *_forgettable())


async def _old(
    tx: Transaction, column: Column[datetime], before: datetime, *more: ColumnElement[bool]
) -> int:
    found = select(func.count()).where(column < before, *more)
    return int((await tx.execute(found)).scalar_one())
