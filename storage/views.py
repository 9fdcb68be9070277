"""Make the views of the contract, and take them away."""

from collections.abc import Iterator

from storage.contract import VIEWS, View

# What the engines write differently.
_WORDS = {
    "sqlite": {
        "week_ago": "strftime('%Y-%m-%d %H:%M:%f000', 'now', '-7 days')",
        "day_ago": "strftime('%Y-%m-%d %H:%M:%f000', 'now', '-1 day')",
        "delay": "round((julianday(a.first_seen_at) - julianday(a.published_at)) * 86400, 3)",
        "real": "REAL",
        "search_id": "s.rowid",
        # the column that FTS5 hides, and that MATCH is asked of
        "search_document": "s.article_search",
    },
    "postgresql": {
        "week_ago": "now() - interval '7 days'",
        "day_ago": "now() - interval '1 day'",
        "delay": "round(extract(epoch FROM a.first_seen_at - a.published_at), 3)"
        "::double precision",
        "real": "double precision",
        "search_id": "s.article_id",
        "search_document": "s.document",
    },
}


def drop_views(dialect: str) -> Iterator[str]:
    """The statements that take the views away; no view need be there."""
    for view in reversed(VIEWS):
        if dialect == "postgresql":
            yield f"DROP VIEW IF EXISTS newsd.{view.alias}"
        yield f"DROP VIEW IF EXISTS {view.name}"


def create_views(dialect: str) -> Iterator[str]:
    """The statements that make the views."""
    for view in VIEWS:
        yield _create(view, dialect)
    if dialect == "postgresql":
        # it stays when its views go, and with it what its default privileges grant
        yield "CREATE SCHEMA IF NOT EXISTS newsd"
        for view in VIEWS:
            yield f"CREATE VIEW newsd.{view.alias} AS SELECT * FROM {view.name}"  # noqa: S608  our own names
            yield from _comments(view)


def _create(view: View, dialect: str) -> str:
    shown = ",\n  ".join(f'{expression} AS "{name}"' for name, expression, _ in view.columns)
    text = f"CREATE VIEW {view.name} AS SELECT\n  {shown}\n{view.body}"
    for word, meaning in _WORDS[dialect].items():
        text = text.replace(f"{{{word}}}", meaning)
    return text


def _comments(view: View) -> Iterator[str]:
    for name in (view.name, f"newsd.{view.alias}"):
        yield f"COMMENT ON VIEW {name} IS '{_quoted(view.meaning)}'"
        for column, _, meaning in view.columns:
            if meaning:
                yield f"COMMENT ON COLUMN {name}.\"{column}\" IS '{_quoted(meaning)}'"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
