"""The newest articles of a language, and the order of articles in the views of topics and names.

Why: readers ask for a language's news, and for the newest of a topic, without a sort.
Old code beside this schema: runs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index(
        "ix_article_language_newest",
        "article",
        ["language", sa.text("coalesce(published_at, first_seen_at)")],
    )


def downgrade() -> None:
    op.drop_index("ix_article_language_newest", "article")
