"""Whole rounds by command: fetch, ingest, demo."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.__main__ import main
from daemon.app import system_clock
from daemon.commands import demo
from daemon.demo.formats import render
from daemon.demo.stories import load_edition
from storage.database import Database
from storage.holds import hold_hosts
from storage.leases import hold
from storage.takeovers import note_takeovers
from storage.values import Takeover, TakeoverSign
from tests.daemon.commands.sites import hook_site, http_site
from tests.samples import NOON

ROOT = Path(__file__).parents[3]
EDITION = load_edition(NOON)
HARBOUR = EDITION.channels[0]
FEED, _ = render(HARBOUR, EDITION.on(HARBOUR, 0))
PAGE = b"""<!doctype html><html lang="en"><head><title>Lighthouse lit again</title>
<meta property="article:published_time" content="2025-10-18T09:00:00Z"></head><body><article>
<h1>Lighthouse lit again</h1><p>After eleven dark years the lighthouse on Gull Rock was lit again
on Saturday evening. Volunteers had cleaned the lens and mended the stairs.</p><p>The harbour
master said that fishing boats would be glad of the light in the coming winter.</p></article>
</body></html>"""
Newsd = Callable[..., tuple[int, str]]


@pytest.fixture
def newsd(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Newsd:
    """Run a command on a database of one's own; its status and what it wrote to stdout."""
    monkeypatch.setenv("NEWSD_FETCH__ALLOW_NETWORKS", "127.0.0.1/32")
    monkeypatch.setenv("NEWSD_DIGEST__WORKERS", "1")

    def run(*args: str) -> tuple[int, str]:
        return main([*args, "--database", sqlite_url]), capsys.readouterr().out

    return run


@pytest.fixture
def site() -> Iterator[str]:
    with http_site({"/harbour.rss": (200, FEED), "/page": (200, PAGE)}) as port:
        yield f"http://127.0.0.1:{port}"


def opml(path: Path, *urls: str) -> Path:
    outlines = "".join(f'<outline text="x" xmlUrl="{url}"/>' for url in urls)
    path.write_text(f"<opml><body>{outlines}</body></opml>")
    return path


def test_a_round_brings_articles(newsd: Newsd, site: str, tmp_path: Path) -> None:
    feeds = opml(tmp_path / "feeds.opml", f"{site}/harbour.rss", f"{site}/missing")
    status, out = newsd("once", "--feeds", str(feeds), "--json")
    told = json.loads(out)
    assert status == 0
    assert told["outcomes"] == {"stored": 1, "http_status": 1}
    assert told["created"] == 3
    _, out = newsd("articles", "list", "--json")
    listed = json.loads(out)
    assert listed[0]["title"] == EDITION.on(HARBOUR, 0)[0].title
    _, out = newsd("articles", "show", str(listed[0]["article_id"]))
    assert "nine weeks after engineers" in out
    assert newsd("once", "--json")[0] == 0
    assert newsd("once", "--all", "--max-failed", "0.4")[0] == 3


def test_a_round_tells_consumers_before_it_ends(newsd: Newsd, site: str, tmp_path: Path) -> None:
    feeds, config = opml(tmp_path / "feeds.opml", f"{site}/harbour.rss"), tmp_path / "newsd.toml"
    with hook_site() as (url, batches):
        config.write_text(
            f"[[consumers]]\nname = 'ops'\nkind = 'webhook'\nurl = '{url}'\nsecret = 'hush'\n"
        )
        settings = ("--config", str(config))
        assert newsd("once", "--feeds", str(feeds), *settings)[0] == 0
        assert len(batches.get_nowait()) == 3
    (listed,) = json.loads(newsd("consumers", "list", "--json")[1])
    assert (listed["seq"], listed["lag"], listed["state"]) == (3, 0, "active")
    newsd("consumers", "replay", "ops", "--from", "1")
    assert newsd("once", *settings)[0] == 0
    (listed,) = json.loads(newsd("consumers", "list", "--json")[1])
    assert (listed["seq"], listed["state"], listed["failures"]) == (1, "failing", 1)


