"""The nouns that live for one poll. Read `storage/values.py` first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from storage.values import (
    DateSource,
    Feed,
    FeedKind,
    Gap,
    GaveWay,
    Hints,
    Lease,
    Likeness,
    Outcome,
    Poll,
    TaggedArticle,
    Takeover,
    Terms,
    Validators,
)


@dataclass(frozen=True, slots=True)
class Fresh:
    """How long an answer stays fresh (RFC 9111, 4.2)."""

    span: timedelta
    """What is left of it."""
    is_cached: bool = False
    """Whether a shared cache answered, which will say the same until then."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The server sent a whole body, decoded from its transfer and content codings."""

    url: str
    """The address that answered, after redirects."""
    body: bytes
    content_type: str = ""
    """The Content-Type header as sent, or empty."""
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None
    fresh: Fresh | None = None
    is_delta: bool = False
    """Whether it holds only what is new since our ETag (226 IM Used, RFC 3229)."""
    links: tuple[str, ...] = ()
    """Its Link headers (RFC 8288)."""
    moved_to: str | None = None
    """The address that answered, if every redirect that led there was permanent (301, 308)."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says nothing changed (RFC 9110, 15.4.5)."""

    fresh: Fresh | None = None
    moved_to: str | None = None
    """As for `Fetched`."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A poll that brought nothing, for a reason we expected could happen."""

    outcome: Outcome
    detail: str
    """One printable line, without credentials."""
    http_status: int | None = None
    retry_after: timedelta | None = None
    is_garbled: bool = False
    """What came is no HTTP, as when a body follows a head that has none."""


FetchResult = Fetched | NotModified | Failed


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as its source wrote it: nothing cleaned, nothing guessed; empty is None."""

    guid: str | None = None
    link: str | None = None
    title: str | None = None
    summary: str | None = None
    content: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    published_source: DateSource = DateSource.FEED
    """Where `published` was found."""
    updated: str | None = None
    categories: tuple[str, ...] = ()
    enclosures: tuple[str, ...] = ()
    image: str | None = None
    language: str | None = None
    base: str | None = None
    """What relative addresses in this entry are relative to; None: the document's address."""
    other_dates: tuple[tuple[str, DateSource], ...] = ()
    """Of a web page: what else it says of when it was published, and where, best first."""


@dataclass(frozen=True, slots=True)
class Masthead:
    """What is known of an entry from the document it stood in."""

    kind: FeedKind
    url: str
    at: datetime
    """When the document was fetched: a date beyond is not believed."""
    title: str | None = None
    site_url: str | None = None
    language: str | None = None
    ending: str | None = None
    """How most of its titles end, which may be the name of its outlet."""
    doubt: GaveWay | None = None
    """Why its own dates are not believed."""


@dataclass(frozen=True, slots=True)
class Origin:
    """All that an article is made of, so that it can be made again."""

    masthead: Masthead
    entry: Entry
    name: str
    """What its feed calls the entry, seen over the whole document."""
    address_is_shared: bool = False
    """Whether its address stands for several articles, and so identifies none."""
    page: Entry | None = None
    """What its own web page says, if that was asked."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a text is compared by."""

    content_hash: int | None
    item_hash: int
    likeness: Likeness | None


@dataclass(frozen=True, slots=True)
class Marked:
    """What a stored article is compared by, read from its texts anew."""

    now: Mark
    first: Mark
    """By its first text: that decides of what it is a copy."""
    terms: Terms
    """Of its first text, too."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A sitemap that a sitemap index names."""

    url: str
    stated: str | None = None
    """When it was changed, as the index says it."""
    changed: datetime | None = None
    """It was not changed after this; None: nobody says."""
    is_exact: bool = False
    """Whether that is known to the minute, so that the next change cannot look like this one."""


class Reader(StrEnum):
    """Which reader of XML a document went through; counted under these names."""

    FAST = "fast"
    FEEDPARSER = "feedparser"


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A whole document as it was written."""

    kind: FeedKind
    url: str
    title: str | None = None
    site_url: str | None = None
    language: str | None = None
    ttl: timedelta | None = None
    hints: Hints = field(default_factory=Hints)
    entries: tuple[Entry, ...] = ()
    sitemaps: tuple[Listed, ...] = ()
    """Of a sitemap index, in its order; it has no entries of its own."""
    damaged: str | None = None
    """Why the document is not well-formed, if it is not; what could be read is in `entries`."""
    rejected: Mapping[str, int] = field(default_factory=dict)
    """Items that could not even be read as entries: reason -> count."""
    reader: Reader | None = field(default=None, compare=False)
    declined: str | None = field(default=None, compare=False)
    """Why the fast reader left the document to feedparser."""


Learned = Mapping[str, frozenset[int]]
"""Site -> hashes of the lines that recur on its articles."""
NOTHING: Learned = {}


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that cannot become an article."""

    reason: str
    """Counted under this name, such as `nothing_to_read`."""


