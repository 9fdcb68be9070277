"""The lines that the articles of a site have in common.

Why: furniture that nobody wrote a rule for is learned for each site.
Old code beside this schema: runs; it learns nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "site_lines",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("recent", sa.LargeBinary, nullable=False),
        sa.Column("learned", postgresql.JSONB().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_site_lines")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("site_lines")
