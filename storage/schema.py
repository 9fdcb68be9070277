"""The tables, written once. `migrations/` builds them; a test compares the two.

Private: other programs read the views of `storage/contract.py`.
"""

from typing import Any

from sqlalchemy import (
    DDL,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from storage.columns import Big, Flag, Instant, Json, Real
from storage.searchable import CREATE, DROP

naming = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=naming)


def _table(name: str, *columns: Any, rowid: bool = True, fillfactor: int | None = None) -> Table:
    """A table as its engine likes it: STRICT on SQLite, room for HOT updates on PostgreSQL."""
    keyed: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": rowid}
    if rowid and any(isinstance(c, Column) and c.primary_key and c.name == "id" for c in columns):
        keyed["sqlite_autoincrement"] = True
    if fillfactor is not None:
        keyed["postgresql_with"] = {"fillfactor": fillfactor}
    return Table(name, metadata, *columns, **keyed)


def _id() -> Column[int]:
    """An identity that is never given twice."""
    return Column("id", Big, Identity(), primary_key=True)


# ---------------------------------------------------------------- feeds and polls

feed = _table(
    "feed",
    _id(),
    Column("url", Text, nullable=False),
    Column("kind", Text),
    Column("title", Text),
    Column("site_url", Text),
    Column("language", Text),
    Column("labels", Json, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("removed_at", Instant),
    Column("moved_from", Text),
    # NULL: as the settings say
    Column("full_text", Text),
    UniqueConstraint("url"),
    Index("ix_feed_moved_from", "moved_from"),
)

# Secrets, as a rule: kept apart, so that a reader may be granted all that is in `feed`.
request_headers = _table(
    "request_headers",
    Column("feed_id", Big, ForeignKey("feed.id"), primary_key=True, autoincrement=False),
    Column("headers", Json, nullable=False),
)

# No index on a column that a poll changes, so that every update is HOT (docs: STORAGE); what is
# due waits in memory.
poll_state = _table(
    "poll_state",
    Column("feed_id", Big, ForeignKey("feed.id"), primary_key=True, autoincrement=False),
    Column("shard", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("next_poll_at", Instant),
    Column("next_poll_reason", Text),
    Column("interval_s", Real),
    Column("rate", Real),
    Column("price", Real),
    Column("hint_s", Real),
    Column("hints_ignored", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False),
    Column("last_poll_at", Instant),
    Column("last_success_at", Instant),
    Column("last_outcome", Text),
    Column("last_error", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", Big),
    Column("distrusted_until", Instant),
    Column("moved_to", Text),
    Column("moved_since", Instant),
    Column("moved_polls", Integer),
    Column("hints", Json),
    Column("entry_hashes", LargeBinary),
    Column("rhythm", LargeBinary),
    fillfactor=50,
)

poll = _table(
    "poll",
    _id(),
    Column("feed_id", Big, ForeignKey("feed.id"), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("http_status", Integer),
    Column("bytes", Big, nullable=False),
    Column("items", Integer, nullable=False),
    Column("created", Integer, nullable=False),
    Column("revised", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("error", Text),
    Column("replica", Text, nullable=False),
    Column("reasons", Json),
    # also what makes the write of a poll repeatable when a commit's fate is unknown
    UniqueConstraint("feed_id", "started_at"),
)

gap = _table(
    "gap",
    Column("feed_id", Big, ForeignKey("feed.id"), primary_key=True),
    Column("after", Instant, primary_key=True),
    Column("before", Instant, nullable=False),
    Column("estimated_items", Integer, nullable=False),
    rowid=False,
)

# Feeds that seem to have changed hands, until somebody has looked at them.
takeover = _table(
    "takeover",
    Column("feed_id", Big, ForeignKey("feed.id"), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("signs", Json, nullable=False),
    Column("title_before", Text),
)

# Hosts that asked us to wait, for all their feeds.
host_hold = _table(
    "host_hold",
    Column("host", Text, primary_key=True),
    Column("until", Instant, nullable=False),
    rowid=False,
)

# One row: what a request has to be worth, so that a cron job knows what the service found.
price = _table(
    "price",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("mu", Real, nullable=False),
    Column("at", Instant, nullable=False),
    Column("since", Instant, nullable=False),
    Column("requests", Real, nullable=False),
    Column("delay", Real),
)

websub = _table(
    "websub",
    Column("feed_id", Big, ForeignKey("feed.id"), primary_key=True, autoincrement=False),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("expires_at", Instant),
    UniqueConstraint("token"),
)

# ---------------------------------------------------------------- articles
# Rows that hang on an article are staged before it (docs: STORAGE), so no foreign key can stand
# between them; the one write transaction keeps them together.

# The sort key of the public views, so that their readers have it indexed.
_NEWEST = text("coalesce(published_at, first_seen_at)")

article = _table(
    "article",
    _id(),
    Column("public_id", Text, nullable=False),
    Column("seq", Big, nullable=False),
    Column("feed_id", Big, nullable=False),
    Column("url", Text),
    Column("canonical_url", Text),
    Column("url_hash", Big),
    Column("content_hash", Big),
    Column("item_hash", Big, nullable=False),
    Column("host", Text),
    Column("site", Text),
    Column("title", Text, nullable=False),
    Column("summary", Text),
    Column("language", Text, nullable=False),
    Column("authors", Json, nullable=False),
    Column("section", Text),
    Column("image_url", Text),
    Column("word_count", Integer, nullable=False),
    Column("published_at", Instant),
    Column("published_precision", Text, nullable=False),
    Column("published_source", Text, nullable=False),
    Column("published_tz", Text, nullable=False),
    Column("published_raw", Text),
    Column("first_seen_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("revision_at", Instant, nullable=False),
    Column("changed_fields", Json, nullable=False),
    Column("story_id", Big),
    Column("duplicate_of", Big),
    Column("relation", Text),
    Column("similarity", Real),
    Column("quality", Json, nullable=False),
    Column("deleted", Flag, nullable=False),
    # NULL: its feed
    Column("text_source", Text),
    Index(None, "seq"),
    Index(None, "url_hash"),
    Index(None, "content_hash"),
    Index(None, "public_id"),
    Index("ix_article_newest", _NEWEST),
    Index("ix_article_host_newest", "host", _NEWEST),
    Index("ix_article_language_newest", "language", _NEWEST),
    Index(None, "story_id"),
    # what retention looks through, oldest first: articles, and what is left of those that went
    Index(
        "ix_article_standing",
        "first_seen_at",
        sqlite_where=text("NOT deleted"),
        postgresql_where=text("NOT deleted"),
    ),
    Index(
        "ix_article_gone",
        "changed_at",
        sqlite_where=text("deleted"),
        postgresql_where=text("deleted"),
    ),
    Index(
        "ix_article_copies",
        "duplicate_of",
        sqlite_where=text("duplicate_of IS NOT NULL"),
        postgresql_where=text("duplicate_of IS NOT NULL"),
    ),
)

article_text = _table(
    "article_text",
    Column("article_id", Big, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
)

# What was taken off an article or weighed against it; most have no row.
article_evidence = _table(
    "article_evidence",
    Column("article_id", Big, primary_key=True, autoincrement=False),
    Column("furniture", Json, nullable=False),
    Column("dates", Json, nullable=False),
)

# What articles were made of, packed (daemon.origins): kept for a while, to make them again.
article_origin = _table(
    "article_origin",
    Column("article_id", Big, primary_key=True, autoincrement=False),
    Column("kept_at", Instant, nullable=False),
    # of its first text: that one says when it was published and where it is
    Column("is_first", Flag, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Index(None, "kept_at"),
)

# Runs of `newsd reprocess` that have not ended: how far each came.
reprocessing = _table(
    "reprocessing",
    Column("task", Text, primary_key=True),
    Column("begun_at", Instant, nullable=False),
    Column("first_id", Big, nullable=False),
    Column("after_id", Big, nullable=False),
    Column("until_id", Big, nullable=False),
    Column("looked_at", Big, nullable=False),
    Column("changed", Big, nullable=False),
    rowid=False,
)

# One row: by which rules articles are tagged, and whether the old ones are too.
tagset = _table(
    "tagset",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("is_everywhere", Flag, nullable=False),
)

# Superseded revisions only; the current one is the article itself.
article_revision = _table(
    "article_revision",
    Column("article_id", Big, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("summary", Text),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("changed_fields", Json, nullable=False),
    Index(None, "seen_at"),
    rowid=False,
)

# last_seen_at is NULL while the entry stands in its feed's document, so that a poll that finds it
# there again writes nothing; it is set when the entry leaves.
sighting = _table(
    "sighting",
    Column("feed_id", Big, primary_key=True),
    Column("guid_hash", Big, primary_key=True),
    Column("article_id", Big, nullable=False),
    Column("guid", Text, nullable=False),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant),
    Index(None, "article_id"),
    # what stands in a feed's document now, however long its history
    Index(
        "ix_sighting_open",
        "feed_id",
        "guid_hash",
        sqlite_where=text("last_seen_at IS NULL"),
        postgresql_where=text("last_seen_at IS NULL"),
    ),
    rowid=False,
)

article_topic = _table(
    "article_topic",
    Column("article_id", Big, primary_key=True),
    Column("topic_id", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("score", Real, nullable=False),
    Column("source", Text, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("taxonomy_version", Text, nullable=False),
    Column("tagger_version", Text, nullable=False),
    Column("sort_at", Instant, nullable=False),
    Index(None, "topic_id", "sort_at"),
    rowid=False,
)

article_entity = _table(
    "article_entity",
    Column("article_id", Big, primary_key=True),
    Column("entity_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("mentions", Integer, nullable=False),
    Column("in_title", Flag, nullable=False),
    Column("sort_at", Instant, nullable=False),
    Index(None, "entity_id", "sort_at"),
    rowid=False,
)

story = _table(
    "story",
    _id(),
    Column("lead_article_id", Big, nullable=False),
    Column("title", Text, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("hosts", Integer, nullable=False),
    Column("first_published_at", Instant),
    Column("last_published_at", Instant),
    Column("language", Text),
    Index(None, "last_published_at"),
)

# ---------------------------------------------------------------- likeness and stories

# By what a later article may be found to be a copy; kept for as long as keys lead to it.
fingerprint = _table(
    "fingerprint",
    Column("article_id", Big, primary_key=True, autoincrement=False),
    # 0: of its first text; 1: of its last one, where that is another
    Column("is_last", Integer, primary_key=True, autoincrement=False),
    Column("bucket", Integer, nullable=False),
    Column("words", Integer, nullable=False),
    Column("sketch", LargeBinary, nullable=False),
    Column("lead", LargeBinary, nullable=False),
    Column("names", LargeBinary, nullable=False),
)

# A bucket is a wide slice of time; the present one and the one before are looked into.
dedup_key = _table(
    "dedup_key",
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("article_id", Big, primary_key=True, autoincrement=False),
    rowid=False,
)

# Why an article is a copy, or in its story.
article_decision = _table(
    "article_decision",
    Column("article_id", Big, primary_key=True, autoincrement=False),
    Column("stage", Text, primary_key=True),
    Column("facts", Json, nullable=False),
    rowid=False,
)

# The originals of the last days, by which an article finds its story.
story_member = _table(
    "story_member",
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("article_id", Big, nullable=False),
    Column("story_id", Big, nullable=False),
    Column("at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

# One row: in how many articles each term was seen, all replicas' together.
vocabulary = _table(
    "vocabulary",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("articles", Big, nullable=False),
    Column("counts", LargeBinary, nullable=False),
)

# What the articles of a site begin and end with, and which of it belongs to the site.
site_lines = _table(
    "site_lines",
    Column("site", Text, primary_key=True),
    Column("recent", LargeBinary, nullable=False),
    Column("learned", Json, nullable=False),
)

# ---------------------------------------------------------------- search

# One row, once anybody has said what shall be found: which words of articles are indexed, and
# below which number articles are still to be.
search_index = _table(
    "search_index",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("scope", Text, nullable=False),
    Column("before_id", Big, nullable=False),
)


# The index itself is no table that SQLAlchemy knows how to write.
def _said(statement: str, dialect: str | None = None) -> Any:
    made: Any = DDL(statement)  # type: ignore[no-untyped-call]  # theirs
    return made.execute_if(dialect=dialect) if dialect else made


for _engine, _statements in CREATE.items():
    for _statement in _statements:
        event.listen(metadata, "after_create", _said(_statement, _engine))
event.listen(metadata, "before_drop", _said(DROP))

# ---------------------------------------------------------------- order and ownership

changes = _table(
    "changes",
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("article_id", Big, nullable=False),
    Column("story_id", Big),
    Column("at", Instant, nullable=False),
    Column("changed_fields", Json, nullable=False),
)

# One row: the last `changes.seq` given. Whoever writes articles holds it until commit.
clock = _table(
    "clock",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("n", Big, nullable=False),
    fillfactor=10,
)

# Of each run of newsd whose archive was replayed here, the last group that was.
replayed = _table(
    "replayed",
    Column("session", Text, primary_key=True),
    Column("group_no", Big, nullable=False),
    Column("at", Instant, nullable=False),
    rowid=False,
)

lease = _table(
    "lease",
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("holder", Text),
    Column("epoch", Big, nullable=False),
    Column("expires_at", Instant, nullable=False),
    fillfactor=50,
)

# ---------------------------------------------------------------- who reads the log

# A named cursor on the change log. `epoch` rises with every change of hands and with every word
# of an operator: whoever held it before cannot write any more.
consumer = _table(
    "consumer",
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("seq", Big, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last_error", Text),
    Column("next_try_at", Instant),
    Column("holder", Text),
    Column("epoch", Big, nullable=False),
    Column("held_until", Instant),
    fillfactor=50,
)

# Events that a consumer would not take; `again`: an operator wants them delivered once more.
dead_letter = _table(
    "dead_letter",
    Column("consumer", Text, primary_key=True),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("again", Flag, nullable=False),
    rowid=False,
)

# One row: up to which number lines of the change log may be missing, and since when; 0: none is.
horizon = _table(
    "horizon",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, nullable=False),
    Column("at", Instant),
)