OVER_MAX_ENTRIES = "over_max_entries"
"""Why an entry is left for the next poll: the document holds too many new ones at once."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article on its way to be judged, and who brings it."""

    feed_id: int
    feed_site: str | None
    """Registrable domain of the feed's server, for questions of authority."""
    tagged: TaggedArticle


@dataclass(frozen=True, slots=True)
class HubLinks:
    """Who would tell us of a feed's news, and what it calls the feed (W3C WebSub, 4)."""

    hub: str
    topic: str


@dataclass(frozen=True, slots=True)
class Digested:
    """What a document holds, ready to be judged."""

    kind: FeedKind
    title: str | None
    site_url: str | None
    language: str | None
    items: int
    present: tuple[int, ...]
    """guid_hash of every entry of the document, in its order."""
    entry_hashes: frozenset[int]
    """Hash of every raw entry of the document."""
    articles: tuple[TaggedArticle, ...]
    """Only of entries that were not in the last document as they are now."""
    rejected: Mapping[str, int] = field(default_factory=dict)
    damaged: str | None = None
    hints: Hints = field(default_factory=Hints)
    is_delta: bool = False
    """Whether what is not in it may still stand in the feed."""
    hub: HubLinks | None = None
    site: str | None = None
    """Registrable domain of the server that sent it: whose word it is."""
    reader: Reader | None = None
    """None for a format that is not XML, and for sitemaps."""
    declined: str | None = None
    sitemaps: tuple[Listed, ...] = ()
    """Of a sitemap index: those of its site, newest first; once they are read, those that were."""
    pages: Mapping[str, int] = field(default_factory=dict)
    """What asking for the web pages of its articles came to: outcome -> count."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The document is the one we already have: by 304, or by an equal body hash."""


News = Digested | Unchanged | Failed


@dataclass(frozen=True, slots=True)
class Piece:
    """A document that a poll was made of, as it was received and decoded."""

    page: Fetched
    asked: str | None = None
    """Of a sitemap that an index names: the address there."""
    entry: int | None = None
    """Of a web page: the guid_hash of the entry that it belongs to."""
    published: str | None = None
    """Of a file that somebody handed in: when it was published, if they said."""
    lines: tuple[int, ...] = ()
    """Of JSON lines: the number of each in its file."""


@dataclass(frozen=True, slots=True)
class Trace:
    """All that a poll was made of beside what its feed's row says: enough to make it again."""

    pieces: tuple[Piece, ...]
    """The feed's own document first, then sitemaps and web pages; or the files handed in."""
    learned: Learned = field(default_factory=dict)
    """The furniture that was known when the document was digested,"""
    learned_later: Learned = field(default_factory=dict)
    """and when the web pages were read."""
    unread: Mapping[int, tuple[str, bool]] = field(default_factory=dict)
    """guid_hash of entries whose pages gave no text: why, and whether asking again is no use."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one feed told us, digested and not yet judged."""

    feed: Feed
    started_at: datetime
    duration: timedelta
    news: News
    http_status: int | None = None
    size: int = 0
    validators: Validators = field(default_factory=Validators)
    """Those of the answer; remembered only when the answer was a whole, recognised document."""
    lease: Lease | None = None
    fresh: Fresh | None = None
    lied: bool = False
    """Its validators are of no use: it says 304 to them although the body has changed, or cannot
    say 304 in a way that can be read.
    """
    moved_to: str | None = None
    """Where permanent redirects led, if nothing else did."""
    pause: float = 0.0
    """Seconds that the host wants between two requests (Crawl-delay); 0: it did not say."""
    more_requests: int = 0
    """Documents that were asked for beside the feed's own."""
    trace: Trace | None = field(default=None, repr=False)
    """None: nobody wants it, or the poll brought nothing."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What a poll brought that tells when its feed publishes."""

    dates: tuple[datetime | None, ...] = ()
    """For each new article when it was published, as far as that is known to the minute."""
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What a while of polling cost and brought."""

    feeds: int
    """How many are followed."""
    polls: int
    delays: tuple[float, ...] = ()
    """Seconds from publication to our row, of each new article that was dated."""


@dataclass(frozen=True, slots=True)
class PollReport:
    """What one poll came to, for logs, metrics, progress and the scheduler."""

    feed: Feed
    """The feed as it is now remembered."""
    poll: Poll
    hub: HubLinks | None = None
    """The hub that the document names."""
    delays: tuple[float, ...] = ()
    """Seconds from publication to our row, of created articles; none at a feed's first poll."""
    gap: Gap | None = None
    """Since the last poll, entries were probably lost."""
    held_until: datetime | None = None
    """The host asked us to leave all its feeds alone until then."""
    takeover: Takeover | None = None
    """It seems to be another feed altogether."""
    moved_from: str | None = None
    """The address it had until this poll, if that was the last one there."""
    pages: Mapping[str, int] = field(default_factory=dict)
    """As in `Digested`."""
