"""The published contract: what other programs were promised, and the page that tells it.

    python -m tests.contract POSTGRESQL-URL

writes `docs/contract/v1.json` and `docs/sql-contract.md` from the views of a migrated, empty
database and from `storage.contract`. A test compares: what was promised once must still be there.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import text

from storage.contract import VIEWS, View
from storage.database import Database, Transaction

ROOT = Path(__file__).parents[1]
PROMISE = ROOT / "docs" / "contract" / "v1.json"
CODEBOOK = ROOT / "docs" / "sql-contract.md"
HEAD = """\
# The SQL contract, version 1

Tables are private; these views are what other programs may rely on. They have the same names and
columns on SQLite and PostgreSQL; on PostgreSQL also in schema `newsd` without prefix and version
(`newsd.article`). Inside version 1 columns are only ever added, at the end: none is renamed,
retyped or taken away. Instants are UTC: timestamptz, and on SQLite text of fixed width
(`YYYY-MM-DD HH:MM:SS.ffffff`) that sorts. Booleans are 0 and 1 on SQLite, JSON is text there. Ids
are integers that are never used twice.

Reading forward: `SELECT ... FROM newsd_change_v1 WHERE seq > :last ORDER BY seq LIMIT 1000`. A row
with a lower number never appears later. From 0 comes all that is kept. Old changes may be deleted:
a reader has missed some if `:last` is not 0 and lower than `SELECT seq FROM newsd_horizon_v1`,
asked after the rows were read; it then begins anew from 0.

Searching: `SELECT a.title FROM newsd_search_v1 s JOIN newsd_article_v1 a USING (article_id) WHERE`
and, on SQLite, `s.document MATCH 'zürich brid*'` ([FTS5](https://www.sqlite.org/fts5.html), 3), on
PostgreSQL `s.document @@ websearch_to_tsquery('simple', 'zurich bridge')`. On PostgreSQL write
words in lower case and Latin letters without accents; on both, put blanks between the characters
of scripts that are written without them, in quotation marks (`"北 京"`), and for hyphens.

This page is written by `python -m tests.contract` from `docs/contract/v1.json`.
"""

_TYPES = (
    "SELECT column_name, data_type FROM information_schema.columns"
    " WHERE table_schema = 'public' AND table_name = :view ORDER BY ordinal_position"
)


async def published(tx: Transaction) -> dict[str, Any]:
    """What the views of a PostgreSQL database and their descriptions say now."""
    return {"version": 1, "views": [await _view(tx, view) for view in VIEWS]}


async def _view(tx: Transaction, view: View) -> dict[str, Any]:
    rows = await tx.execute(text(_TYPES), {"view": view.name})
    types = {row.column_name: row.data_type for row in rows}
    return {
        "name": view.name,
        "meaning": view.meaning,
        "columns": [
            {"name": name, "type": types[name], "meaning": meaning}
            for name, _, meaning in view.columns
        ],
    }


def promised() -> dict[str, Any]:
    """What was published."""
    return dict(json.loads(PROMISE.read_text("utf-8")))


def broken(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What was promised and is no longer so: what went, moved, or changed its type."""
    views = {view["name"]: view["columns"] for view in now["views"]}
    found = []
    for view in then["views"]:
        columns = views.get(view["name"])
        if columns is None:
            found.append(f"{view['name']} is gone")
            continue
        for place, column in enumerate(view["columns"]):
            kept = columns[place] if place < len(columns) else {}
            if (kept.get("name"), kept.get("type")) != (column["name"], column["type"]):
                found.append(f"{view['name']}.{column['name']} ({column['type']}) is not there")
    return found


def codebook(contract: dict[str, Any]) -> str:
    """The page, in Markdown."""
    parts = [HEAD]
    for view in contract["views"]:
        parts += [f"## {view['name']}", "", view["meaning"], ""]
        parts += ["| column | type | meaning |", "|---|---|---|"]
        parts += [f"| {c['name']} | {c['type']} | {c['meaning']} |" for c in view["columns"]]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


async def _write(url: str) -> None:
    async with Database.open(url) as database, database.reading() as tx:
        contract = await published(tx)
    PROMISE.write_text(json.dumps(contract, indent=1, ensure_ascii=False) + "\n", "utf-8")
    CODEBOOK.write_text(codebook(contract), "utf-8")


if __name__ == "__main__":
    asyncio.run(_write(sys.argv[1]))
