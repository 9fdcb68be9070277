"""The nouns that outlive a poll. Read this file first, then `daemon/values.py`.

Every instant is an aware `datetime` in UTC. Every hash is a signed 64-bit integer, so that both
engines can hold it in one column.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

# ---------------------------------------------------------------- feeds and polls


class Outcome(StrEnum):
    """How a poll ended: one per poll, under one name in tables, logs, metrics and tests."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    BLOCKED_ADDRESS = "blocked_address"
    ROBOTS = "robots"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    BAD_HTTP = "bad_http"
    HTTP_STATUS = "http_status"
    REDIRECT = "redirect"
    BAD_ENCODING = "bad_encoding"
    NOT_A_FEED = "not_a_feed"
    PARSE_LIMIT = "parse_limit"
    PARSE_ERROR = "parse_error"
    STORE = "store"
    INTERNAL = "internal_error"

    @property
    def is_success(self) -> bool:
        """Whether the feed answered as a feed should."""
        return self in {Outcome.STORED, Outcome.UNCHANGED, Outcome.EMPTY}


class FeedState(StrEnum):
    """How a feed has been doing, in one word."""

    NEW = "new"
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    DORMANT = "dormant"
    GONE = "gone"


class FullText(StrEnum):
    """Whether the web pages of a feed's articles are asked for their whole text."""

    NEVER = "never"
    IF_SHORT = "if_short"
    """Where the feed has only a part of it, or a few words."""
    ALWAYS = "always"


class SearchScope(StrEnum):
    """Which words of articles can be searched for."""

    OFF = "off"
    TITLES = "titles"
    """Of title and summary."""
    BODIES = "bodies"
    """Of the text, too."""


class FeedKind(StrEnum):
    """What a feed's document is; `INGEST` is the source of articles given by hand."""

    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"
    JSON = "json"
    SITEMAP = "sitemap"
    INGEST = "ingest"


@dataclass(frozen=True, slots=True)
class Validators:
    """What lets the next poll be cheap: sent back byte for byte (RFC 9110, 8.8), or compared."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: int | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to poll and write the feeds of one shard; a later epoch voids it (fencing)."""

    shard: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a feed publishes, as far as we have seen: counts that fade, newest weighing most.

    The counts grow instead of fading: an item at `epoch` counts 1, a later one more, by
    `e ** (seconds since epoch / memory)`. So nothing changes while nothing comes.
    """

    since: datetime
    """Since when we have seen all the feed showed."""
    epoch: datetime
    at: datetime
    """When a document last taught us something; `burst` and `window` are as they were then."""
    week: tuple[float, ...]
    """168 weighted counts: of each hour of a week that starts like the Unix epoch, on Thursday."""
    burst: float = 0.0
    """Items of the last hours, each fading within three."""
    window: float = 0.0
    """The largest number of items the document showed, slowly forgotten."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What a document says about how often to look at it."""

    every: timedelta | None = None
    """RSS `ttl`, or the `sy:` update period divided by its frequency."""
    skip_hours: tuple[int, ...] = ()
    """Hours of the day, UTC, in which nothing is published (RSS 2.0)."""
    skip_days: tuple[int, ...] = ()
    """Days of the week, Monday is 0, on which nothing is published (RSS 2.0)."""


