"""The inward half of a poll: judge what was gathered and write it down, all of it or none of it.

The order of the write transaction is that of docs/decisions/0002: read, think, stage what nobody
else can collide with, take the clock, think again only if it moved, write. A poll that brought no
articles never takes the clock.
"""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus

from daemon.cadence import (
    after_poll,
    find_gap,
    find_takeover,
    first_price,
    is_move_certain,
    is_replaced,
)
from daemon.dedup import judge_all
from daemon.lanes import host_of
from daemon.learned import LearnedLines
from daemon.lookup import look_up
from daemon.normalise.recurring import learn
from daemon.settings import ScheduleSettings
from daemon.shelves import Shelves
from daemon.values import Arrival, Brought, Digested, Failed, Gathered, PollReport
from storage.articles import next_article_ids, save, stage, unstage
from storage.changes import advance_clock, clock_now, take_clock
from storage.database import Database, Transaction
from storage.furniture import keep_lines, lines_of
from storage.gaps import note_gaps
from storage.holds import hold_hosts
from storage.leases import still_held
from storage.lines import SiteLines
from storage.moves import adopt_move
from storage.polls import remember_polls
from storage.sightings import mark_departed
from storage.takeovers import note_takeovers, shown_last
from storage.values import (
    CROWDED,
    Article,
    Created,
    Feed,
    FeedKind,
    Holdings,
    Judged,
    Outcome,
    Poll,
    Precision,
    Relation,
    Repeated,
    Revised,
    Shown,
    TaggedArticle,
)

Beside = Callable[[Transaction], Awaitable[None]]
"""Something to be done in the transaction of a group."""


class LeaseLostError(Exception):
    """Another replica owns these shards by now; what was gathered for them is void."""

    def __init__(self, shards: frozenset[int]) -> None:
        super().__init__(f"lost the lease of shards {sorted(shards)}")
        self.shards = shards


