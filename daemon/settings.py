"""Settings: everything that can be set, checked whole, frozen from then on.

What a setting means stands beside it, once: `newsd config init` and `config/newsd.toml` are
written from these descriptions. Where values come from is `daemon/configuration.py`.
"""

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from storage.values import FullText, SearchScope

_SPAN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*")
_SPAN_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = timedelta(days=3660)
_SIZE = re.compile(r"\s*(\d+)\s*(B|KiB|MiB|GiB)?\s*")
_SIZE_UNITS = {None: 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def _span(value: Any) -> Any:
    """`"30s"`, `"1h 30m"`: a number needs its unit, so that nobody has to guess it."""
    if not isinstance(value, str):
        if isinstance(value, timedelta):
            return value
        raise ValueError('a time span is text with a unit, such as "30s", "5m", "24h" or "7d"')
    if not value.strip() or _SPAN.sub("", value):
        raise ValueError('write a time span as "30s", "5m", "24h" or "7d"')
    seconds = sum(float(n) * _SPAN_UNITS[u] for n, u in _SPAN.findall(value))
    if seconds > _LONGEST.total_seconds():
        raise ValueError("a time span of more than ten years")
    return timedelta(seconds=seconds)


def _span_or_none(value: Any) -> Any:
    """Empty text is how a TOML file says that there is none."""
    return None if value in {None, ""} else _span(value)


def _size(value: Any) -> Any:
    """`8388608` or `"8 MiB"`."""
    if not isinstance(value, str):
        return value
    match = _SIZE.fullmatch(value)
    if not match:
        raise ValueError('write a size in bytes, or as "512 KiB" or "8 MiB"')
    return int(match[1]) * _SIZE_UNITS[match[2]]


def _listed(value: Any) -> Any:
    """A list, or text with commas, as the environment gives it."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(value) if isinstance(value, list) else value


def _file(value: Any) -> Any:
    """No file may be written as `""`, which the environment cannot say otherwise."""
    return None if value == "" else value


def _header(value: str) -> str:
    """Text that may stand in a request: a line end in it would begin another header."""
    if not value.isprintable():
        raise ValueError("holds characters that cannot be sent in a request")
    return value


def _bind(value: str) -> str:
    if value and int(value.rpartition(":")[2]) > 65535:
        raise ValueError("a port is a number up to 65535")
    return value


def _token(value: str) -> str:
    """One that cannot be guessed and can be sent in a header."""
    if value and (len(value) < 16 or not value.isascii() or not value.isprintable()):
        raise ValueError("a token has at least 16 printable ASCII characters")
    if " " in value:
        raise ValueError("a token has no blanks")
    return value


def _network(value: Any) -> Any:
    return ip_network(value) if isinstance(value, str) else value


Span = Annotated[timedelta, BeforeValidator(_span)]
Size = Annotated[int, BeforeValidator(_size), Field(gt=0, le=1 << 30)]
Origin = Annotated[str, Field(pattern=r"^https?://[^\s/]+$")]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
OptionalFile = Annotated[Path | None, BeforeValidator(_file)]
Networks = Annotated[tuple[Network, ...], BeforeValidator(_listed)]

OptionalSpan = Annotated[timedelta | None, BeforeValidator(_span_or_none)]

RespectHints = Literal["plausible", "strict", "never"]
RespectRobots = Literal["pages", "all", "never"]

_AT_LEAST_A_SECOND = Field(ge=timedelta(seconds=1))
_HOUR, _TWO_DAYS = timedelta(hours=1), timedelta(days=2)


class _Section(BaseModel):
    """A slice of the settings, handed to whoever needs it and to nobody else."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(_Section):
    """Where articles are kept."""

    url: str = Field(
        default="sqlite:///newsd.db",
        description="sqlite:///file.db (embedded, migrates itself) or postgresql://user@host/name "
        "(several replicas). DATABASE_URL in the environment sets it too.",
    )
    keep_origins: Span = Field(
        default=timedelta(days=30),
        description="How long the entries are kept that articles were made of, so that newsd "
        'reprocess can make them again (about 1 kB an article); "0s": not at all.',
    )


class FetchSettings(_Section):
    """How we behave on other people's servers."""

    user_agent: Annotated[str, AfterValidator(_header)] = Field(
        default="newsd/0.1 (news ingestion daemon; set fetch.user_agent to name its operator)",
        description="Sent with every request. Put an address in it at which a publisher can "
        "reach you.",
        min_length=1,
    )
    timeout: Annotated[Span, _AT_LEAST_A_SECOND] = Field(
        default=timedelta(seconds=30),
        description="The whole of a fetch, redirects included, may take this long.",
    )
    max_bytes: Size = Field(
        default=8 << 20,
        description="A document larger than this, after decompression, is refused.",
    )
    max_redirects: int = Field(
        default=5,
        description="Redirects followed in one fetch, each checked like the first.",
        ge=0,
    )
    allow_networks: Networks = Field(
        default=(),
        description="Networks that may be connected to although they are not public, such as "
        '["127.0.0.1/32"].',
    )
    proxy: str = Field(
        default="",
        description="A proxy for every request, such as http://proxy.example.org:3128; its "
        "address must be public or in allow_networks. It alone then knows which addresses names "
        'lead to: have it refuse private ones. "": none, whatever the environment says.',
        pattern=r"^$|^http://[^\s/?#]+/?$",
    )
    robots: RespectRobots = Field(
        default="pages",
        description="Whose robots.txt is heeded: pages (asked for addresses that nobody gave us; "
        "feeds are published to be polled), all (feeds too) or never.",
    )
    concurrency: int = Field(
        default=32, description="Polls under way at once, over all hosts.", ge=1, le=1000
    )
    per_host: int = Field(
        default=2, description="Polls under way at once on one host.", ge=1, le=100
    )
    host_rate: float = Field(
        default=2.0,
        description="Requests a second to one host, shared by all its feeds (a few at once are "
        "free); fewer while it refuses (429, 403, 503) or takes longer than it used to.",
        ge=0.01,
        le=1000,
    )


class ScheduleSettings(_Section):
    """How often we look."""

    requests_per_day: float = Field(
        default=48,
        description="Requests a feed may cost a day on average over all feeds; a busy feed gets "
        "more of them, a quiet one fewer.",
        gt=0,
    )
    min_interval: Annotated[Span, _AT_LEAST_A_SECOND] = Field(
        default=timedelta(minutes=2), description="No feed is polled more often than this."
    )
    max_interval: Annotated[Span, _AT_LEAST_A_SECOND] = Field(
        default=timedelta(hours=24), description="No healthy feed is polled less often than this."
    )
    max_backoff: Annotated[Span, _AT_LEAST_A_SECOND] = Field(
        default=timedelta(days=7),
        description="A feed that keeps failing is still tried this often.",
    )
    target_delay: OptionalSpan = Field(
        default=None,
        description="Mean delay from publication to our row that is soon enough; requests below "
        "requests_per_day are then saved as far as articles still come in time.",
        gt=timedelta(),
    )
    fairness: float = Field(
        default=1.0,
        description="1: every article counts the same; below 1 those of quiet feeds count for "
        "more (0.7: mean delay of all articles +5 %, of the feeds' own means -35 %).",
        ge=0,
        le=1,
    )
    respect_hints: RespectHints = Field(
        default="plausible",
        description="Whether to wait as long as max-age, Expires, ttl, sy: and skipHours ask: "
        "plausible (not while more than three articles are expected), strict or never.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_interval > self.max_interval:
            raise ValueError("min_interval is longer than max_interval")
        return self


class DigestSettings(_Section):
    """The worker processes that parse and understand documents."""

    workers: int = Field(
        default=0,
        description="Worker processes; 0: one for each core, but four at most.",
        ge=0,
        le=64,
    )
    cpu_limit: Annotated[Span, _AT_LEAST_A_SECOND] = Field(
        default=timedelta(seconds=20),
        description="CPU time one document may take; beyond it the worker is killed and the poll "
        "is recorded as parse_limit.",
    )
    max_entries: int = Field(
        default=5000,
        description="New entries taken from one document in one poll; the rest is counted as "
        "rejected and taken at the next.",
        ge=1,
    )


class ExtractSettings(_Section):
    """The whole text of articles, from their web pages. Needs: pip install newsd[extract]."""

    full_text: FullText = Field(
        default=FullText.NEVER,
        description="For which articles the page is asked: never, if_short (fewer than "
        "short_words, or cut off) or always; newsd feeds add --full-text chooses for one feed.",
    )
    short_words: int = Field(
        default=150, description="An article of fewer words than this is short.", ge=1
    )
    max_bytes: Size = Field(
        default=2 << 20, description="A page larger than this, after decompression, is refused."
    )
    concurrency: int = Field(
        default=8,
        description="Pages under way at once, over all hosts; they share each host's pace with "
        "its feeds, which go first.",
        ge=1,
        le=100,
    )
    pages_per_poll: int = Field(
        default=50,
        description="Pages asked for after one poll, of the newest articles; the others' are "
        "asked after later polls.",
        ge=1,
    )


class RetentionRule(_Section):
    """How long the articles of one host, or of one topic, are kept."""

    topic: str = ""
    """Its id: `medtop:...` or `user:...`."""
    host: str = ""
    """Hosts that end in it count as well."""
    keep: OptionalSpan = Field(ge=_HOUR)
    """None: for ever."""

    @model_validator(mode="after")
    def _of_one_thing(self) -> Self:
        if bool(self.topic) == bool(self.host):
            raise ValueError("a rule names a topic (its id) or a host, one of the two")
        if self.topic and not self.topic.startswith(("medtop:", "user:")):
            raise ValueError(f"{self.topic!r} is no id of a topic: newsd topics concepts has them")
        return self


def _rules(value: Any) -> Any:
    if isinstance(value, str) and value:
        raise ValueError("write rules as [[retention.rules]] in newsd.toml")
    return _listed(value)


class RetentionSettings(_Section):
    """How long all is kept. What goes leaves a trace, so that no feed brings it back."""

    articles: OptionalSpan = Field(
        default=None,
        description="Articles are emptied so long after they were first seen, which readers see "
        'as `retracted`; "": kept for ever.',
        ge=_HOUR,
    )
    max_articles: int = Field(
        default=0,
        description="Of more articles than this the oldest go, whatever else is said; 0: no "
        "limit.",
        ge=0,
    )
    rules: Annotated[tuple[RetentionRule, ...], BeforeValidator(_rules)] = Field(
        default=(),
        description="[[retention.rules]] with host or topic (an id), and keep: how long the "
        "articles of that host, or on that topic, are kept instead. A host goes before a topic, "
        "the longer host before the shorter, of several topics the longest keep.",
    )
    revisions: OptionalSpan = Field(
        default=None,
        description='Earlier texts of articles are kept so long; "": as long as the article.',
        ge=_HOUR,
    )
    polls: OptionalSpan = Field(
        default=timedelta(days=90),
        description='What each poll came to (newsd_poll_v1) is kept so long; "": for ever.',
        ge=_TWO_DAYS,
    )
    changes: OptionalSpan = Field(
        default=None,
        description="Lines of the change log are kept so long, and the last one of each article "
        'for as long as the article; who reads must look more often. "": for ever.',
        ge=_TWO_DAYS,
    )
    tombstones: OptionalSpan = Field(
        default=timedelta(days=365),
        description="What is left of an expired article, so that no feed brings it back, goes so "
        'long after it, unless it stands in a feed still; "": never.',
        ge=_TWO_DAYS,
    )


class ArchiveSettings(_Section):
    """The documents that articles were made of, as WARC files. Needs: the extra archive."""

    dir: OptionalFile = Field(
        default=None,
        description="The directory of the files, for newsd alone: they hold all that feeds sent. "
        '"": none are written.',
    )
    max_file: Size = Field(
        default=256 << 20, description="A file that has grown to this is followed by another."
    )
    max_age: Annotated[Span, _AT_LEAST_A_SECOND] = Field(
        default=timedelta(days=1), description="So is one that is older than this."
    )
    keep: OptionalSpan = Field(
        default=timedelta(days=90),
        description='Files are deleted so long after they were last written; "": never.',
        ge=_HOUR,
    )


class FeedsSettings(_Section):
    """Which feeds to follow, beside those added by command."""

    file: OptionalFile = Field(
        default=None,
        description="An OPML file that is imported at start and again on SIGHUP; feeds that are "
        "no longer in it are kept.",
    )


class TopicsSettings(_Section):
    """What articles are tagged with, beside the IPTC Media Topics."""

    file: OptionalFile = Field(
        default=None, description="Your own topic rules; see config/topics.toml."
    )
    taxonomy: OptionalFile = Field(
        default=None,
        description="Another release of the Media Topics than the one that comes with newsd, as "
        "newsd topics taxonomy --out writes it.",
    )
    model: OptionalFile = Field(
        default=None,
        description="A model of newsd topics train; it speaks beside the lexicons.",
    )
    ner: str = Field(
        default="",
        description="A spaCy pipeline, by directory or by the name of its package, that looks for "
        "further names in each article. Needs: pip install newsd[ner].",
    )


PLAIN_TOPICS = TopicsSettings()
"""What comes with the program, and nothing of an operator's own."""


class SearchSettings(_Section):
    """Finding articles by their words."""

    enabled: SearchScope = Field(
        default=SearchScope.TITLES,
        description="What is indexed: off, titles (and summaries) or bodies (the texts too). What "
        "is there already is indexed after the next start, or by newsd db index.",
    )


class HttpSettings(_Section):
    """The daemon's own pages: /livez, /readyz and /metrics, the API and the feeds it writes."""

    bind: Annotated[str, AfterValidator(_bind)] = Field(
        default="127.0.0.1:8080",
        description='Address and port of `newsd run`; "" switches it off. Without a token anybody '
        "who reaches it may read: bind it to loopback or to a private network.",
        pattern=r"^$|^\[?[0-9a-zA-Z.:*-]*\]?:\d{1,5}$",
    )
    public_url: str = Field(
        default="",
        description="Where the internet reaches http.bind, such as https://news.example.org; with "
        'it hubs (WebSub) are asked to tell of news at once. "": feeds are only polled.',
        pattern=r"^$|^https?://[^\s/]+(/[^\s?#]*)?$",
    )
    token: Annotated[str, AfterValidator(_token)] = Field(
        default="",
        description="What every request to /api and /feeds must then bring (Authorization: "
        "Bearer; /feeds also as ?token=), at least 16 characters; only with it can anything be "
        'written. "": none. NEWSD_HTTP__TOKEN_FILE names a file that holds it.',
    )
    token_file: OptionalFile = Field(
        default=None, description="A file that holds the token, instead of token."
    )
    cors_origins: Annotated[tuple[Origin, ...], BeforeValidator(_listed)] = Field(
        default=(),
        description='Web pages whose scripts may read the API, such as ["https://desk.example.org"].',
    )

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        if self.token and self.token_file:
            raise ValueError("token and token_file are both set; set one of them")
        return self


class StreamSettings(_Section):
    """What the consumers of the change log, below, are told, and when."""

    source: str = Field(
        default="newsd",
        description="The source of every event (CloudEvents): a name or an address that tells "
        "this database from others; with an event's id it names that event for good.",
        pattern=r"^[!-~]+$",
    )
    text: bool = Field(
        default=False, description="Whether events carry the whole text of their articles."
    )
    max_backoff: Annotated[Span, _AT_LEAST_A_SECOND] = Field(
        default=timedelta(minutes=15),
        description="A consumer that keeps failing is still tried this often.",
    )
    once_limit: Span = Field(
        default=timedelta(seconds=30),
        description="newsd once delivers for this long at most before it ends.",
    )


Kinds = Annotated[
    tuple[Literal["created", "revised", "merged", "tagged", "retracted"], ...],
    BeforeValidator(_listed),
]
Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class ConsumerSettings(_Section):
    """Who is told of changes, and of which."""

    name: str = Field(
        description="Small letters, digits, - and _; under this name its cursor is kept.",
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
    )
    topics: Words = Field(
        default=(), description="Only articles with one of these topics: labels or ids."
    )
    languages: Words = Field(
        default=(), description='Only articles in one of these languages, such as ["en", "de"].'
    )
    kinds: Kinds = Field(
        default=(), description="Only these: created, revised, merged, tagged, retracted."
    )
    start: Literal["now", "beginning"] = Field(
        default="now",
        description="Where a new consumer begins: now, or with the oldest change that is kept.",
    )
    max_events: int = Field(
        default=500, description="Events in one request, or on their way at once.", ge=1, le=5000
    )
    max_tries: int = Field(
        default=5,
        description="An event that is refused so often is put aside (newsd consumers show).",
        ge=1,
    )
    timeout: Annotated[Span, _AT_LEAST_A_SECOND] = Field(
        default=timedelta(seconds=30), description="A delivery may take this long."
    )


class WebhookSettings(ConsumerSettings):
    """Batches of events, posted to an address and signed (Standard Webhooks)."""

    kind: Literal["webhook"] = Field(description="webhook, nats or redis.")
    url: str = Field(
        description="Where they are posted; guarded like every request (fetch.allow_networks).",
        pattern=r"^https?://[^\s]+$",
        repr=False,
    )
    secret: str = Field(
        default="",
        description="What they are signed with: whsec_ and Base64, or any text; see secret_file.",
        repr=False,
    )
    secret_file: OptionalFile = Field(default=None, description="A file that holds the secret.")
    max_events: int = Field(default=100, description="Events in one request.", ge=1, le=5000)

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if bool(self.secret) == bool(self.secret_file):
            raise ValueError("a webhook needs a secret or a secret_file, and not both")
        return self


class NatsSettings(ConsumerSettings):
    """Messages in a stream of NATS JetStream. Needs: pip install newsd[stream]."""

    kind: Literal["nats"] = Field(description="webhook, nats or redis.")
    servers: Words = Field(
        default=("nats://127.0.0.1:4222",),
        description="One or several of a cluster; nats://user:password@host and tls:// too.",
        min_length=1,
        repr=False,
    )
    stream: str = Field(
        default="NEWSD",
        description="The stream; it is made if there is none.",
        pattern=r"^[A-Za-z0-9_-]+$",
    )
    subject: str = Field(
        default="newsd.article",
        description="Subjects are this, a dot and the kind: newsd.article.created.",
        pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$",
    )
    duplicate_window: Annotated[Span, _AT_LEAST_A_SECOND] = Field(
        default=timedelta(minutes=2),
        description="For how long a stream that is made here drops what it is told twice.",
    )


class RedisSettings(ConsumerSettings):
    """Entries of a Redis Stream. Needs: pip install newsd[stream]."""

    kind: Literal["redis"] = Field(description="webhook, nats or redis.")
    url: str = Field(
        default="redis://127.0.0.1:6379/0",
        description="redis://user:password@host:6379/0; rediss:// and unix:// too.",
        pattern=r"^(redis|rediss|unix)://[^\s]+$",
        repr=False,
    )
    key: str = Field(default="newsd", description="The key of the stream.", min_length=1)
    max_length: int = Field(
        default=1_000_000,
        description="About so many entries are kept, the newest; 0: all.",
        ge=0,
    )


AnyConsumer = Annotated[
    WebhookSettings | NatsSettings | RedisSettings, Field(discriminator="kind")
]


class RunSettings(_Section):
    """The life of the process."""

    shutdown_grace: Span = Field(
        default=timedelta(seconds=20),
        description="On SIGTERM, polls under way may take this long to end; a second signal ends "
        "at once.",
    )


class LogSettings(_Section):
    """What is written to stderr."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning or error."
    )
    format: Literal["auto", "pretty", "json"] = Field(
        default="auto", description="auto: pretty on a terminal, JSON lines elsewhere."
    )


class Settings(_Section):
    """Everything that can be set."""

    database: DatabaseSettings = DatabaseSettings()
    fetch: FetchSettings = FetchSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    digest: DigestSettings = DigestSettings()
    extract: ExtractSettings = ExtractSettings()
    retention: RetentionSettings = RetentionSettings()
    archive: ArchiveSettings = ArchiveSettings()
    feeds: FeedsSettings = FeedsSettings()
    topics: TopicsSettings = TopicsSettings()
    search: SearchSettings = SearchSettings()
    http: HttpSettings = HttpSettings()
    run: RunSettings = RunSettings()
    log: LogSettings = LogSettings()
    stream: StreamSettings = StreamSettings()
    consumers: tuple[AnyConsumer, ...] = ()

    @field_validator("consumers")
    @classmethod
    def _named(cls, wanted: tuple[ConsumerSettings, ...]) -> tuple[ConsumerSettings, ...]:
        names = [one.name for one in wanted]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"two consumers are called {min(twice)!r}; each has its own cursor")
        return wanted
