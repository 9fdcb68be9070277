"""Run the stages again over the articles that are there, by the rules of today.

Safe beside a running newsd: each page of articles is thought about first, and then written in one
small transaction under the clock, but for what somebody else has changed meanwhile. Where the run
stands is written in the same transaction, so a killed one goes on where it was.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog

from daemon.clock import Clock
from daemon.compare import compared
from daemon.errors import DigestLimitError
from daemon.learned import LearnedLines
from daemon.origins import unpack
from daemon.regroup import regroup_copies, replace_stories
from daemon.values import Learned, Rejected
from daemon.workers import Workers
from storage.changes import advance_clock, take_clock
from storage.database import Database, Transaction
from storage.kept import Kept, count_kept, kept, kept_after, seqs_of
from storage.remaking import retag, rewrite
from storage.runs import Run, advance_run, begin_run, end_run, run_of
from storage.values import Change, TaggedArticle, Topic

PAGE = 50
"""Articles thought about together, and written in one transaction."""
log = structlog.get_logger()


class Stage(StrEnum):
    """What is done again."""

    NORMALISE = "normalise"
    """From the entries that are kept: text, dates, marks and topics."""
    DEDUP = "dedup"
    """From the texts: marks, copies and stories."""
    TAG = "tag"
    """From the texts: topics."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage has come."""

    stage: Stage
    looked_at: int
    changed: int
    """Lines of the change log it wrote."""
    total: int


Write = Callable[[Transaction, Mapping[int, int], int, datetime], Awaitable[list[Change]]]
"""Writes what a step found, but for articles whose last change is another by now."""


