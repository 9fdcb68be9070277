"""Furniture that nobody wrote a rule for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.normalise.furniture import without_furniture
from daemon.normalise.recurring import WINDOW, edge_hashes, learn, line_hash, recurring_in
from storage.lines import SiteLines
from storage.values import Article
from tests.samples import ARTICLE, NOON

SITE = "gazette.example"
STAMP = "Brought ashore by the Harbour Gazette, since 1901"


def article(number: int, *last: str, first: str = "") -> Article:
    """An article of two sentences of its own, and what its site puts around them."""
    own = [f"The {word} of boat {spelled(number)} went on." for word in ("journey", "repair")]
    lines = [first] * bool(first) + own + list(last)
    marks = tuple(dict.fromkeys(edge_hashes(lines).values()))
    return replace(ARTICLE, site=SITE, text="\n".join(lines), edges=marks)


def spelled(number: int) -> str:
    """A number without digits, so that each is another word."""
    return "".join(chr(97 + int(digit)) for digit in str(number))


def taught(*articles: Article, known: SiteLines | None = None) -> SiteLines:
    """What a site is known for after these articles, one poll an article."""
    lines = known or SiteLines(SITE)
    for one in articles:
        lines = learn(lines, [one], NOON)
    return lines


def words(lines: SiteLines) -> set[str]:
    return {line.words for line in lines.learned}


def every(nth: int, count: int, line: str) -> list[Article]:
    """`count` articles, of which each `nth` has the line."""
    return [article(n, *([line] if n % nth == 0 else [])) for n in range(1, count + 1)]


@pytest.mark.parametrize(
    ("nth", "count", "learned"),
    [
        pytest.param(1, 9, False, id="nine articles prove nothing"),
        pytest.param(1, 10, True, id="a line on all of ten articles"),
        pytest.param(2, 12, True, id="on every other of twelve"),
        pytest.param(3, 36, False, id="on a third, before there are forty"),
        pytest.param(3, 42, True, id="on a third of forty"),
        pytest.param(10, 40, True, id="on four of forty"),
        pytest.param(20, 80, True, id="on one in twenty"),
        pytest.param(27, 400, False, id="on fewer"),
    ],
)
def test_a_line_that_recurs_often_enough_belongs_to_the_site(
    nth: int, count: int, *, learned: bool
) -> None:
    assert words(taught(*every(nth, count, STAMP))) == ({STAMP} if learned else set())


def test_a_document_teaches_what_its_articles_teach_one_by_one() -> None:
    articles = every(2, 30, STAMP)
    whole, single = learn(SiteLines(SITE), articles, NOON), taught(*articles)
    assert (whole.recent, whole.hashes) == (single.recent, single.hashes)


def test_copies_share_sentences_and_teach_only_what_is_on_half_of_all() -> None:
    lines = taught(*every(100, 60, ""))
    running = learn(lines, [], NOON, [article(n, STAMP) for n in range(8)])
    assert words(running) == set()
    lines = SiteLines(SITE)
    for number in range(12):
        lines = learn(lines, [], NOON, [article(number, STAMP)])
    assert STAMP in words(lines)


def test_what_is_seen_no_more_is_forgotten() -> None:
    known = taught(*every(1, 12, STAMP))
    assert words(taught(*every(2, WINDOW - 1, "Another line of it"), known=known)) >= {STAMP}
    assert STAMP not in words(taught(*every(200, WINDOW, ""), known=known))


def test_a_window_of_articles_is_all_that_is_remembered() -> None:
    lines = taught(*every(1, 200, STAMP))
    again = taught(*every(1, 300, STAMP))
    assert len(lines.recent) == len(again.recent) < 4_000


def test_how_often_and_when_a_line_was_learned_is_remembered() -> None:
    (line,) = taught(*every(1, 12, STAMP)).learned
    assert (line.articles, line.window, line.learned_at) == (10, 10, NOON)
    later = learn(taught(*every(1, 12, STAMP)), [article(13, STAMP)], NOON + timedelta(days=1))
    assert later.learned == (line,)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Seen at 14:32", "Seen at 9:05"),
        ("4 min of reading", "12 min of reading"),
        ("Hafen, 3. März 2025", "Hafen, 17. Oktober 2024"),
        ("Monday 3 March", "Friday 17 October"),
        ("Harbour Media 2024", "Harbour Media 2025"),
        ("Port Isaac 17/10/2025", "Port Isaac 3/4/2024"),
        ("Harbour Gazette", "HARBOUR GAZETTE"),
    ],
)
def test_lines_that_differ_in_numbers_and_dates_are_one(one: str, other: str) -> None:
    assert line_hash(one) == line_hash(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Boats sail in March", "Boats sail in May"),
        ("The Harbour Gazette", "The Harbour Post"),
        ("Price: 30.00", "Price: 28.00"),
        ("ISBN: 978-0-00-000001-1", "ISBN: 978-0-00-000002-8"),
        ("Population 4,711", "Population 4,712"),
    ],
)
def test_other_words_are_another_line(one: str, other: str) -> None:
    assert line_hash(one) != line_hash(other)


@pytest.mark.parametrize(
    "line",
    [
        "x" * 241,
        "no",
        "In 2024 the harbour took in 3,400 tonnes of fish, 12 less than in 2023.",
    ],
)
def test_prose_has_no_hash(line: str) -> None:
    assert line_hash(line) is None


def test_a_sentence_that_a_newsroom_repeats_for_a_while_is_not_furniture() -> None:
    background = "The ferry has been laid up since a storm broke its bow door in the spring."
    assert words(taught(*every(10, 80, background))) == set()
    assert words(taught(*every(2, 80, background))) == {background}


def learned(*lines: str) -> set[int]:
    return {mark for line in lines if (mark := line_hash(line)) is not None}


OWN = "The ferry sailed again on Friday.\nIt had been away for repairs.\nPassengers cheered it."


def test_learned_lines_go_from_both_ends_and_are_told() -> None:
    text = f"Harbour Gazette\n{OWN}\nSea and shore\nRead more"
    stripped = without_furniture(text, learned("Harbour Gazette", "Sea and shore"))
    assert stripped.text == OWN
    assert stripped.gone == ("Harbour Gazette", "Sea and shore", "Read more")


def test_what_stood_behind_a_learned_line_is_looked_at_then() -> None:
    tail = [f"Our desk for the {day}" for day in ("sea", "shore", "sky", "land", "air", "dock")]
    tail += [
        f"Ask our {who} about it" for who in ("cook", "mate", "crew", "boss", "hand", "pilot")
    ]
    stripped = without_furniture("\n".join([OWN, *tail]), learned(*tail))
    assert (stripped.text, len(stripped.gone)) == (OWN, 12)


def test_a_learned_line_goes_on_being_counted() -> None:
    stripped = without_furniture(f"{OWN}\n{STAMP}", learned(STAMP))
    assert learned(STAMP) <= set(stripped.edges)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Soup of the day\nFish and chips\nApple pie", id="a list of such lines"),
        pytest.param("Fish and chips\nOnly today", id="too little else"),
        pytest.param("Fish and chips", id="nothing else"),
    ],
)
def test_learned_lines_never_empty_a_text(text: str) -> None:
    known = learned("Soup of the day", "Fish and chips", "Apple pie")
    assert without_furniture(text, known).text == text


def test_a_learned_line_inside_a_text_stays() -> None:
    middle = "\n".join(f"Sentence number {spelled(n)} of a long text." for n in range(30))
    head, tail = middle[:600].rsplit("\n", 1)[0], middle[600:]
    text = f"{head}\n{STAMP}\n{tail}"
    assert without_furniture(text, learned(STAMP)).text == text


def test_a_document_shows_the_furniture_of_a_site_by_itself() -> None:
    articles = every(1, 12, STAMP)
    assert recurring_in(articles, {}) == {SITE: frozenset(learned(STAMP))}
    assert recurring_in(articles, {SITE: frozenset(learned(STAMP))}) == {}
    assert recurring_in(articles[:9], {}) == {}
    assert (
        recurring_in([replace(a, site=f"{n}.example") for n, a in enumerate(articles)], {}) == {}
    )
