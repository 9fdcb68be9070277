"""What is sent with the requests for a feed: kept apart from it, in no view, never shown."""

from collections.abc import Collection

from sqlalchemy import delete, select

from storage.database import Transaction, upsert
from storage.schema import request_headers
from storage.values import Headers


async def change_headers(tx: Transaction, feed_id: int, changes: Headers) -> None:
    """Set these headers of a feed; one with an empty value is taken away."""
    query = select(request_headers.c.headers).where(request_headers.c.feed_id == feed_id)
    held = headers_of((await tx.execute(query)).scalar_one_or_none())
    headers = {name.lower(): (name, value) for name, value in (*held, *changes)}
    kept = {name: value for name, value in headers.values() if value}
    if not kept:
        await forget_headers(tx, [feed_id])
        return
    row = upsert(tx, request_headers)
    again = row.on_conflict_do_update(
        index_elements=["feed_id"], set_={"headers": row.excluded.headers}
    )
    await tx.execute(again, [{"feed_id": feed_id, "headers": kept}])


async def forget_headers(tx: Transaction, feed_ids: Collection[int]) -> None:
    """Take all headers of these feeds away."""
    await tx.execute(delete(request_headers).where(request_headers.c.feed_id.in_(feed_ids)))


def headers_of(kept: dict[str, str] | None) -> Headers:
    """The headers of a feed as its row keeps them."""
    return tuple((kept or {}).items())