@dataclass(frozen=True, slots=True)
class Reprocessor:
    """All that running the stages again needs."""

    database: Database
    workers: Workers
    clock: Clock
    learned: LearnedLines

    async def run(
        self,
        stage: Stage,
        *,
        since: datetime | None = None,
        feed_id: int | None = None,
        anew: bool = False,
    ) -> AsyncGenerator[Progress, None]:
        """Run a stage over the articles first seen `since`; a run that was broken off goes on.

        `anew` begins it again. Raises `StorageError`.
        """
        task = stage.value if feed_id is None else f"{stage.value} of feed {feed_id}"
        run = await self._run(task, since, anew=anew)
        total = await self._total(run, feed_id)
        yield Progress(stage, run.looked_at, run.changed, total)
        step = {
            Stage.NORMALISE: self._normalised,
            Stage.TAG: self._tagged,
            Stage.DEDUP: self._compared,
        }[stage]
        while page := await self._page(run, feed_id):
            write = await step(page)
            run = await self._written(run, page, write)
            yield Progress(stage, run.looked_at, run.changed, total)
        if stage is Stage.DEDUP:
            moved = await replace_stories(
                self.database, self.workers, self.clock, run=run, feed_id=feed_id
            )
            yield Progress(stage, run.looked_at, run.changed + moved, total)
        async with self.database.writing() as tx:
            await end_run(tx, task)

    async def _run(self, task: str, since: datetime | None, *, anew: bool) -> Run:
        async with self.database.writing() as tx:
            under_way = None if anew else await run_of(tx, task)
            return under_way or await begin_run(tx, task, since=since, now=self.clock())

    async def _total(self, run: Run, feed_id: int | None) -> int:
        async with self.database.reading() as tx:
            return await count_kept(tx, run.first_id, until_id=run.until_id, feed_id=feed_id)

    async def _page(self, run: Run, feed_id: int | None) -> list[Kept]:
        async with self.database.reading() as tx:
            ids = await kept_after(
                tx, run.after_id, until_id=run.until_id, limit=PAGE, feed_id=feed_id
            )
            return await kept(tx, ids)

    async def _written(self, run: Run, page: Sequence[Kept], write: "Write | None") -> Run:
        """Write what a step found, and that these articles are done; all of it or none of it."""
        now, told = self.clock(), list[Change]()
        async with self.database.writing() as tx:
            if write is not None:
                n = await take_clock(tx)
                seqs = await seqs_of(tx, [one.article_id for one in page])
                told = await write(tx, seqs, n, now)
                await advance_clock(tx, n + len(told))
            last = page[-1].article_id
            return await advance_run(tx, run, to=last, looked_at=len(page), changed=len(told))

    # ------------------------------------------------------------ the stages

    async def _normalised(self, page: Sequence[Kept]) -> "Write | None":
        """Articles made again from their entries; where those are not kept, tagged again."""
        whole = [one for one in page if one.origin]
        sites = {one.article.site or one.article.host for one in whole}
        learned = await self.learned.known_at({s for s in sites if s}, self.clock())
        made = await self._made(whole, learned)
        remade = [found for one in whole if (new := made.get(one.article_id))
                  and (found := compared(one, new))]  # fmt: skip
        retagged = await self._retagged([one for one in page if not one.origin])
        if not remade and not retagged:
            return None

        async def write(
            tx: Transaction, seqs: Mapping[int, int], n: int, now: datetime
        ) -> list[Change]:
            ours = [one for one in remade if seqs.get(one.kept.article_id) == one.kept.seq]
            told = await rewrite(tx, ours, after=n, now=now)
            still = _still(retagged, seqs)
            return told + await retag(tx, still, after=n + len(told), now=now)

        return write

    async def _tagged(self, page: Sequence[Kept]) -> "Write | None":
        retagged = await self._retagged(page)
        if not retagged:
            return None

        async def write(
            tx: Transaction, seqs: Mapping[int, int], n: int, now: datetime
        ) -> list[Change]:
            return await retag(tx, _still(retagged, seqs), after=n, now=now)

        return write

    async def _compared(self, page: Sequence[Kept]) -> "Write | None":
        marks = await self.workers.remark([(one.article, one.first_text) for one in page])

        async def write(
            tx: Transaction, seqs: Mapping[int, int], n: int, now: datetime
        ) -> list[Change]:
            pairs = zip(page, marks, strict=True)
            ours = [(one, mark) for one, mark in pairs if seqs.get(one.article_id) == one.seq]
            return await regroup_copies(tx, ours, after=n, now=now)

        return write

    async def _made(self, whole: Sequence[Kept], learned: Learned) -> dict[int, TaggedArticle]:
        """Each article made again; one that takes too much is left as it stands."""
        if not whole:
            return {}
        try:
            made = await self.workers.make_again([one.origin for one in whole], learned)
        except DigestLimitError as error:
            if len(whole) == 1:
                log.warning("article_over_limit", article=whole[0].article_id, error=str(error))
                return {}
            alone = [await self._made([one], learned) for one in whole]
            return {held: new for one in alone for held, new in one.items()}
        pairs = zip(whole, made, strict=True)
        return {one.article_id: new for one, new in pairs if not isinstance(new, Rejected)}

    async def _retagged(self, page: Sequence[Kept]) -> list[tuple[Kept, tuple[Topic, ...]]]:
        """Those that have other topics by the rules of today, or for other reasons."""
        if not page:
            return []
        try:
            found = await self.workers.retag([(one.article, _categories(one)) for one in page])
        except DigestLimitError as error:
            if len(page) == 1:
                log.warning("article_over_limit", article=page[0].article_id, error=str(error))
                return []
            return [pair for one in page for pair in await self._retagged([one])]
        pairs = zip(page, found, strict=True)
        return [(one, topics) for one, topics in pairs if _by_id(one.topics) != _by_id(topics)]


def _still(
    retagged: Sequence[tuple[Kept, tuple[Topic, ...]]], seqs: Mapping[int, int]
) -> list[tuple[Kept, tuple[Topic, ...]]]:
    return [(one, found) for one, found in retagged if seqs.get(one.article_id) == one.seq]


def _by_id(topics: Sequence[Topic]) -> dict[str, Topic]:
    return {topic.topic_id: topic for topic in topics}


_CATEGORY = "category:"


def _categories(one: Kept) -> tuple[str, ...]:
    """What its publisher filed it under: as the entry says, or as far as topics remember."""
    if one.origin:
        origin = unpack(one.origin)
        return origin.entry.categories or (origin.page.categories if origin.page else ())
    terms = (term for topic in one.topics for term in topic.evidence)
    named = [term.removeprefix(_CATEGORY) for term in terms if term.startswith(_CATEGORY)]
    section = [one.article.section] if one.article.section else []
    return tuple(dict.fromkeys([*section, *named]))
