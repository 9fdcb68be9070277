"""Which articles tell of one event."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from daemon.dedup.names import names_of
from daemon.dedup.placing import RENEWED, Shelf
from daemon.dedup.stories import SPAN, Window
from daemon.dedup.terms import terms_of
from daemon.dedup.vocabulary import HEAVIEST, Vocabulary, unpack
from daemon.words import read_words
from storage.values import (
    Alike,
    Copy,
    Created,
    Judged,
    Known,
    Member,
    Merge,
    Place,
    Placed,
    Published,
    Relation,
    TaggedArticle,
    Terms,
)
from tests.samples import ARTICLE, HELD, NOON, TAGGED

COPIES = Path(__file__).parents[2] / "copies"


def terms(title: str, text: str) -> Terms:
    words = read_words(text)
    return terms_of(read_words(title), words, names_of(words))


def tagged(name: str, at: datetime = NOON) -> TaggedArticle:
    title, _, text = (COPIES / f"{name}.txt").read_text("utf-8").partition("\n")
    article = replace(ARTICLE, title=title, text=text, published=Published(at))
    return replace(TAGGED, article=article, terms=terms(title, text))


def new(number: int, what: TaggedArticle, copy: Copy | None = None) -> Judged:
    return Judged(1, what, Created(number, copy))


def shelf() -> Shelf:
    return Shelf(NOON, Vocabulary())


def stories(placed: Placed) -> dict[int, int]:
    return {place.article_id: place.story_id for place in placed.places}


BEGINS, ENDS = tagged("others/4_strike_begins"), tagged("original")
ELSE = tagged("others/5_court")


def test_articles_of_one_event_are_one_story_and_others_are_not() -> None:
    placed = shelf().place([new(1, BEGINS), new(2, ELSE), new(3, ENDS)], {}, NOON)
    assert stories(placed) == {1: 1, 2: 2, 3: 1}
    first, _, last = placed.places
    assert (first.similarity, first.nearest) == (0.0, ())
    assert (last.similarity > 0.2, last.nearest) == (True, (1,))


def test_what_lies_days_apart_is_another_story() -> None:
    later = tagged("original", NOON + SPAN + timedelta(minutes=1))
    assert stories(shelf().place([new(1, BEGINS), new(2, later)], {}, NOON)) == {1: 1, 2: 2}


def test_a_copy_is_in_the_story_of_what_it_copies_however_old_that_is() -> None:
    known = {7: replace(HELD, story_id=3)}
    copy = Copy(7, Alike(Relation.EXACT, 1.0), 7)
    placed = shelf().place([new(8, ENDS, copy)], known, NOON)
    assert placed.places == (Place(8, 3),)


def test_a_copy_of_an_article_of_the_same_group_follows_it() -> None:
    copy = Copy(2, Alike(Relation.RESPUN, 0.9), 2)
    placed = shelf().place([new(1, BEGINS), new(2, ENDS), new(3, ENDS, copy)], {}, NOON)
    assert stories(placed) == {1: 1, 2: 1, 3: 1}


def test_a_copy_of_an_article_without_a_story_is_placed_by_what_it_tells() -> None:
    copy = Copy(7, Alike(Relation.EXACT, 1.0), 7)
    known: dict[int, Known] = {7: HELD}
    assert stories(shelf().place([new(1, BEGINS), new(8, ENDS, copy)], known, NOON))[8] == 1


def test_an_article_that_says_nothing_begins_a_story_of_its_own() -> None:
    mute = replace(ELSE, terms=Terms(b"", b""))
    placed = shelf().place([new(1, mute), new(2, mute)], {}, NOON)
    assert placed.places == (Place(1, 1), Place(2, 2))


def test_short_headlines_that_share_a_word_are_not_one_event() -> None:
    one = replace(ELSE, terms=terms("Weather warning", ""))
    two = replace(ELSE, terms=terms("Warning lights", ""))
    assert stories(shelf().place([new(1, one), new(2, two)], {}, NOON)) == {1: 1, 2: 2}


def test_an_article_that_is_most_like_two_stories_makes_them_one() -> None:
    mine = shelf()
    weigh = mine.vocabulary.weigh
    vector = weigh(ENDS.terms or Terms(b"", b""))
    mine.window.add([Member(1, 1, 1, NOON, vector), Member(2, 2, 2, NOON, vector)])
    placed = mine.place([new(3, ENDS)], {}, NOON)
    assert placed.merges == (Merge(2, 1),)
    assert stories(placed) == {3: 1}
    assert [story.story_id for story in mine.window.nearby(vector, NOON, 0.5)] == [1]


def test_members_read_again_are_not_counted_twice() -> None:
    vector = Vocabulary().weigh(ENDS.terms or Terms(b"", b""))
    window = Window()
    window.add([Member(4, 1, 1, NOON, vector)])
    window.add([Member(9, 1, 5, NOON, vector)])
    (near,) = window.nearby(vector, NOON, 0.5)
    assert (len(window), window.seq) == (1, 9)
    assert (near.story_id, round(near.similarity, 1)) == (5, 1.0)


def test_a_shelf_grows_old() -> None:
    assert not shelf().is_stale(NOON + RENEWED)
    assert shelf().is_stale(NOON + RENEWED + timedelta(seconds=1))


# ---------------------------------------------------------------- how much a term tells


def test_what_many_articles_say_weighs_little() -> None:
    known = Vocabulary()
    common, rare = terms("harbour", ""), terms("Sigrid", "")
    both = terms("harbour Sigrid", "")
    known.learn([common] * 500)
    by_hash = dict(zip(*(part.tolist() for part in unpack(known.weigh(both))), strict=True))
    (harbour,), (sigrid,) = (unpack(known.weigh(t))[0].tolist() for t in (common, rare))
    assert by_hash[harbour] < by_hash[sigrid]


def test_only_the_weightiest_terms_are_kept() -> None:
    vector = Vocabulary().weigh(ENDS.terms or Terms(b"", b""))
    assert len(unpack(vector)[0]) == HEAVIEST
    assert list(unpack(vector)[0]) == sorted(unpack(vector)[0])


def test_words_of_grammar_are_no_terms() -> None:
    assert terms("the of and und der die le la que", "is was for") == Terms(b"", b"")


def test_what_replicas_learn_adds_up() -> None:
    one, two = Vocabulary(), Vocabulary()
    one.learn([BEGINS.terms or Terms(b"", b"")] * 30)
    two.learn([BEGINS.terms or Terms(b"", b"")] * 12)
    due = one.is_due
    one.rebase(None)
    assert (due, one.is_due) == (True, False)
    two.rebase((one.articles, one.packed()))
    assert two.articles == 42
    alone = Vocabulary()
    alone.learn([BEGINS.terms or Terms(b"", b"")] * 42)
    assert two.packed() == alone.packed()


def test_old_counts_fade() -> None:
    old = Vocabulary((80_000, Vocabulary().packed()))
    old.rebase((80_000, Vocabulary().packed()))
    assert old.articles == 40_000


@pytest.mark.parametrize("name", ["1_near", "4_respun", "5_furniture"])
def test_rewrites_would_be_of_the_story_even_if_they_were_no_copies(name: str) -> None:
    assert stories(shelf().place([new(1, ENDS), new(2, tagged(name))], {}, NOON)) == {1: 1, 2: 1}
