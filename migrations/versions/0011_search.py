"""Full-text search: the index, and what of articles it holds; orders in which pages are turned.

Why: readers look for words, and reading every title for them is slow; so is sorting all articles
by their last change, or all stories by their newest article, for each page.
Old code beside this schema: runs; articles it writes are not found until `newsd db index --anew`.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import sqlite

revision = "0011"
down_revision = "0010"

BIG = sa.BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
CREATE = {
    "sqlite": (
        (
            "CREATE VIRTUAL TABLE article_search USING fts5(title, summary, text, tokenize ="
            " \"unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'\")"
        ),
    ),
    "postgresql": (
        (
            "CREATE TABLE article_search (article_id BIGINT NOT NULL, document TSVECTOR NOT NULL,"
            " CONSTRAINT pk_article_search PRIMARY KEY (article_id))"
        ),
        "CREATE INDEX ix_article_search_document ON article_search USING gin (document)",
    ),
}


def upgrade() -> None:
    op.create_table(
        "search_index",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("before_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_index")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_article_seq"), "article", ["seq"])
    op.create_index(op.f("ix_story_last_published_at"), "story", ["last_published_at"])
    connection = op.get_bind()
    for statement in CREATE[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("DROP TABLE article_search")
    op.drop_index(op.f("ix_story_last_published_at"), "story")
    op.drop_index(op.f("ix_article_seq"), "article")
    op.drop_table("search_index")
