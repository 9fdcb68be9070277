"""The web pages of articles of which a feed has but a part: asked between a poll and its writing.

A poll whose articles want their pages leaves its place to others and waits here until they were
asked, one after another. What a page cannot give, the feed's own text stands for. Touches no
database.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog

from daemon.clock import Clock
from daemon.completing import NO_TEXT, Answer, Unread, completed, completed_by, set_apart, traced
from daemon.fetch import Fetcher
from daemon.holds import Holds
from daemon.lanes import host_of
from daemon.learned import LearnedLines
from daemon.normalise.page import is_cut_off
from daemon.pacing import Paces
from daemon.settings import ExtractSettings
from daemon.values import (
    NOTHING,
    Digested,
    Failed,
    Fetched,
    FetchResult,
    Gathered,
    Learned,
    Unchanged,
)
from daemon.workers import Workers
from storage.values import (
    Feed,
    FeedKind,
    FullText,
    Outcome,
    TaggedArticle,
    Validators,
)

LIMIT = timedelta(minutes=5)
"""How long the articles of one poll wait for their pages."""
MOST_POLLS = 500
"""Polls that wait here at once; the articles of more are kept as they are."""
SPARE = 1.0
"""Requests to a host that pages leave to its feeds."""
ENOUGH = 2
"""Pages of a host that fail in one poll, after which it is left alone."""
TRIES = 3
"""How often one page is asked for, unless its entry changes."""
FIRST_WAIT = timedelta(minutes=15)
"""From the first try to the second; four times as long to the next."""
REMEMBERED = 20_000
_FINAL = {Outcome.ROBOTS, Outcome.NOT_A_FEED, Outcome.TOO_LARGE, Outcome.BLOCKED_ADDRESS}
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Told:
    """What is remembered of a page."""

    tries: int
    again_at: datetime
    read_by: int | None = None
    """The feed for which it was read."""


class Tries:
    """Which pages were asked for lately, so that none is asked at every poll."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, _Told] = OrderedDict()

    def is_done(self, url: str, feed: Feed) -> bool:
        """Whether the page was tried often enough, or was read for another feed."""
        told = self._told.get(url)
        if told is None:
            return False
        return told.tries >= TRIES or told.read_by not in {None, feed.id}

    def is_due(self, url: str, now: datetime) -> bool:
        """Whether the page may be asked for now."""
        told = self._told.get(url)
        return told is None or told.again_at <= now

    def note(self, url: str, feed: Feed, answer: Answer, now: datetime) -> None:
        """Remember what came of asking for a page."""
        tries, read_by, again_at = 0, None, now
        if isinstance(answer, TaggedArticle):
            read_by = feed.id
        elif not answer.is_final:
            tries = self._told[url].tries + 1 if url in self._told else 1
            again_at = now + FIRST_WAIT * 4 ** (tries - 1)
        self._told[url] = _Told(tries, again_at, read_by)
        self._told.move_to_end(url)
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)


@dataclass(slots=True)
class _Said:
    """What came of asking for the pages of one poll."""

    answers: dict[int, Answer] = field(default_factory=dict)
    """By the place of the article in the document."""
    pages: dict[int, Fetched] = field(default_factory=dict)
    """Those that had a text, by the guid_hash of their entries."""
    learned: Learned = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asking:
    """All that asking for pages needs."""

    fetcher: Fetcher
    workers: Workers
    clock: Clock
    settings: ExtractSettings
    paces: Paces
    """Of the hosts, shared with the polls."""
    holds: Holds
    learned: LearnedLines | None = None


