"""Take articles given by hand through the same belt as those of feeds."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from daemon.clock import Clock
from daemon.errors import DigestLimitError, NotAFeedError, ParseLimitError, UsageError
from daemon.keep import Keeper
from daemon.values import Digested, Fetched, Gathered
from daemon.workers import Workers
from storage.values import Feed, FeedKind, Poll

CHUNK = 50
"""Documents digested together and written in one transaction."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file of articles, and what is known of it beside its bytes."""

    name: str
    """What messages call it."""
    page: Fetched
    published: str | None = None
    """When it was published, if whoever hands it in knows."""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What a pile of documents came to."""

    documents: int = 0
    created: int = 0
    revised: int = 0
    duplicates: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    """Documents that could not be read: `name: reason`."""


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
        pile = iter(documents)
        while chunk := list(islice(pile, CHUNK)):
            yield await self._chunk(chunk, source)

    async def _chunk(self, chunk: Sequence[Document], source: Feed) -> IngestResult:
        started = self.clock()
        digested = await asyncio.gather(*(self._digest(document) for document in chunk))
        news = _joined([d for d in digested if isinstance(d, Digested)])
        refused = tuple(d for d in digested if isinstance(d, str))
        gathered = Gathered(
            source,
            started,
            max(self.clock() - started, timedelta()),
            news,
            size=sum(len(d.page.body) for d in chunk),
        )
        reports = await self.keeper.keep([gathered], self.clock())
        return _result(len(chunk), [r.poll for r in reports], news, refused)

    async def _digest(self, document: Document) -> Digested | str:
        """What the document holds, or why it cannot be read."""
        try:
            return await self.workers.digest_articles(
                document.page, document.published, self.clock()
            )
        except (NotAFeedError, UsageError, DigestLimitError, ParseLimitError) as error:
            return f"{document.name}: {error}"


def _joined(parts: Sequence[Digested]) -> Digested:
    """Several documents as one."""
    rejected: Counter[str] = Counter()
    for part in parts:
        rejected.update(part.rejected)
    return Digested(
        kind=FeedKind.INGEST,
        title=None,
        site_url=None,
        language=None,
        items=sum(part.items for part in parts),
        present=(),
        entry_hashes=frozenset(),
        articles=tuple(article for part in parts for article in part.articles),
        rejected=rejected,
    )


def _result(
    documents: int, polls: Sequence[Poll], news: Digested, refused: tuple[str, ...]
) -> IngestResult:
    return IngestResult(
        documents=documents,
        created=sum(p.created for p in polls),
        revised=sum(p.revised for p in polls),
        duplicates=sum(p.duplicates for p in polls),
        rejected=news.rejected,
        refused=refused,
    )
