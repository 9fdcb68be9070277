"""Let go of what the settings say is old, in steps so small that no writer waits long.

Which articles go is decided here, by rule; the rows are found and emptied in `storage`.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.settings import RetentionSettings
from storage.database import Database, Transaction
from storage.retention import (
    Place,
    Standing,
    article_hosts,
    count_standing,
    forget_changes,
    forget_polls,
    forget_revisions,
    forget_tombstones,
    old_changes,
    old_polls,
    old_revisions,
    old_tombstones,
    standing,
)
from storage.retraction import expire

STEP = 100
"""Rows of articles a transaction."""
LINES = 1_000
"""Rows of polls, revisions or changes a transaction."""
REST = 1.0
"""How long others have the database after a step, as a multiple of what the step took."""
Gone = Callable[[str, int], None]
"""Told of each step: what went, by which rule or setting, and how much of it."""


# ---------------------------------------------------------------- which articles


@dataclass(frozen=True, slots=True)
class Verdict:
    """How long an article is kept, and who says so."""

    keep: timedelta | None
    """None: for ever."""
    rule: str
    """As the settings call it."""


@dataclass(frozen=True, slots=True)
class _Search:
    """Where articles that a rule speaks of are looked for."""

    keep: timedelta
    rule: str
    host: str = ""
    topic: str = ""


class Rules:
    """What the settings say of articles; the most specific rule decides."""

    def __init__(self, settings: RetentionSettings) -> None:
        self._hosts: dict[str, Verdict] = {}
        self._topics: dict[str, Verdict] = {}
        self._all = Verdict(settings.articles, "retention.articles")
        for number, rule in enumerate(settings.rules, 1):
            verdict = Verdict(rule.keep, f"retention.rules[{number}]")
            if rule.host:
                self._hosts[rule.host.lower().strip(".")] = verdict
            else:
                self._topics[rule.topic] = verdict

    def verdict(self, article: Standing) -> Verdict:
        """How long an article is kept: as its host says, else a topic, else as all are."""
        host = article.host or ""
        while host:
            if host in self._hosts:
                return self._hosts[host]
            host = host.partition(".")[2]
        found = [self._topics[topic] for topic in sorted(article.topics & self._topics.keys())]
        return max(found, key=_length, default=self._all)

    def searches(self) -> list[_Search]:
        """Where to look for articles that may go; each of those is in one of them."""
        found = [(self._all, "", "")]
        found += [(one, host, "") for host, one in self._hosts.items()]
        found += [(one, "", topic) for topic, one in self._topics.items()]
        return [
            _Search(one.keep, one.rule, host, topic)
            for one, host, topic in found
            if one.keep is not None
        ]


def _length(verdict: Verdict) -> timedelta:
    return timedelta.max if verdict.keep is None else verdict.keep


async def expiring(
    database: Database, settings: RetentionSettings, now: datetime
) -> AsyncIterator[dict[int, str]]:
    """Articles that are to go, some at a time: id -> the rule that says so.

    Nothing is held while whoever asks lets them go, or does not.
    """
    rules = Rules(settings)
    for search in rules.searches():
        async for page in _looked_for(database, search, now):
            # what another rule decides is found by the search of that one
            own = [one for one in page if rules.verdict(one).rule == search.rule]
            if old := {one.article_id: search.rule for one in own}:
                yield old


async def _looked_for(
    database: Database, search: _Search, now: datetime
) -> AsyncIterator[list[Standing]]:
    hosts: list[str] | None = None
    if search.host:
        async with database.reading() as tx:
            hosts = [h for h in await article_hosts(tx) if _is_under(h, search.host)]
        if not hosts:
            return
    after: Place | None = None
    while True:
        async with database.reading() as tx:
            page = await standing(
                tx,
                before=now - search.keep,
                limit=STEP,
                after=after,
                hosts=hosts,
                topic=search.topic or None,
            )
        if not page:
            return
        yield page
        after = page[-1].place


def _is_under(host: str, rule: str) -> bool:
    return host == rule or host.endswith(f".{rule}")


async def excess(database: Database, most: int) -> AsyncIterator[dict[int, str]]:
    """The oldest articles of more than `most`, as `expiring` gives them."""
    async with database.reading() as tx:
        left = await count_standing(tx) - most if most else 0
    after: Place | None = None
    while left > 0:
        async with database.reading() as tx:
            page = await standing(tx, before=None, limit=min(STEP, left), after=after)
        if not page:
            return
        yield {one.article_id: "retention.max_articles" for one in page}
        left, after = left - len(page), page[-1].place


# ---------------------------------------------------------------- let go


async def retain(
    database: Database,
    settings: RetentionSettings,
    now: datetime,
    *,
    most_steps: int | None = None,
    on_gone: Gone | None = None,
) -> Mapping[str, int]:
    """Let go of all that is old: rule or setting -> how much went. Raises `StorageError`.

    After `most_steps` the rest waits for the next time.
    """
    run = _Run(database, most_steps, on_gone)
    async for old in expiring(database, settings, now):
        if not await run.step(_expired(old, now)):
            return run.gone
    async for old in excess(database, settings.max_articles):
        if not await run.step(_expired(old, now)):
            return run.gone
    for step in _others(settings, now):
        run.has_looked = True
        while run.has_looked:
            if not await run.step(step):
                return run.gone
    return run.gone


Step = Callable[[Transaction], Awaitable[tuple[Mapping[str, int], bool]]]
"""Does a step: what went, and whether there may be more."""


class _Run:
    """One pass over all that may go."""

    def __init__(self, database: Database, most_steps: int | None, on_gone: Gone | None) -> None:
        self._database = database
        self._left = most_steps
        self._on_gone = on_gone
        self.gone: Counter[str] = Counter()
        self.has_looked = False
        """Whether the last step found something to look at."""

    async def step(self, step: Step) -> bool:
        """Do a step in a transaction of its own, then let others write; False: it was the last."""
        timer = asyncio.get_running_loop().time
        began = timer()
        async with self._database.writing() as tx:
            gone, self.has_looked = await step(tx)
        for name, number in gone.items():
            self.gone[name] += number
            if self._on_gone is not None:
                self._on_gone(name, number)
        if self.has_looked:
            await asyncio.sleep((timer() - began) * REST)
        if self._left is not None:
            self._left -= 1
        return self._left is None or self._left > 0


def _expired(old: Mapping[int, str], now: datetime) -> Step:
    async def step(tx: Transaction) -> tuple[Mapping[str, int], bool]:
        told = await expire(tx, old, now=now)
        went = Counter(old[change.article_id] for change in told if change.changed_fields)
        return went, True

    return step


def _others(settings: RetentionSettings, now: datetime) -> Sequence[Step]:
    """What goes by its age alone."""
    found: list[Step] = []
    if settings.revisions is not None:
        found.append(_aged("retention.revisions", forget_revisions, now - settings.revisions))
    if settings.polls is not None:
        found.append(_aged("retention.polls", forget_polls, now - settings.polls))
    if settings.changes is not None:
        found.append(_lines(now - settings.changes, now))
    if settings.tombstones is not None:
        before = now - settings.tombstones
        found.append(_aged("retention.tombstones", forget_tombstones, before))
    return found


Forget = Callable[..., Awaitable[int]]


def _aged(name: str, forget: Forget, before: datetime) -> Step:
    async def step(tx: Transaction) -> tuple[Mapping[str, int], bool]:
        gone = await forget(tx, before=before, limit=LINES)
        return {name: gone}, gone > 0

    return step


def _lines(before: datetime, now: datetime) -> Step:
    async def step(tx: Transaction) -> tuple[Mapping[str, int], bool]:
        swept = await forget_changes(tx, before=before, limit=LINES, now=now)
        return {"retention.changes": swept.gone}, swept.looked_at > 0

    return step


# ---------------------------------------------------------------- what would go


async def would_go(
    database: Database, settings: RetentionSettings, now: datetime
) -> Mapping[str, int]:
    """How much `retain` would let go, rule or setting -> rows, without touching anything.

    What goes only because something else goes, such as lines of the log, is not counted.
    """
    found: Counter[str] = Counter()
    async for old in expiring(database, settings, now):
        found.update(Counter(old.values()))
    # what goes by its age is gone before the rest is counted
    expired = found.total()
    if settings.max_articles:
        async with database.reading() as tx:
            left = await count_standing(tx) - expired - settings.max_articles
        found["retention.max_articles"] = max(0, left)
    counts: dict[str, tuple[timedelta | None, Forget]] = {
        "revisions": (settings.revisions, old_revisions),
        "polls": (settings.polls, old_polls),
        "changes": (settings.changes, old_changes),
        "tombstones": (settings.tombstones, old_tombstones),
    }
    async with database.reading() as tx:
        for name, (keep, count) in counts.items():
            if keep is not None:
                found[f"retention.{name}"] = await count(tx, before=now - keep)
    return found