class NextPoll(StrEnum):
    """What decided when a feed is polled next: the term of the rule that bound."""

    WORTH = "worth_a_request"
    """What is expected to wait by then is worth a request."""
    WINDOW = "window_filling"
    """Later, items could roll out of the document unseen."""
    MAX_INTERVAL = "max_interval"
    MIN_INTERVAL = "min_interval"
    GAP = "items_were_lost"
    FRESH = "http_says_fresh"
    TTL = "document_says_ttl"
    SKIP = "document_says_skip"
    RETRY_AFTER = "retry_after"
    HOST_HELD = "host_asked_to_wait"
    THROTTLED = "backoff_throttled"
    ROBOTS = "robots_txt_forbids"
    FAILING = "backoff_failing"
    DORMANT = "backoff_dormant"
    PINGED = "pinged"
    """Its hub says that there is news (WebSub)."""
    SAME_AS = "same_as"
    """Never: it has moved to the address of another feed we follow."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Why a feed is polled next when it is: the reason, and the numbers it came from."""

    reason: NextPoll
    rate: float | None = None
    """Articles a day we believed the feed publishes; None: nothing was seen of it yet."""
    price: float | None = None
    """The article-seconds that a request had to be worth."""
    hint: timedelta | None = None
    """The longest wait the server or the document asked for, followed or not."""
    hints_ignored: int = 0
    """How often so far such a wait was not believed."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two polls a feed showed other items altogether: some were probably never seen."""

    feed_id: int
    after: datetime
    before: datetime
    estimated_items: int


class TakeoverSign(StrEnum):
    """What, beside all its entries, is another at once about a feed that changed hands."""

    TITLE = "title"
    LANGUAGE = "language"
    SITES = "sites"
    """The sites that its entries lead to."""
    ABSENCE = "absence"
    """It had not answered for long."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """At a poll an address showed another feed altogether; nobody has looked at it yet."""

    feed_id: int
    at: datetime
    signs: tuple[TakeoverSign, ...]
    title_before: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What stood in the last document of a feed."""

    guids: frozenset[int]
    """guid_hash of every entry."""
    articles: frozenset[int]
    """Their articles."""
    languages: tuple[str, ...] = ()
    """Of each article."""
    sites: frozenset[str] = frozenset()
    """Registrable domains that the articles lead to."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a request has to be worth, and what steering it needs to remember."""

    mu: float
    """Article-seconds: articles, times the seconds they are expected to have waited."""
    at: datetime
    since: datetime
    """When this process began to steer: the younger, the quicker it corrects."""
    requests: float = 0.0
    """Requests a feed a day, smoothed."""
    delay: float | None = None
    """Mean seconds from publication to our row, smoothed; None: nothing came yet."""


@dataclass(frozen=True, slots=True)
class Move:
    """A permanent redirect (301, 308) that every poll of a feed has confirmed since."""

    to: str
    since: datetime
    polls: int = 1


def is_among(hashes: frozenset[int], entry_hash: int) -> bool:
    """Whether a raw entry is one of those remembered, whole or by the low 32 bits."""
    return entry_hash in hashes or entry_hash & 0xFFFFFFFF in hashes


Headers = tuple[tuple[str, str], ...]
"""Names and values that an operator has us send for a feed; secrets, as a rule."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A source we poll, and what we remember of the last time."""

    id: int
    url: str
    shard: int = 0
    kind: FeedKind | None = None
    title: str | None = None
    site_url: str | None = None
    language: str | None = None
    labels: tuple[str, ...] = ()
    headers: Headers = field(default=(), repr=False)
    """Sent to the origin of `url` and to no other."""
    full_text: FullText | None = None
    """None: as the settings say for all feeds."""
    state: FeedState = FeedState.NEW
    validators: Validators = field(default_factory=Validators)
    entry_hashes: frozenset[int] = frozenset()
    """Hashes of the raw entries of the last documents: what is in here is only counted.

    Of some documents only the low 32 bits of each hash are kept; ask `remembers`, not `in`.
    """
    failures: int = 0
    """Failed polls in a row."""
    interval: timedelta | None = None
    """The polling interval in force; None before the first poll."""
    next_poll_at: datetime | None = None
    """None: never by itself (a source of articles given by hand, or a removed feed)."""
    plan: Plan | None = None
    """Why it is polled then; None: it is new."""
    rhythm: Rhythm | None = None
    hints: Hints = field(default_factory=Hints)
    distrusted_until: datetime | None = None
    """Until then its validators are not sent: its server said 304 while the body had changed."""
    move: Move | None = None
    """Where it says it has moved; it is polled at `url` until that is adopted."""
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None

    def remembers(self, entry_hash: int) -> bool:
        """Whether a raw entry with this hash stood in one of the last documents."""
        return is_among(self.entry_hashes, entry_hash)


