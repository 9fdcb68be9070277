"""Is it new, newer, or the same again? The table is the specification."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.dedup.fingerprint import fingerprint, hashed
from daemon.dedup.judge import IDENTITY_CONFLICT, judge_all
from daemon.values import Arrival
from daemon.words import read_words
from storage.values import (
    Alike,
    Article,
    Copy,
    Created,
    Holdings,
    Judged,
    Known,
    Published,
    Relation,
    Repeated,
    Revised,
    Sighting,
    TaggedArticle,
    TextSource,
    Verdict,
)
from tests.samples import ARTICLE

OTHER_WORDS = "A wholly different report about nine seals that were seen upriver last night."


def arrival(
    article: Article = ARTICLE, *, feed: int = 1, site: str | None = None, name: str = "g"
) -> Arrival:
    sighting = Sighting(name, hashed(name), article.url, article.title)
    return Arrival(
        feed,
        site,
        TaggedArticle(article, fingerprint(article, read_words(article.text), name), sighting),
    )


def exact_copy(of: int, compared_with: int | None = None) -> Copy:
    return Copy(of, Alike(Relation.EXACT, 1.0), compared_with or of)


def at(url: str, **changes: Any) -> Article:
    return replace(ARTICLE, url=url, canonical_url=url, **changes)


def judge(arrivals: Sequence[Arrival], holdings: Holdings | None = None) -> list[Judged]:
    known = max((holdings or Holdings()).articles, default=0)
    return judge_all(arrivals, holdings or Holdings(), count(known + 1))


def verdicts(*arrivals: Arrival, holdings: Holdings | None = None) -> list[Verdict]:
    return [judged.verdict for judged in judge(arrivals, holdings)]


def saved(judged: Sequence[Judged], holdings: Holdings | None = None) -> Holdings:
    """What the database would hold afterwards."""
    articles = dict((holdings or Holdings()).articles)
    sightings = dict((holdings or Holdings()).sightings)
    for one in judged:
        tagged, verdict = one.tagged, one.verdict
        article_id = verdict.article_id
        if isinstance(verdict, Created):
            article = tagged.article
            articles[article_id] = Known(
                article_id=article_id,
                feed_id=one.feed_id,
                site=article.site,
                canonical_url=article.canonical_url,
                title=article.title,
                fingerprint=tagged.fingerprint,
                published_raw=article.published.raw,
                duplicate_of=verdict.copy.of if verdict.copy else None,
            )
        elif isinstance(verdict, Revised):
            held = articles[article_id]
            articles[article_id] = replace(
                held, title=tagged.article.title, fingerprint=tagged.fingerprint
            )
        sightings[one.feed_id, tagged.sighting.guid_hash] = article_id
    return Holdings(sightings, articles)


HELD = saved(judge([arrival()]))
NEW_TEXT = replace(ARTICLE, text=OTHER_WORDS)
ELSEWHERE = at("https://other.example/b/2", site="other.example")


@pytest.mark.threat("F2", "F3", "F5", "F10")
@pytest.mark.parametrize(
    ("coming", "verdict"),
    [
        pytest.param(arrival(), Repeated(1), id="the same again"),
        pytest.param(arrival(name="new"), Repeated(1), id="a guid new at every poll"),
        pytest.param(
            arrival(at("https://news.example/a/1?sid=zz")),
            Repeated(1),
            id="a session id in the link",
        ),
        pytest.param(
            arrival(at("https://news.example/moved/1"), name="new"),
            Repeated(1),
            id="guid and link both new, the same words and date",
        ),
        pytest.param(
            arrival(replace(ARTICLE, published=Published(raw="now"))),
            Repeated(1),
            id="another date",
        ),
        pytest.param(arrival(NEW_TEXT), Revised(1, ("text",)), id="new words"),
        pytest.param(
            arrival(replace(ARTICLE, title="Bridge shut again")),
            Revised(1, ("title",)),
            id="a new title",
        ),
        pytest.param(
            arrival(replace(NEW_TEXT, title="Seals seen")),
            Revised(1, ("title", "text")),
            id="a new title and new words",
        ),
        pytest.param(
            arrival(replace(ARTICLE, summary="It is closed.")),
            Revised(1, ("summary",)),
            id="a new summary",
        ),
        pytest.param(
            arrival(NEW_TEXT, feed=2, site="news.example", name="x"),
            Revised(1, ("text",)),
            id="new words from another feed of the article's own site",
        ),
        pytest.param(arrival(feed=2, name="x"), Repeated(1), id="another feed says the same"),
        pytest.param(
            arrival(replace(ARTICLE, text="Open again."), feed=2, name="x"),
            Repeated(1),
            id="another feed has only a line of it",
        ),
        pytest.param(
            arrival(NEW_TEXT, feed=2, site="other.example", name="x"),
            Repeated(1),
            id="another feed's wording under the same title changes nothing",
        ),
        pytest.param(
            arrival(replace(NEW_TEXT, title="Seals seen"), feed=2, name="x"),
            Created(2, flags=(IDENTITY_CONFLICT,)),
            id="another feed's other story under the address overwrites nothing",
        ),
        pytest.param(
            arrival(replace(ELSEWHERE, text=OTHER_WORDS, title="Seals seen"), feed=2),
            Created(2),
            id="another feed's guid is not ours",
        ),
        pytest.param(
            arrival(ELSEWHERE, feed=2),
            Created(2, copy=exact_copy(1)),
            id="the same words elsewhere are a copy",
        ),
        pytest.param(
            arrival(at("https://news.example/a/2", text=OTHER_WORDS, title="Seals seen")),
            Created(2),
            id="one guid for ever: another address and other words are another article",
        ),
        pytest.param(
            arrival(at("https://news.example/a/2", title="Bridge: all you need"), name="h"),
            Created(2, copy=exact_copy(1)),
            id="the same feed tells it again elsewhere, under another title",
        ),
    ],
)
def test_an_article_beside_one_we_hold(coming: Arrival, verdict: Verdict) -> None:
    assert verdicts(coming, holdings=HELD) == [verdict]


@pytest.mark.parametrize(
    ("coming", "verdict"),
    [
        pytest.param(
            replace(ARTICLE, text="The harbour bridge opened again.", word_count=5),
            Repeated(1),
            id="the part of it that a feed has is no news",
        ),
        pytest.param(
            replace(ARTICLE, text=f"{ARTICLE.text} Cars may cross it.", word_count=19),
            Revised(1, ("text",)),
            id="a feed that has the whole text by now is",
        ),
        pytest.param(
            replace(ARTICLE, text="Short.", word_count=1, text_source=TextSource.PAGE),
            Revised(1, ("text",)),
            id="a page that was shortened is",
        ),
    ],
)
def test_beside_the_text_of_a_page(coming: Article, verdict: Verdict) -> None:
    known = HELD.articles[1]
    whole = replace(known, text_source=TextSource.PAGE, word_count=ARTICLE.word_count)
    held = replace(HELD, articles={1: whole})
    assert verdicts(arrival(coming), holdings=held) == [verdict]


def test_two_alike_in_one_document_stay_two() -> None:
    one, two = arrival(name="a"), arrival(at("https://news.example/a/2"), name="b")
    assert verdicts(one, two) == [Created(1), Created(2, copy=exact_copy(1))]


def test_an_entry_is_not_folded_into_one_that_stands_beside_it() -> None:
    beside = arrival(at("https://news.example/a/2"), name="h")
    assert verdicts(beside, arrival(), holdings=HELD) == [
        Created(2, copy=exact_copy(1)),
        Repeated(1),
    ]


@pytest.mark.threat("F1")
def test_one_entry_twice_in_one_document_is_one_article() -> None:
    assert verdicts(arrival(), arrival()) == [Created(1), Repeated(1)]


def test_a_copy_of_a_copy_points_to_the_first() -> None:
    third = arrival(at("https://third.example/c", site="third.example"), feed=3)
    assert verdicts(arrival(), arrival(ELSEWHERE, feed=2), third) == [
        Created(1),
        Created(2, copy=exact_copy(1)),
        Created(3, copy=exact_copy(1)),
    ]


def test_one_edit_seen_twice_is_one_revision() -> None:
    edit = arrival(NEW_TEXT)
    assert verdicts(edit, edit, holdings=HELD) == [Revised(1, ("text",)), Repeated(1)]
    assert verdicts(edit, holdings=saved(judge([edit], HELD), HELD)) == [Repeated(1)]


@pytest.mark.threat("F5")
def test_a_conflicting_article_has_an_identity_of_its_own() -> None:
    hijack = arrival(replace(NEW_TEXT, title="Seals seen"), feed=2, name="x")
    (judged,) = judge([hijack], HELD)
    mark = judged.tagged.fingerprint
    assert mark.url_hash is None
    assert mark.public_id != HELD.articles[1].fingerprint.public_id
    assert verdicts(hijack, arrival(), holdings=saved([judged], HELD)) == [
        Repeated(2),
        Repeated(1),
    ]


def test_short_items_are_never_copies_of_each_other() -> None:
    one = arrival(at("https://a.example/1", text="Now live"), feed=1)
    two = arrival(at("https://b.example/2", text="Now live"), feed=2)
    assert verdicts(one, two) == [Created(1), Created(2)]


articles = st.builds(
    lambda path, title, words, host: at(
        f"https://{host}/{path}", title=title, text=words, site=host, summary=None
    ),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["Bridge opens", "Bridge shut again", "Seals seen upriver"]),
    st.sampled_from([ARTICLE.text, OTHER_WORDS, "Now live", ""]),
    st.sampled_from(["news.example", "other.example"]),
)
batches = st.lists(
    st.builds(
        lambda article, feed, name, site: arrival(article, feed=feed, name=name, site=site),
        articles,
        st.sampled_from([1, 2, 3]),
        st.sampled_from(["g", "h", "i"]),
        st.sampled_from([None, "news.example", "other.example"]),
    ),
    max_size=8,
)


@given(batches)
def test_the_ids_of_created_articles_are_new_and_nothing_points_nowhere(
    batch: list[Arrival],
) -> None:
    judged = judge(batch)
    created = [j.verdict.article_id for j in judged if isinstance(j.verdict, Created)]
    assert created == sorted(set(created))
    assert {j.verdict.article_id for j in judged} <= set(created)
    for one in judged:
        if isinstance(one.verdict, Created) and one.verdict.copy:
            root = one.verdict.copy.of
            assert saved(judged).articles[root].duplicate_of is None


def _document(batch: list[Arrival]) -> list[Arrival]:
    """As a document is: one name, one entry (name_entries sees to it)."""
    return list({(a.feed_id, a.tagged.sighting.guid_hash): a for a in batch}.values())


@given(batches)
def test_a_batch_seen_again_brings_nothing_new(batch: list[Arrival]) -> None:
    batch = _document(batch)
    holdings = saved(judge(batch))
    assert all(isinstance(v, Repeated) for v in verdicts(*batch, holdings=holdings))
