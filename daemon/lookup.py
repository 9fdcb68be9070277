"""Look up what articles may turn out to be: ones that are held, or copies of such."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from daemon.dedup import nearest
from storage.database import Transaction
from storage.holdings import holdings
from storage.marks import marks_of, postings
from storage.values import Holdings, TaggedArticle


async def look_up(
    tx: Transaction,
    wanted: Sequence[tuple[int, TaggedArticle]],
    *,
    now: datetime,
    also: Collection[int] = (),
) -> Holdings:
    """All that judging these articles, each of a feed, takes; `also` these held ones."""
    likenesses = [tagged.likeness for _, tagged in wanted if tagged.likeness is not None]
    found = await postings(tx, {key for like in likenesses for key in like.keys}, now=now)
    near = {held for like in likenesses for held in nearest(like.keys, found)}
    known = await holdings(tx, wanted, near | set(also))
    return replace(known, postings=found, marks=await marks_of(tx, near))
