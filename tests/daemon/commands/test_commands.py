"""The commands on a real database."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon import outlines
from daemon.__main__ import main
from daemon.commands.health import ask
from daemon.commands.once import verdict
from daemon.once import OnceResult
from storage.values import Outcome
from tests.daemon.commands.sites import http_site

ROOT = Path(__file__).parents[3]
A, B = "https://a.example/feed", "https://b.example/feed"
Newsd = Callable[..., str]


@pytest.fixture
def newsd(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Newsd:
    """Run a command that works, on a database of one's own; what it wrote to stdout."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> str:
        assert main([*args, "--database", sqlite_url]) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    return run


def test_feeds_are_added_listed_and_removed(newsd: Newsd) -> None:
    assert newsd("feeds", "add", "--unasked", A, B, "--label", "mine") == "2 added\n"
    assert newsd("feeds", "add", "--unasked", A) == "0 added\n"
    listed = json.loads(newsd("feeds", "list", "--json"))
    assert [(row["url"], row["state"]) for row in listed] == [(A, "new"), (B, "new")]
    assert newsd("feeds", "remove", A) == f"removed {A}\n"
    assert newsd("feeds", "list").splitlines()[1].split()[:2] == ["2", "new"]


def test_furniture_is_learned_listed_shown_and_forgotten(newsd: Newsd, tmp_path: Path) -> None:
    line = "Brought ashore by the Harbour Gazette"
    words = [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ]
    for number, word in enumerate(words):
        text = f"At {word} the boats of {word} came home, {word} fish, {word} nets.\n{line}"
        url = f"https://www.gazette.example/{word}"
        row = {"url": url, "title": f"Boat {word} comes home", "text": text}
        (tmp_path / f"{number:02}.jsonl").write_text(json.dumps(row))
        newsd("ingest", str(tmp_path / f"{number:02}.jsonl"))
    (learned,) = json.loads(newsd("furniture", "list", "--json"))
    assert (learned["site"], learned["line"], learned["articles"]) == ("gazette.example", line, 10)
    assert "gazette.example" in newsd("furniture", "list", "gazette.example")
    rows = json.loads(newsd("articles", "list", "--json"))
    newest = max(row["article_id"] for row in rows)
    shown = newsd("articles", "show", str(newest))
    assert f"not text: {line}" in shown.splitlines()
    assert json.loads(newsd("articles", "show", str(newest), "--json"))["furniture"] == [line]
    assert newsd("furniture", "forget", "gazette.example") == "forgot gazette.example\n"
    assert newsd("furniture", "list", "--json").split() == ["[]"]
    assert main(["furniture", "forget", "gazette.example", "--database", "sqlite:///news.db"]) == 2


def test_the_password_of_a_feed_is_kept_but_not_shown(newsd: Newsd) -> None:
    url = "https://me:s3cret@a.example/feed"
    newsd("feeds", "add", "--unasked", url)
    assert "s3cret" not in newsd("feeds", "list") + newsd("feeds", "list", "--json")
    assert url in newsd("feeds", "export")
    assert newsd("feeds", "remove", url) == f"removed {A}\n"


def test_blanks_around_an_address_are_not_part_of_it(newsd: Newsd) -> None:
    newsd("feeds", "add", "--unasked", f" {A} ")
    assert newsd("feeds", "add", "--unasked", A) == "0 added\n"


