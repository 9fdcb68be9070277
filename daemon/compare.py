"""What of an article that was made again is not as it stands. No input or output."""

from dataclasses import replace

from daemon.dedup import IDENTITY_CONFLICT
from storage.kept import Kept
from storage.remaking import Remade, same_topics
from storage.values import NO_FULL_TEXT, Article, TaggedArticle, TextSource

FIELDS = (
    *("title", "summary", "text", "html", "language", "authors", "section", "image_url"),
    *("word_count", "url", "canonical_url", "text_source"),
)


def compared(kept: Kept, made: TaggedArticle) -> Remade | None:
    """What to write; None when all is as it stands.

    What its first entry said of when it was published and where it is, a later one does not
    change; and flags that come of how it met others stay.
    """
    made = _settled(kept, made)
    fields = tuple(_changed(kept.article, made.article))
    other_topics = not same_topics(kept.topics, made.topics)
    if not fields and not other_topics and _is_same(kept, made):
        return None
    return Remade(kept, made, fields, other_topics)


def _changed(old: Article, new: Article) -> list[str]:
    changed = [name for name in FIELDS if getattr(old, name) != getattr(new, name)]
    if old.published != new.published:
        changed.append("published_at")
    if set(old.quality) != set(new.quality):
        changed.append("quality")
    return changed


def _is_same(kept: Kept, made: TaggedArticle) -> bool:
    """Whether what readers do not see is the same, too."""
    old, new = kept.article, made.article
    return (
        (old.furniture, old.other_dates) == (new.furniture, new.other_dates)
        and {t.topic_id: t for t in kept.topics} == {t.topic_id: t for t in made.topics}
        and replace(kept.fingerprint, public_id="") == replace(made.fingerprint, public_id="")
    )


def _settled(kept: Kept, made: TaggedArticle) -> TaggedArticle:
    old, article, mark = kept.article, made.article, made.fingerprint
    if not kept.is_first_origin:
        published = old.published if old.published.at else article.published
        article = replace(article, published=published, url=old.url)
        article = replace(article, canonical_url=old.canonical_url, host=old.host, site=old.site)
        mark = replace(mark, url_hash=kept.fingerprint.url_hash)
    flags = dict.fromkeys(article.quality)
    if IDENTITY_CONFLICT in old.quality:
        flags[IDENTITY_CONFLICT] = None
        mark = replace(mark, url_hash=kept.fingerprint.url_hash)
    if NO_FULL_TEXT in old.quality and article.text_source is TextSource.FEED:
        flags[NO_FULL_TEXT] = None
    article = replace(article, quality=tuple(flags))
    return replace(made, article=article, fingerprint=mark)
