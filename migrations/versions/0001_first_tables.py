"""The first tables.

Why: an empty database has none.
Old code beside this schema: there is none older.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
REAL: sa.types.TypeEngine[float] = sa.Double().with_variant(sqlite.REAL(), "sqlite")
FLAG = sa.Boolean().with_variant(sqlite.INTEGER(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = postgresql.JSONB().with_variant(sa.Text(), "sqlite")
NEWEST = sa.text("coalesce(published_at, first_seen_at)")
OPEN = sa.text("last_seen_at IS NULL")

LONG_TEXTS = ("article_text", "article_revision")
TABLES = (
    *("lease", "clock", "changes", "story", "article_entity", "article_topic", "sighting"),
    *("article_revision", "article_text", "article", "price", "host_hold"),
    *("websub", "gap", "poll", "poll_state", "feed"),
)


def upgrade() -> None:
    _feeds()
    _articles()
    _what_hangs_on_articles()
    _order_and_ownership()
    _first_rows()
    if op.get_bind().dialect.name == "postgresql":
        _compress_texts()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _table(name: str, *parts: sa.schema.SchemaItem, **options: Any) -> None:
    op.create_table(name, *parts, sqlite_strict=True, **options)


def _first_rows() -> None:
    op.execute("INSERT INTO clock (id, n) VALUES (1, 0)")
    lease = sa.table("lease", sa.column("shard"), sa.column("epoch"), sa.column("expires_at"))
    long_ago: sa.ColumnElement[str] = sa.literal_column("'1970-01-01 00:00:00.000000'")
    for shard in range(256):
        op.execute(lease.insert().values(shard=shard, epoch=0, expires_at=long_ago))


def _compress_texts() -> None:
    """lz4 is worth half the server's insert cost; a server may be built without it."""
    known = op.get_bind().scalar(
        sa.text("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = :name"),
        {"name": "default_toast_compression"},
    )
    for table in LONG_TEXTS if known else ():
        for column in ("text", "html"):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET COMPRESSION lz4")