def test_a_list_says_where_it_was_cut(
    newsd: Newsd, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    newsd("feeds", "add", "--unasked", A, B)
    for limit, said in ((1, "the first 1; --limit shows more\n"), (2, "")):
        assert main(["feeds", "list", "-n", str(limit), "--database", sqlite_url]) == 0
        assert capsys.readouterr().err == said


def test_a_reader_who_has_enough_is_no_error(sqlite_url: str) -> None:
    urls = [f"https://a.example/{n}" for n in range(2000)]
    assert main(["feeds", "add", "--unasked", *urls, "--database", sqlite_url]) == 0
    command = [sys.executable, "-m", "daemon", "feeds", "list", "-n", "5000"]
    with subprocess.Popen(
        [*command, "--database", sqlite_url],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as listing:  # fmt: skip
        assert listing.stdout is not None
        assert listing.stderr is not None
        listing.stdout.readline()
        listing.stdout.close()
        assert (listing.wait(), listing.stderr.read()) == (0, b"")


def test_feeds_travel_as_opml(newsd: Newsd, tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(
        f'<opml><body><outline text="W"><outline text="A" xmlUrl="{A}"/></outline>'
        '<outline text="x" xmlUrl="file:///x"/></body></opml>'
    )
    assert newsd("feeds", "import", str(path)) == "1 added, 0 known, 1 skipped\n"
    path.write_text(newsd("feeds", "export"))
    assert newsd("feeds", "import", str(path)) == "0 added, 1 known, 0 skipped\n"
    assert '<outline text="W">' in path.read_text()


def test_an_endless_list_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(outlines, "LARGEST", 1 << 20)
    (tmp_path / "feeds.opml").write_text("<opml><body>" + " " * (1 << 20))
    assert main(["feeds", "import", str(tmp_path / "feeds.opml")]) == 2
    assert "larger than 1 MiB" in capsys.readouterr().err


def test_shared_options_may_stand_before_the_command(
    sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--json", "--database", sqlite_url, "feeds", "list"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_an_empty_database_has_no_news(newsd: Newsd) -> None:
    assert json.loads(newsd("articles", "list", "--json", "--since", "24h")) == []
    assert json.loads(newsd("stats", "--json"))["articles"] == 0
    assert newsd("db", "check") == "the tables are as they should be\n"
    assert newsd("db", "upgrade") == newsd("db", "upgrade")


def test_a_round_without_feeds_is_a_good_round(newsd: Newsd) -> None:
    assert json.loads(newsd("once", "--json"))["polls"] == 0


@pytest.mark.parametrize(
    ("result", "status"),
    [
        pytest.param(OnceResult(), 0, id="nothing to do"),
        pytest.param(OnceResult({Outcome.STORED: 1, Outcome.DNS: 1}), 0, id="half of it failed"),
        pytest.param(OnceResult({Outcome.STORED: 1, Outcome.DNS: 2}), 3, id="more failed"),
        pytest.param(OnceResult({Outcome.STORED: 1}, left=1), 5, id="work was left"),
        pytest.param(OnceResult({Outcome.DNS: 1}, left=1), 3, id="failed, and work was left"),
    ],
)
def test_how_a_round_is_judged(result: OnceResult, status: int) -> None:
    assert verdict(result, 0.5) == status


def test_the_configuration_is_shown_with_its_origin(newsd: Newsd) -> None:
    assert "database.url" in newsd("config", "show", "--origin").split("# --database")[0]


def test_a_password_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", "--database", "postgresql://me:s3cret@db/news"]) == 0
    out = capsys.readouterr().out
    assert 'database.url = "postgresql://me:***@db/news"' in out
    assert "s3cret" not in out


def test_the_configuration_of_consumers_is_shown_without_their_secrets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "newsd.toml"
    path.write_text(
        "[[consumers]]\nname = 'ops'\nkind = 'webhook'\nsecret = 's3cret'\n"
        "url = 'https://s3cret@a.example/hook?key=s3cret'\n"
        "[[consumers]]\nname = 'bus'\nkind = 'nats'\n"
        "servers = ['nats://me:s3cret@h:1', 'nats://s3cret@h:2']\n"
        "[[consumers]]\nname = 'mem'\nkind = 'redis'\nurl = 'redis://:s3cret@h/0'\n"
    )
    assert main(["config", "show", "--origin", "--config", str(path)]) == 0
    out = capsys.readouterr().out
    assert f'consumers.ops.url = "https://***@a.example/hook?***"  # {path}:5' in out
    assert 'consumers.ops.secret = "***"' in out
    assert 'consumers.bus.servers = ["nats://***@h:1", "nats://***@h:2"]' in out
    assert 'consumers.mem.url = "redis://***@h/0"' in out
    assert "s3cret" not in out


def test_a_configuration_is_written_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "newsd.toml"
    assert main(["config", "init", str(path)]) == 0
    assert main(["config", "check", "--config", str(path)]) == 0
    assert main(["config", "init", str(path)]) == 2
    assert "--force" in capsys.readouterr().err
    assert main(["config", "init", "--force", str(path)]) == 0


@pytest.fixture
def ready_port() -> Iterator[int]:
    facts = {"ready": True, "database": "ok", "last_commit_age_s": 3.2, "lag_s": None}
    with http_site({"/readyz": (200, json.dumps(facts).encode())}) as port:
        yield port


def test_health_is_one_line(ready_port: int) -> None:
    assert ask("127.0.0.1", ready_port) == (
        True,
        "ready: database ok, last commit age 3 s, lag unknown",
    )


def test_nobody_there_is_not_healthy() -> None:
    ready, line = ask("127.0.0.1", 9)
    assert not ready
    assert "127.0.0.1:9" in line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("[topics]\nfile = 'no.toml'", "no.toml", id="no topics there"),
        pytest.param("[feeds]\nfile = 'no.opml'", "feeds.file: ", id="no feeds there"),
        pytest.param(
            "[[consumers]]\nname = 'a'\nkind = 'webhook'\nurl = 'https://a.example/'\n"
            "secret_file = 'no.secret'",
            "no.secret: the secret cannot be read",
            id="no secret there",
        ),
        pytest.param("[database]\nurl = 'mysql://db'", "database.url: ", id="a strange database"),
    ],
)
def test_what_a_configuration_names_is_checked_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    (tmp_path / "newsd.toml").write_text(text)
    assert main(["config", "check", "--config", str(tmp_path / "newsd.toml")]) == 78
    assert words in capsys.readouterr().err
