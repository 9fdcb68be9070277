"""What copies and stories are found by.

Why: an article is joined with those that tell the same in other words, and those of its event.
Old code beside this schema: runs; what it writes is found by address and exact words only.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = postgresql.JSONB().with_variant(sa.Text(), "sqlite")
COPIES = sa.text("duplicate_of IS NOT NULL")

TABLES = ("vocabulary", "story_member", "article_decision", "dedup_key", "fingerprint")


def upgrade() -> None:
    _likeness()
    _stories()
    op.create_index("ix_article_story_id", "article", ["story_id"])
    op.create_index(
        "ix_article_copies",
        "article",
        ["duplicate_of"],
        sqlite_where=COPIES,
        postgresql_where=COPIES,
    )


def downgrade() -> None:
    for index in ("ix_article_copies", "ix_article_story_id"):
        op.drop_index(index, "article")
    for table in TABLES:
        op.drop_table(table)


def _table(name: str, *parts: sa.schema.SchemaItem, **options: Any) -> None:
    op.create_table(name, *parts, sqlite_strict=True, **options)


def _likeness() -> None:
    _table(
        "fingerprint",
        sa.Column("article_id", BIG, autoincrement=False, nullable=False),
        sa.Column("is_last", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("bucket", sa.Integer, nullable=False),
        sa.Column("words", sa.Integer, nullable=False),
        sa.Column("sketch", sa.LargeBinary, nullable=False),
        sa.Column("lead", sa.LargeBinary, nullable=False),
        sa.Column("names", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "is_last", name="pk_fingerprint"),
    )
    _table(
        "dedup_key",
        sa.Column("bucket", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("key", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("article_id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("bucket", "key", "article_id", name="pk_dedup_key"),
        sqlite_with_rowid=False,
    )
    _table(
        "article_decision",
        sa.Column("article_id", BIG, autoincrement=False, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "stage", name="pk_article_decision"),
        sqlite_with_rowid=False,
    )


def _stories() -> None:
    _table(
        "story_member",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("article_id", BIG, nullable=False),
        sa.Column("story_id", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_story_member"),
    )
    _table(
        "vocabulary",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("articles", BIG, nullable=False),
        sa.Column("counts", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vocabulary"),
        sqlite_autoincrement=True,
    )