@dataclass(frozen=True, slots=True)
class Keeper:
    """Writes groups of polls; holds what every group needs."""

    database: Database
    pace: ScheduleSettings
    replica: str
    price: float | None = None
    """What a request must be worth, in article-seconds; None: what the budget suggests."""
    shelves: Shelves = field(default_factory=Shelves)
    """The stories of the last days."""
    learned: LearnedLines | None = None
    """Told of what is learned of the furniture of sites."""
    keeps_origins: bool = True
    """Whether what articles were made of is kept beside them."""

    async def keep(
        self, group: Sequence[Gathered], now: datetime, beside: Beside | None = None
    ) -> list[PollReport]:
        """Save what is new and remember how the polls went; do what is `beside` it with it.

        Polls whose lease another replica has taken over are left out of the result and of the
        database. Safe to repeat when a commit's fate is unknown: what is already there is found.
        Raises `StorageError`.
        """
        while group:
            try:
                async with self.database.writing() as tx:
                    reports, taught = await self._keep(tx, group, now)
                    if beside is not None:
                        await beside(tx)
            except LeaseLostError as lost:
                self.shelves.drop()
                group = [g for g in group if not (g.lease and g.lease.shard in lost.shards)]
            except BaseException:
                self.shelves.drop()
                raise
            else:
                if self.learned is not None:
                    self.learned.taught(taught)
                return reports
        return []

    async def _keep(
        self, tx: Transaction, group: Sequence[Gathered], now: datetime
    ) -> tuple[list[PollReport], list[SiteLines]]:
        arrivals = [
            Arrival(g.feed.id, g.news.site, self._kept(tagged))
            for g in group
            if isinstance(g.news, Digested)
            for tagged in g.news.articles
        ]
        last = {g.feed.id: await shown_last(tx, g.feed.id) for g in group if is_replaced(g)}
        judged: list[Judged] = []
        if arrivals:
            judged = await self._judge_and_save(tx, group, arrivals, now)
        else:
            await self._fence(tx, group)
        reports = [
            await _moved(tx, self._report(g, judged, last.get(g.feed.id), now), now) for g in group
        ]
        await remember_polls(tx, [(r.feed, r.poll) for r in reports], replica=self.replica)
        await mark_departed(tx, *_departures(group))
        await note_gaps(tx, [r.gap for r in reports if r.gap is not None])
        await note_takeovers(tx, [r.takeover for r in reports if r.takeover is not None])
        await hold_hosts(tx, _holds(reports), now=now)
        return reports, await _learn(tx, judged, now)

    def _kept(self, tagged: TaggedArticle) -> TaggedArticle:
        return tagged if self.keeps_origins else replace(tagged, origin=b"")

    async def _judge_and_save(
        self,
        tx: Transaction,
        group: Sequence[Gathered],
        arrivals: Sequence[Arrival],
        now: datetime,
    ) -> list[Judged]:
        begun = await clock_now(tx)
        ids = await next_article_ids(tx, len(arrivals))
        known, judged = await _judge(tx, arrivals, ids, now)
        await stage(tx, judged, _crowded(known), now=now)
        n = await take_clock(tx)
        await self._fence(tx, group)
        if n != begun:
            await unstage(tx, judged, now=now)
            known, judged = await _judge(tx, arrivals, ids, now)
            await stage(tx, judged, _crowded(known), now=now)
        shelf = await self.shelves.at(tx, n, now)
        placed = shelf.place(judged, known.articles, now)
        changes = await save(tx, judged, placed, after=n, now=now)
        await self.shelves.advance(tx, shelf, n + len(changes))
        await advance_clock(tx, n + len(changes))
        return judged

    async def _fence(self, tx: Transaction, group: Sequence[Gathered]) -> None:
        """Refuse to write for a shard that is no longer ours."""
        leases = {g.lease for g in group if g.lease is not None}
        held = await still_held(tx, leases, self.replica)
        lost = frozenset(lease.shard for lease in leases) - held
        if lost:
            raise LeaseLostError(lost)

    def _report(
        self, gathered: Gathered, judged: Sequence[Judged], last: Shown | None, now: datetime
    ) -> PollReport:
        """`last` is what the feed showed before, where all of it may have been replaced."""
        own = [j for j in judged if j.feed_id == gathered.feed.id]
        poll, created = _poll(gathered, own), _created_articles(own)
        brought = Brought(_exact_dates(created), find_gap(gathered, poll))
        price = self.price or first_price(self.pace, now).mu
        return PollReport(
            feed=after_poll(gathered, brought, now, self.pace, price),
            poll=poll,
            hub=gathered.news.hub if isinstance(gathered.news, Digested) else None,
            delays=_delays(gathered.feed, created, now),
            gap=brought.gap,
            takeover=find_takeover(gathered, own, last) if last else None,
            held_until=_held_until(gathered, now),
            pages=gathered.news.pages if isinstance(gathered.news, Digested) else {},
        )


async def _moved(tx: Transaction, report: PollReport, now: datetime) -> PollReport:
    """The report of a feed that is to be asked elsewhere from now on, or the same."""
    polled = report.feed
    if polled.move is None or not is_move_certain(polled):
        return report
    feed = await adopt_move(tx, polled, polled.move, now=now)
    return report if feed == polled else replace(report, feed=feed, moved_from=polled.url)


async def _judge(
    tx: Transaction, arrivals: Sequence[Arrival], ids: Sequence[int], now: datetime
) -> tuple[Holdings, list[Judged]]:
    """What is held that the arrivals may turn out to be, and what each of them is."""
    known = await look_up(tx, [(a.feed_id, a.tagged) for a in arrivals], now=now)
    return known, judge_all(arrivals, known, iter(ids))


def _crowded(known: Holdings) -> set[int]:
    return {key for key, found in known.postings.items() if len(found) >= CROWDED}