class Pages:
    """Polls on their way to the writer, whose articles want their pages."""

    def __init__(
        self,
        group: asyncio.TaskGroup,
        asking: Asking,
        tries: Tries,
        hand_over: Callable[[Gathered], Awaitable[None]],
    ) -> None:
        self._group = group
        self._asking = asking
        self._tries = tries
        self._hand_over = hand_over
        self._places = asyncio.Semaphore(asking.settings.concurrency)
        self._tasks: set[asyncio.Task[None]] = set()
        self._scopes: set[asyncio.Timeout] = set()
        self._is_hurried = False

    @property
    def waiting(self) -> int:
        """Polls that wait for pages."""
        return len(self._tasks)

    def take(self, gathered: Gathered) -> bool:
        """Hand the poll over when its articles are complete; False: they need no pages."""
        news = gathered.news
        if not isinstance(news, Digested) or not self._wanted(gathered.feed, news):
            return False
        task = self._group.create_task(self._job(gathered, news), name="pages")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    def hurry(self) -> None:
        """Ask for no more pages: hand over what there is, as it is."""
        self._is_hurried = True
        for scope in self._scopes:
            scope.reschedule(asyncio.get_running_loop().time())

    async def idle(self) -> None:
        """Return once everything taken was handed over."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def cancel(self) -> None:
        """Break off, and hand nothing over."""
        for task in self._tasks:
            task.cancel()

    # ------------------------------------------------------------ one poll

    def _wanted(self, feed: Feed, news: Digested) -> list[int]:
        """Which articles want their pages, the newest first."""
        settings = self._asking.settings
        policy = feed.full_text or settings.full_text
        if policy is FullText.NEVER or news.kind is FeedKind.INGEST:
            return []
        wanted = [
            n
            for n, tagged in enumerate(news.articles)
            if (url := tagged.article.url)
            and (policy is FullText.ALWAYS or _is_short(tagged, settings.short_words))
            and not self._tries.is_done(url, feed)
        ]
        return sorted(wanted, key=lambda n: _when(news.articles[n]), reverse=True)

    async def _job(self, gathered: Gathered, news: Digested) -> None:
        said = _Said()
        wanted = self._wanted(gathered.feed, news)
        try:
            async with asyncio.timeout(self._limit()) as scope:
                self._scopes.add(scope)
                try:
                    await self._ask_all(gathered.feed, news, wanted, said)
                finally:
                    self._scopes.discard(scope)
        except TimeoutError:
            left = len(wanted) - len(said.answers)
            log.debug("pages_cut_short", feed_id=gathered.feed.id, left=left)
        except Exception:
            log.exception("pages_failed", feed_id=gathered.feed.id)
        if len(wanted) > self._asking.settings.pages_per_poll:
            # the next poll must get the document again, for the articles that were left
            gathered = replace(gathered, validators=Validators())
        if gathered.trace is not None:
            trace = traced(gathered.trace, news, wanted, said.answers, said.pages)
            gathered = replace(gathered, trace=replace(trace, learned_later=said.learned))
        await set_apart(news, said.answers, self._asking.workers, said.learned)
        await self._hand_over(completed(gathered, news, wanted, said.answers))

    def _limit(self) -> float:
        is_over = self._is_hurried or len(self._tasks) > MOST_POLLS
        return 0.0 if is_over else LIMIT.total_seconds()

    async def _ask_all(
        self, feed: Feed, news: Digested, wanted: Sequence[int], said: "_Said"
    ) -> None:
        said.learned = await self._known_of([news.articles[n] for n in wanted])
        failed: Counter[str] = Counter()
        due = [n for n in wanted if self._tries.is_due(_url(news.articles[n]), self._now)]
        for n in due[: self._asking.settings.pages_per_poll]:
            tagged = news.articles[n]
            url, host = _url(tagged), host_of(_url(tagged))
            if failed[host] >= ENOUGH or self._asking.holds.until(url, self._now):
                continue
            answer = await self._ask(tagged, said)
            self._tries.note(url, feed, answer, self._now)
            said.answers[n] = answer
            failed[host] += isinstance(answer, Unread) and not answer.is_final

    @property
    def _now(self) -> datetime:
        return self._asking.clock()

    async def _known_of(self, articles: Sequence[TaggedArticle]) -> Learned:
        memory = self._asking.learned
        return await memory.known_of(articles, self._now) if memory else NOTHING

    # ------------------------------------------------------------ one page

    async def _ask(self, tagged: TaggedArticle, said: "_Said") -> Answer:
        url = _url(tagged)
        page = await self._fetched(url)
        if isinstance(page, Failed):
            return _unread(page)
        if not isinstance(page, Fetched):
            return Unread(Outcome.BAD_HTTP.value)
        answer = await completed_by(page, tagged, self._asking.workers, said.learned)
        if isinstance(answer, TaggedArticle):
            said.pages[tagged.sighting.guid_hash] = page
        return answer

    async def _fetched(self, url: str) -> FetchResult:
        """The page, when its host may be asked; its feeds go first."""
        host, asking = host_of(url), self._asking
        timer = asyncio.get_running_loop().time
        while wait := asking.paces.wait(host, timer(), spare=SPARE):  # noqa: ASYNC110  others ask too
            await asyncio.sleep(wait)
        asking.paces.ask(host, timer())
        async with self._places:
            began, started = timer(), self._now
            result = await asking.fetcher.fetch_page(url, asking.settings.max_bytes)
        answer = _as_poll(url, result, started, timedelta(seconds=timer() - began))
        asking.paces.answer(host, replace(answer, pause=asking.fetcher.pause(url)))
        if isinstance(result, Failed) and result.retry_after is not None:
            asking.holds.hold(url, self._now + result.retry_after)
        return result


def _unread(failed: Failed) -> Unread:
    status = failed.http_status or 0
    refused = failed.outcome is Outcome.HTTP_STATUS and status < HTTPStatus.INTERNAL_SERVER_ERROR
    is_final = failed.outcome in _FINAL or (refused and status not in _PASSING)
    word = NO_TEXT if failed.outcome is Outcome.NOT_A_FEED else failed.outcome.value
    return Unread(word, is_final)


def _as_poll(url: str, result: FetchResult, at: datetime, took: timedelta) -> Gathered:
    """The answer as those of feeds are, to learn the host's pace from."""
    news = result if isinstance(result, Failed) else Unchanged()
    status = result.status if isinstance(result, Fetched) else None
    if isinstance(result, Failed):
        status = result.http_status
    return Gathered(Feed(0, url), at, took, news, http_status=status)


def _is_short(tagged: TaggedArticle, few: int) -> bool:
    return tagged.article.word_count < few or is_cut_off(tagged.article)


def _when(tagged: TaggedArticle) -> float:
    at = tagged.article.published.at
    return at.timestamp() if at else 0.0


def _url(tagged: TaggedArticle) -> str:
    return tagged.article.url or ""
