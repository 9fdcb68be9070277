"""The belt inside a worker process: everything it needs is loaded once, by whoever imports this.

The fork server imports it, so that all workers share the language model, the names
and the parsers.
"""

import gc
import signal
from collections.abc import Sequence
from datetime import datetime

from daemon.crossing import ease_crossing
from daemon.digest import complete as complete_article
from daemon.digest import digest as digest_feed
from daemon.digest import digest_articles as digest_file
from daemon.digest import make_again as make_article_again
from daemon.digest import remark as remark_article
from daemon.digest import retag as retag_article
from daemon.normalise import load_model, load_suffixes
from daemon.parse.links import feed_links
from daemon.settings import TopicsSettings
from daemon.tag import Tagger, load_gazetteer, load_tagger
from daemon.tag.lexicon import load_lexicon
from daemon.values import Digested, Fetched, Learned, Marked, Rejected
from storage.values import Article, TaggedArticle, Topic

# A stop is the parent's business: it ends its workers when what is in hand is done. The fork
# server imports this, and may get the signal of its whole group.
signal.signal(signal.SIGTERM, signal.SIG_IGN)

__all__ = [
    "complete",
    "digest",
    "digest_articles",
    "feed_links",
    "make_again",
    "prepare",
    "remark",
    "retag",
]

ease_crossing()
load_model()
load_suffixes()
load_gazetteer()
load_lexicon("en")  # the largest, and most have use for it; the others as they are needed
# What is loaded now stays: the collector need not look at it, and write to pages that are shared
gc.collect()
gc.freeze()
_taggers: list[Tagger] = []


def prepare(topics: TopicsSettings) -> None:
    """Load what the operator tags with; to be called once, before anything is digested."""
    _taggers[:] = [load_tagger(topics)]


def digest(
    page: Fetched, known: frozenset[int], now: datetime, learned: Learned, max_entries: int
) -> Digested:
    """Digest a feed document, as `daemon.digest.digest`."""
    tagger = _taggers[0]
    return digest_feed(page, known, now, tagger, max_entries=max_entries, learned=learned)


def digest_articles(
    page: Fetched, published: str | None, now: datetime, learned: Learned
) -> Digested:
    """Digest a file of articles, as `daemon.digest.digest_articles`."""
    return digest_file(page, now, _taggers[0], published=published, learned=learned)


def complete(origin: bytes, page: Fetched, learned: Learned) -> TaggedArticle | Rejected:
    """Make an article again with its web page, as `daemon.digest.complete`."""
    return complete_article(origin, page, _taggers[0], learned)


def make_again(origins: Sequence[bytes], learned: Learned) -> list[TaggedArticle | Rejected]:
    """Make articles again, as `daemon.digest.make_again`."""
    return [make_article_again(origin, _taggers[0], learned) for origin in origins]


def retag(articles: Sequence[tuple[Article, tuple[str, ...]]]) -> list[tuple[Topic, ...]]:
    """The topics of stored articles, each with its categories."""
    return [retag_article(_taggers[0], article, categories) for article, categories in articles]


def remark(articles: Sequence[tuple[Article, str | None]]) -> list[Marked]:
    """The marks of stored articles, as `daemon.digest.remark`."""
    return [remark_article(article, first_text) for article, first_text in articles]
