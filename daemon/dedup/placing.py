"""Put new articles on the shelf of recent stories, and see which stories are one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from daemon.dedup.stories import ALIKE, ONE_EVENT, Nearby, Window
from daemon.dedup.vocabulary import Vocabulary
from storage.values import Article, Copy, Created, Judged, Known, Member, Merge, Place, Placed

_FEW_TERMS = 10
RENEWED = timedelta(days=1)
"""After this long the window is read anew, without what has grown too old."""


@dataclass(slots=True)
class Shelf:
    """What finding stories needs to remember: all of it is in the database too.

    Whoever fails to commit what was placed must throw the shelf away.
    """

    since: datetime
    """When it was read."""
    vocabulary: Vocabulary
    window: Window = field(default_factory=Window)

    def is_stale(self, now: datetime) -> bool:
        """Whether it should be read anew."""
        return now - self.since > RENEWED

    def place(self, judged: Iterable[Judged], known: Mapping[int, Known], now: datetime) -> Placed:
        """The stories of the new articles among `judged`; each is on the shelf for the next.

        A copy is in the story of what it copies. `now` dates what is not dated.
        """
        placed = self.place_again(judged, known, now)
        self.vocabulary.learn(
            one.tagged.terms
            for one in judged
            if isinstance(one.verdict, Created) and one.tagged.terms is not None
        )
        return placed

    def place_again(
        self, judged: Iterable[Judged], known: Mapping[int, Known], now: datetime
    ) -> Placed:
        """As `place`, of articles whose terms were counted already."""
        places: dict[int, Place] = {}
        merges: list[Merge] = []
        for one in judged:
            if not isinstance(one.verdict, Created):
                continue
            article_id, copy = one.verdict.article_id, one.verdict.copy
            story_id = _story_of(copy, known, places) if copy else None
            if story_id is not None:
                places[article_id] = Place(article_id, story_id)
            else:
                near = self._settle(one, article_id, places, _when(one.tagged.article, now))
                merges += self._merge(near)
        return Placed(_merged(places, merges), tuple(merges))

    def _settle(
        self, one: Judged, article_id: int, places: dict[int, Place], at: datetime
    ) -> list[Nearby]:
        """Give an original its place, and say between which stories it stands."""
        terms = one.tagged.terms
        vector = self.vocabulary.weigh(terms) if terms else b""
        near = self.window.nearby(vector, at, _needed(vector)) if vector else []
        place = Place(article_id, article_id, vector)
        if near:
            best = near[0]
            place = replace(
                place,
                story_id=best.story_id,
                similarity=round(best.similarity, 4),
                nearest=best.members,
            )
        places[article_id] = place
        if vector:
            self.window.add([Member(0, article_id, place.story_id, at, vector)])
        return near

    def _merge(self, near: list[Nearby]) -> list[Merge]:
        """Two stories that one article is very much like are one; the older one stays."""
        one_event = [story.story_id for story in near if story.similarity >= ONE_EVENT]
        merges = [Merge(gone, min(one_event)) for gone in one_event if gone != min(one_event)]
        for merge in merges:
            self.window.merge(merge)
        return merges


def _needed(vector: bytes) -> float:
    """The similarity from which an article joins a story: few terms are soon alike."""
    terms = len(vector) // 5
    return ALIKE * max(1.0, _FEW_TERMS / terms)


def _story_of(copy: Copy, known: Mapping[int, Known], places: Mapping[int, Place]) -> int | None:
    for original in (copy.compared_with, copy.of):
        if original in places:
            return places[original].story_id
        if original in known and known[original].story_id is not None:
            return known[original].story_id
    return None


def _when(kept: Article, now: datetime) -> datetime:
    return kept.published.at or now


def _merged(places: Mapping[int, Place], merges: Iterable[Merge]) -> tuple[Place, ...]:
    """The places as they are after the merges, in which a story may move more than once."""
    found = list(places.values())
    for merge in merges:
        found = [
            replace(p, story_id=merge.into) if p.story_id == merge.story_id else p for p in found
        ]
    return tuple(found)
