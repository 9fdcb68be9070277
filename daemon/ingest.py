"""Take articles given by hand through the same belt as those of feeds."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from daemon.archive import Archive
from daemon.clock import Clock
from daemon.errors import DigestLimitError, NotAFeedError, ParseLimitError, UsageError
from daemon.keep import Keeper
from daemon.values import NOTHING, Digested, Fetched, Gathered, Learned, Piece, Trace
from daemon.workers import Workers
from storage.values import Feed, FeedKind, Poll

CHUNK = 50
CHUNK_BYTES = 1 << 20
"""Documents digested together and written in one transaction: so many, or so large."""

UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Document:
    """One file of articles, or some lines of one, and what is known of it beside its bytes."""

    name: str
    """What messages call it."""
    page: Fetched | None
    """Its bytes; None: they could not be had, see `trouble`."""
    published: str | None = None
    """When it was published, if whoever hands it in knows."""
    lines: tuple[int, ...] = ()
    """For JSON lines: the number that each line of the body has in its file."""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was handed in and cannot be read."""

    name: str
    """The file, or `file:line`."""
    reason: str


Parts = list[Digested | Refusal]
"""What a document holds; of JSON lines perhaps each line by itself."""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What a pile of documents came to."""

    read: int = 0
    """Documents, or runs of lines, that could be read."""
    created: int = 0
    revised: int = 0
    duplicates: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    """Articles that were not kept, by reason; what was refused is among them."""
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Ingester:
    """All that taking in documents needs, held together."""

    keeper: Keeper
    workers: Workers
    clock: Clock
    archive: Archive | None = None

    async def ingest(
        self, documents: Iterable[Document], source: Feed
    ) -> AsyncIterator[IngestResult]:
        """Digest and keep the documents, a chunk at a time; yield what each chunk came to."""
        for chunk in _chunks(documents):
            yield await self._chunk(chunk, source)

    async def _chunk(self, chunk: Sequence[Document], source: Feed) -> IngestResult:
        started = self.clock()
        parts, learned = await self._parts(chunk, source, started)
        gathered = replace(
            taken_in(chunk, parts, source, started),
            duration=max(self.clock() - started, timedelta()),
            trace=_trace(chunk, learned) if self.archive else None,
        )
        now = self.clock()
        if self.archive is not None:
            await self.archive.write([gathered], now)
        reports = await self.keeper.keep([gathered], now)
        read = [part for found in parts for part in found if isinstance(part, Digested)]
        return _result(read, [r.poll for r in reports], _refused(parts))

    async def _parts(
        self, chunk: Sequence[Document], source: Feed, now: datetime
    ) -> tuple[list[Parts], Learned]:
        """What each document holds, freed of the furniture that is known of its site."""
        memory = self.keeper.learned
        learned = await memory.known_to(source, now) if memory else NOTHING
        parts = await read_documents(chunk, self.workers, now, learned)
        if memory is None:
            return parts, learned
        made = [p for part in parts for p in part if isinstance(p, Digested)]
        articles = [article for one in made for article in one.articles]
        memory.note(source, articles)
        # only now do we know which sites they are from
        known = await memory.known_of(articles, now)
        if known.keys() <= learned.keys():
            return parts, learned
        return await read_documents(chunk, self.workers, now, known), known


async def ingest_again(
    trace: Trace, source: Feed, started: datetime, workers: Workers
) -> Gathered:
    """The documents of a trace, as they were taken in then."""
    chunk = [Document(p.page.url, p.page, p.published, p.lines) for p in trace.pieces]
    parts = await read_documents(chunk, workers, started, trace.learned)
    return taken_in(chunk, parts, source, started)


async def read_documents(
    chunk: Sequence[Document], workers: Workers, now: datetime, learned: Learned
) -> list[Parts]:
    """What each document holds."""
    reading = (_Reading(workers, now, learned).read(document) for document in chunk)
    return await asyncio.gather(*reading)


def taken_in(
    chunk: Sequence[Document], parts: Sequence[Parts], source: Feed, started: datetime
) -> Gathered:
    """What documents hold, as a poll of their source."""
    read = [part for found in parts for part in found if isinstance(part, Digested)]
    size = sum(_size(document) for document in chunk)
    news = _joined(read, _refused(parts))
    return Gathered(source, started, timedelta(), news, size=size)


def _refused(parts: Sequence[Parts]) -> tuple[Refusal, ...]:
    return tuple(part for found in parts for part in found if isinstance(part, Refusal))


def _trace(chunk: Sequence[Document], learned: Learned) -> Trace:
    pieces = (
        Piece(d.page, published=d.published, lines=d.lines) for d in chunk if d.page is not None
    )
    return Trace(tuple(pieces), learned)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What reading a document needs."""

    workers: Workers
    now: datetime
    learned: Learned

    async def read(self, document: Document) -> Parts:
        """What the document holds; of JSON lines, what each line holds if one of them is bad."""
        if document.page is None:
            return [Refusal(document.name, document.trouble)]
        found = await self._digest(document, document.page)
        if isinstance(found, Digested) or len(document.lines) < 2:
            return [found]
        return [
            await self._digest(
                replace(document, lines=(number,)), replace(document.page, body=line)
            )
            for number, line in zip(document.lines, document.page.body.split(b"\n"), strict=True)
        ]

    async def _digest(self, document: Document, page: Fetched) -> Digested | Refusal:
        digest = self.workers.digest_articles
        try:
            return await digest(page, document.published, self.now, self.learned)
        except (NotAFeedError, UsageError, DigestLimitError, ParseLimitError) as error:
            return _refusal(document, page, error)


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """The documents in runs that are small enough to be held at once."""
    chunk: list[Document] = []
    size = 0
    for document in documents:
        chunk.append(document)
        size += _size(document)
        if len(chunk) == CHUNK or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _size(document: Document) -> int:
    return len(document.page.body) if document.page else 0


def _refusal(document: Document, page: Fetched, error: Exception) -> Refusal:
    """In the words of the parser, but with the file's name and numbers."""
    reason = str(error).removeprefix(f"{page.url}: ")
    if not document.lines:
        return Refusal(document.name, reason)
    return Refusal(f"{document.name}:{document.lines[0]}", reason.removeprefix("line 1: "))


def _joined(parts: Sequence[Digested], refused: Sequence[Refusal]) -> Digested:
    """Several documents as one."""
    rejected: Counter[str] = Counter()
    for part in parts:
        rejected.update(part.rejected)
    if refused:
        rejected[UNREADABLE] += len(refused)
    return Digested(
        kind=FeedKind.INGEST,
        title=None,
        site_url=None,
        language=None,
        items=sum(part.items for part in parts) + len(refused),
        present=(),
        entry_hashes=frozenset(),
        articles=tuple(article for part in parts for article in part.articles),
        rejected=rejected,
    )


def _result(
    read: Sequence[Digested], polls: Sequence[Poll], refused: tuple[Refusal, ...]
) -> IngestResult:
    return IngestResult(
        read=len(read),
        created=sum(p.created for p in polls),
        revised=sum(p.revised for p in polls),
        duplicates=sum(p.duplicates for p in polls),
        rejected=_joined(read, refused).rejected,
        refused=refused,
    )
