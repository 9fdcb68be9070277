"""Where events go: one module a kind of receiver, and this door to all of them."""

from contextlib import AbstractAsyncContextManager
from typing import assert_never

from daemon.clock import Clock
from daemon.credentials import without_credentials
from daemon.settings import (
    AnyConsumer,
    FetchSettings,
    NatsSettings,
    RedisSettings,
    WebhookSettings,
)
from daemon.sinks.nats import open_nats
from daemon.sinks.outcomes import Delivered, Later, Outcome, Refused, Sink, Stopped
from daemon.sinks.redis import open_redis
from daemon.sinks.webhook import open_webhook, secret_of

__all__ = [
    "Delivered",
    "Later",
    "Outcome",
    "Refused",
    "Sink",
    "Stopped",
    "open_sink",
    "secret_of",
    "target_of",
]


def open_sink(
    settings: AnyConsumer, fetch: FetchSettings, clock: Clock
) -> AbstractAsyncContextManager[Sink]:
    """The sink of a consumer, for the length of a block; nothing is connected to yet."""
    match settings:
        case WebhookSettings():
            return open_webhook(settings, fetch, clock)
        case NatsSettings():
            return open_nats(settings)
        case RedisSettings():
            return open_redis(settings)
        case _:
            assert_never(settings)


def target_of(settings: AnyConsumer) -> str:
    """Where a consumer's events go, for people: without credentials and query."""
    match settings:
        case WebhookSettings():
            return _plain(settings.url)
        case NatsSettings():
            servers = ",".join(_plain(server) for server in settings.servers)
            return f"{servers} {settings.stream} {settings.subject}.*"
        case RedisSettings():
            return f"{_plain(settings.url)} {settings.key}"
        case _:
            assert_never(settings)


def _plain(url: str) -> str:
    return without_credentials(url).partition("?")[0]
