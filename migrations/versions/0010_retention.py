"""What may be forgotten is found by its age, and a replay remembers how far it came.

Why: a database that only grows ends with a full disk; and a replay that was stopped goes on.
Old code beside this schema: runs, and forgets nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import sqlite

revision = "0010"
down_revision = "0009"

BIG = sa.BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
STANDING, GONE = sa.text("NOT deleted"), sa.text("deleted")


def upgrade() -> None:
    op.create_table(
        "replayed",
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("group_no", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("session", name=op.f("pk_replayed")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_article_standing",
        "article",
        ["first_seen_at"],
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    op.create_index(
        "ix_article_gone", "article", ["changed_at"], sqlite_where=GONE, postgresql_where=GONE
    )
    op.create_index(op.f("ix_article_revision_seen_at"), "article_revision", ["seen_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_article_revision_seen_at"), "article_revision")
    op.drop_index("ix_article_gone", "article")
    op.drop_index("ix_article_standing", "article")
    op.drop_table("replayed")