def _feeds() -> None:
    _table(
        "feed",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("site_url", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.Column("moved_from", sa.Text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("url", name=op.f("uq_feed_url")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_feed_moved_from"), "feed", ["moved_from"])
    _table(
        "poll_state",
        sa.Column("feed_id", BIG, autoincrement=False, nullable=False),
        sa.Column("shard", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("next_poll_at", INSTANT),
        sa.Column("next_poll_reason", sa.Text),
        sa.Column("interval_s", REAL),
        sa.Column("rate", REAL),
        sa.Column("price", REAL),
        sa.Column("hint_s", REAL),
        sa.Column("hints_ignored", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_poll_at", INSTANT),
        sa.Column("last_success_at", INSTANT),
        sa.Column("last_outcome", sa.Text),
        sa.Column("last_error", sa.Text),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("body_hash", BIG),
        sa.Column("distrusted_until", INSTANT),
        sa.Column("moved_to", sa.Text),
        sa.Column("moved_since", INSTANT),
        sa.Column("moved_polls", sa.Integer),
        sa.Column("hints", JSON),
        sa.Column("entry_hashes", sa.LargeBinary),
        sa.Column("rhythm", sa.LargeBinary),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_poll_state")),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_poll_state_feed_id_feed")),
        postgresql_with={"fillfactor": 50},
    )
    _table(
        "poll",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("feed_id", BIG, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("duration_ms", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("http_status", sa.Integer),
        sa.Column("bytes", BIG, nullable=False),
        sa.Column("items", sa.Integer, nullable=False),
        sa.Column("created", sa.Integer, nullable=False),
        sa.Column("revised", sa.Integer, nullable=False),
        sa.Column("duplicates", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("replica", sa.Text, nullable=False),
        sa.Column("reasons", JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
        sa.UniqueConstraint("feed_id", "started_at", name=op.f("uq_poll_feed_id_started_at")),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_poll_feed_id_feed")),
        sqlite_autoincrement=True,
    )
    _table(
        "websub",
        sa.Column("feed_id", BIG, autoincrement=False, nullable=False),
        sa.Column("hub", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_websub")),
        sa.UniqueConstraint("token", name=op.f("uq_websub_token")),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_websub_feed_id_feed")),
    )
    _table(
        "gap",
        sa.Column("feed_id", BIG, nullable=False),
        sa.Column("after", INSTANT, nullable=False),
        sa.Column("before", INSTANT, nullable=False),
        sa.Column("estimated_items", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "after", name=op.f("pk_gap")),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_gap_feed_id_feed")),
        sqlite_with_rowid=False,
    )
    _table(
        "host_hold",
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_hold")),
        sqlite_with_rowid=False,
    )
    _table(
        "price",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("mu", REAL, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("requests", REAL, nullable=False),
        sa.Column("delay", REAL),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price")),
        sqlite_autoincrement=True,
    )


def _articles() -> None:
    _table(
        "article",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("public_id", sa.Text, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("feed_id", BIG, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("canonical_url", sa.Text),
        sa.Column("url_hash", BIG),
        sa.Column("content_hash", BIG),
        sa.Column("item_hash", BIG, nullable=False),
        sa.Column("host", sa.Text),
        sa.Column("site", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("authors", JSON, nullable=False),
        sa.Column("section", sa.Text),
        sa.Column("image_url", sa.Text),
        sa.Column("word_count", sa.Integer, nullable=False),
        sa.Column("published_at", INSTANT),
        sa.Column("published_precision", sa.Text, nullable=False),
        sa.Column("published_source", sa.Text, nullable=False),
        sa.Column("published_tz", sa.Text, nullable=False),
        sa.Column("published_raw", sa.Text),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("revision_at", INSTANT, nullable=False),
        sa.Column("changed_fields", JSON, nullable=False),
        sa.Column("story_id", BIG),
        sa.Column("duplicate_of", BIG),
        sa.Column("relation", sa.Text),
        sa.Column("similarity", REAL),
        sa.Column("quality", JSON, nullable=False),
        sa.Column("deleted", FLAG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_article_content_hash"), "article", ["content_hash"])
    op.create_index(op.f("ix_article_host_newest"), "article", ["host", NEWEST])
    op.create_index(op.f("ix_article_public_id"), "article", ["public_id"])
    op.create_index(op.f("ix_article_newest"), "article", [NEWEST])
    op.create_index(op.f("ix_article_url_hash"), "article", ["url_hash"])
    _table(
        "article_text",
        sa.Column("article_id", BIG, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_article_text")),
    )
    _table(
        "article_revision",
        sa.Column("article_id", BIG, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("changed_fields", JSON, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "revision", name=op.f("pk_article_revision")),
        sqlite_with_rowid=False,
    )


def _what_hangs_on_articles() -> None:
    _table(
        "sighting",
        sa.Column("feed_id", BIG, nullable=False),
        sa.Column("guid_hash", BIG, nullable=False),
        sa.Column("article_id", BIG, nullable=False),
        sa.Column("guid", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT),
        sa.PrimaryKeyConstraint("feed_id", "guid_hash", name=op.f("pk_sighting")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sighting_article_id"), "sighting", ["article_id"])
    op.create_index(
        op.f("ix_sighting_open"),
        "sighting",
        ["feed_id", "guid_hash"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    _table(
        "article_topic",
        sa.Column("article_id", BIG, nullable=False),
        sa.Column("topic_id", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("score", REAL, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("taxonomy_version", sa.Text, nullable=False),
        sa.Column("tagger_version", sa.Text, nullable=False),
        sa.Column("sort_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "topic_id", name=op.f("pk_article_topic")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_article_topic_topic_id_sort_at"), "article_topic", ["topic_id", "sort_at"]
    )
    _table(
        "article_entity",
        sa.Column("article_id", BIG, nullable=False),
        sa.Column("entity_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("mentions", sa.Integer, nullable=False),
        sa.Column("in_title", FLAG, nullable=False),
        sa.Column("sort_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "entity_id", name=op.f("pk_article_entity")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_article_entity_entity_id_sort_at"), "article_entity", ["entity_id", "sort_at"]
    )
    _table(
        "story",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("lead_article_id", BIG, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("articles", sa.Integer, nullable=False),
        sa.Column("hosts", sa.Integer, nullable=False),
        sa.Column("first_published_at", INSTANT),
        sa.Column("last_published_at", INSTANT),
        sa.Column("language", sa.Text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
        sqlite_autoincrement=True,
    )


def _order_and_ownership() -> None:
    _table(
        "changes",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("article_id", BIG, nullable=False),
        sa.Column("story_id", BIG),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("changed_fields", JSON, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_changes")),
    )
    _table(
        "clock",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("n", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        sqlite_autoincrement=True,
        postgresql_with={"fillfactor": 10},
    )
    _table(
        "lease",
        sa.Column("shard", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("epoch", BIG, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("shard", name=op.f("pk_lease")),
        postgresql_with={"fillfactor": 50},
    )
