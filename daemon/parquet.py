"""Rows as Parquet files, row group by row group: the one door to pyarrow (the extra `parquet`).

A file gets its name when it is whole. No more than a row group is held.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson

from daemon.errors import UsageError
from daemon.extras import PARQUET, writes_parquet

GROUP_ROWS = 5_000
GROUP_BYTES = 32 << 20
"""A row group: so many rows, or so much text."""
_FLAGS = {"deleted", "in_title"}
_NUMBERS = {
    *("article_id", "seq", "word_count", "revision", "story_id", "duplicate_of", "feed_id"),
    *("level", "mentions"),
}
_FRACTIONS = {"publish_delay_s", "similarity", "score"}
_LISTS = {"authors", "quality", "labels", "changed_fields", "takeover_signs", "furniture"}
_TOPIC = ("topic_id", "label", "score")
_ENTITY = ("entity_id", "name", "type", "mentions", "in_title")
Row = Mapping[str, Any]


def check_parquet() -> None:
    """Raise `UsageError` where nobody can write Parquet."""
    if not writes_parquet():
        raise UsageError(f"--parquet needs the extra: {PARQUET}")


@dataclass(slots=True)
class ParquetFile:
    """A file that rows are put at the end of."""

    path: Path
    """Where it is written; it is not there before it is whole."""
    columns: Mapping[str, Any] | None = None
    """Name -> type of pyarrow; None: as the first rows have it."""
    rows: int = 0
    _waiting: list[Row] = field(default_factory=list)
    _bytes: int = 0
    _writer: Any = None

    def put(self, row: Row) -> None:
        """Write a row, sooner or later. Raises `UsageError` for what has another type."""
        self._waiting.append(row)
        self._bytes += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(self._waiting) >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
            self.flush()

    def flush(self, names: Sequence[str] = ()) -> None:
        """Write what waits as a row group; of no rows at all, columns of these names."""
        if self.columns is None:
            self.columns = _guessed(names or tuple(self._waiting[0]), self._waiting)
        arrow = _loaded("pyarrow")
        if self._writer is None:
            schema = arrow.schema(list(self.columns.items()))
            self._writer = _loaded("pyarrow.parquet").ParquetWriter(
                self.path, schema, compression="zstd"
            )
        if self._waiting:
            arrays = [self._array(name, kind) for name, kind in self.columns.items()]
            self._writer.write_table(arrow.Table.from_arrays(arrays, schema=self._writer.schema))
        self.rows += len(self._waiting)
        self._waiting, self._bytes = [], 0

    def _array(self, name: str, kind: Any) -> Any:
        arrow = _loaded("pyarrow")
        try:
            values = [_as(kind, row.get(name)) for row in self._waiting]
            return arrow.array(values, kind)
        except (arrow.ArrowInvalid, arrow.ArrowTypeError, ValueError, OverflowError) as error:
            raise UsageError(
                f"column {name} is not {kind} throughout ({error}); CAST it in the query"
            ) from error

    def close(self) -> None:
        """The file is whole as far as pyarrow is concerned."""
        if self._writer is not None:
            self._writer.close()


@contextmanager
def writing(path: Path, columns: Mapping[str, Any] | None = None) -> Iterator[ParquetFile]:
    """A Parquet file beside `path`; `named` gives it that name. What is left of it goes."""
    check_parquet()
    beside = path.with_name(f"{path.name}.new")
    file = ParquetFile(beside, columns)
    try:
        yield file
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    finally:
        file.close()
        beside.unlink(missing_ok=True)


def named(file: ParquetFile, path: Path) -> None:
    """Close the file, see it safe, and give it its name."""
    file.close()
    with file.path.open("rb") as written:
        os.fsync(written.fileno())
    file.path.replace(path)


# ---------------------------------------------------------------- types


def article_columns(names: Sequence[str]) -> dict[str, Any]:
    """The types of the columns of exported articles."""
    return {name: _known(name) for name in names}


def _known(name: str) -> Any:
    """The type of a column of our views."""
    arrow = _loaded("pyarrow")
    match name:
        case "topics":
            return arrow.list_(arrow.struct([(part, _known(part)) for part in _TOPIC]))
        case "entities":
            return arrow.list_(arrow.struct([(part, _known(part)) for part in _ENTITY]))
        case _ if name in _NUMBERS:
            return arrow.int64()
        case _ if name in _FRACTIONS:
            return arrow.float64()
        case _ if name in _FLAGS:
            return arrow.bool_()
        case _ if name in _LISTS:
            return arrow.list_(arrow.string())
        case _ if _is_instant(name):
            return arrow.timestamp("us", tz="UTC")
        case _:
            return arrow.string()


def _is_instant(name: str) -> bool:
    return name == "at" or name.endswith("_at")


def _guessed(names: Sequence[str], rows: Sequence[Row]) -> dict[str, Any]:
    """The types of an answer's columns, from its first rows, and from their names in our views."""
    return {name: _guess(name, [row[name] for row in rows if row[name] is not None])
            for name in names}  # fmt: skip


def _guess(name: str, values: Sequence[Any]) -> Any:
    arrow = _loaded("pyarrow")
    kinds = {type(value) for value in values}
    match kinds:
        case _ if not kinds:
            return _known(name)
        case _ if kinds == {bool} or (name in _FLAGS and set(values) <= {0, 1}):
            return arrow.bool_()
        case _ if kinds == {datetime} or (_is_instant(name) and _all_read(values)):
            return arrow.timestamp("us", tz="UTC")
        case _ if kinds == {int}:
            return arrow.int64()
        case _ if kinds <= {int, float, Decimal}:
            return arrow.float64()
        case _ if kinds == {bytes}:
            return arrow.binary()
        case _ if kinds <= {list, str} and all(_strings(value) is not None for value in values):
            return arrow.list_(arrow.string())
        case _:
            return arrow.string()


def _all_read(values: Sequence[Any]) -> bool:
    try:
        return all(isinstance(v, str) and datetime.fromisoformat(v) for v in values)
    except ValueError:
        return False


def _strings(value: Any) -> list[str] | None:
    """A JSON list of texts, as PostgreSQL gives it or as SQLite does; None: it is none."""
    if isinstance(value, str):
        if value[:1] != "[":
            return None
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    is_one = isinstance(value, list) and all(isinstance(part, str) for part in value)
    return value if is_one else None


def _as(kind: Any, value: Any) -> Any:
    """A value as a column of this type takes it."""
    types = _loaded("pyarrow").types
    match value:
        case None:
            return None
        case str() if types.is_timestamp(kind):
            at = datetime.fromisoformat(value)
            return at if at.tzinfo else at.replace(tzinfo=UTC)
        case str() if types.is_list(kind):
            return orjson.loads(value)
        case _ if types.is_boolean(kind):
            return bool(value)
        case _ if types.is_floating(kind):
            return float(value)
        case list() if types.is_list(kind) and types.is_struct(kind.value_type):
            names = [part.name for part in kind.value_type]
            return [{name: part.get(name) for name in names} for part in value]
        case str() | bytes():
            return value
        case list() | dict() if types.is_string(kind):
            return orjson.dumps(value, default=str).decode()
        case _:
            return str(value) if types.is_string(kind) else value


@cache
def _loaded(name: str) -> ModuleType:
    """A part of the library, which only whoever writes Parquet has to have."""
    return import_module(name)
