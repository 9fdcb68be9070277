"""Headers that are sent with the requests for a feed, and feeds that seem to have changed hands.

Why: some feeds want a key, and keys have no place in a table that readers may be granted; and an
address that shows another feed altogether is to be looked at by somebody.
Old code beside this schema: runs on, sends no headers and notices nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

revision = "0003"
down_revision = "0002"

BIG = sa.BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = postgresql.JSONB().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "request_headers",
        sa.Column("feed_id", BIG, autoincrement=False, nullable=False),
        sa.Column("headers", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_request_headers_feed_id_feed")
        ),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_request_headers")),
        sqlite_strict=True,
    )
    op.create_table(
        "takeover",
        sa.Column("feed_id", BIG, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("signs", JSON, nullable=False),
        sa.Column("title_before", sa.Text),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_takeover_feed_id_feed")),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_takeover")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("takeover")
    op.drop_table("request_headers")
