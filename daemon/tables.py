"""`[[consumers]]`: the one array of tables among the settings. No input or output.

Its values are called by place in the file (`consumers.0.url`) and, in the environment, by the name
of the consumer (`NEWSD_CONSUMERS__OPS__URL`).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from daemon.errors import SettingsError
from daemon.settings import ConsumerSettings, NatsSettings, RedisSettings, WebhookSettings

ARRAY = "consumers"
KINDS: Mapping[str, type[ConsumerSettings]] = {
    "webhook": WebhookSettings,
    "nats": NatsSettings,
    "redis": RedisSettings,
}
_HEADER = re.compile(r"\s*\[(\[?)\s*([\w.\"-]+)\s*\]")


def in_rows(value: Any) -> Iterator[tuple[str, Any]]:
    """Dotted key and value of each setting of each consumer."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise SettingsError(f"write each of the {ARRAY} as a table of its own: [[{ARRAY}]]")
    for place, row in enumerate(value):
        for key, one in row.items():
            yield f"{ARRAY}.{place}.{key}", one


def line_in_rows(text: str, dotted: str) -> int:
    """The line on which a setting of a consumer stands."""
    _, place, key = dotted.split(".", 2)
    row, here = -1, False
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            here = header[2] == ARRAY
            row += here
        elif here and row == int(place) and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
            return number
    return 1


def is_setting(key: str) -> bool:
    """Whether a consumer of any kind has a setting of this name."""
    return any(key in kind.model_fields for kind in KINDS.values())


def placed(
    values: Mapping[str, Any], origins: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Values and origins with what the environment says of a consumer put where that one is."""
    names = {
        _spelt(str(value)): key.removesuffix(".name")
        for key, value in values.items()
        if re.fullmatch(rf"{ARRAY}\.\d+\.name", key)
    }
    found: dict[str, Any] = {}
    told: dict[str, str] = {}
    for key, value in values.items():
        right = _place(key, names, origins[key])
        found[right], told[right] = value, origins[key]
    return found, told


def _place(key: str, names: Mapping[str, str], origin: str) -> str:
    name, double, setting = key.removeprefix(f"{ARRAY}.").partition("__")
    if not key.startswith(f"{ARRAY}.") or not double:
        return key
    if _spelt(name) not in names:
        raise SettingsError(f"{origin}: no consumer is called {name!r}; name it in a file first")
    return f"{names[_spelt(name)]}.{setting}"


def _spelt(name: str) -> str:
    """As a variable of the environment can spell it."""
    return name.lower().replace("-", "_")


def as_list(rows: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The consumers in their order; `rows` are called by their places."""
    return [rows[place] for place in sorted(rows, key=int)]
