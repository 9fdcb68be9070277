"""`newsd demo`: the real daemon on a small news site of its own, for less than a minute."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from daemon.app import App, open_app, system_clock
from daemon.commands.say import say
from daemon.commands.show import show_facts, show_rows
from daemon.commands.watching import View, watching
from daemon.configuration import Loaded
from daemon.demo import Site, demo_site
from daemon.errors import UsageError
from daemon.logs import set_up_logs
from daemon.settings import (
    DatabaseSettings,
    FetchSettings,
    HttpSettings,
    LogSettings,
    RunSettings,
    ScheduleSettings,
    Settings,
)
from storage.following import add_feeds
from storage.values import Subscription

app = typer.Typer(rich_markup_mode=None, add_completion=False)

LOOK = 0.5
"""Seconds between two looks at the database."""
QUIET = 3.0
"""Seconds without a change after which the site publishes more."""
PATIENCE = 10.0
"""Seconds after which it does so whatever happens."""

TOPICS = """\
SELECT t.label AS topic, count(*) AS articles, count(DISTINCT a.host) AS papers
  FROM newsd_article_v1 a JOIN newsd_article_topic_v1 t USING (article_id)
 WHERE a.duplicate_of IS NULL AND t.level = 1
 GROUP BY t.label ORDER BY articles DESC, topic LIMIT 6"""
NEWEST = """\
SELECT substr(a.published_at, 12, 5) AS time, a.language AS lang, a.title, a.revision,
       a.relation AS copy,
       (SELECT group_concat(label, ', ') FROM (
          SELECT label FROM newsd_article_topic_v1 t WHERE t.article_id = a.article_id
           ORDER BY score DESC LIMIT 2)) AS topics
  FROM newsd_article_v1 a ORDER BY coalesce(published_at, first_seen_at) DESC LIMIT 12"""
COUNTS = """\
SELECT (SELECT count(*) FROM newsd_feed_v1) AS feeds,
       (SELECT count(*) FROM newsd_poll_v1) AS polls,
       (SELECT count(*) FROM newsd_article_v1) AS articles,
       (SELECT count(*) FROM newsd_article_v1 WHERE duplicate_of IS NOT NULL) AS copies,
       (SELECT count(*) FROM newsd_article_v1 WHERE revision > 1) AS edited,
       (SELECT max(seq) FROM newsd_change_v1) AS changes"""
POLLS = """\
SELECT p.*, f.url FROM newsd_poll_v1 p JOIN newsd_feed_v1 f USING (feed_id)
 WHERE p.poll_id > ? ORDER BY p.poll_id"""


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
        asyncio.run(_demo(Loaded(settings, {}, None), path))
        _tell(path, kept=keep is not None)


def demo_settings(path: Path) -> Settings:
    """Settings of a daemon that polls loopback every second."""
    return Settings(
        database=DatabaseSettings(url=f"sqlite:///{path}"),
        fetch=FetchSettings(
            allow_networks=(ip_network("127.0.0.1/32"),),
            timeout=timedelta(seconds=5),
            per_host=4,
            host_rate=1000,
        ),
        schedule=ScheduleSettings(
            requests_per_day=86400,
            min_interval=timedelta(seconds=1),
            max_interval=timedelta(seconds=1),
        ),
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
    if (keep / "demo.db").exists():
        raise UsageError(f"{keep / 'demo.db'} is there already; name another folder")
    try:
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{keep}: {error.strerror}") from error
    yield keep


def ask(path: Path, query: str, *values: object) -> list[dict[str, Any]]:
    """What SQLite answers, asked as any other program would ask it: read-only, of the views."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(query, values)]
    finally:
        connection.close()


# ---------------------------------------------------------------- while it runs


async def _demo(loaded: Loaded, path: Path) -> None:
    async with demo_site(system_clock()) as site, open_app(loaded) as service:
        async with service.database.writing() as tx:
            await add_feeds(tx, [Subscription(url) for url in site.feeds], now=system_clock())
        with watching() as view:
            async with _at_work(service) as daemon:
                await _look_on(path, site, view, daemon)


@asynccontextmanager
async def _at_work(service: App) -> AsyncIterator[asyncio.Task[None]]:
    """The daemon, running for the length of the block, and stopped as a supervisor would."""
    async with asyncio.TaskGroup() as group:
        daemon = group.create_task(service.run())
        yield daemon
        if not daemon.done():
            signal.raise_signal(signal.SIGTERM)


async def _look_on(path: Path, site: Site, view: View, daemon: asyncio.Task[None]) -> None:
    """When the news so far was taken in, let the site publish more; return when that was all.

    Or when somebody has stopped the daemon.
    """
    clock = asyncio.get_running_loop().time
    changes, published, changed = 0, clock(), clock()
    while not daemon.done():
        await asyncio.sleep(LOOK)
        counts = ask(path, COUNTS)[0]
        view.look(counts, ask(path, POLLS, view.last))
        if (counts["changes"] or 0) > changes:
            changes, changed = counts["changes"], clock()
        was_quiet = changed > published and clock() - changed > QUIET
        if was_quiet or clock() - published > PATIENCE:
            if not site.publish_next():
                return
            view.say("-- the site publishes more news")
            published = clock()


# ---------------------------------------------------------------- when it is over


def _tell(path: Path, *, kept: bool) -> None:
    show_facts(ask(path, COUNTS)[0])
    say("")
    newest = ask(path, NEWEST)
    show_rows(newest, list(newest[0]) if newest else [])
    say("")
    say("Any program may ask the file, such as:")
    for line in TOPICS.splitlines():
        say(line)
    say("")
    show_rows(ask(path, TOPICS), ("topic", "articles", "papers"))
    say("")
    say("Next:")
    say("  newsd feeds add https://feeds.bbci.co.uk/news/rss.xml   follow a real newspaper")
    say("  newsd run                                               poll it until stopped")
    if kept:
        say(f"  newsd articles list --database sqlite:///{path}")
    else:
        say("  newsd demo --keep ./demo                                look around in this one")
