"""Is an arriving article new, a newer text of one we hold, or the same again? Pure, no look-ups.

Identity is evidence: what the feed calls the entry, its address, its words. An article's text is
changed only by the feed that first brought it or by one on the article's own site; nobody else can
rewrite or swallow it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from xxhash import xxh3_128_hexdigest

from daemon.dedup.copies import compare, how_sure, nearest
from daemon.values import Arrival
from storage.values import (
    Alike,
    Copy,
    Created,
    Holdings,
    Judged,
    Known,
    Likeness,
    Marks,
    Relation,
    Repeated,
    Revised,
    TaggedArticle,
    TextSource,
    Verdict,
)

IDENTITY_CONFLICT = "identity_conflict"
"""Another feed says something else under an article's address: kept apart, and flagged."""

_ALIKE = 0.5
_AS_LONG = 0.8
"""A text with less than this share of the words of another is a part of it."""
_WORD = re.compile(r"\w+")


def judge_all(
    arrivals: Sequence[Arrival], holdings: Holdings, fresh_ids: Iterator[int]
) -> list[Judged]:
    """Judge a batch in its order; what is accepted is known to what comes after it.

    `holdings` must hold whatever shares a sighting, a `url_hash` or a `content_hash` with an
    arrival, and what is `nearest` to it. `fresh_ids` gives the ids of created articles.
    """
    known = _Known.of(holdings)
    matched = [known.by_identity(arrival) for arrival in arrivals]
    beside = {
        (a.feed_id, held.article_id) for a, held in zip(arrivals, matched, strict=True) if held
    }
    judged: list[Judged] = []
    for arrival in arrivals:
        held = known.by_identity(arrival) or known.by_words(arrival, beside)
        judgement = _judge(arrival, held, known, fresh_ids)
        known.learn(judgement)
        judged.append(judgement)
    return judged


def copy_of(tagged: TaggedArticle, older: Holdings) -> Copy | None:
    """The older article that this one copies, if it copies any."""
    return _Known.of(older).copied_by(tagged)


def _judge(
    arrival: Arrival, held: Known | None, known: "_Known", fresh_ids: Iterator[int]
) -> Judged:
    tagged = arrival.tagged
    verdict: Verdict
    if held is not None and held.is_deleted:
        tagged, verdict = _unnamed(tagged), Repeated(held.article_id)
    elif held is None:
        verdict = Created(next(fresh_ids), copy=known.copied_by(tagged))
    elif held.article_id in known.settled or not _is_news(held, tagged):
        verdict = Repeated(held.article_id)
    elif _has_authority(arrival, held):
        verdict = Revised(held.article_id, _changed_fields(held, tagged), held.story_id)
    elif _is_alike(held, tagged):
        verdict = Repeated(held.article_id)
    else:
        tagged = _set_apart(arrival)
        copy = known.copied_by(tagged)
        verdict = Created(next(fresh_ids), copy=copy, flags=(IDENTITY_CONFLICT,))
    return Judged(arrival.feed_id, tagged, verdict)


def _unnamed(tagged: TaggedArticle) -> TaggedArticle:
    """A retracted article as its feed shows it: known again, and nothing of it is kept."""
    return replace(tagged, sighting=replace(tagged.sighting, guid="", url=None, title=""))


def _is_changed(held: Known, tagged: TaggedArticle) -> bool:
    return held.fingerprint.item_hash != tagged.fingerprint.item_hash


def _is_news(held: Known, tagged: TaggedArticle) -> bool:
    return _is_changed(held, tagged) and not _is_less(held, tagged)


def _is_less(held: Known, tagged: TaggedArticle) -> bool:
    """Whether we hold the whole text, from its page, and this is the part that a feed has."""
    article = tagged.article
    if held.text_source is TextSource.FEED or article.text_source is TextSource.PAGE:
        return False
    return article.word_count < held.word_count * _AS_LONG


def _has_authority(arrival: Arrival, held: Known) -> bool:
    if held.feed_id == arrival.feed_id:
        return True
    return held.site is not None and held.site == arrival.feed_site


def _changed_fields(held: Known, tagged: TaggedArticle) -> tuple[str, ...]:
    """Which of title, summary and text are new; the marks say so without the old text."""
    changed = []
    if held.title != tagged.article.title:
        changed.append("title")
    if held.fingerprint.content_hash != tagged.fingerprint.content_hash:
        changed.append("text")
    return tuple(changed) or ("summary" if tagged.article.summary else "text",)


def _is_alike(held: Known, tagged: TaggedArticle) -> bool:
    """Whether two entries under one name can be one article: title words, equal or little text."""
    if tagged.fingerprint.content_hash in {None, held.fingerprint.content_hash}:
        return True
    ours, theirs = _title_words(held.title), _title_words(tagged.article.title)
    return len(ours & theirs) >= _ALIKE * max(1, min(len(ours), len(theirs)))


def _title_words(title: str) -> frozenset[str]:
    return frozenset(_WORD.findall(title.casefold()))


def _set_apart(arrival: Arrival) -> TaggedArticle:
    """The article under an identity of its own: its feed's, and not its address's."""
    mark = arrival.tagged.fingerprint
    own = f"{mark.public_id} {arrival.feed_id} {arrival.tagged.sighting.guid}"
    mark = replace(mark, url_hash=None, public_id=xxh3_128_hexdigest(own.encode()))
    return replace(arrival.tagged, fingerprint=mark)


