"""A configuration is whole and right, or refused with the place of the mistake."""

from datetime import timedelta
from pathlib import Path

import pytest

from daemon.configuration import load_settings
from daemon.errors import SettingsError

URL = "postgresql://ann:secret@db/news"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.threat("I4")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("[fetch]\n\ntimeut = '3s'", "newsd.toml:3: unknown setting", id="a key"),
        pytest.param("[fech]\ntimeout = '3s'", "the sections are database,", id="a section"),
        pytest.param("fetch = 3", "unknown setting 'fetch'", id="a section that is a number"),
        pytest.param("[fetch]\ntimeout = 30", "newsd.toml:2: fetch.timeout: a time", id="no unit"),
        pytest.param("[fetch]\ntimeout = '9999999d'", "ten years", id="a span without end"),
        pytest.param("[fetch]\nmax_bytes = 1_000_000_000_000", "max_bytes", id="a size too large"),
        pytest.param("[fetch]\nallow_networks = ['10.0.0.1/8']", "host bits", id="a network"),
        pytest.param('[fetch]\nuser_agent = "a\\nb"', "cannot be sent", id="two lines to send"),
        pytest.param("[http]\nbind = '127.0.0.1:99999'", "65535", id="a port too large"),
        pytest.param("[http]\nbind = 'localhost'", "http.bind", id="no port"),
        pytest.param("[schedule]\nmin_interval = '2d'", "newsd.toml:2: schedule", id="no order"),
        pytest.param("[database", "not valid TOML", id="no TOML"),
        pytest.param("[fetch]\nuser_agent = 'caf\udce9'", "not valid TOML", id="not UTF-8"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "newsd.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError) as caught:
        load_settings(path, environ={})
    assert words in str(caught.value)


HOOK = """
[[consumers]]
name = "ops-1"
kind = "webhook"
url = "https://ann:secret@ops.example/hook"
secret_file = "ops.secret"

[[consumers]]
name = "bus"
kind = "nats"
"""


@pytest.mark.threat("I4")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            HOOK + "subjec = 'x'",
            "newsd.toml:11: unknown setting 'consumers.subjec'; "
            "a consumer of kind nats knows name,",
            id="a key",
        ),
        pytest.param(HOOK + "timeout = 3", "newsd.toml:11: consumers.timeout", id="no unit"),
        pytest.param(HOOK.replace('"nats"', '"kafka"'), "newsd.toml:9: consumers: ", id="a kind"),
        pytest.param(HOOK.replace('"bus"', '"ops-1"'), "two consumers are", id="twice"),
        pytest.param(
            HOOK.replace("secret_file", "#"),
            "newsd.toml:3: consumers: a webhook needs a secret",
            id="no secret",
        ),
        pytest.param(HOOK.replace("url", "#"), "newsd.toml:3: consumers.url: ", id="no address"),
        pytest.param("[consumers]\nname = 'x'", "newsd.toml: write each", id="one table"),
        pytest.param(HOOK + "kinds = ['creatd']", "newsd.toml:11: consumers.kinds", id="no kind"),
    ],
)
def test_a_mistake_about_a_consumer_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "newsd.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(path, environ={})
    assert words in str(caught.value)


def test_the_environment_knows_a_consumer_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "newsd.toml"
    path.write_text(HOOK)
    (tmp_path / "key").write_text("hush\n")
    environ = {
        "NEWSD_CONSUMERS__BUS__STREAM": "NEWS",
        "NEWSD_CONSUMERS__OPS_1__URL_FILE": str(tmp_path / "key"),
        "NEWSD_CONSUMERS__OPS_1__MAX_EVENTS": "7",
    }
    with pytest.raises(SettingsError, match=r"OPS_1__URL_FILE: consumers\.url"):
        load_settings(path, environ=environ)
    del environ["NEWSD_CONSUMERS__OPS_1__URL_FILE"]
    loaded = load_settings(path, environ=environ)
    ops, bus = loaded.settings.consumers
    assert (ops.name, ops.max_events, getattr(bus, "stream", None)) == ("ops-1", 7, "NEWS")
    assert getattr(ops, "secret_file", None) == tmp_path / "ops.secret"
    assert loaded.origins["consumers.0.url"] == f"{path}:5"
    assert loaded.origins["consumers.1.stream"] == "NEWSD_CONSUMERS__BUS__STREAM"
    with pytest.raises(SettingsError, match="no consumer is called 'nobody'"):
        load_settings(path, environ={"NEWSD_CONSUMERS__NOBODY__URL": "x"})


@pytest.mark.threat("I4")
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        pytest.param("NEWSD_FETCH__TIMEUT", "3s", "unknown setting 'fetch.timeut'", id="a key"),
        pytest.param("NEWSD_FETCH_TIMEOUT", "3s", "write NEWSD_FETCH__TIMEOUT", id="underscores"),
        pytest.param("NEWSD_FETCH_TIMEOUT_FILE", "x", "two underscores", id="and a file"),
        pytest.param("NEWSD_FETCH__TIMEOUT", "3", "fetch.timeout: write a time", id="a value"),
        pytest.param("DATABASE_URL_FILE", "/no/file", "No such file or directory", id="no file"),
        pytest.param("NEWSD_CONFIG", "no.toml", "no.toml: No such file", id="no configuration"),
    ],
)
def test_a_mistake_in_the_environment_is_named(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={name: value})
    assert words in str(caught.value)


def test_variables_that_others_set_are_not_ours() -> None:
    """Kubernetes tells every container of a service that is called newsd."""
    load_settings(environ={"NEWSD_SERVICE_HOST": "10.0.0.1", "NEWSD_PORT": "tcp://10.0.0.1:80"})


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(tmp_path: Path) -> None:
    path = tmp_path / "newsd.toml"
    path.write_text("[fetch]\ntimeout = '1m 30s'\nper_host = 7\n[database]\nurl = 'sqlite:///a'\n")
    environ = {"NEWSD_FETCH__PER_HOST": "3", "DATABASE_URL": "sqlite:///b"}
    loaded = load_settings(path, environ=environ, overrides={"database.url": "sqlite:///c"})
    assert loaded.settings.fetch.timeout == timedelta(seconds=90)
    assert loaded.settings.fetch.per_host == 3
    assert loaded.settings.database.url == "sqlite:///c"
    assert loaded.origins == {
        "fetch.timeout": f"{path}:2",
        "fetch.per_host": "NEWSD_FETCH__PER_HOST",
        "database.url": "--database",
    }


@pytest.mark.parametrize("name", ["DATABASE_URL_FILE", "NEWSD_DATABASE__URL_FILE"])
def test_a_secret_may_stand_in_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text(f"{URL}\n")
    loaded = load_settings(environ={name: str(tmp_path / "secret")})
    assert (loaded.settings.database.url, loaded.origins["database.url"]) == (URL, name)


def test_a_file_that_is_named_in_the_configuration_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "etc" / "newsd.toml"
    path.parent.mkdir()
    path.write_text("\ufeff[topics]\nfile = 'topics.toml'\n", "utf-8")
    assert load_settings(path, environ={}).settings.topics.file == path.parent / "topics.toml"
