"""Make the API from the settings."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import structlog
from aiohttp import web

from daemon.api.desk import Desk
from daemon.api.guard import Guard, own_names
from daemon.api.mounting import mount
from daemon.clock import Clock
from daemon.errors import SettingsError
from daemon.news import News
from daemon.settings import HttpSettings, Settings
from daemon.topicnames import load_topic_names
from storage.database import Database

SHORTEST_TOKEN = 16
log = structlog.get_logger()


def build_desk(settings: Settings, database: Database, clock: Clock, news: News) -> Desk:
    """What calls work with. Raises `SettingsError`."""
    return Desk(
        database,
        clock,
        news,
        load_topic_names(settings.topics.file),
        allow_networks=settings.fetch.allow_networks,
        public_url=settings.http.public_url,
        has_token=read_token(settings.http) is not None,
    )


def mounting(settings: HttpSettings, desk: Desk) -> Callable[[web.Application], None]:
    """What puts the API on a server. Raises `SettingsError`."""
    token = read_token(settings)
    hosts = own_names(settings.bind, settings.public_url)
    if token is None and hosts is None and settings.bind:
        log.warning(
            "api_without_token", bind=settings.bind, hint="set http.token or http.token_file"
        )
    guard = Guard(token, hosts, settings.cors_origins)

    def put(app: web.Application) -> None:
        mount(app, desk, guard, version=_version())

    return put


def read_token(settings: HttpSettings) -> str | None:
    """The token of the settings, or of the file they name. Raises `SettingsError`."""
    if settings.token_file is None:
        return settings.token or None
    try:
        token = settings.token_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8"
        raise SettingsError(f"http.token_file: {settings.token_file}: {why}") from error
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable():
        raise SettingsError(
            f"http.token_file: {settings.token_file}: {SHORTEST_TOKEN} printable ASCII characters "
            "are wanted at least"
        )
    return token


def _version() -> str:
    try:
        return version("newsd")
    except PackageNotFoundError:  # run from a source tree
        return "0"
