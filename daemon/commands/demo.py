"""`newsd demo`: the real daemon on a small news site of its own, for less than a minute."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from typing_extensions import override

from daemon.app import App, open_app, system_clock
from daemon.commands.say import note, say
from daemon.commands.show import cell, show_facts, show_rows
from daemon.demo import Site, demo_site
from daemon.errors import UsageError
from daemon.logs import set_up_logs
from daemon.settings import (
    DatabaseSettings,
    FetchSettings,
    HttpSettings,
    Loaded,
    LogSettings,
    RunSettings,
    ScheduleSettings,
    Settings,
)
from storage.feeds import add_feeds
from storage.listings import latest_articles, recent_polls, totals
from storage.values import Subscription

app = typer.Typer(rich_markup_mode=None, add_completion=False)

LOOK = 0.5
"""Seconds between two looks at the database."""
WAVE = 10.0
"""Seconds after which the next news is published even if the last was not noticed."""
SHOWN = 12
QUERY = """\
SELECT t.label AS topic, count(*) AS articles, count(DISTINCT a.host) AS papers
  FROM newsd_article_v1 a JOIN newsd_article_topic_v1 t USING (article_id)
 WHERE a.duplicate_of IS NULL AND t.level = 1
 GROUP BY t.label ORDER BY articles DESC, topic LIMIT 6"""


@app.command(epilog="Example: newsd demo --keep ./demo")
def demo(
    *,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Keep the database here, to look around in."),
    ] = None,
) -> None:
    """Watch newsd work on a small news site of its own, for less than a minute.

    Nothing outside this computer is asked. The site has feeds in four formats and three languages,
    and the troubles of real ones: copies, edits, damaged XML, a wrong charset, a slow server.
    """
    with _folder(keep) as folder:
        path = folder / "demo.db"
        settings = demo_settings(path)
        set_up_logs(settings.log)
        found = asyncio.run(_demo(Loaded(settings, {}, None)))
        _tell(found, path, kept=keep is not None)


def demo_settings(path: Path) -> Settings:
    """Settings of a daemon that polls loopback every second."""
    return Settings(
        database=DatabaseSettings(url=f"sqlite:///{path}"),
        fetch=FetchSettings(
            allow_networks=(ip_network("127.0.0.1/32"),), timeout=timedelta(seconds=5), per_host=4
        ),
        schedule=ScheduleSettings(requests_per_day=86400, min_interval=timedelta(seconds=1)),
        http=HttpSettings(bind=""),
        run=RunSettings(shutdown_grace=timedelta(seconds=5)),
        log=LogSettings(level="error"),
    )


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with TemporaryDirectory(prefix="newsd-demo-") as name:
            yield Path(name)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{keep}: {error.strerror}") from error
    yield keep


# ---------------------------------------------------------------- while it runs


@dataclass(slots=True)
class Found:
    """What the demo has come to."""

    totals: dict[str, Any] = field(default_factory=dict)
    articles: list[dict[str, Any]] = field(default_factory=list)
    polls: list[dict[str, Any]] = field(default_factory=list)


async def _demo(loaded: Loaded) -> Found:
    async with demo_site(system_clock()) as site, open_app(loaded) as service:
        async with service.database.writing() as tx:
            await add_feeds(tx, [Subscription(url) for url in site.feeds], now=system_clock())
        async with _running(service):
            with _view() as view:
                await _watch(service, site, view)
        return await _look(service)


@asynccontextmanager
async def _running(service: App) -> AsyncIterator[None]:
    """The daemon, at work for the length of the block, and stopped as a supervisor would."""
    async with asyncio.TaskGroup() as group:
        daemon = group.create_task(service.run())
        await asyncio.sleep(0)
        try:
            yield
        finally:
            if not daemon.done():
                signal.raise_signal(signal.SIGTERM)


async def _watch(service: App, site: Site, view: "_View") -> None:
    """Look on; when news was noticed, publish more; end when all of it was."""
    clock = asyncio.get_running_loop().time
    changes, since = 0, clock()
    while True:
        await asyncio.sleep(LOOK)
        found = await _look(service)
        view.show(found)
        if found.totals["changes"] > changes:
            changes, since = found.totals["changes"], clock()
            continue  # wait for a look at which nothing is new
        waited = clock() - since
        if waited > WAVE or (changes and waited > 4 * LOOK):
            if not site.publish_next():
                return
            view.say("the site publishes more news")
            since = clock()


async def _look(service: App) -> Found:
    async with service.database.reading() as tx:
        return Found(
            dict(await totals(tx)),
            await latest_articles(tx, limit=SHOWN),
            await recent_polls(tx, limit=200),
        )


class _View:
    """Plain lines: one for each poll that found more than we knew."""

    def __init__(self) -> None:
        self._last = 0

    def show(self, found: Found) -> None:
        """Tell what has happened since the last look."""
        for poll in reversed(found.polls):
            if poll["poll_id"] > self._last and poll["outcome"] != "unchanged":
                self.say(_sentence(poll))
        self._last = max((poll["poll_id"] for poll in found.polls), default=0)

    def say(self, line: str) -> None:
        """Tell one thing."""
        note(line)


class _LiveView(_View):
    """The same lines, the last of them in a frame that stays where it is."""

    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live
        self._lines: list[str] = []

    @override
    def show(self, found: Found) -> None:
        super().show(found)
        table = Table(box=None, show_header=False, pad_edge=False)
        counts = ", ".join(f"{cell(n)} {name}" for name, n in _counts(found).items())
        for line in [counts, "", *self._lines[-SHOWN:]]:
            table.add_row(escape(line))
        self._live.update(table)

    @override
    def say(self, line: str) -> None:
        self._lines.append(line)


@contextmanager
def _view() -> Iterator[_View]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _View()
        return
    with Live(console=console, refresh_per_second=4) as live:
        yield _LiveView(live)


def _sentence(poll: dict[str, Any]) -> str:
    name = poll["url"].rpartition("/")[2]
    verdicts = ("created", "revised", "duplicates", "rejected")
    counts = ", ".join(f"{poll[verdict]} {verdict}" for verdict in verdicts if poll[verdict])
    words = poll["error"] or counts or "nothing new"
    return f"{name:14} {poll['outcome']:12} {words}"


def _counts(found: Found) -> dict[str, Any]:
    names = ("feeds", "polls", "articles", "copies", "changes")
    return {name: found.totals[name] for name in names}


# ---------------------------------------------------------------- when it is over


def _tell(found: Found, path: Path, *, kept: bool) -> None:
    say("")
    show_facts(_counts(found))
    say("")
    show_rows(
        found.articles, ("published_at", "language", "topics", "revision", "relation", "title")
    )
    say("")
    for line in QUERY.splitlines():
        say(line)
    say("")
    names, rows = _answer(path)
    show_rows([dict(zip(names, row, strict=True)) for row in rows], names)
    say("")
    _tell_what_next(path, kept=kept)


def _answer(path: Path) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    """What SQLite itself says, asked as any other program would ask it."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        cursor = connection.execute(QUERY)
        return [name for name, *_ in cursor.description], cursor.fetchall()
    finally:
        connection.close()


def _tell_what_next(path: Path, *, kept: bool) -> None:
    say("Next:")
    say("  newsd feeds import config/feeds.opml   follow real newspapers")
    say("  newsd run                              poll them until it is stopped")
    if kept:
        say(f"  newsd articles list --database sqlite:///{path}")
    else:
        say("  newsd demo --keep ./demo               keep this database, to look around in")
