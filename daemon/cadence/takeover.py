"""Notice that an address shows another feed altogether, as when a lapsed domain was bought."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta

from daemon.values import Digested, Gathered
from storage.values import (
    Created,
    Feed,
    FeedKind,
    Judged,
    Shown,
    Takeover,
    TakeoverSign,
)

FEWEST = 3
"""Entries the last document must have shown: of fewer, all may well be replaced at once."""
AWAY = timedelta(days=7)
"""A feed that did not answer for so long may have lost its domain."""
_SHARE = 0.8
"""The share of articles in one language that makes it the feed's."""
_ALIKE = 0.5
_WORD = re.compile(r"\w+")


def is_replaced(gathered: Gathered) -> bool:
    """Whether none of the entries we remember is in a document that has entries.

    That is so too when they were all edited, or rolled over: worth a look at what was there.
    """
    feed, news = gathered.feed, gathered.news
    if not isinstance(news, Digested) or news.kind is FeedKind.INGEST or news.is_delta:
        return False
    if feed.last_success_at is None or not feed.entry_hashes or not news.articles:
        return False
    return not any(map(feed.remembers, news.entry_hashes))


def find_takeover(gathered: Gathered, judged: Sequence[Judged], last: Shown) -> Takeover | None:
    """The takeover that a poll seems to show, if nothing of the `last` document is left.

    An entry is left if its name or its article is. Besides, two signs must agree, of which one is
    the feed's title or its language: a busy feed rolls over, a site is made anew, an aggregator
    shows other sites every day.
    """
    news = gathered.news
    if not isinstance(news, Digested) or len(last.guids) < FEWEST or _is_left(news, judged, last):
        return None
    signs = tuple(_signs(gathered, news, last))
    if len(signs) < 2 or not {TakeoverSign.TITLE, TakeoverSign.LANGUAGE} & set(signs):
        return None
    return Takeover(gathered.feed.id, gathered.started_at, signs, gathered.feed.title)


def _is_left(news: Digested, judged: Sequence[Judged], last: Shown) -> bool:
    if not last.guids.isdisjoint(news.present):
        return True
    held = (j.verdict.article_id for j in judged if not isinstance(j.verdict, Created))
    return not last.articles.isdisjoint(held)


def _signs(gathered: Gathered, news: Digested, last: Shown) -> Iterator[TakeoverSign]:
    feed, articles = gathered.feed, [tagged.article for tagged in news.articles]
    if _are_strange(feed.title, news.title):
        yield TakeoverSign.TITLE
    before, now = _language(last.languages), _language(a.language for a in articles)
    if before and now and before != now:
        yield TakeoverSign.LANGUAGE
    if _are_apart(last.sites, {a.site for a in articles if a.site}):
        yield TakeoverSign.SITES
    if _was_away(feed, gathered):
        yield TakeoverSign.ABSENCE


def _are_strange(before: str | None, now: str | None) -> bool:
    """Whether two titles share less than half the words of the shorter one."""
    old, new = _words(before), _words(now)
    return bool(old and new) and len(old & new) < _ALIKE * min(len(old), len(new))


def _words(title: str | None) -> frozenset[str]:
    return frozenset(_WORD.findall((title or "").casefold()))


def _language(languages: Iterable[str]) -> str | None:
    """The one that nearly all are in."""
    counts = Counter(one for one in languages if one != "und")
    if not counts:
        return None
    language, number = counts.most_common(1)[0]
    return language if number >= _SHARE * counts.total() else None


def _are_apart(before: Collection[str], now: set[str]) -> bool:
    return bool(before and now) and now.isdisjoint(before)


def _was_away(feed: Feed, gathered: Gathered) -> bool:
    last = feed.last_success_at
    return last is not None and gathered.started_at - last > AWAY
