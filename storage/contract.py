"""The SQL contract: the views other programs read, on both engines.

What stands here is promised (docs: CONTRACT): inside a version columns are only ever added, at the
end. Views are code, not history: a migration drops them and puts those of today back, so a release
that changes one brings a migration, be it an empty one. `storage.views` makes them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """A public view: its columns in order, each with its sentence, and where they come from.

    `body` is the SELECT after its column list; words in braces differ between the engines.
    """

    name: str
    meaning: str
    columns: tuple[tuple[str, str, str], ...]
    """(name, expression, what it means)."""
    body: str

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns that readers rely on, in order."""
        return tuple(name for name, _, _ in self.columns)

    @property
    def alias(self) -> str:
        """The unversioned name in schema `newsd` (PostgreSQL)."""
        return self.name.removeprefix("newsd_").removesuffix("_v1")


def _plain(alias: str, *columns: tuple[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Columns that are shown as they are kept."""
    return tuple((name, f"{alias}.{name}", meaning) for name, meaning in columns)


_ARTICLE = View(
    "newsd_article_v1",
    "One row an article, as it is now; sort by sort_at.",
    (
        ("article_id", "a.id", "Never reused."),
        *_plain(
            "a",
            ("public_id", "32 hex digits; the same article ingested again has the same."),
            ("seq", "Number of its last change in newsd_change_v1."),
            ("url", "As its feed gave it."),
            ("canonical_url", "Without tracking parameters and fragment."),
            ("host", "Host of the canonical URL."),
            ("title", "Plain text."),
            ("summary", "Plain text, as the feed gave it."),
        ),
        ("text", "t.text", "Plain text."),
        ("html", "t.html", "Sanitised: an allow-list of elements, http(s) links only."),
        *_plain(
            "a",
            ("language", "BCP 47 primary subtag, or und."),
            ("authors", "JSON list of names."),
            ("section", "The section its publisher put it in."),
            ("image_url", "Its lead image."),
            ("word_count", "Words of the text."),
            ("published_at", "UTC; NULL rather than invented."),
            ("published_precision", "second, minute, day or none."),
            (
                "published_source",
                "json_ld, meta, feed, sitemap, html, url, dateline, body_trailing or first_seen.",
            ),
            ("published_tz", "explicit, assumed (taken to be UTC) or none."),
            ("published_raw", "The publication time as it was written."),
            ("first_seen_at", "When we first saw it, UTC."),
            ("changed_at", "When its row last changed, UTC."),
        ),
        ("publish_delay_s", "{delay}", "Seconds from publication to our row; NULL if undated."),
        *_plain(
            "a",
            ("revision", "1 for the first text, one more for each later one."),
            ("story_id", "The story it belongs to."),
            ("duplicate_of", "The article that told this first."),
            ("relation", "How it copies that one: exact, near, truncated, expanded or respun."),
            ("similarity", "0..1, to the article it copies."),
            ("quality", "JSON list of flags; empty when nothing is odd."),
            ("deleted", "Whether it was retracted, or has expired; nothing of its words is left."),
        ),
        (
            "text_source",
            "coalesce(a.text_source, 'feed')",
            "Where its text was read: feed, or page where its feed has but a part of it.",
        ),
        (
            "sort_at",
            "coalesce(a.published_at, a.first_seen_at)",
            "When it was published, else first seen, UTC; indexed, by host and language too.",
        ),
    ),
    "FROM article a JOIN article_text t ON t.article_id = a.id",
)

_EVIDENCE = View(
    "newsd_article_evidence_v1",
    "What was taken off an article, and the dates that gave way to its own; most have no row.",
    _plain(
        "e",
        ("article_id", "The article."),
        ("furniture", "JSON list of lines that belong to its site and not to its text."),
        (
            "dates",
            "JSON list: raw, at (UTC), precision, source and tz of each, and because: why not.",
        ),
    ),
    "FROM article_evidence e",
)

_REVISION = View(
    "newsd_article_revision_v1",
    "Every text an article has had, the present one included.",
    _plain(
        "r",
        ("article_id", "The article."),
        ("revision", "1, 2, ...; the highest is the present one."),
        ("title", "Plain text."),
        ("summary", "Plain text."),
        ("text", "Plain text."),
        ("html", "Sanitised."),
        ("seen_at", "When we first saw this revision, UTC."),
        ("changed_fields", "JSON list of what differs from the revision before."),
    ),
    """FROM (
  SELECT article_id, revision, title, summary, text, html, seen_at, changed_fields
  FROM article_revision
  UNION ALL
  SELECT a.id, a.revision, a.title, a.summary, t.text, t.html, a.revision_at, a.changed_fields
  FROM article a JOIN article_text t ON t.article_id = a.id
) r""",
)

_SIGHTING = View(
    "newsd_sighting_v1",
    "Which feed showed which article, under which name, from when to when.",
    (
        *_plain(
            "s",
            ("article_id", "The article."),
            ("feed_id", "The feed."),
            ("guid", "As the feed gave it."),
            ("url", "As that feed gave it."),
            ("title", "As that feed gave it."),
            ("first_seen_at", "UTC."),
        ),
        (
            "last_seen_at",
            "coalesce(s.last_seen_at, p.last_success_at, s.first_seen_at)",
            "When it last stood in the feed, UTC.",
        ),
    ),
    "FROM sighting s LEFT JOIN poll_state p ON p.feed_id = s.feed_id",
)

_STORY = View(
    "newsd_story_v1",
    "One event, told by several articles.",
    (
        ("story_id", "s.id", "Never reused."),
        *_plain(
            "s",
            ("lead_article_id", "The article that stands for it."),
            ("title", "The lead's title."),
            ("articles", "How many tell it."),
            ("hosts", "On how many hosts."),
            ("first_published_at", "UTC."),
            ("last_published_at", "UTC."),
            ("language", "BCP 47 primary subtag, or und."),
        ),
    ),
    "FROM story s",
)

_TOPIC = View(
    "newsd_article_topic_v1",
    "What an article is about, how sure we are, and why.",
    _plain(
        "t",
        ("article_id", "The article."),
        ("topic_id", "medtop:... (IPTC Media Topics) or user:..."),
        ("label", "English name."),
        ("level", "1 is the broadest."),
        ("score", "0..1."),
        ("source", "lexicon, rule, feed or model."),
        ("evidence", "JSON: the terms that made it, and how often each was found."),
        ("taxonomy_version", "Release of the taxonomy the topic is from."),
        ("tagger_version", "Which tagger found it."),
        ("sort_at", "As newsd_article_v1.sort_at; indexed by topic."),
    ),
    "FROM article_topic t",
)

_ENTITY = View(
    "newsd_article_entity_v1",
    "Whom and what an article names.",
    _plain(
        "e",
        ("article_id", "The article."),
        ("entity_id", "Wikidata QID, or a stable key."),
        ("name", "Canonical name."),
        ("type", "person, organisation, place, product or event."),
        ("mentions", "How often it is named."),
        ("in_title", "Whether the title names it."),
        ("sort_at", "As newsd_article_v1.sort_at; indexed by entity."),
    ),
    "FROM article_entity e",
)

_FEED = View(
    "newsd_feed_v1",
    "The feeds we follow or followed.",
    (
        ("feed_id", "f.id", "Never reused."),
        *_plain(
            "f",
            ("url", "Its address."),
            ("title", "As the feed calls itself."),
            ("site_url", "The page the feed belongs to."),
            ("kind", "rss, atom, rdf, json, sitemap, or ingest: articles given by hand."),
            ("language", "As the feed states it."),
            ("labels", "JSON list of the operator's labels."),
            ("added_at", "UTC."),
            ("moved_from", "The address it had before."),
            (
                "full_text",
                "Whether its articles' pages are read: never, if_short, always; NULL: by default.",
            ),
        ),
    ),
    "FROM feed f",
)

_UNCHANGED = "CAST(CASE WHEN q.outcome = 'unchanged' THEN 1 ELSE 0 END AS {real})"
_LAST_DAY = "FROM poll q WHERE q.feed_id = f.id AND q.started_at >= {day_ago}"
_HEALTH = View(
    "newsd_feed_health_v1",
    "How each followed feed is doing.",
    (
        ("feed_id", "f.id", "The feed."),
        ("url", "f.url", "Its address."),
        *_plain(
            "p",
            ("state", "new, healthy, degraded, dormant or gone."),
            ("last_poll_at", "UTC."),
            ("last_success_at", "UTC."),
            ("last_outcome", "The same words as newsd_poll_v1.outcome."),
            ("last_error", "NULL when the last poll was fine."),
            ("failures", "Failed polls in a row."),
            ("next_poll_at", "UTC; NULL: never by itself."),
            ("next_poll_reason", "What decided it; newsd feeds explain says more."),
        ),
        (
            "articles_7d",
            """(SELECT count(*) FROM sighting s
    WHERE s.feed_id = f.id AND s.first_seen_at >= {week_ago})""",
            "Articles first seen there in the last seven days.",
        ),
        (
            "mean_delay_s",
            """(SELECT avg({delay}) FROM article a JOIN sighting s ON s.article_id = a.id
    WHERE s.feed_id = f.id AND s.first_seen_at >= {week_ago})""",
            "Mean seconds from publication to our row, over those.",
        ),
        ("requests_24h", f"(SELECT count(*) {_LAST_DAY})", "Polls in the last 24 hours."),
        (
            "not_modified_share",
            f"(SELECT avg({_UNCHANGED}) {_LAST_DAY})",
            "Share of those that found nothing changed; NULL without polls.",
        ),
        (
            "takeover_at",
            "t.at",
            "When it began to show another feed altogether; NULL: never, or accepted.",
        ),
        (
            "takeover_signs",
            "t.signs",
            "JSON list of what changed beside all entries: title, language, sites, absence.",
        ),
        ("full_text", "f.full_text", "As in newsd_feed_v1."),
    ),
    """FROM feed f JOIN poll_state p ON p.feed_id = f.id LEFT JOIN takeover t ON t.feed_id = f.id
WHERE f.removed_at IS NULL""",
)

_POLL = View(
    "newsd_poll_v1",
    "What each poll came to: one row a poll.",
    (
        ("poll_id", "p.id", "Never reused."),
        *_plain(
            "p",
            ("feed_id", "The feed."),
            ("started_at", "UTC."),
            ("duration_ms", "Milliseconds from its start to its end."),
            ("outcome", "stored, unchanged, empty, or the name of what went wrong."),
            ("http_status", "NULL when there was no answer."),
            ("bytes", "Of the decoded body."),
            ("items", "Entries in the document."),
            ("created", "Articles that were new."),
            ("revised", "Articles that changed."),
            ("duplicates", "Entries that are articles we hold."),
            ("rejected", "Entries that cannot be articles."),
            ("error", "One line; NULL when all went well."),
            ("replica", "Which newsd polled."),
            ("reasons", "JSON: why entries were rejected, and how many each."),
        ),
    ),
    "FROM poll p",
)

_GAP = View(
    "newsd_gap_v1",
    "Times at which a feed may have lost entries before we looked.",
    _plain(
        "g",
        ("feed_id", "The feed."),
        ("after", "UTC."),
        ("before", "UTC."),
        ("estimated_items", "How many entries may be missing."),
    ),
    "FROM gap g",
)

_CHANGE = View(
    "newsd_change_v1",
    "The change log: read on WHERE seq > :last ORDER BY seq; no lower seq ever appears later.",
    _plain(
        "c",
        ("seq", "Rises by commit order."),
        ("kind", "created, revised, merged, tagged or retracted."),
        ("article_id", "The article."),
        ("story_id", "The story."),
        ("at", "UTC."),
        ("changed_fields", "JSON list."),
    ),
    "FROM changes c",
)

_HORIZON = View(
    "newsd_horizon_v1",
    "One row: how far back newsd_change_v1 reaches; a cursor below its seq (but 0) missed some.",
    (
        ("seq", "h.seq", "The highest seq that was deleted; 0: none ever was."),
        ("at", "h.at", "When it was deleted, UTC; NULL: nothing ever was."),
    ),
    "FROM horizon h",
)

_CONSUMER = View(
    "newsd_consumer_v1",
    "Who reads the change log by a named cursor, and how far each has come.",
    (
        *_plain(
            "c",
            ("name", "As configuration or newsd tail --name calls it."),
            ("kind", "webhook, nats, redis or tail."),
            ("target", "Where to, without credentials."),
            ("seq", "Every change up to this one was delivered, passed over or put aside."),
        ),
        ("lag", "(SELECT k.n FROM clock k WHERE k.id = 1) - c.seq", "Changes it is behind."),
        *_plain(
            "c",
            ("updated_at", "When its cursor or state was last written, UTC."),
            ("state", "active, failing, stopped (its receiver wants no more) or expired."),
            ("failures", "Failed deliveries in a row."),
            ("last_error", "NULL when the last delivery was fine."),
            ("next_try_at", "UTC; NULL: as soon as there is something."),
        ),
        (
            "dead_letters",
            "(SELECT count(*) FROM dead_letter d WHERE d.consumer = c.name)",
            "Events put aside, in newsd_dead_letter_v1.",
        ),
    ),
    "FROM consumer c",
)

_DEAD_LETTER = View(
    "newsd_dead_letter_v1",
    "Events that a consumer would not take.",
    _plain(
        "d",
        ("consumer", "Its name."),
        ("seq", "Number of the change."),
        ("at", "When it was put aside, UTC."),
        ("tries", "How often it was tried."),
        ("why", "What the receiver said."),
    ),
    "FROM dead_letter d",
)

_SEARCH = View(
    "newsd_search_v1",
    "The words of articles: document MATCH 'words' on SQLite (FTS5), document @@"
    " websearch_to_tsquery('simple', 'words') on PostgreSQL, there in lower case and Latin letters"
    " without accents.",
    (
        ("article_id", "{search_id}", "The article; retracted ones are not there."),
        (
            "document",
            "{search_document}",
            "Its words, as search.enabled says: of title and summary, or of the text too.",
        ),
    ),
    "FROM article_search s",
)

# Ordered so that a view comes after those it reads.
_DATA = (
    *(_ARTICLE, _EVIDENCE, _REVISION, _SIGHTING, _STORY, _TOPIC, _ENTITY),
    *(_FEED, _HEALTH, _POLL, _GAP, _CHANGE),
    *(_HORIZON, _CONSUMER, _DEAD_LETTER, _SEARCH),
)
_CONTRACT = View(
    "newsd_contract",
    "The views above, and since which release of newsd they can be relied on.",
    (
        ("name", "c.name", "Name of the view."),
        ("version", "c.version", "Of the view."),
        ("since", "c.since", "Release of newsd."),
        ("deprecated", "c.deprecated", "Release that said it will go; NULL: it stays."),
    ),
    "FROM ("
    + " UNION ALL ".join(
        f"SELECT '{view.name}' AS name, 1 AS version, '0.1.0' AS since,"
        " CAST(NULL AS text) AS deprecated"
        for view in _DATA
    )
    + ") c",
)
VIEWS = (*_DATA, _CONTRACT)
