"""Named cursors on the change log, what they could not deliver, and how far back it reaches.

Why: webhooks, brokers and tails go on where they were, and learn that they came too late.
Old code beside this schema: runs; it relays nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import sqlite

revision = "0009"
down_revision = "0008"

BIG = sa.BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
FLAG = sa.Boolean(create_constraint=False).with_variant(sqlite.INTEGER(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "consumer",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("next_try_at", INSTANT),
        sa.Column("holder", sa.Text),
        sa.Column("epoch", BIG, nullable=False),
        sa.Column("held_until", INSTANT),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_consumer")),
        sqlite_strict=True,
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "dead_letter",
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("again", FLAG, nullable=False),
        sa.PrimaryKeyConstraint("consumer", "seq", name=op.f("pk_dead_letter")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "horizon",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("at", INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_horizon")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.execute("INSERT INTO horizon (id, seq) VALUES (1, 0)")


def downgrade() -> None:
    op.drop_table("horizon")
    op.drop_table("dead_letter")
    op.drop_table("consumer")