async def _learn(tx: Transaction, judged: Sequence[Judged], now: datetime) -> list[SiteLines]:
    """What the new articles teach of the furniture of their sites; the same again teaches none."""
    new: dict[str, list[Article]] = defaultdict(list)
    copies: dict[str, list[Article]] = defaultdict(list)
    for one in judged:
        kept, verdict = one.tagged.article, one.verdict
        site = kept.site or kept.host
        if not site or not isinstance(verdict, Created):
            continue
        if verdict.copy is None:
            new[site].append(kept)
        elif verdict.copy.alike.relation is not Relation.EXACT:
            copies[site].append(kept)
    sites = dict.fromkeys([*new, *copies])
    known = await lines_of(tx, sites)
    taught = [learn(known.get(s, SiteLines(s)), new[s], now, copies[s]) for s in sites]
    await keep_lines(tx, taught)
    return taught


def _poll(gathered: Gathered, judged: Sequence[Judged]) -> Poll:
    """The one row that says how this poll ended."""
    poll = Poll(
        feed_id=gathered.feed.id,
        started_at=gathered.started_at,
        duration=gathered.duration,
        outcome=Outcome.UNCHANGED,
        http_status=gathered.http_status,
        size=gathered.size,
    )
    if isinstance(gathered.news, Failed):
        return replace(poll, outcome=gathered.news.outcome, error=gathered.news.detail)
    if not isinstance(gathered.news, Digested):
        return poll
    kinds = Counter(type(j.verdict) for j in judged)
    rejected = gathered.news.rejected
    return replace(
        poll,
        outcome=_outcome(gathered.news),
        items=gathered.news.items,
        created=kinds[Created],
        revised=kinds[Revised],
        duplicates=kinds[Repeated],
        rejected=sum(rejected.values()),
        reasons=rejected,
        error=gathered.news.damaged,
    )


def _outcome(news: Digested) -> Outcome:
    if not news.items:
        return Outcome.EMPTY
    return Outcome.STORED if news.articles else Outcome.UNCHANGED


def _created_articles(judged: Sequence[Judged]) -> list[Article]:
    return [j.tagged.article for j in judged if isinstance(j.verdict, Created)]


def _exact_dates(created: Sequence[Article]) -> tuple[datetime | None, ...]:
    """When each was published; a mere day tells nothing about the hour."""
    days = {Precision.DAY, Precision.NONE}
    dates = (a.published for a in created)
    return tuple(None if date.precision in days else date.at for date in dates)


def _delays(feed: Feed, created: Sequence[Article], now: datetime) -> tuple[float, ...]:
    """Publication to row in seconds; a feed's first document holds what we could not have met."""
    if feed.last_success_at is None:
        return ()
    dates = (a.published.at for a in created)
    return tuple((now - at).total_seconds() for at in dates if at is not None)


def _held_until(gathered: Gathered, now: datetime) -> datetime | None:
    """429 speaks for the whole host; 503 with a Retry-After only for the feed."""
    news = gathered.news
    if not isinstance(news, Failed) or news.http_status != HTTPStatus.TOO_MANY_REQUESTS:
        return None
    return now + news.retry_after if news.retry_after is not None else None


def _holds(reports: Sequence[PollReport]) -> dict[str, datetime]:
    return {host_of(r.feed.url): r.held_until for r in reports if r.held_until is not None}


def _departures(
    group: Sequence[Gathered],
) -> tuple[dict[int, tuple[int, ...]], dict[int, datetime]]:
    """For each feed seen before: what its document holds now, and when the last one was seen."""
    present: dict[int, tuple[int, ...]] = {}
    seen_at: dict[int, datetime] = {}
    for g in group:
        if not isinstance(g.news, Digested) or g.news.is_delta:
            continue
        if g.news.kind is not FeedKind.INGEST and g.feed.last_success_at is not None:
            present[g.feed.id] = g.news.present
            seen_at[g.feed.id] = g.feed.last_success_at
    return present, seen_at
