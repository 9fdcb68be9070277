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

RespectHints = Literal["plausible", "strict", "never"]
RespectRobots = Literal["pages", "all", "never"]

_AT_LEAST_A_SECOND = Field(ge=timedelta(seconds=1))


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
    target_delay: Annotated[timedelta | None, BeforeValidator(_span_or_none)] = Field(
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
    feeds: FeedsSettings = FeedsSettings()
    topics: TopicsSettings = TopicsSettings()
    search: SearchSettings = SearchSettings()
    http: HttpSettings = HttpSettings()
    run: RunSettings = RunSettings()
    log: LogSettings = LogSettings()
