"""The door: every error is one line and a status, and nothing heavy is imported unasked."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from daemon.__main__ import main
from daemon.commands.exits import Exit, exit_for
from daemon.commands.table import COMMANDS
from daemon.errors import SettingsError, UsageError
from storage.errors import (
    LeaseHeldError,
    SchemaMismatchError,
    StorageFullError,
    StorageRefusedError,
    StorageUnavailableError,
)

ROOT = Path(__file__).parents[3]
HEAVY = {"sqlalchemy", "aiohttp", "alembic", "apscheduler", "feedparser", "lxml", "rich.console"}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a configuration, and an environment without settings."""
    for name in ("DATABASE_URL", "NEWSD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("args", "status", "words"),
    [
        pytest.param(["nonsense"], 2, "nonsense", id="an unknown command"),
        pytest.param(["config", "show", "--bogus"], 2, "--bogus", id="an unknown option"),
        pytest.param(["db"], 2, "newsd db --help", id="half a command"),
        pytest.param(["once", "--max-failed", "2"], 2, "--max-failed", id="a number too large"),
        pytest.param(["once", "--deadline", "soon"], 2, '"5m"', id="a span without a unit"),
        pytest.param(["--config", "no.toml", "config", "check"], 78, "no.toml", id="no such file"),
        pytest.param(["db", "current", "--database", "mysql://x"], 69, "mysql", id="a stranger"),
        pytest.param(
            ["feeds", "list", "--database", "sqlite:////no/such/folder/news.db"],
            69, "news.db", id="a folder that is not there",
        ),
        pytest.param(["feeds", "add", "ftp://a.example/"], 2, "http", id="not a web address"),
        pytest.param(["feeds", "add", "http://10.0.0.1/"], 2, "allow_networks", id="private"),
        pytest.param(["feeds", "add", "http://[::ffff:7f00:1]/"], 2, "public", id="wrapped"),
        pytest.param(["feeds", "add", "http://2130706433/"], 2, "public", id="a number"),
        pytest.param(["feeds", "add", "http://a.example:x/"], 2, "http", id="an odd port"),
        pytest.param(["feeds", "add", "https://a b.example/"], 2, "http", id="a space in a name"),
        pytest.param(["feeds", "add", f"https://a.example/{'x' * 2000}"], 2, "2000", id="endless"),
        pytest.param(
            ["db", "current", "--database", "postgresql://me:s3cret@db:x/news"],
            69, "cannot be read", id="a database at an odd port",
        ),
        pytest.param(["feeds", "add"], 2, "newsd feeds add --help", id="an argument is missing"),
        pytest.param(["feeds", "import", "no.opml"], 2, "no.opml", id="no such list"),
        pytest.param(["ingest", "no.html"], 2, "no.html", id="no such document"),
        pytest.param(["articles", "show", "7"], 2, "7", id="no such article"),
        pytest.param(["articles", "show", "9" * 20], 2, "ID", id="a number beyond all ids"),
        pytest.param(["stats", "--database", ""], 69, "cannot be read", id="an empty address"),
        pytest.param(["feeds", "remove", "7"], 2, "'7'", id="no such feed"),
    ],
)  # fmt: skip
def test_an_error_is_one_line_and_a_status(
    args: list[str], status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(args) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("newsd: ")
    assert err.count("\n") == 1
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SettingsError(), Exit.CONFIG),
        (UsageError(), Exit.USAGE),
        (LeaseHeldError(), Exit.HELD),
        (SchemaMismatchError(), Exit.SCHEMA),
        (StorageUnavailableError(), Exit.UNAVAILABLE),
        (StorageFullError(), Exit.UNAVAILABLE),
        (StorageRefusedError(), Exit.INTERNAL),
        (KeyError("x"), Exit.INTERNAL),
    ],
    ids=lambda value: getattr(value, "name", type(value).__name__),
)
def test_each_kind_of_trouble_has_its_status(error: Exception, status: Exit) -> None:
    assert exit_for(error) is status


def test_a_demo_does_not_mix_with_an_earlier_one(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (elsewhere / "demo.db").touch()
    assert main(["demo", "--keep", "."]) == Exit.USAGE
    assert "demo.db is there already" in capsys.readouterr().err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_was_closed_is_no_error(closed: str, tmp_path: Path) -> None:
    command = f"{sys.executable} -m daemon once --database sqlite:///{tmp_path}/x.db {closed}"
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_debug_shows_where_an_error_came_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check", "--config", "no.toml", "--debug"]) == Exit.CONFIG
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.threat("A11", "I6")
@pytest.mark.parametrize(
    "args",
    [
        ["feeds", "add", "ftp://me:s3cret@a.example/"],
        ["feeds", "add", "http://me:s3cret@10.0.0.1/"],
        ["feeds", "remove", "https://me:s3cret@a.example/"],
        ["db", "current", "--database", "postgresql://127.0.0.1:1/news?user=me&password=s3cret"],
        ["db", "current", "--database", "postgresql://me:s3cret@127.0.0.1:1/news"],
        ["db", "current", "--database", "postgresql://me:s3cret@127.0.0.1:port/news"],
        ["config", "show", "--database", "postgresql://me:a@b:s3cret@127.0.0.1/news"],
        ["config", "show", "--database", "postgresql://127.0.0.1/news?password=s3cret&user=me"],
    ],
    ids=" ".join,
)
def test_no_message_holds_a_password(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(args)
    assert "s3cret" not in "".join(capsys.readouterr())


@pytest.mark.parametrize("args", [["--version"], ["--help"], ["-h"], ["health"]], ids=" ".join)
def test_quick_commands_import_nothing_heavy(args: list[str]) -> None:
    code = (
        "import sys; from daemon.__main__ import main;"
        f"status = main({args!r});"
        f"print(*({HEAVY!r} & set(sys.modules)), file=sys.stderr);"
        f"sys.exit(7 if {HEAVY!r} & set(sys.modules) else status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1}, done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app = import_module(COMMANDS[name][0]).app
    names = [c.name or c.callback.__name__ for c in app.registered_commands]
    is_group = len(names) > 1 or app.registered_callback is not None
    for words in [[name, sub] for sub in names] if is_group else [[name]]:
        assert main([*words, "--help"]) == 0
        assert f"Example: newsd {' '.join(words)}" in " ".join(capsys.readouterr().out.split())
