"""Remember what the recent articles of each site begin and end with, and what that taught."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, delete, select

from storage.chunks import chunked
from storage.database import Transaction, upsert
from storage.lines import LearnedLine, SiteLines
from storage.schema import site_lines


async def lines_of(tx: Transaction, sites: Iterable[str]) -> dict[str, SiteLines]:
    """What is known of those of the sites of which anything is."""
    known: dict[str, SiteLines] = {}
    for chunk in chunked(sorted(set(sites))):
        rows = await tx.execute(select(site_lines).where(site_lines.c.site.in_(chunk)))
        known |= {row.site: SiteLines(row.site, row.recent, _lines(row.learned)) for row in rows}
    return known


async def learned_sites(tx: Transaction, *, limit: int) -> dict[str, frozenset[int]]:
    """Site -> the hashes of its furniture, of the sites of which any was learned."""
    some = select(site_lines.c.site, site_lines.c.learned)
    some = some.where(cast(site_lines.c.learned, Text) != "[]").order_by(site_lines.c.site)
    rows = await tx.execute(some.limit(limit))
    return {row.site: frozenset(int(one["hash"], 16) for one in row.learned) for row in rows}


async def keep_lines(tx: Transaction, known: Sequence[SiteLines]) -> None:
    """Write what is now known of each of these sites."""
    if not known:
        return
    row = upsert(tx, site_lines)
    told = {name: row.excluded[name] for name in ("recent", "learned")}
    again = row.on_conflict_do_update(index_elements=["site"], set_=told)
    await tx.execute(
        again,
        [
            {"site": one.site, "recent": one.recent, "learned": [_row(x) for x in one.learned]}
            for one in sorted(known, key=lambda one: one.site)
        ],
    )


async def all_learned(tx: Transaction, site: str | None, limit: int) -> list[dict[str, Any]]:
    """The lines learned of one site, or of all, by site and by how often each was seen."""
    query = select(site_lines.c.site, site_lines.c.learned).order_by(site_lines.c.site)
    if site is not None:
        query = query.where(site_lines.c.site == site)
    found: list[dict[str, Any]] = []
    for row in await tx.execute(query):
        lines = sorted(_lines(row.learned), key=lambda line: (-line.articles, line.words))
        found += [
            {"site": row.site, "line": line.words, "articles": line.articles}
            | {"of": line.window, "learned_at": line.learned_at}
            for line in lines
        ]
        if len(found) >= limit:
            break
    return found[:limit]


async def forget_lines(tx: Transaction, site: str) -> bool:
    """Begin anew with a site; whether there was anything to forget."""
    gone = await tx.execute(delete(site_lines).where(site_lines.c.site == site))
    return bool(gone.rowcount)


def _row(line: LearnedLine) -> dict[str, Any]:
    return {
        # a string: JSON numbers of 64 bits are not safe everywhere
        "hash": f"{line.line_hash:016x}",
        "words": line.words,
        "articles": line.articles,
        "window": line.window,
        "at": line.learned_at.isoformat(),
    }


def _lines(rows: Sequence[dict[str, Any]]) -> tuple[LearnedLine, ...]:
    return tuple(
        LearnedLine(
            int(row["hash"], 16),
            row["words"],
            row["articles"],
            row["window"],
            datetime.fromisoformat(row["at"]),
        )
        for row in rows
    )
