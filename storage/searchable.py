"""The tables behind full-text search, which each engine has in its own words. No input or output.

SQLite: an FTS5 table that holds what it indexes, so that a row is taken out of it whatever the
rules were under which it came in. PostgreSQL: a tsvector with a GIN index.
"""

NAME = "article_search"
CREATE = {
    "sqlite": (
        (
            f"CREATE VIRTUAL TABLE {NAME} USING fts5(title, summary, text, tokenize ="
            " \"unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'\")"
        ),
    ),
    "postgresql": (
        (
            f"CREATE TABLE {NAME} (article_id BIGINT NOT NULL, document TSVECTOR NOT NULL,"
            f" CONSTRAINT pk_{NAME} PRIMARY KEY (article_id))"
        ),
        f"CREATE INDEX ix_{NAME}_document ON {NAME} USING gin (document)",
    ),
}
"""The statements that make it."""
DROP = f"DROP TABLE {NAME}"
PARTS = (
    *(NAME, f"ix_{NAME}_document"),
    *(f"{NAME}_{part}" for part in ("config", "content", "data", "docsize", "idx")),
)
"""What stands in the database for it: FTS5 keeps five tables of its own."""
