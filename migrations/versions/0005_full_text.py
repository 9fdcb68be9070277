"""Whether a feed's articles are completed from their web pages, and which of them were.

Why: many feeds carry only the beginning of their articles.
Old code beside this schema: runs; it asks no pages, and marks no text as read from one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("feed", sa.Column("full_text", sa.Text))
    op.add_column("article", sa.Column("text_source", sa.Text))


def downgrade() -> None:
    op.drop_column("article", "text_source")
    op.drop_column("feed", "full_text")
