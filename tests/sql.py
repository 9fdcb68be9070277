"""Ask a database as another program would: in SQL, of the public views."""

from typing import Any

from sqlalchemy import text

from storage.database import Database


async def ask(database: Database, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    async with database.reading() as tx:
        return [tuple(row) for row in await tx.execute(text(sql), values)]


async def one(database: Database, sql: str, **values: Any) -> Any:
    ((value,),) = await ask(database, sql, **values)
    return value
