"""Make a database again from archives: the same documents at the same times, without a network.

Polls go through the belt, the judge and the keeper like those of feeds; the clock is that of the
archive. What each run of newsd had in memory it has here too, so that the same archive gives the
same articles, copies and stories.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import heappop, heappush
from pathlib import Path

import structlog

from daemon.archive import Again, Damage, Place, Recorded, Retracted, Stray, read_archive
from daemon.completing import complete_again
from daemon.errors import UsageError
from daemon.fetch.words import one_line
from daemon.gather import digested
from daemon.ingest import ingest_again
from daemon.keep import Keeper
from daemon.shelves import Shelves
from daemon.traces import Retracer
from daemon.values import Failed, Gathered, Unchanged
from daemon.workers import Workers
from storage.database import Database, Transaction
from storage.errors import StorageRefusedError
from storage.feeds import find_feed
from storage.following import add_feeds, ingest_source
from storage.moves import adopt_move
from storage.replays import (
    last_change_at,
    last_replayed,
    note_replayed,
    polls_there,
    public_articles,
)
from storage.retraction import retract
from storage.values import Feed, FeedKind, Move, Outcome, Poll, Subscription

MOST_SESSIONS = 8
"""Runs of newsd whose stories are held in memory at once; another begins as after a start."""
MAX_BYTES = 64 << 20
log = structlog.get_logger()

Group = list[Recorded] | list[Retracted]
"""The polls that were written together, or articles that were taken back."""


@dataclass(slots=True)
class Replayed:
    """What a replay has come to so far."""

    groups: int = 0
    polls: int = 0
    skipped: int = 0
    """Polls that were there already."""
    created: int = 0
    revised: int = 0
    failed: int = 0
    """Polls that brought something then, and nothing now."""
    at: datetime | None = None
    """The time that it is in the archive."""
    damages: list[Damage] = field(default_factory=list)
    strays: int = 0


# ---------------------------------------------------------------- in the order of time


def in_order(files: Iterable[Path], told: Replayed) -> Iterator[Group]:
    """The groups of all files by their time; what cannot be read is put into `told`.

    A file is opened when its time has come, so that thousands are no trouble. Blocking. Raises
    `UsageError` for a file that cannot be opened.
    """
    waiting = sorted((at, path) for path in files if (at := _begins(path, told)) is not None)
    waiting.reverse()
    under_way: list[tuple[datetime, str, int, Group, Iterator[Group]]] = []
    opened = 0
    while waiting or under_way:
        while waiting and (not under_way or waiting[-1][0] <= under_way[0][0]):
            opened += 1
            _push(under_way, opened, _groups(waiting.pop()[1], told))
        if under_way:
            _, _, number, group, rest = heappop(under_way)
            yield group
            _push(under_way, number, rest)


def _push(
    heap: list[tuple[datetime, str, int, Group, Iterator[Group]]],
    number: int,
    groups: Iterator[Group],
) -> None:
    group = next(groups, None)
    if group is not None:
        place = group[0].place
        heappush(heap, (place.at, place.session, number, group, groups))


def _begins(path: Path, told: Replayed) -> datetime | None:
    """When the first group of a file was written; None: it has none, and all of it was told."""
    idle = Replayed()
    first = next(_groups(path, idle), None)
    if first is not None:
        return first[0].place.at
    told.damages += idle.damages
    told.strays += idle.strays
    return None


def _groups(path: Path, told: Replayed) -> Iterator[Group]:
    """The groups of one file; one that was tried again has the time of the last try."""
    held: list[Recorded] = []
    for found in _sound(path, told):
        match found:
            case Again(place=place):
                held = [_at(one, place.at) if _is_of(one, place) else one for one in held]
            case Recorded(place=place) if held and _is_of(held[0], place):
                held.append(found)
            case _:
                if held:
                    yield held
                held = [found] if isinstance(found, Recorded) else []
                if isinstance(found, Retracted):
                    yield [found]
    if held:
        yield held


def _sound(path: Path, told: Replayed) -> Iterator[Recorded | Again | Retracted]:
    """What can be read of one file; what cannot, or is not ours, is put into `told`."""
    try:
        for found in read_archive(path):
            match found:
                case Damage():
                    told.damages.append(found)
                case Stray():
                    told.strays += 1
                case _:
                    yield found
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def _is_of(poll: Recorded, place: Place) -> bool:
    return (poll.place.session, poll.place.group) == (place.session, place.group)


def _at(poll: Recorded, at: datetime) -> Recorded:
    return replace(poll, place=replace(poll.place, at=at))


# ---------------------------------------------------------------- again


class Replayer:
    """Makes polls again, group by group."""

    def __init__(self, database: Database, workers: Workers, keeper: Keeper) -> None:
        self._database = database
        self._workers = workers
        self._keeper = keeper
        self._keepers: OrderedDict[str, Keeper] = OrderedDict()
        self._feeds: dict[tuple[str, int], int] = {}
        self._done: dict[str, int] = {}
        self._is_checked = False

    async def run(self, files: Sequence[Path], told: Replayed) -> AsyncIterator[Replayed]:
        """Replay the files in the order of time; yield how far it is after each group.

        Raises `UsageError` where the database holds what is later than the archive.
        """
        async with self._database.reading() as tx:
            self._done = await last_replayed(tx)
        groups = in_order(files, told)
        while group := await asyncio.to_thread(next, groups, None):
            await self._replay(group, told)
            told.groups += 1
            told.at = group[0].place.at
            yield told

    async def _replay(self, group: Group, told: Replayed) -> None:
        place = group[0].place
        polls = [one for one in group if isinstance(one, Recorded)]
        if place.group <= self._done.get(place.session, 0):
            told.skipped += len(polls)
            return
        for one in group:
            if isinstance(one, Retracted):
                await self._retract(one)
        if polls:
            await self._again(polls, place, told)

    async def _retract(self, taken: Retracted) -> None:
        place = taken.place
        async with self._database.writing() as tx:
            ids = await public_articles(tx, taken.public_ids)
            told = await retract(tx, ids, why=taken.why, now=place.at)
            await note_replayed(tx, place.session, place.group, now=place.at)
        if told:
            log.info("retracted", articles=len(ids), at=str(place.at))

    async def _again(self, group: Sequence[Recorded], place: Place, told: Replayed) -> None:
        async with self._database.writing() as tx:
            feeds = [await self._feed(tx, poll) for poll in group]
            wanted = [(f.id, p.started_at) for f, p in zip(feeds, group, strict=True)]
            there = await polls_there(tx, wanted)
        new = [
            (feed, poll)
            for feed, poll in zip(feeds, group, strict=True)
            if (feed.id, poll.started_at) not in there
        ]
        told.skipped += len(group) - len(new)
        if new:
            await self._check(place)
        made = await asyncio.gather(*(self._gathered(feed, poll) for feed, poll in new))
        polls = await self._kept(made, place, told)
        told.polls += len(polls)
        told.created += sum(poll.created for poll in polls)
        told.revised += sum(poll.revised for poll in polls)
        told.failed += sum(not poll.outcome.is_success for poll in polls)

    async def _check(self, place: Place) -> None:
        """Changes are in the order of their times: nothing earlier can come after."""
        if self._is_checked:
            return
        async with self._database.reading() as tx:
            last = await last_change_at(tx)
        if last is not None and last > place.at:
            raise UsageError(
                f"{self._database.name} holds changes of {last:%Y-%m-%d %H:%M:%S} UTC, and the "
                f"archive goes on at {place.at:%Y-%m-%d %H:%M:%S}: replay into a new database"
            )
        self._is_checked = True

    async def _feed(self, tx: Transaction, poll: Recorded) -> Feed:
        """The feed of the poll; one that is not there is followed from now on."""
        now, wanted = poll.place.at, poll.feed
        if wanted.kind is FeedKind.INGEST:
            return await ingest_source(tx, wanted.url.removeprefix("ingest:"), now=now)
        key = (poll.database, wanted.id)
        found = await find_feed(tx, wanted.url)
        known = await find_feed(tx, str(self._feeds[key])) if key in self._feeds else None
        if found is None and known is not None:
            found = await adopt_move(tx, known, Move(wanted.url, now), now=now)
        if found is None:
            await add_feeds(tx, [_subscription(wanted)], now=now)
            found = await find_feed(tx, wanted.url)
        if found is None:
            raise LookupError(wanted.url)
        self._feeds[key] = found.id
        return found

    async def _gathered(self, feed: Feed, poll: Recorded) -> Gathered:
        """What the poll gathered then; a bug costs that poll."""
        try:
            return await self._gather(feed, poll)
        except Exception as error:
            log.exception("poll_failed", url=one_line(feed.url), at=str(poll.started_at))
            failed = Failed(Outcome.INTERNAL, f"{type(error).__name__} in newsd; see the log")
            return Gathered(feed, poll.started_at, poll.duration, failed)

    async def _gather(self, feed: Feed, poll: Recorded) -> Gathered:
        trace = poll.trace
        if feed.kind is FeedKind.INGEST:
            gathered = await ingest_again(trace, feed, poll.started_at, self._workers)
        else:
            opened = Gathered(feed, poll.started_at, poll.duration, Unchanged())
            means = Retracer(trace, MAX_BYTES)
            gathered = await digested(opened, trace.pieces[0].page, means, self._workers)
            gathered = await complete_again(gathered, trace, self._workers)
        return replace(gathered, duration=poll.duration)

    async def _kept(self, made: Sequence[Gathered], place: Place, told: Replayed) -> list[Poll]:
        """Write the group in one transaction; where it is refused, poll by poll."""

        async def note(tx: Transaction) -> None:
            await note_replayed(tx, place.session, place.group, now=place.at)

        keeper = self._keeper_of(place.session)
        polls: list[Poll] = []
        try:
            reports = await keeper.keep(made, place.at, note)
            polls = [report.poll for report in reports]
        except StorageRefusedError as error:
            log.warning("group_refused", group=place.group, error=str(error))
            for one in made:
                polls += await self._alone(keeper, one, place, told)
        if not polls:
            async with self._database.writing() as tx:
                await note(tx)
        return polls

    async def _alone(
        self, keeper: Keeper, one: Gathered, place: Place, told: Replayed
    ) -> list[Poll]:
        try:
            return [report.poll for report in await keeper.keep([one], place.at)]
        except StorageRefusedError as error:
            url = one_line(one.feed.url)
            log.warning("poll_refused", url=url, at=str(one.started_at), error=str(error))
            told.failed += 1
            return []

    def _keeper_of(self, session: str) -> Keeper:
        """The keeper with the stories that a run of newsd had in memory."""
        keeper = self._keepers.pop(session, None) or replace(self._keeper, shelves=Shelves())
        self._keepers[session] = keeper
        if len(self._keepers) > MOST_SESSIONS:
            self._keepers.popitem(last=False)
        return keeper


def _subscription(feed: Feed) -> Subscription:
    return Subscription(feed.url, title=feed.title, labels=feed.labels, full_text=feed.full_text)
