"""The questions of docs/query/README.md, and values to ask them with."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "query" / "README.md"
_QUESTION = re.compile(r"^## (\S+)\n(?:(?!^## ).)*?^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_VALUE = re.compile(r"(?<!:):([a-z]+)\b")

READ = (
    "SELECT article_id AS article, host, story_id AS story FROM newsd_article_v1"
    " WHERE story_id IS NOT NULL ORDER BY article_id LIMIT 1"
)
"""An article, a host and a story that are there."""
_PLAIN = {
    "topic": "medtop:16000000",
    "entity": "Q212",
    "other": "Q7184",
    "language": "en",
    "seq": 0,
}
_TIMES = {"since": datetime(2000, 1, 1, tzinfo=UTC), "until": datetime(2100, 1, 1, tzinfo=UTC)}


def questions() -> dict[str, str]:
    """What is asked, by its name."""
    found = dict(_QUESTION.findall(PAGE.read_text("utf-8")))
    assert len(found) >= 10
    return found


def values(sql: str, known: Mapping[str, Any], dialect: str) -> dict[str, Any]:
    """A value for each that a question waits for; `known` goes before those of the page."""
    times = {name: _instant(at, dialect) for name, at in _TIMES.items()}
    every = {**_PLAIN, **times, **known}
    return {name: every[name] for name in set(_VALUE.findall(sql))}


def _instant(at: datetime, dialect: str) -> Any:
    """As other programs write it: text of fixed width on SQLite."""
    return at if dialect == "postgresql" else at.strftime("%Y-%m-%d %H:%M:%S.%f")