@dataclass(frozen=True, slots=True)
class Due:
    """When a feed is to be polled, and how much it publishes."""

    feed_id: int
    at: datetime
    rate: float | None
    """Articles a day; None: nothing was seen of it yet."""
    is_proven: bool = True
    """Whether it answered when it was last asked."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """The wish to follow a feed, as an operator or an OPML outline states it."""

    url: str
    title: str | None = None
    site_url: str | None = None
    labels: tuple[str, ...] = ()
    headers: Headers = field(default=(), repr=False)
    """Those to set; one with an empty value is to be taken away."""
    full_text: FullText | None = None
    """None: leave it as it is."""


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll of one feed came to; exactly one row a poll."""

    feed_id: int
    started_at: datetime
    duration: timedelta
    outcome: Outcome
    http_status: int | None = None
    size: int = 0
    """Bytes of the decoded body."""
    items: int = 0
    """Entries in the document: known + created + revised + duplicates + rejected."""
    created: int = 0
    revised: int = 0
    duplicates: int = 0
    """Entries that turned out to be articles we hold, unchanged."""
    rejected: int = 0
    error: str | None = None
    """One printable line of 500 characters at most, without credentials."""
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Why entries were rejected: reason -> count."""


class HubState(StrEnum):
    """Where a subscription at a hub stands."""

    WANTED = "wanted"
    ACTIVE = "active"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class HubSubscription:
    """Our wish that a hub tells us when a feed has news (W3C WebSub)."""

    feed_id: int
    hub: str
    topic: str
    """The address under which the hub knows the feed."""
    token: str
    """The unguessable last part of our callback address."""
    secret: str
    """What the hub signs its pings with."""
    state: HubState
    next_at: datetime
    """When the hub is to be asked, for the first time or again."""
    expires_at: datetime | None = None
    """End of the lease the hub gave."""


# ---------------------------------------------------------------- articles


class Precision(StrEnum):
    """How exactly a publication time is known."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    NONE = "none"


class DateSource(StrEnum):
    """Who said when an article was published."""

    JSON_LD = "json_ld"
    META = "meta"
    FEED = "feed"
    SITEMAP = "sitemap"
    HTML = "html"
    URL = "url"
    DATELINE = "dateline"
    BODY_TRAILING = "body_trailing"
    FIRST_SEEN = "first_seen"


class TextSource(StrEnum):
    """Where the text of an article was read."""

    FEED = "feed"
    PAGE = "page"
    """On its own web page, because its feed has but a part of it."""


NO_FULL_TEXT = "no_full_text"
"""Quality of an article whose page was asked for its text, and had none or could not be had."""


class Zone(StrEnum):
    """Whether the time zone of a publication time was written, or taken to be UTC."""

    EXPLICIT = "explicit"
    ASSUMED = "assumed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Published:
    """When an article was published, and how we know. `at` is None rather than invented."""

    at: datetime | None = None
    precision: Precision = Precision.NONE
    source: DateSource = DateSource.FIRST_SEEN
    zone: Zone = Zone.NONE
    raw: str | None = None


