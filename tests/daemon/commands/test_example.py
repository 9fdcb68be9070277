"""The configuration we ship is the one the program would write."""

import re
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from daemon.commands.example import example_config, written
from daemon.configuration import load_settings
from daemon.opml import read_opml
from daemon.settings import Settings
from daemon.tables import KINDS

CONFIG = Path(__file__).parents[3] / "config"


def test_the_committed_file_is_the_written_one() -> None:
    """After a change of the settings: `newsd config init --force config/newsd.toml`."""
    assert (CONFIG / "newsd.toml").read_text("utf-8") == example_config()


def test_the_file_changes_nothing() -> None:
    assert load_settings(CONFIG / "newsd.toml", environ={}).settings == Settings()


def test_every_line_may_be_uncommented(tmp_path: Path) -> None:
    path = tmp_path / "newsd.toml"
    path.write_text(re.sub(r"(?m)^#(?=\w+ = )", "", example_config()))
    loaded = load_settings(path, environ={})
    assert loaded.settings == Settings()
    assert len(loaded.origins) > 15


def test_every_setting_is_explained() -> None:
    for section in Settings.model_fields.values():
        for key, field in getattr(section.annotation, "model_fields", {}).items():
            assert field.description, key
            assert f"\n#{key} = " in example_config()


@pytest.mark.parametrize(("kind", "needs"), [("webhook", 1), ("nats", 0), ("redis", 0)])
def test_a_block_of_each_kind_of_consumer_may_be_uncommented(
    tmp_path: Path, kind: str, needs: int
) -> None:
    """Where it says "..." something must be written; one kind's block repeats no other's."""
    blocks = re.split(r"(?m)^#\[\[consumers\]\]\n", example_config())[1:]
    (block,) = [b for b in blocks if f'kind = "{kind}"' in b]
    text = re.sub(r"(?m)^#  (?=\w+ = )", "", block).replace('name = "..."', 'name = "ops"')
    assert len(re.findall(r'"\.\.\."', text)) == needs
    text = text.replace('url = "..."', 'url = "https://a.example/"')
    path = tmp_path / "newsd.toml"
    path.write_text("[[consumers]]\n" + text.replace('secret = ""', 'secret = "s"'))
    (consumer,) = load_settings(path, environ={}).settings.consumers
    assert (consumer.name, consumer.kind) == ("ops", kind)
    assert all(f"  {key} = " in example_config() for key in KINDS[kind].model_fields)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(seconds=90), '"90s"'),
        (timedelta(minutes=90), '"90m"'),
        (timedelta(days=7), '"7d"'),
        (timedelta(), '"0s"'),
        (8 << 20, '"8 MiB"'),
        (0, "0"),
        (5000, "5000"),
        (48.0, "48"),
        (0.5, "0.5"),
        (None, '""'),
        ((ip_network("127.0.0.1/32"),), '["127.0.0.1/32"]'),
        ('a "b"', '"a \\"b\\""'),
    ],
)
def test_how_a_value_is_written(value: object, text: str) -> None:
    assert written(value) == text


def test_the_feeds_we_ship_speak_many_languages() -> None:
    outlines = read_opml((CONFIG / "feeds.opml").read_bytes(), "config/feeds.opml")
    assert outlines.skipped == ()
    assert len(outlines.subscriptions) >= 40
    assert len({s.labels for s in outlines.subscriptions}) >= 8
