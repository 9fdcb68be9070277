"""Remember what a poll is made of while it is made, so that it can be made again."""

from collections.abc import Awaitable, Callable

from daemon.fetch import Fetcher
from daemon.values import NOTHING, Failed, Fetched, FetchResult, Learned, Piece, Trace
from storage.values import Feed, Outcome


class Tracer:
    """Asks for what a document leads to, and for what is known of its sites; notes the answers."""

    def __init__(self, fetcher: Fetcher, learned: Callable[[], Awaitable[Learned]]) -> None:
        self._fetcher = fetcher
        self._ask = learned
        self._pieces: list[Piece] = []
        self._learned: Learned = NOTHING

    @property
    def max_bytes(self) -> int:
        """As the fetcher's."""
        return self._fetcher.max_bytes

    async def fetch(self, feed: Feed) -> FetchResult:
        """As the fetcher's."""
        result = await self._fetcher.fetch(feed)
        if isinstance(result, Fetched):
            self._pieces.append(Piece(result, asked=feed.url))
        return result

    async def learned(self) -> Learned:
        """The furniture that is known of the document's sites."""
        self._learned = await self._ask()
        return self._learned

    def trace(self, page: Fetched) -> Trace:
        """All that was asked for beside the feed's own page."""
        return Trace((Piece(page), *self._pieces), self._learned)


class Retracer:
    """Answers as a tracer was answered, and asks nobody."""

    def __init__(self, trace: Trace, max_bytes: int) -> None:
        self._trace = trace
        self.max_bytes = max_bytes

    async def fetch(self, feed: Feed) -> FetchResult:
        """The answer that came then; a document that did not come then does not come now."""
        found = (piece.page for piece in self._trace.pieces if piece.asked == feed.url)
        return next(found, None) or Failed(Outcome.CONNECT, "not in the archive")

    async def learned(self) -> Learned:
        """What was known then."""
        return self._trace.learned
