"""The evidence of an article, and the lines that the articles of a site have in common.

Why: furniture that nobody wrote a rule for is learned for each site; what is taken off an article,
and the dates that gave way to the one it has, are kept.
Old code beside this schema: runs; it fills neither table.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

revision = "0004"
down_revision = "0003"

BIG = sa.BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
JSON = postgresql.JSONB().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "article_evidence",
        sa.Column("article_id", BIG, autoincrement=False, nullable=False),
        sa.Column("furniture", JSON, nullable=False),
        sa.Column("dates", JSON, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_article_evidence")),
        sqlite_strict=True,
    )
    op.create_table(
        "site_lines",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("recent", sa.LargeBinary, nullable=False),
        sa.Column("learned", JSON, nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_site_lines")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("site_lines")
    op.drop_table("article_evidence")
