"""By which rules the stored articles are tagged.

Why: changed rules, or another release of the taxonomy, tag what is there by themselves.
Old code beside this schema: runs, and tags nothing again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import sqlite

revision = "0007"
down_revision = "0006"

FLAG = sa.Boolean(create_constraint=False).with_variant(sqlite.INTEGER(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "tagset",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("is_everywhere", FLAG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tagset")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("tagset")
