"""The belt: the bytes of a document in, articles ready to be judged out. No input or output.

It works stage by stage over a document's entries. Entries that were in the last document as they
are now are only counted; one entry's bug costs that entry.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlsplit

from daemon.dedup import (
    fingerprint,
    hash_entry,
    hashed,
    is_shared,
    likeness,
    name_entries,
    names_of,
    shared_links,
    terms_of,
)
from daemon.listed import own_sitemaps
from daemon.normalise import document_of, masthead_of, normalise_entry
from daemon.normalise.dates import parse_date
from daemon.normalise.language import primary_subtag
from daemon.normalise.markup import plain_line
from daemon.normalise.recurring import recurring_in
from daemon.normalise.text import clean_line
from daemon.normalise.url import absolute_url, site_of
from daemon.origins import pack, unpack
from daemon.parse import hub_links, parse_articles, parse_feed, read_web_page
from daemon.tag import Tagger, recognise, tag_article, untagged_reason
from daemon.values import (
    NOTHING,
    OVER_MAX_ENTRIES,
    Digested,
    Entry,
    Fetched,
    Learned,
    Mark,
    Marked,
    Masthead,
    Origin,
    ParsedFeed,
    Rejected,
)
from daemon.words import Words, read_words
from storage.values import (
    Article,
    FeedKind,
    Fingerprint,
    Likeness,
    Sighting,
    TaggedArticle,
    Terms,
    Topic,
    is_among,
)

Thing = TypeVar("Thing")
Made = TypeVar("Made")

INTERNAL_ERROR = "internal_error"
_NEVER = datetime.min.replace(tzinfo=UTC)


def digest(  # noqa: PLR0913  what a document is, and what is known beside it
    page: Fetched,
    known: frozenset[int],
    now: datetime,
    tagger: Tagger,
    *,
    max_entries: int,
    learned: Learned = NOTHING,
) -> Digested:
    """Understand a feed's document; of `known` entries (their raw hashes) only the count.

    Of more than `max_entries` new ones the newest are taken, and the rest left for the next poll.
    Raises `NotAFeedError` and `ParseLimitError` as `parse_feed` does.
    """
    parsed = parse_feed(page)
    digested = replace(
        _digest(parsed, known, _Means(now, tagger, learned), max_entries),
        sitemaps=own_sitemaps(parsed),
    )
    host = urlsplit(page.url).hostname
    return replace(digested, hub=hub_links(page), site=site_of(host) if host else None)


def digest_articles(
    page: Fetched,
    now: datetime,
    tagger: Tagger,
    *,
    published: str | None = None,
    learned: Learned = NOTHING,
) -> Digested:
    """Understand a file of articles that somebody hands in; the same belt, nothing is known.

    `published` dates the articles that do not say it themselves. Raises what `parse_articles`
    does.
    """
    parsed = parse_articles(page)
    if published:
        dated = (replace(e, published=e.published or published) for e in parsed.entries)
        parsed = replace(parsed, entries=tuple(dated))
    means = _Means(now, tagger, learned, is_poll=False)
    return _digest(parsed, frozenset(), means, max_entries=len(parsed.entries))


def complete(
    origin: bytes, page: Fetched, tagger: Tagger, learned: Learned = NOTHING
) -> TaggedArticle | Rejected:
    """An article made again, with its own web page beside its entry.

    Raises `NotAFeedError` for a page that is no text.
    """
    return _again(replace(unpack(origin), page=read_web_page(page)), tagger, learned)


def make_again(
    origin: bytes, tagger: Tagger, learned: Learned = NOTHING
) -> TaggedArticle | Rejected:
    """An article made again from what it was made of, by the rules of today."""
    return _again(unpack(origin), tagger, learned)


def retag(tagger: Tagger, article: Article, categories: Sequence[str] = ()) -> tuple[Topic, ...]:
    """The topics of a stored article that its publisher filed under these categories."""
    title, text = read_words(article.title), read_words(article.text)
    return tag_article(tagger, article, title, text, categories)


def remark(article: Article, first_text: str | None = None) -> Marked:
    """The marks of a stored article, and of the text it had first if that was another."""
    first = article if first_text is None else replace(article, text=first_text)
    now, _ = _marks_of(article)
    before, terms = _marks_of(first)
    return Marked(now, before, terms)


def _marks_of(article: Article) -> tuple[Mark, Terms]:
    title, text = read_words(article.title), read_words(article.text)
    made = _marks(Origin(_NO_MASTHEAD, Entry(), ""), article, title, text)
    mark = Mark(made.fingerprint.content_hash, made.fingerprint.item_hash, made.likeness)
    return mark, made.terms


_NO_MASTHEAD = Masthead(FeedKind.INGEST, "", _NEVER)


def _again(origin: Origin, tagger: Tagger, learned: Learned) -> TaggedArticle | Rejected:
    document = document_of(origin.masthead, learned)
    article = normalise_entry(document, origin.entry, origin.page)
    if isinstance(article, Rejected):
        return article
    return _understood(origin, article, tagger)


@dataclass(frozen=True, slots=True)
class _Means:
    """What the stages need to know besides the document."""

    now: datetime
    tagger: Tagger
    learned: Learned
    is_poll: bool = True
    """Whether the document was fetched just now from whoever makes it."""


@dataclass(frozen=True, slots=True)
class _Named:
    """An entry of the document, and what its feed calls it."""

    entry: Entry
    name: str
    raw_hash: int


def _digest(
    parsed: ParsedFeed, known: frozenset[int], means: _Means, max_entries: int
) -> Digested:
    document = [
        _Named(entry, clean_line(name), hash_entry(entry))
        for entry, name in zip(parsed.entries, name_entries(parsed.entries), strict=True)
    ]
    new = [item for item in document if not is_among(known, item.raw_hash)]
    taken = _newest(new, max_entries)
    left = {id(item) for item in new} - {id(item) for item in taken}
    rejected = Counter(parsed.rejected)
    if left:
        rejected[OVER_MAX_ENTRIES] += len(left)
    articles = _belt(parsed, taken, means, rejected)
    return Digested(
        kind=parsed.kind,
        title=plain_line(parsed.title) or None,
        site_url=absolute_url(parsed.site_url, parsed.url),
        language=primary_subtag(parsed.language),
        items=len(document) + sum(parsed.rejected.values()),
        present=tuple(hashed(item.name) for item in document),
        entry_hashes=frozenset(i.raw_hash for i in document if id(i) not in left),
        articles=articles,
        rejected=dict(rejected),
        damaged=parsed.damaged,
        hints=replace(parsed.hints, every=parsed.ttl or parsed.hints.every),
        reader=parsed.reader,
        declined=parsed.declined,
    )


def _newest(items: list[_Named], most: int) -> list[_Named]:
    """At most `most`, in the order of the document; entries without a date count as old."""
    if len(items) <= most:
        return items
    newest = sorted(range(len(items)), key=lambda i: _when(items[i].entry), reverse=True)
    return [items[i] for i in sorted(newest[:most])]


def _when(entry: Entry) -> datetime:
    parsed = parse_date(entry.published or entry.updated or "")
    return parsed.at if parsed else _NEVER


# ---------------------------------------------------------------- stage by stage


@dataclass(frozen=True, slots=True)
class _Marks:
    """What makes an article one of a kind."""

    fingerprint: Fingerprint
    likeness: Likeness | None
    terms: Terms


def _belt(
    parsed: ParsedFeed,
    items: Sequence[_Named],
    means: _Means,
    rejected: Counter[str],
) -> tuple[TaggedArticle, ...]:
    """Normalise all, then understand all: each finds its caches warm.

    The words of an article are read once, and forgotten before those of the next are.
    """
    shared = shared_links(parsed.entries)
    masthead = masthead_of(parsed, means.now, is_poll=means.is_poll)
    origins = [Origin(masthead, i.entry, i.name, is_shared(i.entry, shared)) for i in items]

    def understand(made: tuple[Origin, Article]) -> TaggedArticle:
        return _understood(*made, means.tagger)

    articles: list[tuple[Origin, Article]] = []
    for origin, article in _normalised(masthead, origins, means.learned, rejected):
        if isinstance(article, Rejected):
            rejected[article.reason] += 1
        else:
            articles.append((origin, article))
    return tuple(tagged for _, tagged in _each(articles, understand, rejected))


def _understood(origin: Origin, article: Article, tagger: Tagger) -> TaggedArticle:
    """An article with all that is seen from its words: marks, topics, and whom it names."""
    title, text = read_words(article.title), read_words(article.text)
    marks = _marks(origin, article, title, text)
    categories = origin.entry.categories or (origin.page.categories if origin.page else ())
    topics = tag_article(tagger, article, title, text, categories)
    entities = recognise(tagger.gazetteer, article, title, text)
    if tagger.namer is not None:
        entities = tagger.namer.add_to(entities, article)
    if reason := untagged_reason(tagger, article):
        article = replace(article, quality=(*article.quality, reason))
    name = origin.name
    return TaggedArticle(
        article=article,
        fingerprint=marks.fingerprint,
        sighting=Sighting(name, hashed(name), article.url, article.title),
        topics=topics,
        likeness=marks.likeness,
        terms=marks.terms,
        entities=entities,
        origin=pack(origin),
    )


def _marks(origin: Origin, article: Article, title: Words, text: Words) -> _Marks:
    shared = origin.address_is_shared
    made = fingerprint(article, text, origin.name, address_is_shared=shared)
    names = names_of(text)
    like = likeness(text, names) if made.content_hash is not None else None
    return _Marks(made, like, terms_of(title, text, names))


def _normalised(
    masthead: Masthead, origins: Sequence[Origin], learned: Learned, rejected: Counter[str]
) -> list[tuple[Origin, Article | Rejected]]:
    """Each entry as an article; again, when together they show furniture that was not known."""
    document = document_of(masthead, learned)

    def normalise(origin: Origin) -> Article | Rejected:
        return normalise_entry(document, origin.entry)

    first = _each(origins, normalise, rejected)
    made = [article for _, article in first if isinstance(article, Article)]
    found = recurring_in(made, learned)
    if not found:
        return first
    document = document_of(masthead, {**learned, **found})
    return _each([origin for origin, _ in first], normalise, rejected)


def _each(
    things: Sequence[Thing], stage: Callable[[Thing], Made], rejected: Counter[str]
) -> list[tuple[Thing, Made]]:
    """Each thing with what the stage makes of it; one that breaks the stage is counted."""
    done: list[tuple[Thing, Made]] = []
    for thing in things:
        try:
            done.append((thing, stage(thing)))
        except Exception:  # noqa: BLE001  one entry's bug costs that entry, by name
            rejected[INTERNAL_ERROR] += 1
    return done
