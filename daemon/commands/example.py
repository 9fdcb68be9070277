"""The configuration file with every setting in it, written from the settings themselves."""

import json
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from daemon.settings import ConsumerSettings, RetentionRule, Settings
from daemon.tables import KINDS

_HEAD = """\
# newsd.toml: every setting with its default. Take the # off a line to change it.
# NEWSD_SECTION__KEY in the environment wins over this file, and an unknown key is an error.
# Look with `newsd config show` at what is in force, and with `newsd config check` for mistakes.
"""
_CONSUMERS = """\
# Who is told of changes; see docs/consumers.md. One block for each, as many as you like.
# NEWSD_CONSUMERS__NAME__KEY in the environment wins over what is said here of NAME.
"""
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


def example_config() -> str:
    """A TOML file that sets nothing and explains everything."""
    return "\n".join([_HEAD, *_sections(), _CONSUMERS, *_consumers()])


def written(value: Any) -> str:
    """A setting as it is written in TOML."""
    match value:
        case timedelta():
            return f'"{_span(value)}"'
        case bool() | float():
            return json.dumps(value).removesuffix(".0")
        case int():
            return f'"{value >> 20} MiB"' if value and value % (1 << 20) == 0 else str(value)
        case RetentionRule():
            return f"{{{_rule(value)}}}"
        case tuple() if value and isinstance(value[0], RetentionRule):
            return f"[{', '.join(map(written, value))}]"
        case tuple():
            return json.dumps([str(part) for part in value])
        case _:
            return json.dumps("" if value is None else str(value), ensure_ascii=False)


def _rule(rule: RetentionRule) -> str:
    """The parts of a rule that are set, as an inline table has them."""
    parts = {name: value for name, value in rule if value or name == "keep"}
    return ", ".join(f"{name} = {written(value)}" for name, value in parts.items())


def _sections() -> Iterator[str]:
    for name, section in Settings.model_fields.items():
        model = section.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield f"# {model.__doc__}\n[{name}]"
            for key, field in model.model_fields.items():
                yield _explained(key, field)


def _consumers() -> Iterator[str]:
    """A block for each kind; what all kinds share is explained once."""
    told: set[str] = set()
    for kind, model in KINDS.items():
        yield f"# {model.__doc__}\n#[[consumers]]\n#  kind = {written(kind)}\n"
        for key, field in model.model_fields.items():
            if key != "kind" and key not in told:
                yield _explained(key, field, indent="  ")
        told |= {key for key in ConsumerSettings.model_fields if key != "name"}


def _explained(key: str, field: FieldInfo, indent: str = "") -> str:
    lines = textwrap.wrap(field.description or "", width=95, break_long_words=False)
    sentence = "\n".join(f"# {line}" for line in lines)
    value = "..." if field.is_required() else field.default
    return f"{sentence}\n#{indent}{key} = {written(value)}\n"


def _span(span: timedelta) -> str:
    """The largest unit that divides it evenly."""
    for unit, length in _UNITS.items():
        if span and not span % length:
            return f"{span // length}{unit}"
    return f"{span.total_seconds():g}s"
