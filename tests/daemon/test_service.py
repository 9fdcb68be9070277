"""The long-running daemon as a process: its pages, its signals, its end."""

import asyncio
import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from daemon.app import system_clock
from daemon.cadence import first_price
from daemon.configuration import Loaded
from daemon.holds import Holds
from daemon.keep import Keeper
from daemon.lanes import Lanes
from daemon.scheduler import Scheduler
from daemon.service import Service
from daemon.settings import FetchSettings, ScheduleSettings, Settings
from daemon.steering import Steering, price_so_far
from daemon.writer import Writer
from storage.database import Database
from storage.following import add_feeds
from storage.holds import hold_hosts
from storage.leases import hold
from storage.values import Feed, Subscription
from tests.daemon.commands.sites import hook_site, http_site
from tests.daemon.pages import BRIDGE_ITEM, FERRY_ITEM, rss
from tests.samples import NOON

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
"""Seconds that a busy machine may take for what follows at once elsewhere."""


class Daemon:
    """A `newsd run` of one's own, and what it says."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.folder = folder
        self.origin = origin
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.follow("/a")
        self.configure()
        self.process: subprocess.Popen[str]

    def configure(self, extra: str = "") -> None:
        (self.folder / "newsd.toml").write_text(
            f'[database]\nurl = "sqlite:///{self.folder}/news.db"\n'
            f'[http]\nbind = "127.0.0.1:{self.port}"\n'
            '[fetch]\nallow_networks = ["127.0.0.1/32"]\n'
            '[log]\nformat = "json"\nlevel = "debug"\n'
            f'[feeds]\nfile = "feeds.opml"\n{extra}'
        )

    def follow(self, *paths: str) -> None:
        outlines = "".join(f'<outline text="x" xmlUrl="{self.origin}{p}"/>' for p in paths)
        (self.folder / "feeds.opml").write_text(f"<opml><body>{outlines}</body></opml>")

    def ask(self, path: str) -> tuple[int, str]:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    def log_until(self, event: str, **facts: object) -> dict[str, object]:
        """Read the log up to a line about `event` with these facts."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            told: dict[str, object] = json.loads(line)
            if told["event"] == event and facts.items() <= told.items():
                return told
        raise AssertionError(f"the log ended without {event}")

    def end(self, *signals: int) -> int:
        for number in signals:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def running(folder: Path, origin: str, extra: str = "") -> Iterator[Daemon]:
    daemon = Daemon(folder, origin)
    daemon.configure(extra)
    command = [sys.executable, "-m", "daemon", "run", "--config", f"{folder}/newsd.toml"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        daemon.process = process
        try:
            yield daemon
        finally:
            process.kill()


@pytest.fixture
def site() -> Iterator[str]:
    pages = {"/a": (200, rss([BRIDGE_ITEM])), "/b": (200, rss([FERRY_ITEM]))}
    with http_site(pages) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.threat("H8")
def test_a_daemon_that_waits_for_pages_leaves_with_what_it_has(tmp_path: Path) -> None:
    asked, pages = Event(), {"/a": (200, b"")}
    with http_site(pages) as port, socket.create_server(("127.0.0.1", 0)) as silent:
        origin = f"http://127.0.0.1:{silent.getsockname()[1]}"

        def accept() -> None:
            talk, _ = silent.accept()
            with talk:
                asked.set()
                talk.recv(1 << 16)
                talk.recv(1 << 16)  # until the other side has enough

        Thread(target=accept, daemon=True).start()
        item = replace(BRIDGE_ITEM, link=f"{origin}/story")
        pages["/a"] = (200, rss([item]))
        extra = '[extract]\nfull_text = "always"\n[digest]\nworkers = 1\n'
        with running(tmp_path, f"http://127.0.0.1:{port}", extra) as daemon:
            assert asked.wait(PATIENCE)
            daemon.process.send_signal(signal.SIGTERM)
            told = daemon.log_until("poll", outcome="stored")
            assert (told["created"], told["pages"]) == (1, {"later": 1})
            assert daemon.process.wait(PATIENCE) == 0


def test_a_daemon_tells_of_an_article_when_it_is_kept(tmp_path: Path, site: str) -> None:
    with running(tmp_path, site, '[search]\nenabled = "bodies"\n') as daemon:
        daemon.log_until("running")
        status, page = daemon.ask("/api/v1/changes?wait=30s")
        assert (status, [c["kind"] for c in json.loads(page)["items"]]) == (200, ["created"])
        status, page = daemon.ask("/api/v1/articles?q=bridge&fields=title")
        assert json.loads(page)["items"] == [{"title": BRIDGE_ITEM.title}]
        assert daemon.ask("/feeds/all.atom")[0] == 200
        _, metrics = daemon.ask("/metrics")
        assert 'http_requests_total{route="/api/v1/articles",status="200"} 1.0' in metrics
        assert 'http_requests_total{route="/feeds/all.{format}",status="200"} 1.0' in metrics
        assert daemon.end(signal.SIGTERM) == 0


def test_a_token_keeps_the_api_and_not_the_health_pages(
    tmp_path: Path, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("a-token-for-tests-only\n")
    monkeypatch.setenv("NEWSD_HTTP__TOKEN_FILE", str(tmp_path / "token"))
    with running(tmp_path, site) as daemon:
        daemon.log_until("running")
        for page in ("/livez", "/readyz", "/metrics"):
            assert daemon.ask(page)[0] == 200
        assert daemon.ask("/api/v1/articles")[0] == 401
        assert daemon.ask("/feeds/all.json?token=a-token-for-tests-only")[0] == 200
        health = [sys.executable, "-m", "daemon", "health", "--config", f"{tmp_path}/newsd.toml"]
        assert subprocess.run(health, cwd=ROOT, check=False).returncode == 0
        assert daemon.end(signal.SIGTERM) == 0


def test_a_daemon_polls_tells_and_leaves(tmp_path: Path, site: str) -> None:
    with running(tmp_path, site) as daemon:
        poll = daemon.log_until("poll", outcome="stored")
        assert (poll["created"], poll["url"]) == (1, f"{site}/a")
        assert daemon.ask("/livez") == (200, "alive\n")
        status, facts = daemon.ask("/readyz")
        assert (status, json.loads(facts)["database"]) == (200, "ok")
        _, metrics = daemon.ask("/metrics")
        assert 'newsd_polls_total{outcome="stored"} 1.0' in metrics
        assert 'newsd_articles_total{verdict="created"} 1.0' in metrics
        for name in (
            *("poll_duration_seconds", "publish_delay_seconds", "queue_depth"),
            "loop_lag_seconds",
        ):
            assert f"# TYPE newsd_{name} " in metrics
        assert daemon.end(signal.SIGTERM) == 0


def test_a_reload_takes_up_new_feeds_and_refuses_a_broken_file(tmp_path: Path, site: str) -> None:
    with running(tmp_path, site) as daemon:
        daemon.log_until("poll", outcome="stored")
        daemon.configure("[nonsense]\nx = 1\n")
        daemon.process.send_signal(signal.SIGHUP)
        refused = daemon.log_until("reload_refused")
        assert "nonsense" in str(refused["error"])
        (tmp_path / "topics.toml").write_text("broken [")
        daemon.configure('[topics]\nfile = "topics.toml"\n')
        daemon.process.send_signal(signal.SIGHUP)
        assert "topics.toml" in str(daemon.log_until("reload_refused")["error"])
        (tmp_path / "feeds.opml").write_text("no OPML")
        daemon.configure()
        daemon.process.send_signal(signal.SIGHUP)
        assert "feeds.opml" in str(daemon.log_until("reload_refused")["error"])
        assert daemon.ask("/readyz")[0] == 200
        daemon.follow("/a", "/b")
        daemon.process.send_signal(signal.SIGHUP)
        daemon.log_until("poll", url=f"{site}/b", created=1)
        assert daemon.end(signal.SIGINT) == 0


def test_a_reload_takes_up_new_topics(tmp_path: Path, site: str) -> None:
    (tmp_path / "topics.toml").write_text('[[topic]]\nid = "x"\nany = ["nowhere"]\n')
    with running(tmp_path, site, '[topics]\nfile = "topics.toml"\n') as daemon:
        daemon.log_until("poll", outcome="stored")
        (tmp_path / "topics.toml").write_text("[[topic]]\nid = 'sea'\nquery = 'ferr* AND pier'\n")
        daemon.follow("/a", "/b")
        daemon.process.send_signal(signal.SIGHUP)
        daemon.log_until("poll", url=f"{site}/b", created=1)
        assert daemon.end(signal.SIGINT) == 0
    with closing(sqlite3.connect(tmp_path / "news.db")) as news:
        found = news.execute("SELECT topic_id FROM newsd_article_topic_v1 WHERE source = 'rule'")
        assert found.fetchall() == [("user:sea",)]


def test_a_reload_tags_what_is_stored_by_the_new_topics(tmp_path: Path, site: str) -> None:
    rules = tmp_path / "topics.toml"
    rules.write_text('[[topic]]\nid = "x"\nany = ["nowhere"]\n')
    with running(tmp_path, site, '[topics]\nfile = "topics.toml"\n') as daemon:
        daemon.log_until("poll", outcome="stored")
        rules.write_text('[[topic]]\nid = "spans"\nany = ["bridge*"]\n')
        daemon.process.send_signal(signal.SIGHUP)
        daemon.log_until("retagged", changed=1, total=1)
        assert daemon.end(signal.SIGINT) == 0
    with closing(sqlite3.connect(tmp_path / "news.db")) as news:
        told = "SELECT kind, article_id FROM newsd_change_v1 ORDER BY seq"
        assert news.execute(told).fetchall() == [("created", 1), ("tagged", 1)]


@pytest.fixture
def slow_site() -> Iterator[tuple[str, Event]]:
    """A server that accepts and then says nothing, and an event that somebody asked."""
    asked, over = Event(), Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            connection, _ = server.accept()
            with connection:
                asked.set()
                over.wait(PATIENCE)

        thread = Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        over.set()
        thread.join()


@pytest.mark.threat("H8")
def test_polls_under_way_are_broken_off_after_the_grace(
    tmp_path: Path, slow_site: tuple[str, Event]
) -> None:
    origin, asked = slow_site
    with running(tmp_path, origin, '[run]\nshutdown_grace = "500ms"\n') as daemon:
        assert asked.wait(PATIENCE)
        daemon.process.send_signal(signal.SIGTERM)
        daemon.log_until("polls_broken_off", polls=1)
        daemon.log_until("stopped")
        assert daemon.end() == 0


@pytest.mark.threat("H8")
def test_a_second_signal_does_not_wait(tmp_path: Path, slow_site: tuple[str, Event]) -> None:
    origin, asked = slow_site
    with running(tmp_path, origin) as daemon:
        assert asked.wait(PATIENCE)
        daemon.process.send_signal(signal.SIGTERM)
        daemon.log_until("stopping")
        assert daemon.end(signal.SIGTERM) != 0


@pytest.mark.threat("C4")
def test_a_restart_does_not_forget_a_host_that_asked_to_be_left_alone(
    tmp_path: Path, site: str, sqlite_template: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "news.db")

    async def held() -> None:
        host, now = site.removeprefix("http://"), system_clock()
        url = f"sqlite:///{tmp_path}/news.db"
        async with Database.open(url) as database, database.writing() as tx:
            await hold_hosts(tx, {host: now + timedelta(hours=1)}, now=now)

    asyncio.run(held())
    with running(tmp_path, site) as daemon:
        daemon.log_until("host_held", feed_id=1)
        assert daemon.end(signal.SIGTERM) == 0


async def test_the_price_that_was_steered_to_is_the_one_polls_are_planned_with(
    database: Database,
) -> None:
    async with database.writing() as tx:
        await add_feeds(tx, [Subscription("https://news.example/feed")], now=NOON)

    def later() -> datetime:
        return NOON + timedelta(minutes=1)

    async with hold(database, "test") as holder, asyncio.TaskGroup() as group:
        pace = ScheduleSettings()
        steering = Steering(await price_so_far(database, pace, NOON))
        loaded = Loaded(Settings(), {}, None)
        service = Service(loaded, database, holder, later, steering, Holds({}))
        writer = Writer(Keeper(database, pace, "test"), later, service.settle)
        lanes = Lanes(group, _nothing, FetchSettings(concurrency=1, per_host=1))
        service._writer = writer
        service._scheduler = Scheduler(database, lanes, later, lambda: None)
        await service._steer()
    assert writer.keeper.price == steering.price.mu < first_price(pace, NOON).mu
    assert service._scheduler.per_second == pytest.approx(48 / 86400)


async def _nothing(_: Feed) -> None:
    """Start nothing."""


def hook_of(url: str, name: str = "ops") -> str:
    return (
        f'\n[[consumers]]\nname = "{name}"\nkind = "webhook"\nurl = "{url}"\nsecret = "hush"\n'
        'start = "beginning"\n'
    )


def test_a_consumer_is_told_as_soon_as_an_article_is_kept_and_counted(
    tmp_path: Path, site: str
) -> None:
    with hook_site() as (url, batches), running(tmp_path, site, hook_of(url)) as daemon:
        assert batches.get(timeout=PATIENCE) == [BRIDGE_ITEM.title]
        daemon.log_until("consumer_delivered", consumer="ops", events=1)
        _, metrics = daemon.ask("/metrics")
        assert 'newsd_consumer_events_total{consumer="ops",result="delivered"} 1.0' in metrics
        with hook_site() as (other, more):
            daemon.configure(hook_of(url) + hook_of(other, "desk"))
            daemon.process.send_signal(signal.SIGHUP)
            assert more.get(timeout=PATIENCE) == [BRIDGE_ITEM.title]
            daemon.follow("/a", "/b")
            daemon.process.send_signal(signal.SIGHUP)
            assert batches.get(timeout=PATIENCE) == [FERRY_ITEM.title]
            assert more.get(timeout=PATIENCE) == [FERRY_ITEM.title]
        assert daemon.end(signal.SIGTERM) == 0
    with closing(sqlite3.connect(tmp_path / "news.db")) as news:
        found = news.execute("SELECT name, seq, lag FROM newsd_consumer_v1 ORDER BY name")
        assert found.fetchall() == [("desk", 2, 0), ("ops", 2, 0)]


@pytest.mark.threat("H8")
def test_a_receiver_that_hangs_keeps_nobody_from_leaving_or_polling(
    tmp_path: Path, site: str, slow_site: tuple[str, Event]
) -> None:
    origin, asked = slow_site
    extra = hook_of(origin) + '[run]\nshutdown_grace = "1s"\n'
    with running(tmp_path, site, extra) as daemon:
        assert asked.wait(PATIENCE)
        daemon.follow("/a", "/b")
        daemon.process.send_signal(signal.SIGHUP)
        daemon.log_until("poll", url=f"{site}/b", created=1)
        daemon.process.send_signal(signal.SIGTERM)
        daemon.log_until("deliveries_broken_off", consumers=["ops"])
        assert daemon.end() == 0
