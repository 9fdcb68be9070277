"""Take articles given by hand through the same belt as those of feeds."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from daemon.clock import Clock
from daemon.errors import DigestLimitError, NotAFeedError, ParseLimitError, UsageError
from daemon.keep import Keeper
from daemon.values import NOTHING, Digested, Fetched, Gathered, Learned
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

    async def ingest(
        self, documents: Iterable[Document], source: Feed
    ) -> AsyncIterator[IngestResult]:
        """Digest and keep the documents, a chunk at a time; yield what each chunk came to."""
        for chunk in _chunks(documents):
            yield await self._chunk(chunk, source)

    async def _chunk(self, chunk: Sequence[Document], source: Feed) -> IngestResult:
        started = self.clock()
        parts = await self._parts(chunk, source)
        read = [part for found in parts for part in found if isinstance(part, Digested)]
        refused = tuple(part for found in parts for part in found if isinstance(part, Refusal))
        gathered = Gathered(
            source,
            started,
            max(self.clock() - started, timedelta()),
            _joined(read, refused),
            size=sum(_size(document) for document in chunk),
        )
        reports = await self.keeper.keep([gathered], self.clock())
        return _result(read, [r.poll for r in reports], refused)

    async def _parts(
        self, chunk: Sequence[Document], source: Feed
    ) -> list[list[Digested | Refusal]]:
        """What each document holds, freed of the furniture that is known of its site."""
        memory, now = self.keeper.learned, self.clock()
        learned = await memory.known_to(source, now) if memory else NOTHING
        parts = await asyncio.gather(*(self._read(document, learned) for document in chunk))
        if memory is None:
            return parts
        made = [p for part in parts for p in part if isinstance(p, Digested)]
        articles = [article for one in made for article in one.articles]
        memory.note(source, articles)
        # only now do we know which sites they are from
        known = await memory.known_of(articles, now)
        if known.keys() <= learned.keys():
            return parts
        return await asyncio.gather(*(self._read(document, known) for document in chunk))

    async def _read(self, document: Document, learned: Learned) -> list[Digested | Refusal]:
        """What the document holds; of JSON lines, what each line holds if one of them is bad."""
        if document.page is None:
            return [Refusal(document.name, document.trouble)]
        found = await self._digest(document, document.page, learned)
        if isinstance(found, Digested) or len(document.lines) < 2:
            return [found]
        return [
            await self._digest(
                replace(document, lines=(number,)), replace(document.page, body=line), learned
            )
            for number, line in zip(document.lines, document.page.body.split(b"\n"), strict=True)
        ]

    async def _digest(
        self, document: Document, page: Fetched, learned: Learned
    ) -> Digested | Refusal:
        now = self.clock()
        try:
            return await self.workers.digest_articles(page, document.published, now, learned)
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
