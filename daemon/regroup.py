"""Find copies and stories again, from the texts that are stored.

Copies are judged in the order in which the articles came, each against those before it. Stories
are thought through for the whole run before any is written: which story an article ends up in is
known only when all later merges are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from daemon.clock import Clock
from daemon.dedup import SPAN, Shelf, Vocabulary, Window, copy_of
from daemon.lookup import look_up
from daemon.values import Marked
from daemon.workers import Workers
from storage.changes import advance_clock, take_clock
from storage.database import Database, Transaction
from storage.kept import Kept, kept, kept_after, last_before, seqs_of
from storage.marks import is_looked_into
from storage.regrouping import (
    Placing,
    Remarked,
    is_same_copy,
    move,
    recopy,
    remark,
    with_marks,
)
from storage.runs import Run
from storage.stories import recount_stories, vocabulary_so_far
from storage.values import (
    Change,
    Copy,
    Created,
    Holdings,
    Judged,
    Member,
    Place,
    Sighting,
    TaggedArticle,
)

PAGE = 200
RENEWED = timedelta(days=1)
"""Of processed time, after which the window is made anew without what has grown too old."""


async def regroup_copies(
    tx: Transaction, page: Sequence[tuple[Kept, Marked]], *, after: int, now: datetime
) -> list[Change]:
    """Mark these articles anew and say of what they are copies; the caller holds the clock."""
    await remark(tx, [_remarked(one, mark) for one, mark in page], now=now)
    recent = [(one, mark) for one, mark in page if is_looked_into(one.first_seen_at, now)]
    wanted = [(one.feed_id, _as_new(one, mark)) for one, mark in recent]
    own = [one.article_id for one, _ in recent]
    known = await look_up(tx, wanted, now=now, also=own)
    there = await with_marks(tx, {k.duplicate_of for k, _ in recent if k.duplicate_of})
    found: list[tuple[Kept, Copy | None]] = []
    for one, mark in recent:
        copy = copy_of(_as_new(one, mark), _before(known, one.article_id))
        if copy is None and one.duplicate_of and one.duplicate_of not in there:
            continue  # what it copies can no longer be compared with
        root = copy.of if copy else None
        held = known.articles[one.article_id]
        articles = {**known.articles, one.article_id: replace(held, duplicate_of=root)}
        known = replace(known, articles=articles)
        if not is_same_copy(one, copy) or (copy and one.similarity != copy.alike.similarity):
            found.append((one, copy))
    return await recopy(tx, found, after=after, now=now)


def _remarked(one: Kept, mark: Marked) -> Remarked:
    now = mark.now
    last = now.likeness if one.first_text is not None else None
    return Remarked(one, now.content_hash, now.item_hash, mark.first.likeness, last)


def _before(known: Holdings, article_id: int) -> Holdings:
    """What was there before an article came."""
    return Holdings(
        articles={held: k for held, k in known.articles.items() if held < article_id},
        postings={
            key: [held for held in found if held < article_id]
            for key, found in known.postings.items()
        },
        marks={held: marks for held, marks in known.marks.items() if held < article_id},
    )


def _as_new(one: Kept, mark: Marked) -> TaggedArticle:
    """The article as it came: with its first text."""
    fingerprint = replace(one.fingerprint, content_hash=mark.first.content_hash)
    sighting = Sighting("", 0, None, "")
    article = replace(one.article, text="", html="")
    return TaggedArticle(article, fingerprint, sighting, (), mark.first.likeness, mark.terms)


# ---------------------------------------------------------------- stories


@dataclass(slots=True)
class _Stories:
    """The stories of a run, as far as they are thought through."""

    vocabulary: Vocabulary
    shelf: Shelf
    recent: list[Member] = field(default_factory=list)
    """Originals of the last days."""
    places: dict[int, Place] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)

    def story_of(self, story_id: int) -> int:
        """Into which story it went in the end."""
        while story_id in self.merged:
            story_id = self.merged[story_id]
        return story_id

    def add(self, one: Kept, mark: Marked) -> None:
        """Place an article behind all those before it."""
        self._renew(one.first_seen_at)
        if one.duplicate_of is not None:
            self.places[one.article_id] = Place(one.article_id, self._told_first(one))
            return
        judged = Judged(one.feed_id, _as_new(one, mark), Created(one.article_id))
        placed = self.shelf.place_again([judged], {}, one.first_seen_at)
        for merge in placed.merges:
            self.merged[merge.story_id] = merge.into
        (place,) = placed.places
        self.places[one.article_id] = place
        if place.vector:
            at = _when(one)
            self.recent.append(Member(0, one.article_id, place.story_id, at, place.vector))

    def _told_first(self, copy: Kept) -> int:
        """The story of what it copies; where that is too old to be looked at, it stays."""
        place = self.places.get(copy.duplicate_of or 0)
        return self.story_of(place.story_id) if place else copy.story_id or copy.article_id

    def _renew(self, at: datetime) -> None:
        if at - self.shelf.since <= RENEWED:
            return
        self.recent = [m for m in self.recent if abs(at - m.at) <= SPAN + RENEWED]
        window = Window()
        window.add(replace(m, story_id=self.story_of(m.story_id)) for m in self.recent)
        self.shelf = Shelf(at, self.vocabulary, window)


async def replace_stories(
    database: Database, workers: Workers, clock: Clock, *, run: Run, feed_id: int | None
) -> int:
    """Put the articles of a run into the stories they belong to; how many went to another.

    Those of the days before the run are placed too, so that it has something to join, and are
    left where they stand. If this is broken off it begins again, and finds less to do.
    """
    async with database.reading() as tx:
        vocabulary = Vocabulary(await vocabulary_so_far(tx))
        first = await _days_before(tx, run)
    stories = _Stories(vocabulary, Shelf(clock() - SPAN * 1000, vocabulary))
    ids, after_id = list[int](), first
    while page := await _page(database, after_id, run):
        marks = await workers.remark([(one.article, one.first_text) for one in page])
        for one, mark in zip(page, marks, strict=True):
            if one.article_id > run.first_id:
                stories.add(one, mark)
                ids.append(one.article_id)
            else:
                _keep(stories, one, mark)
        after_id = page[-1].article_id
    return await _write(database, clock, stories, ids, feed_id)


def _keep(stories: _Stories, one: Kept, mark: Marked) -> None:
    """An article of the days before stays where it is, to be joined."""
    story_id = one.story_id or one.article_id
    vector = stories.vocabulary.weigh(mark.terms) if one.duplicate_of is None else b""
    stories.places[one.article_id] = Place(one.article_id, story_id, vector)
    if vector:
        member = Member(0, one.article_id, story_id, _when(one), vector)
        stories.recent.append(member)
        stories.shelf.window.add([member])


async def _days_before(tx: Transaction, run: Run) -> int:
    """The article after which those begin that the first ones of the run may join."""
    begin = await kept_after(tx, run.first_id, until_id=run.until_id, limit=1)
    if not begin:
        return run.first_id
    (one,) = await kept(tx, begin)
    return await last_before(tx, one.first_seen_at - SPAN)


async def _page(database: Database, after_id: int, run: Run) -> list[Kept]:
    async with database.reading() as tx:
        return await kept(tx, await kept_after(tx, after_id, until_id=run.until_id, limit=PAGE))


async def _write(
    database: Database, clock: Clock, stories: _Stories, ids: Sequence[int], feed_id: int | None
) -> int:
    moved = 0
    for start in range(0, len(ids), PAGE):
        chunk = ids[start : start + PAGE]
        async with database.reading() as tx:
            page = await kept(tx, chunk)
        placings = [
            placing
            for one in page
            if feed_id in {None, one.feed_id}
            and (placing := _placing(one, stories)).place.story_id != one.story_id
        ]
        moved += await _move(database, clock, placings, {one.story_id for one in page})
    return moved


async def _move(
    database: Database, clock: Clock, placings: Sequence[Placing], touched: set[int | None]
) -> int:
    """Move what is to be moved, and count the stories of the page again."""
    now = clock()
    async with database.writing() as tx:
        n = await take_clock(tx)
        seqs = await seqs_of(tx, [p.article_id for p in placings])
        ours = [p for p in placings if seqs.get(p.article_id) == p.seq]
        told = await move(tx, ours, after=n, now=now, members_since=now - SPAN) if ours else []
        await recount_stories(tx, {story_id for story_id in touched if story_id is not None})
        await advance_clock(tx, n + len(told))
    return len(told)


def _placing(one: Kept, stories: _Stories) -> Placing:
    place = stories.places[one.article_id]
    return Placing(
        article_id=one.article_id,
        was=one.story_id,
        place=replace(place, story_id=stories.story_of(place.story_id)),
        at=_when(one),
        seen_at=one.first_seen_at,
        seq=one.seq,
        title=one.article.title,
        language=one.article.language,
        host=one.article.host,
    )


def _when(one: Kept) -> datetime:
    return one.article.published.at or one.first_seen_at
