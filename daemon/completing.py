"""Put what web pages gave in the place of what their feed has of its articles."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from daemon.dedup import hash_entry
from daemon.errors import DigestLimitError, NotAFeedError
from daemon.fetch.words import one_line
from daemon.origins import pack, unpack
from daemon.values import Digested, Fetched, Gathered, Learned, Piece, Rejected, Trace
from daemon.workers import Workers
from storage.values import NO_FULL_TEXT, Outcome, TaggedArticle

READ, NO_TEXT, LATER = "read", "no_text", "later"
"""What asking a page came to, beside the names of `Outcome`; `later`: it was not asked."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Unread:
    """A page that gave no text."""

    reason: str
    """`no_text`, `later`, or the word for what failed."""
    is_final: bool = True
    """Whether asking again is no use."""


Answer = TaggedArticle | Unread


async def completed_by(
    page: Fetched, tagged: TaggedArticle, workers: Workers, learned: Learned
) -> Answer:
    """The article as its page has it, or why that has no text."""
    try:
        made = await workers.complete(tagged.origin, page, learned)
    except DigestLimitError as error:
        log.warning("page_over_limit", url=one_line(page.url), error=str(error))
        return Unread(Outcome.PARSE_LIMIT.value)
    except NotAFeedError:
        return Unread(NO_TEXT)
    if isinstance(made, Rejected) or NO_FULL_TEXT in made.article.quality:
        return Unread(NO_TEXT)
    return made


async def set_apart(
    news: Digested, answers: dict[int, Answer], workers: Workers, learned: Learned
) -> None:
    """Articles that were different, and whose pages say one address: it identifies none."""
    for n in list(_joined(news, answers)):
        answer = answers[n]
        if isinstance(answer, TaggedArticle):
            answers[n] = await _apart(answer, workers, learned)


async def _apart(answer: TaggedArticle, workers: Workers, learned: Learned) -> Answer:
    origin = replace(unpack(answer.origin), address_is_shared=True)
    try:
        (made,) = await workers.make_again([pack(origin)], learned)
    except DigestLimitError:
        return Unread(Outcome.PARSE_LIMIT.value)
    return Unread(NO_TEXT) if isinstance(made, Rejected) else made


def _joined(news: Digested, answers: dict[int, Answer]) -> Iterator[int]:
    """Which answers share their address, but not the one that their feed gave."""
    made = {n: one for n, one in answers.items() if isinstance(one, TaggedArticle)}
    before: dict[int | None, set[int | None]] = {}
    for n, one in made.items():
        hashes = before.setdefault(one.fingerprint.url_hash, set())
        hashes.add(news.articles[n].fingerprint.url_hash)
    for n, one in made.items():
        if one.fingerprint.url_hash is not None and len(before[one.fingerprint.url_hash]) > 1:
            yield n


def completed(
    gathered: Gathered, news: Digested, wanted: Sequence[int], answers: dict[int, Answer]
) -> Gathered:
    """The poll with the answers in their places.

    The raw entry of an article whose page may be had later counts as one we never met, so that it
    is looked at again when its feed has news.
    """
    articles, left = list(news.articles), set[int]()
    outcomes: Counter[str] = Counter()
    for n in wanted:
        answer = answers.get(n) or Unread(LATER, is_final=False)
        if isinstance(answer, TaggedArticle):
            outcomes[READ] += 1
            articles[n] = answer
            continue
        outcomes[answer.reason] += 1
        articles[n] = _without(articles[n])
        if not answer.is_final:
            left.add(hash_entry(unpack(articles[n].origin).entry))
    hashes = frozenset(h for h in news.entry_hashes if h not in left)
    news = replace(news, articles=tuple(articles), entry_hashes=hashes, pages=dict(outcomes))
    return replace(gathered, news=news)


def _without(tagged: TaggedArticle) -> TaggedArticle:
    """The article, flagged as one whose text its feed has only in part."""
    quality = dict.fromkeys([*tagged.article.quality, NO_FULL_TEXT])
    return replace(tagged, article=replace(tagged.article, quality=tuple(quality)))


# ---------------------------------------------------------------- and again


def traced(
    trace: Trace,
    news: Digested,
    wanted: Sequence[int],
    answers: Mapping[int, Answer],
    pages: Mapping[int, Fetched],
) -> Trace:
    """The trace with the pages that were read, and what became of the others."""
    unread: dict[int, tuple[str, bool]] = {}
    for n in wanted:
        entry = news.articles[n].sighting.guid_hash
        answer = answers.get(n)
        if entry not in pages:
            reason = answer if isinstance(answer, Unread) else Unread(LATER, is_final=False)
            unread[entry] = (reason.reason, reason.is_final)
    read = [Piece(page, entry=entry) for entry, page in pages.items()]
    return replace(trace, pieces=(*trace.pieces, *read), unread=unread)


async def complete_again(gathered: Gathered, trace: Trace, workers: Workers) -> Gathered:
    """The poll with its pages as the trace has them; nobody is asked."""
    news = gathered.news
    pages = {piece.entry: piece.page for piece in trace.pieces if piece.entry is not None}
    if not isinstance(news, Digested) or not (pages or trace.unread):
        return gathered
    answers: dict[int, Answer] = {}
    for n, tagged in enumerate(news.articles):
        entry = tagged.sighting.guid_hash
        if entry in pages:
            page = pages[entry]
            answers[n] = await completed_by(page, tagged, workers, trace.learned_later)
        elif entry in trace.unread:
            answers[n] = Unread(*trace.unread[entry])
    wanted = list(answers)
    await set_apart(news, answers, workers, trace.learned_later)
    return completed(gathered, news, wanted, answers)