class GaveWay(StrEnum):
    """Why a date that was stated is not the one an article has."""

    BETTER_SOURCE = "better_source"
    UNREADABLE = "unreadable"
    FUTURE = "future"
    ANCIENT = "ancient"
    FEED_SAYS_NOW = "feed_says_now"
    """Every entry of its feed is dated to the moment the feed was asked."""
    FEED_SAYS_ONE = "feed_says_one"
    """Every entry of its feed has the same date: that of the document."""


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date that something said of an article, and why it gave way to another."""

    raw: str
    source: DateSource
    because: GaveWay
    at: datetime | None = None
    precision: Precision = Precision.NONE
    zone: Zone = Zone.NONE


@dataclass(frozen=True, slots=True)
class Article:
    """One news article as we keep it: clean text, absolute http(s) addresses, a dated origin."""

    url: str | None
    canonical_url: str | None
    host: str | None
    """Host of the canonical URL."""
    site: str | None
    """Registrable domain of the host (Public Suffix List), for questions of authority."""
    title: str
    summary: str | None
    text: str
    html: str
    language: str = "und"
    """A BCP 47 primary subtag, or `und`."""
    authors: tuple[str, ...] = ()
    section: str | None = None
    image_url: str | None = None
    word_count: int = 0
    published: Published = field(default_factory=Published)
    quality: tuple[str, ...] = ()
    """Flags, such as `future_date` or `truncated_text`; empty when nothing is odd."""
    furniture: tuple[str, ...] = ()
    """Lines that stood in the text and belong to its site: sign-ups, pointers, credits."""
    other_dates: tuple[StatedDate, ...] = ()
    """Dates that were stated, too, and gave way to `published`."""
    edges: tuple[int, ...] = ()
    """Hashes of the lines it began and ended with, from which furniture is learned."""
    text_source: TextSource = TextSource.FEED


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What makes two articles the same: by address and by words."""

    url_hash: int | None
    content_hash: int | None
    """Of the normalised words of the text; None below eight words, which prove nothing."""
    item_hash: int
    """Of title, text and summary as kept: whether anything a reader sees has changed."""
    public_id: str
    """32 hex digits; the same article ingested again gets the same."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What two articles are compared by, without their texts. Arrays as bytes, little-endian."""

    words: int
    sketch: bytes
    """32-bit hashes of runs of four words, rising; of a long text one in four."""
    lead: bytes
    """32-bit hashes of some runs of its beginning."""
    names: bytes
    """16-bit hashes of its names and numbers, in their order."""


CROWDED = 60
"""Articles under one key beyond which it is boilerplate: it leads nowhere, and is kept no more."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a new text may be like: under which keys, and by which marks."""

    keys: tuple[int, ...]
    """Signed 32-bit hashes under which it is looked for and found again."""
    marks: Marks
    head: bytes
    """32-bit hashes of all runs of its beginning; needed once, never stored."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The words that tell what an article is about, each with how often it says them."""

    hashes: bytes
    """32 bits each, rising."""
    counts: bytes
    """8 bits each."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entry of a feed, as that feed names it; identity inside a feed is (feed, guid_hash)."""

    guid: str
    guid_hash: int
    url: str | None
    title: str


class TopicSource(StrEnum):
    """What kind of evidence made a topic."""

    LEXICON = "lexicon"
    RULE = "rule"
    FEED = "feed"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of an article, how sure we are, and the words that made it."""

    topic_id: str
    """`medtop:...` (IPTC Media Topics) or `user:...`."""
    label: str
    score: float
    """0..1."""
    source: TopicSource
    level: int = 1
    evidence: Mapping[str, int] = field(default_factory=dict)
    """Term -> how often it was found."""
    taxonomy_version: str = ""
    tagger_version: str = ""


class EntityType(StrEnum):
    """What kind of thing a name is of."""

    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    PRODUCT = "product"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Entity:
    """Whom or what an article names, under one name."""

    entity_id: str
    """Wikidata QID, `geonames:` and a number, or a key of our own (`newsd:person/...`)."""
    name: str
    """Canonical, or as the article first writes it in full."""
    type: EntityType
    mentions: int
    in_title: bool
    written: tuple[str, ...] = ()
    """The forms found; not stored."""


@dataclass(frozen=True, slots=True)
class TaggedArticle:
    """An article ready to be judged and saved."""

    article: Article
    fingerprint: Fingerprint
    sighting: Sighting
    topics: tuple[Topic, ...] = ()
    likeness: Likeness | None = None
    """None: it has too few words to be like anything."""
    terms: Terms | None = None
    origin: bytes = b""
    """What it was made of, packed; empty: nobody kept it."""
    entities: tuple[Entity, ...] = ()


# ---------------------------------------------------------------- judging


@dataclass(frozen=True, slots=True)
class Known:
    """An article the database already holds, as far as judging needs it."""

    article_id: int
    feed_id: int
    """The feed that first brought it."""
    site: str | None
    canonical_url: str | None
    title: str
    fingerprint: Fingerprint
    revision: int = 1
    published_raw: str | None = None
    duplicate_of: int | None = None
    story_id: int | None = None
    is_deleted: bool = False
    """Retracted: it does not come back, and nothing is a copy of it."""
    text_source: TextSource = TextSource.FEED
    word_count: int = 0


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the database holds that the articles in hand may turn out to be."""

    sightings: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """(feed id, guid hash) -> article id."""
    articles: Mapping[int, Known] = field(default_factory=dict)
    postings: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """Key of a likeness -> the articles under it, for the keys of the articles in hand."""
    marks: Mapping[int, Sequence[Marks]] = field(default_factory=dict)
    """Of the held articles that share most keys with those in hand: of their first text, and of
    the last where that is another."""


