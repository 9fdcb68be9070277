"""What articles were made of, and how far making them again has come.

Why: better rules are of use for articles that are there already.
Old code beside this schema: runs; it keeps no origins, so its articles cannot be made again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import sqlite

revision = "0006"
down_revision = "0005"

BIG = sa.BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
FLAG = sa.Boolean(create_constraint=False).with_variant(sqlite.INTEGER(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "article_origin",
        sa.Column("article_id", BIG, autoincrement=False, nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.Column("is_first", FLAG, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_article_origin")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_article_origin_kept_at"), "article_origin", ["kept_at"])
    op.create_table(
        "reprocessing",
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("first_id", BIG, nullable=False),
        sa.Column("after_id", BIG, nullable=False),
        sa.Column("until_id", BIG, nullable=False),
        sa.Column("looked_at", BIG, nullable=False),
        sa.Column("changed", BIG, nullable=False),
        sa.PrimaryKeyConstraint("task", name=op.f("pk_reprocessing")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("reprocessing")
    op.drop_table("article_origin")