@pytest.mark.usefixtures("newsd")
def test_a_round_says_what_of_a_list_it_cannot_follow(
    site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feeds = opml(tmp_path / "feeds.opml", "ftp://me:s3cret@a.example/", f"{site}/harbour.rss")
    url = f"sqlite:///{tmp_path}/x.db"
    assert main(["once", "--feeds", str(feeds), "--json", "--database", url]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["polls"] == 1
    assert err == f"skipped: {feeds}:1: not an http(s) address: 'ftp://a.example/'\n"


def test_a_feed_is_checked_without_a_trace(newsd: Newsd, site: str) -> None:
    status, out = newsd("feeds", "check", f"{site}/harbour.rss", "--json")
    told = json.loads(out)
    assert (status, told["items"], told["odd"]) == (0, 3, {})
    assert newsd("feeds", "check", f"{site}/page")[0] == 1
    assert json.loads(newsd("articles", "list", "--json")[1]) == []


def test_a_check_of_a_sitemap_index_names_the_sitemaps_it_read(newsd: Newsd) -> None:
    index = b"<sitemapindex><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>"
    news = b"<urlset><url><loc>/a</loc><title>Ferry sails</title></url></urlset>"
    with http_site({"/index.xml": (200, index), "/news.xml": (200, news)}) as port:
        site = f"http://127.0.0.1:{port}"
        status, out = newsd("feeds", "check", f"{site}/index.xml", "--json")
    told = json.loads(out)
    assert (status, told["kind"], told["items"]) == (0, "sitemap", 1)
    assert told["sitemaps"] == [f"{site}/news.xml"]


def test_the_address_of_a_site_leads_to_its_feed(
    newsd: Newsd, capsys: pytest.CaptureFixture[str]
) -> None:
    link = b'<link rel="alternate" type="application/rss+xml" href="/harbour.rss">'
    pages = {"/": (200, b"<html><head>" + link), "/harbour.rss": (200, FEED)}
    with http_site(pages | {"/bare": (200, b"<html></html>")}) as port:
        site = f"http://127.0.0.1:{port}"
        assert main(["feeds", "discover", site, "--json"]) == 0
        (found,) = json.loads(capsys.readouterr().out)
        assert (found["url"], found["kind"], found["items"]) == (f"{site}/harbour.rss", "rss", 3)
        assert newsd("feeds", "add", site) == (0, "1 added\n")
        assert newsd("feeds", "add", f"{site}/harbour.rss") == (0, "0 added\n")
        assert newsd("feeds", "add", f"http://127.0.0.1:{port}/gone")[0] == 0
    listed = json.loads(newsd("feeds", "list", "--json")[1])
    assert [feed["url"] for feed in listed] == [f"{site}/harbour.rss", f"{site}/gone"]


def test_a_site_without_a_feed_is_not_followed(newsd: Newsd) -> None:
    with http_site({"/": (200, b"<html></html>")}) as port:
        assert newsd("feeds", "add", f"http://127.0.0.1:{port}/")[0] == 2
    assert json.loads(newsd("feeds", "list", "--json")[1]) == []


def test_pages_are_taken_in_once(newsd: Newsd, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "lighthouse.html").write_bytes(PAGE)
    page = str(tmp_path / "pages" / "lighthouse.html")
    status, out = newsd("ingest", page, "--url", "https://a.example/1", "--json")
    assert (status, json.loads(out)["created"]) == (0, 1)
    status, out = newsd("ingest", page, "--url", "https://a.example/1", "--json")
    assert (json.loads(out)["created"], json.loads(out)["duplicates"]) == (0, 1)
    assert newsd("ingest", str(tmp_path / "pages"), "--url", "https://a.example/1")[0] == 2


def test_good_lines_are_kept_and_bad_ones_named(
    newsd: Newsd, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f'{{"id": "{n}", "title": "Pier {n}", "text": "Pier {n} is shut."}}' for n in "123"]
    lines[1:1] = [
        '{"id": ',
        '{"mood": "good"}',
        '{"title": "One\u2028line", "text": "It is one."}',
    ]
    path = tmp_path / "piers.jsonl"
    path.write_text("\n".join(lines))
    assert main(["ingest", str(path), "--json", "--database", f"sqlite:///{tmp_path}/x.db"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "documents": 1, "created": 4, "revised": 0, "duplicates": 0, "rejected": {"unreadable": 2},
    }  # fmt: skip
    assert f"{path}:2: not valid JSON" in err
    assert f"refused: {path}:3: neither a title nor a text\n" in err
    newsd("ingest", str(path))
    again = json.loads(newsd("ingest", str(path), "--json")[1])
    assert (again["created"], again["duplicates"]) == (0, 4)


def test_nothing_that_could_be_read_is_no_success(newsd: Newsd, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    assert newsd("ingest", str(tmp_path / "empty.txt"))[0] == 2


@pytest.mark.parametrize(
    "option",
    [("--url", "javascript:x"), ("--published", "soon"), ("--source", " ")],
    ids=lambda option: option[0],
)
def test_what_ingest_could_not_use_is_refused(
    newsd: Newsd, tmp_path: Path, option: tuple[str, str]
) -> None:
    (tmp_path / "page.html").write_bytes(PAGE)
    assert newsd("ingest", str(tmp_path / "page.html"), *option)[0] == 2


@pytest.mark.threat("H9")
async def test_two_instances_do_not_share_a_file(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as database, hold(database, "the other"):
        once = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "daemon", "once", "--database", sqlite_url,
            cwd=ROOT, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, err = await once.communicate()
    assert once.returncode == 4
    assert err.startswith(b"newsd: ")
    assert err.count(b"\n") == 1


@pytest.mark.threat("C4")
def test_a_host_that_asked_to_be_left_alone_is_not_even_polled_by_hand(
    newsd: Newsd, site: str, sqlite_url: str
) -> None:
    async def held(host: str) -> None:
        async with Database.open(sqlite_url) as database, database.writing() as tx:
            await hold_hosts(tx, {host: system_clock() + timedelta(hours=1)}, now=system_clock())

    newsd("feeds", "add", f"{site}/harbour.rss")
    asyncio.run(held(site.removeprefix("http://")))
    assert json.loads(newsd("once", "--all", "--json")[1])["polls"] == 0


def test_a_poll_can_be_explained(newsd: Newsd, site: str, tmp_path: Path) -> None:
    feeds = opml(tmp_path / "feeds.opml", f"{site}/harbour.rss")
    newsd("once", "--feeds", str(feeds))
    status, out = newsd("feeds", "explain", "1", "--json")
    told = json.loads(out)
    assert status == 0
    assert told["because"]
    assert [poll["outcome"] for poll in told["polls"]] == ["stored"]
    assert told["reason"] in newsd("feeds", "explain", f"{site}/harbour.rss")[1]
    assert newsd("feeds", "explain", "99")[0] == 2


def test_the_demo_ends_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "QUIET", 1.0)
    assert main(["demo", "--keep", str(tmp_path / "kept")]) == 0
    out, err = capsys.readouterr()
    assert "GROUP BY t.label" in out
    assert "410 Gone" in err
    (counts,) = demo.ask(tmp_path / "kept" / "demo.db", demo.COUNTS)
    assert counts["articles"] >= 28
    assert counts["edited"] == 1
    assert counts["copies"] >= 2


@pytest.mark.threat("C9")
def test_a_feed_that_robots_txt_forbids_is_left_alone_where_feeds_are_minded(
    newsd: Newsd, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {"/harbour.rss": (200, FEED), "/robots.txt": (200, b"User-agent: *\nDisallow: /h")}
    monkeypatch.setenv("NEWSD_FETCH__ROBOTS", "all")
    with http_site(pages) as port:
        url = f"http://127.0.0.1:{port}/harbour.rss"
        status, told = newsd("feeds", "check", url)
        assert (status, "fetch.robots" in told) == (1, True)
        assert newsd("feeds", "add", "--unasked", url)[0] == 0
        newsd("once")
        why = json.loads(newsd("feeds", "explain", "1", "--json")[1])
        assert (why["reason"], why["polls"][0]["outcome"]) == ("robots_txt_forbids", "robots")
        monkeypatch.setenv("NEWSD_FETCH__ROBOTS", "pages")
        assert newsd("feeds", "check", url)[0] == 0


@pytest.mark.threat("A11", "I6")
def test_a_feed_that_wants_a_key_gets_it_and_nobody_sees_it(
    newsd: Newsd, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_text("X-Key: s3cret\n\nAccept-Language: en\n")
    with http_site({"/harbour.rss": (200, FEED)}, key=("X-Key", "s3cret")) as port:
        url, other = f"http://127.0.0.1:{port}/harbour.rss", f"http://127.0.0.1:{port}/x"
        assert newsd("feeds", "check", url)[0] == 1
        assert newsd("feeds", "check", url, "--header", f"@{tmp_path}/key")[0] == 0
        assert newsd("feeds", "add", url, "--header", "X-Key: s3cret") == (0, "1 added\n")
        assert json.loads(newsd("once", "--json")[1])["outcomes"] == {"stored": 1}
        why = json.loads(newsd("feeds", "explain", "1", "--json")[1])
        assert why["headers"] == ["X-Key"]
        assert newsd("feeds", "add", "--unasked", url, "--header", "x-key: wrong-s3cret")[0] == 0
        assert json.loads(newsd("once", "--all", "--json")[1])["outcomes"] == {"http_status": 1}
        assert newsd("feeds", "add", other, "--header", "Host: s3cret")[0] == 2
        assert newsd("feeds", "add", other, "--header", "@/no/such/file")[0] == 2
        twice = ("--unasked", "--header", "Authorization: s3cret")
        assert newsd("feeds", "add", url.replace("//", "//me:pw@"), *twice)[0] == 2
        told = [newsd("feeds", "list", "--json"), newsd("feeds", "export"), capsys.readouterr()]
    assert "s3cret" not in str([*told, why])


@pytest.mark.threat("F11")
async def test_a_feed_that_changed_hands_is_shown_until_it_is_accepted(
    newsd: Newsd, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await asyncio.to_thread(newsd, "feeds", "add", "--unasked", "https://a.example/feed")
    async with Database.open(sqlite_url) as database, database.writing() as tx:
        await note_takeovers(tx, [Takeover(1, NOON, (TakeoverSign.TITLE,), "Harbour Post")])

    def told(*args: str) -> str:
        assert main(["feeds", *args, "--database", sqlite_url]) == 0
        return "".join(capsys.readouterr())

    assert "changed hands? newsd feeds explain 1" in await asyncio.to_thread(told, "list")
    shown = await asyncio.to_thread(told, "explain", "1")
    assert "it was called 'Harbour Post'" in shown
    assert "newsd feeds accept 1" in shown
    assert "accepted https://a.example/feed" in await asyncio.to_thread(told, "accept", "1")
    assert "changed hands" not in await asyncio.to_thread(told, "list")
    assert "nothing was strange" in await asyncio.to_thread(told, "accept", "1")