class Relation(StrEnum):
    """How a copy relates to the article it copies."""

    EXACT = "exact"
    NEAR = "near"
    TRUNCATED = "truncated"
    EXPANDED = "expanded"
    RESPUN = "respun"


@dataclass(frozen=True, slots=True)
class Alike:
    """How one text is like another, and what that was seen from."""

    relation: Relation
    similarity: float
    """0..1."""
    evidence: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Copy:
    """An article with a row of its own that tells what another one told first."""

    of: int
    """The first of its group."""
    alike: Alike
    compared_with: int
    """The member of the group that it is most like."""


@dataclass(frozen=True, slots=True)
class Created:
    """We did not hold this article."""

    article_id: int
    copy: Copy | None = None
    flags: tuple[str, ...] = ()
    """Added to the article's quality, such as `identity_conflict`."""


@dataclass(frozen=True, slots=True)
class Revised:
    """A newer text of an article we hold."""

    article_id: int
    changed_fields: tuple[str, ...]
    story_id: int | None = None


@dataclass(frozen=True, slots=True)
class Repeated:
    """An article we hold already, with nothing new for its readers."""

    article_id: int


Verdict = Created | Revised | Repeated


@dataclass(frozen=True, slots=True)
class Judged:
    """One entry of one feed, and what it is to us."""

    feed_id: int
    tagged: TaggedArticle
    verdict: Verdict


# ---------------------------------------------------------------- stories


@dataclass(frozen=True, slots=True)
class Member:
    """An article by which its story is found: an original of the last days."""

    seq: int
    """Number of the change that put it there."""
    article_id: int
    story_id: int
    at: datetime
    """When it was published, or first seen."""
    vector: bytes
    """Its weightiest terms: 32-bit hashes, rising, then as many 8-bit weights."""


@dataclass(frozen=True, slots=True)
class Place:
    """The story of a new article, and why."""

    article_id: int
    story_id: int
    """The id of the article that began the story: its own, if it begins one."""
    vector: bytes = b""
    """Empty: it is a copy, by which no story is found."""
    similarity: float = 0.0
    """To the nearest articles of the story; 0 for one that begins it."""
    nearest: tuple[int, ...] = ()
    """Articles of the story it is most like."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Two stories turned out to be one."""

    story_id: int
    """Is no more."""
    into: int


@dataclass(frozen=True, slots=True)
class Placed:
    """What new articles did to stories."""

    places: tuple[Place, ...] = ()
    """Of each new article, as it is after the merges."""
    merges: tuple[Merge, ...] = ()
    """In the order in which they were seen."""


# ---------------------------------------------------------------- changes


class ChangeKind(StrEnum):
    """What happened to an article, as readers of the change log see it."""

    CREATED = "created"
    REVISED = "revised"
    MERGED = "merged"
    TAGGED = "tagged"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the change log. A lower `seq` never appears after a higher one."""

    seq: int
    kind: ChangeKind
    article_id: int
    at: datetime
    story_id: int | None = None
    changed_fields: tuple[str, ...] = ()
