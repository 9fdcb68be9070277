"""What docs/consumers.md says is so."""

import re
import tomllib
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

from daemon.events import event
from daemon.settings import AnyConsumer
from daemon.sinks.webhook import signature
from storage.database import Database
from storage.reading import told_one
from tests.daemon.sinks.receiver import verify
from tests.storage.test_articles import NEW, write

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "consumers.md").read_text("utf-8")
NOW = 1_800_000_000


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
def test_a_consumer_that_is_shown_can_be_set(block: str) -> None:
    (shown,) = tomllib.loads(block)["consumers"]
    TypeAdapter[AnyConsumer](AnyConsumer).validate_python(shown)


async def test_an_event_holds_what_the_page_lists(database: Database) -> None:
    await write(database, NEW)
    async with database.reading() as tx:
        line = await told_one(tx, 1)
    assert line is not None
    told = orjson.loads(event(line, "newsd").body)
    row = next(row for row in PAGE.splitlines() if row.startswith("| `data` |"))
    listed = re.findall(r"`(\w+)`", row)[1:]
    assert set(told["data"]) == set(listed) - {"text"}


@pytest.mark.parametrize(
    ("change", "believed"),
    [
        pytest.param({}, True, id="ours"),
        pytest.param({"now": NOW + 299}, True, id="ours, and fresh enough"),
        pytest.param({"now": NOW + 301}, False, id="sent again much later"),
        pytest.param({"body": b"[1]"}, False, id="another body"),
        pytest.param({"secret": "other"}, False, id="another secret"),
        pytest.param({"name": "ops:1-2"}, False, id="another id"),
    ],
)
def test_the_receiver_that_is_shown_believes_only_us(
    change: dict[str, Any],
    believed: bool,  # noqa: FBT001  a column of the table above
) -> None:
    given = signature(b"hush", "ops:1-1", NOW, b"[]")
    headers = {
        "webhook-id": change.get("name", "ops:1-1"),
        "webhook-timestamp": str(NOW),
        "webhook-signature": f"v1,xxxx {given}",
    }
    is_ours = verify()
    now = change.get("now", NOW)
    body, secret = change.get("body", b"[]"), change.get("secret", "hush")
    assert is_ours(secret, headers, body, lambda: now) is believed
