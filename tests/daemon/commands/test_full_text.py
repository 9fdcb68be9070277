"""What the commands say and do about the whole text of articles."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.__main__ import main
from daemon.extras import reads_pages
from tests.daemon.commands.sites import http_site
from tests.daemon.pages import Item, rss

A, B = "https://a.example/feed", "https://b.example/feed"
PAGES = Path(__file__).parents[2] / "pages"


@pytest.fixture
def no_extra(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment in which the extra is not installed."""
    reads_pages.cache_clear()
    monkeypatch.setattr("daemon.extras.find_spec", lambda _: None)
    yield
    reads_pages.cache_clear()


@pytest.fixture
def config(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "newsd.toml"
    file.write_text(
        f'[database]\nurl = "{sqlite_url}"\n[fetch]\nallow_networks = ["127.0.0.1/32"]\n'
    )
    return file


def newsd(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert main(list(args)) == 0
    return capsys.readouterr().out


def test_each_feed_may_have_its_own_choice(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newsd(capsys, "feeds", "add", "--unasked", A, "--full-text", "if_short")
    newsd(capsys, "feeds", "add", "--unasked", B)
    listed = json.loads(newsd(capsys, "feeds", "list", "--json"))
    assert [row["full_text"] for row in listed] == ["if_short", "never"]
    newsd(capsys, "feeds", "add", "--unasked", A)
    assert "if_short" in newsd(capsys, "feeds", "explain", A)
    newsd(capsys, "feeds", "add", "--unasked", A, "--full-text", "never")
    assert json.loads(newsd(capsys, "feeds", "explain", A, "--json"))["full_text"] == "never"
    with config.open("a") as file:
        file.write('[extract]\nfull_text = "always"\n')
    assert json.loads(newsd(capsys, "feeds", "explain", B, "--json"))["full_text"] == "always"


@pytest.mark.usefixtures("config")
def test_a_round_completes_what_is_short(capsys: pytest.CaptureFixture[str]) -> None:
    page = (PAGES / "byline.html").read_bytes()
    title = "Two brothers, one lighthouse and a quarrel of forty years"
    answers = {"/a": (200, b""), "/story": (200, page)}
    with http_site(answers) as port:
        origin = f"http://127.0.0.1:{port}"
        item = Item("1", title, "The lighthouse has two doors.", f"{origin}/story")
        answers["/a"] = (200, rss([item]))
        newsd(capsys, "feeds", "add", "--unasked", f"{origin}/a", "--full-text", "always")
        newsd(capsys, "once")
    (article,) = json.loads(newsd(capsys, "articles", "list", "--json"))
    assert article["text_source"] == "page"
    assert article["word_count"] > 100


@pytest.mark.usefixtures("no_extra")
@pytest.mark.parametrize("command", [["config", "check"], ["once"]])
def test_what_is_not_installed_is_said_before_anything_is_done(
    config: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    with config.open("a") as file:
        file.write('[extract]\nfull_text = "always"\n')
    assert main(command) == 78
    assert "pip install newsd[extract]" in capsys.readouterr().err


@pytest.mark.usefixtures("no_extra", "config")
def test_whoever_wants_pages_is_told_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feeds", "add", "--unasked", A, "--full-text", "always"]) == 0
    assert "pip install newsd[extract]" in capsys.readouterr().err
    assert main(["ingest", str(PAGES / "byline.html")]) == 0
    assert "pip install newsd[extract]" in capsys.readouterr().err


@pytest.mark.usefixtures("config")
def test_a_page_given_by_hand_is_read_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", str(PAGES / "cookie-wall.html")]) == 0
    assert "pip install" not in capsys.readouterr().err
    shown = newsd(capsys, "articles", "show", "1")
    assert "as big as a tea table" in shown
    assert "842 partners" not in shown
