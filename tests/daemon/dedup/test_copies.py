"""What is a copy of what, and what only looks like one."""

from pathlib import Path

import pytest

from daemon.dedup.copies import BEST, compare, how_sure, nearest
from daemon.dedup.marks import likeness
from daemon.dedup.names import names_of
from daemon.words import read_words
from storage.values import CROWDED, Alike, Likeness, Relation

COPIES = Path(__file__).parents[2] / "copies"


def text_of(name: str) -> str:
    """Without the title."""
    return (COPIES / f"{name}.txt").read_text("utf-8").partition("\n")[2].strip()


def like(text: str) -> Likeness:
    words = read_words(text)
    return likeness(words, names_of(words))


ORIGINAL = text_of("original")


def relation(new: str, old: str = ORIGINAL) -> Relation | None:
    alike = compare(like(old).marks, like(new))
    return alike.relation if alike else None


def found(new: str, old: str = ORIGINAL) -> bool:
    """Whether the new text leads to the old one by its keys."""
    return nearest(like(new).keys, {key: [1] for key in like(old).keys}) == [1]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1_near", Relation.NEAR),
        ("2_truncated", Relation.TRUNCATED),
        ("3_expanded", Relation.NEAR),
        ("4_respun", Relation.RESPUN),
        ("5_furniture", Relation.NEAR),
    ],
)
def test_a_rewrite_leads_to_its_original_and_says_how_it_copies(
    name: str, expected: Relation
) -> None:
    assert found(text_of(name))
    assert relation(text_of(name)) == expected


@pytest.mark.parametrize("path", sorted(COPIES.glob("others/*.txt")), ids=lambda p: p.stem)
def test_another_article_on_the_same_people_is_no_copy(path: Path) -> None:
    other = path.read_text("utf-8").partition("\n")[2].strip()
    assert relation(other) is None
    assert relation(ORIGINAL, old=other) is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(str.upper, Relation.NEAR, id="set in capitals"),
        pytest.param(str.lower, Relation.NEAR, id="without capitals"),
        pytest.param(
            lambda t: t.replace('"', "\u201c"), Relation.NEAR, id="other quotation marks"
        ),
        pytest.param(lambda t: t.replace(" ", "\u00a0"), Relation.NEAR, id="other blanks"),
        pytest.param(lambda t: t.replace("\n", " "), Relation.NEAR, id="without paragraphs"),
    ],
)
def test_how_a_text_is_set_makes_no_other_text(change: object, expected: Relation) -> None:
    assert callable(change)
    assert relation(change(ORIGINAL)) == expected


TEMPLATE = (
    "{company} said on {day} that quarterly profit came to {profit} million crowns, against "
    "{before} million a year ago, on sales of {sales} million. Chief executive {boss} told "
    "analysts in {town} that the company was on course to meet its target for the year. "
    "The board proposes a dividend of {dividend} crowns a share, to be paid in {month}."
)
ONE = {
    "company": "Nordlink Ferries",
    "day": "Monday",
    "profit": "31",
    "before": "28",
    "sales": "410",
    "boss": "Tomas Weiss",
    "town": "Lindby",
    "dividend": "1.20",
    "month": "May",
}
TWO = {
    "company": "Brevik Shipyard",
    "day": "Monday",
    "profit": "77",
    "before": "91",
    "sales": "1,305",
    "boss": "Karin Falk",
    "town": "Storvik",
    "dividend": "0.75",
    "month": "June",
}


def test_one_form_filled_in_for_two_companies_makes_two_articles() -> None:
    assert relation(TEMPLATE.format(**TWO), old=TEMPLATE.format(**ONE)) is None


def test_a_follow_up_that_ends_with_the_old_text_is_an_article_of_its_own() -> None:
    lead = (
        "Pilots of the airline Skywind will walk out on 2 May, their leader Olof Berg said in "
        "Storvik. Berg spoke after talks with the owners, the Halvorsen family, and the bank "
        "Falk & Ek. Flights to Gotska, Kalvik, Brevik, Moss and Tarn are at risk. Minister Ruth "
        "Ahlberg and the Travel Guild called for calm, and Premier Jonas Hedin cut short a visit "
        "to Lima. Skywind carries 4 million people a year; the Halvorsens bought it in 2011.\n"
    )
    background = "\n".join(ORIGINAL.split("\n")[:6])
    assert relation(lead + background, old=background) is None


SCRIPTS = [
    pytest.param(path.read_text("utf-8").strip(), id=path.stem)
    for path in sorted(COPIES.glob("scripts/*.txt"))
]


@pytest.mark.parametrize("text", SCRIPTS)
def test_a_copy_is_known_in_every_script(text: str) -> None:
    edited = text.replace(text[20:26], text[40:46], 1)
    assert edited != text
    assert found(edited, old=text)
    assert relation(edited, old=text) == Relation.NEAR


@pytest.mark.parametrize("text", SCRIPTS)
def test_another_text_in_the_same_script_is_no_copy(text: str) -> None:
    words = text.split(" ")
    other = " ".join(reversed(words)) if len(words) > 9 else text[::-1]
    assert relation(other, old=text) is None
    assert relation(ORIGINAL, old=text) is None


@pytest.mark.parametrize(
    "spelt",
    [
        "Wolodymyr Selenskyj met Wladimir Klitschko in Kyjiw and Charkiw, 1500 people.",
        "Volodymyr Zelenskiy met Vladimir Klitschko in Kiev and Charkiv, 1,500 people.",
        "Volodymyr Zelenskyy\u2019s guest Vladimir Klitschko saw Kyiv's mayor and Charkiv, 1,500.",
    ],
)
def test_names_are_one_in_all_their_spellings(spelt: str) -> None:
    kept = "Volodymyr Zelenskyy met Vladimir Klitschko in Kyiv and Charkiv, 1,500 people."
    assert names_of(read_words(kept)).tolist() == names_of(read_words(spelt)).tolist()


def test_a_crowded_key_leads_nowhere() -> None:
    crowd = {7: list(range(CROWDED + 1)), 8: [3]}
    assert nearest([7, 8], crowd) == [3]
    assert nearest([7], {7: list(range(CROWDED))}) == [*range(CROWDED - 1, CROWDED - 1 - BEST, -1)]


def test_the_rarest_keys_lead_furthest() -> None:
    assert nearest([1, 2, 3], {1: [5, 6], 2: [5, 6], 3: [9]})[0] in {5, 6, 9}
    assert nearest([1, 2], {1: [5, 6, 7], 2: [9]}) == [9, 7, 6, 5]


def test_common_runs_say_more_than_names() -> None:
    near = Alike(Relation.NEAR, 0.5)
    assert how_sure(near) > how_sure(Alike(Relation.RESPUN, 0.99))


def test_the_evidence_tells_what_was_seen() -> None:
    alike = compare(like(ORIGINAL).marks, like(text_of("4_respun")))
    assert alike is not None
    assert alike.evidence["jaccard"] < 0.1
    assert alike.evidence["order"] >= 0.64
    assert alike.similarity == alike.evidence["order"]
