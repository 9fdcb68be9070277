"""Kinds of columns that are the same on both engines."""

from datetime import UTC, datetime
from typing import Any, cast

import orjson
from sqlalchemy import BigInteger, Boolean, DateTime, Dialect, Double, Text, TypeDecorator
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine
from typing_extensions import override


class Instant(TypeDecorator[datetime]):
    """An aware UTC time: timestamptz on PostgreSQL, fixed-width sortable text on SQLite."""

    impl = DateTime
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(DateTime(timezone=True))

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        # isoformat always has six digits here, so that text order is time order
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return cast("datetime | None", value)
        return datetime.fromisoformat(value).replace(tzinfo=UTC)


class Json(TypeDecorator[Any]):
    """A list or mapping: jsonb on PostgreSQL, JSON text on SQLite."""

    impl = Text
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(postgresql.JSONB(none_as_null=True))

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return orjson.dumps(value).decode()

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return orjson.loads(value)


# SQLite STRICT tables know INTEGER, REAL, TEXT and BLOB only.
Big = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
Real: TypeEngine[float] = Double().with_variant(sqlite.REAL(), "sqlite")
Flag = Boolean(create_constraint=False).with_variant(sqlite.INTEGER(), "sqlite")