@dataclass(slots=True)
class _Known:
    """What is held, with what this batch has added so far."""

    articles: dict[int, Known]
    sightings: dict[tuple[int, int], int]
    by_url: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_content: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    postings: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    marks: dict[int, list[Marks]] = field(default_factory=lambda: defaultdict(list))
    settled: set[int] = field(default_factory=set)
    """Articles this batch has spoken about; the first word counts, so that two feeds (or two
    entries) that disagree do not rewrite each other."""
    fresh: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, holdings: Holdings) -> Self:
        known = cls(dict(holdings.articles), dict(holdings.sightings))
        known.marks.update((held, list(marks)) for held, marks in holdings.marks.items())
        known.postings.update((key, list(found)) for key, found in holdings.postings.items())
        for held in sorted(holdings.articles.values(), key=lambda k: k.article_id):
            known._index(held)
        return known

    def _index(self, held: Known) -> None:
        mark = held.fingerprint
        self.articles[held.article_id] = held
        for table, key in ((self.by_url, mark.url_hash), (self.by_content, mark.content_hash)):
            if key is not None and held.article_id not in table[key]:
                table[key].append(held.article_id)

    def _note(self, article_id: int, new: Likeness | None) -> None:
        """Let what comes after it in the batch be found to be its copy."""
        if new is not None:
            self.marks[article_id].append(new.marks)
            for key in new.keys:
                self.postings[key].append(article_id)

    def by_identity(self, arrival: Arrival) -> Known | None:
        """The article that the feed's name for it, or its address, leads to."""
        mark = arrival.tagged.fingerprint
        seen = self.sightings.get((arrival.feed_id, arrival.tagged.sighting.guid_hash))
        named = self.articles.get(seen) if seen is not None else None
        if named and (_share_address(named, arrival) or _is_alike(named, arrival.tagged)):
            return named
        candidates = self.by_url.get(mark.url_hash, []) if mark.url_hash is not None else []
        held = [self.articles[i] for i in candidates]
        return min(held, key=lambda k: (k.feed_id != arrival.feed_id, k.article_id), default=None)

    def by_words(self, arrival: Arrival, beside: set[tuple[int, int]]) -> Known | None:
        """The same words, title and date from the same feed: an entry whose names all changed.

        Never one that stands beside it in the document (`beside`, or created from it).
        """
        article, mark = arrival.tagged.article, arrival.tagged.fingerprint
        if mark.content_hash is None:
            return None
        for i in self.by_content.get(mark.content_hash, []):
            held = self.articles[i]
            if (
                held.feed_id == arrival.feed_id
                and i not in self.fresh
                and (arrival.feed_id, i) not in beside
                and held.published_raw == article.published.raw
                and (_is_tombstone_of(held, arrival.tagged) or held.title == article.title)
            ):
                return held
        return None

    def copied_by(self, tagged: TaggedArticle) -> Copy | None:
        """The article that told the same first, if one did: in the same words, else alike."""
        mark = tagged.fingerprint
        if mark.content_hash is not None:
            same = [i for i in self.by_content.get(mark.content_hash, []) if self._is_there(i)]
            if same:
                return self._copy(min(same), Alike(Relation.EXACT, 1.0))
        return self._resembled_by(tagged.likeness) if tagged.likeness else None

    def _resembled_by(self, new: Likeness) -> Copy | None:
        """The held article that a new one is most like, if it is like one enough."""
        found = [
            (alike, held)
            for held in nearest(new.keys, self.postings)
            if self._is_there(held)
            for marks in self.marks.get(held, ())
            if (alike := compare(marks, new)) is not None
        ]
        if not found:
            return None
        alike, held = min(found, key=lambda one: (-how_sure(one[0]), one[1]))
        return self._copy(held, alike)

    def _is_there(self, article_id: int) -> bool:
        held = self.articles.get(article_id)
        return held is not None and not held.is_deleted

    def _copy(self, held: int, alike: Alike) -> Copy:
        root = self.articles[held].duplicate_of
        return Copy(held if root is None else root, alike, held)

    def learn(self, judged: Judged) -> None:
        """Make a judgement known to those that follow."""
        tagged, verdict = judged.tagged, judged.verdict
        match verdict:
            case Created():
                self._index(_as_known(judged, verdict))
                self._note(verdict.article_id, tagged.likeness)
                self.fresh.add(verdict.article_id)
            case Revised():
                held = self.articles[verdict.article_id]
                self._index(
                    replace(held, title=tagged.article.title, fingerprint=tagged.fingerprint)
                )
                self._note(verdict.article_id, tagged.likeness)
            case Repeated():
                pass
        self.settled.add(verdict.article_id)
        self.sightings[judged.feed_id, tagged.sighting.guid_hash] = verdict.article_id


def _is_tombstone_of(held: Known, tagged: TaggedArticle) -> bool:
    """Whether it was this very text that was taken back; its title is gone with it."""
    return held.is_deleted and held.fingerprint.item_hash == tagged.fingerprint.item_hash


def _share_address(held: Known, arrival: Arrival) -> bool:
    """Whether the addresses agree, or cannot disagree because one has none."""
    theirs = arrival.tagged.fingerprint.url_hash
    ours = held.fingerprint.url_hash
    return ours is None or theirs is None or ours == theirs


def _as_known(judged: Judged, created: Created) -> Known:
    article = judged.tagged.article
    return Known(
        article_id=created.article_id,
        feed_id=judged.feed_id,
        site=article.site,
        canonical_url=article.canonical_url,
        title=article.title,
        fingerprint=judged.tagged.fingerprint,
        published_raw=article.published.raw,
        duplicate_of=created.copy.of if created.copy else None,
    )
