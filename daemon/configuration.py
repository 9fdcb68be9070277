"""Where settings come from: a TOML file, the environment on top, the command line on top of it.

`load_settings` is the only reader of the environment; each value keeps its origin.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from daemon.errors import SettingsError
from daemon.notify import Supervisor
from daemon.settings import Settings
from daemon.tables import ARRAY, KINDS, as_list, in_rows, is_setting, line_in_rows, placed

SEARCHED = (Path("newsd.toml"), Path("/etc/newsd/newsd.toml"))
"""Where a configuration is looked for when neither `--config` nor NEWSD_CONFIG names one."""


def _variables() -> Iterator[tuple[str, str]]:
    """How each setting's variable is easily misspelt, and how it is written."""
    for section, field_ in Settings.model_fields.items():
        for key in getattr(field_.annotation, "model_fields", ()):
            right = f"NEWSD_{section}__{key}".upper()
            yield right.replace("__", "_"), right


_MISSPELT = dict(_variables())


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and where each value that is not a default came from."""

    settings: Settings
    origins: Mapping[str, str]
    """`fetch.timeout` -> `newsd.toml:7`, `NEWSD_FETCH__TIMEOUT` or `--database`."""
    path: Path | None
    overrides: Mapping[str, str] = field(default_factory=dict)
    """What the command line said; it wins again when the file is read again."""
    supervisor: Supervisor = field(default_factory=Supervisor)


def load_settings(
    path: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, str] | None = None,
) -> Loaded:
    """Read the file at `path` (or the first of `SEARCHED`), the environment, then `overrides`.

    `overrides` maps dotted keys to values given on the command line. Raises `SettingsError` naming
    the file and line, the variable or the option that is wrong.
    """
    env = os.environ if environ is None else environ  # noqa: TID251  the one place
    if path is None and env.get("NEWSD_CONFIG"):
        path = Path(env["NEWSD_CONFIG"])
    if path is None:
        path = next((p for p in SEARCHED if p.is_file()), None)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    layers = [_from_file(path)] if path else []
    layers += [_from_environment(env), _from_options(overrides or {})]
    for layer in layers:
        for key, (value, origin) in layer.items():
            values[key], origins[key] = value, origin
    values, origins = placed(values, origins)
    return Loaded(_checked(values, origins), origins, path, overrides or {}, _supervisor(env))


def _supervisor(env: Mapping[str, str]) -> Supervisor:
    limit = env.get("WATCHDOG_USEC", "")
    watchdog = timedelta(microseconds=int(limit)) if limit.isdecimal() else None
    return Supervisor(env.get("NOTIFY_SOCKET") or None, watchdog)


Layer = dict[str, tuple[Any, str]]
"""Dotted key -> value and origin."""


def _from_file(path: Path) -> Layer:
    try:
        text = path.read_text("utf-8-sig")
        raw = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; name another file by --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    try:
        return {
            key: (_beside(path, key, value), f"{path}:{_line_of(text, key)}")
            for key, value in _flat(raw)
        }
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def _beside(path: Path, key: str, value: Any) -> Any:
    """A file named in a configuration lies beside that configuration."""
    section, _, name = key.rpartition(".")
    if _names_a_file(section, name) and isinstance(value, str) and value:
        return str(path.parent / value)
    return value


def _names_a_file(section: str, name: str) -> bool:
    if section.startswith(f"{ARRAY}."):
        return name == "secret_file"
    known = Settings.model_fields.get(section)
    fields = known.annotation.model_fields if known and known.annotation else {}
    return name in fields and Path in get_args(fields[name].annotation)


def _flat(raw: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in raw.items():
        if key == ARRAY and not prefix:
            yield from in_rows(value)
        elif isinstance(value, dict) and not prefix:
            yield from _flat(value, f"{key}.")
        else:
            yield f"{prefix}{key}", value


def _line_of(text: str, dotted: str) -> int:
    """The line on which a key stands: tomllib does not tell."""
    if dotted.startswith(f"{ARRAY}."):
        return line_in_rows(text, dotted)
    section, _, key = dotted.rpartition(".")
    here = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([\w.\"-]+)\s*\]+", line)
        here = header[1].strip('"') if header else here
        if header and here == dotted:
            return number
        if here == section and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
            return number
        if not here and re.match(rf"\s*{re.escape(dotted)}\s*=", line):
            return number
    return 1


def _from_environment(env: Mapping[str, str]) -> Layer:
    layer: Layer = {}
    for name in ("DATABASE_URL_FILE", "DATABASE_URL"):
        if env.get(name):
            layer["database.url"] = (_secret(name, env[name]), name)
    for name in env:
        if right := _MISSPELT.get(name.removesuffix("_FILE")):
            raise SettingsError(f"{name}: write {right}, with two underscores")
    for name in sorted(env, key=lambda n: (not n.endswith("_FILE"), n)):
        section, double, key = name.removeprefix("NEWSD_").lower().partition("__")
        if not name.startswith("NEWSD_") or not double:
            continue
        if not _is_setting(section, key) and key.endswith("_file"):
            key = key.removesuffix("_file")
            layer[f"{section}.{key}"] = (_secret(name, env[name]), name)
        else:
            layer[f"{section}.{key}"] = (env[name], name)
    return layer


def _is_setting(section: str, key: str) -> bool:
    if section == ARRAY:
        return is_setting(key.rpartition("__")[2])
    known = Settings.model_fields.get(section)
    return known is not None and key in getattr(known.annotation, "model_fields", {})


def _secret(name: str, value: str) -> str:
    """The value, or for a `*_FILE` variable what stands in that file."""
    if not name.endswith("_FILE"):
        return value
    try:
        return Path(value).read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}: cannot read {value}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name}: {value} is not UTF-8") from error


def _from_options(overrides: Mapping[str, str]) -> Layer:
    return {
        key: (value, f"--{key.removesuffix('.url').rpartition('.')[2]}")
        for key, value in overrides.items()
    }


def _checked(values: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    nested: dict[str, Any] = {}
    rows: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        section, _, name = key.rpartition(".")
        if not section or section == ARRAY:
            raise SettingsError(f"{origins[key]}: unknown setting {key!r}; {_hint(key)}")
        if section.startswith(f"{ARRAY}."):
            rows.setdefault(section.removeprefix(f"{ARRAY}."), {})[name] = value
        else:
            nested.setdefault(section, {})[name] = value
    if rows:
        nested[ARRAY] = as_list(rows)
    try:
        return Settings.model_validate(nested)
    except ValidationError as error:
        raise SettingsError(_in_words(error.errors()[0], origins)) from error


def _in_words(error: ErrorDetails, origins: Mapping[str, str]) -> str:
    where = [str(part) for part in error["loc"]]
    if where[:1] == [ARRAY]:  # consumers, its place, its kind, the setting
        key, shown = ".".join([*where[:2], *where[3:4]]), ".".join([ARRAY, *where[3:4]])
    else:
        key = shown = ".".join(where[:2])
    origin = origins.get(key) or next(
        (o for k, o in origins.items() if k.startswith(f"{'.'.join(where[:2])}.")), "settings"
    )
    if error["type"] == "extra_forbidden" and (where[:1] == [ARRAY] or len(where) <= 2):
        return f"{origin}: unknown setting {shown!r}; {_hint(shown, *where[2:3])}"
    inside = "" if where[:1] == [ARRAY] else _inside(error["loc"][2:])
    return f"{origin}: {shown}{inside}: {error['msg'].removeprefix('Value error, ')}"


def _inside(loc: Sequence[str | int]) -> str:
    """Where in a setting that has parts: `rules[2].keep`, counted from 1."""
    return "".join(f".{part}" if isinstance(part, str) else f"[{part + 1}]" for part in loc)


def _hint(key: str, kind: str = "") -> str:
    section, _, _ = key.partition(".")
    if section == ARRAY and kind in KINDS:
        return f"a consumer of kind {kind} knows {', '.join(KINDS[kind].model_fields)}"
    if section == ARRAY:
        return f"write [[{ARRAY}]] above the settings of each consumer"
    known = Settings.model_fields.get(section)
    if known is None or known.annotation is None or "." not in key:
        return f"the sections are {', '.join(Settings.model_fields)}"
    names = known.annotation.model_fields
    return f"[{section}] knows {', '.join(names)}"
