"""What articles were made of: kept for a while, so that they can be made again."""

from datetime import datetime

from sqlalchemy import delete, select

from storage.chunks import chunked
from storage.database import Transaction
from storage.schema import article_origin


async def forget_origins(tx: Transaction, *, before: datetime, limit: int) -> int:
    """Delete some of those kept since `before` then; how many went."""
    old = select(article_origin.c.article_id).where(article_origin.c.kept_at < before)
    rows = await tx.execute(old.order_by(article_origin.c.kept_at).limit(limit))
    gone = list(rows.scalars())
    for chunk in chunked(gone):
        await tx.execute(delete(article_origin).where(article_origin.c.article_id.in_(chunk)))
    return len(gone)
