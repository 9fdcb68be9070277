"""The article this project started from, handed in as a file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon.digest import digest_articles
from daemon.tag import load_tagger
from daemon.values import Fetched
from storage.values import DateSource, EntityType, FeedKind, Precision, TaggedArticle, Zone

SEED = Path(__file__).parents[3] / "shared" / "seed"
NOW = datetime(2025, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def seed() -> TaggedArticle:
    files = sorted(SEED.glob("*.txt")) if SEED.is_dir() else []
    if not files:
        pytest.skip("the seed article stays outside the project")
    digested = digest_articles(Fetched(files[0].name, files[0].read_bytes()), NOW, load_tagger())
    assert (digested.kind, digested.items, digested.rejected) == (FeedKind.INGEST, 1, {})
    return digested.articles[0]


def test_its_first_line_is_its_title(seed: TaggedArticle) -> None:
    assert seed.article.title.startswith("Trump resists")
    assert seed.article.title not in seed.article.text


def test_newsletter_furniture_and_time_line_are_gone(seed: TaggedArticle) -> None:
    for body in (seed.article.text, seed.article.html):
        assert "newsletter" not in body
        assert "Your guide to" not in body
        assert "2025-10-17" not in body
    assert seed.article.text.startswith("Volodymyr")
    assert seed.article.text.endswith("negotiating table.")


def test_its_last_line_dates_it(seed: TaggedArticle) -> None:
    published = seed.article.published
    assert published.at == datetime(2025, 10, 17, 22, 37, tzinfo=UTC)
    assert (published.precision, published.zone) == (Precision.SECOND, Zone.ASSUMED)
    assert (published.source, published.raw) == (DateSource.BODY_TRAILING, "2025-10-17 22:37:00")


def test_it_is_about_politics_and_conflict_in_english(seed: TaggedArticle) -> None:
    assert seed.article.language == "en"
    tops = [t.topic_id for t in seed.topics if t.level == 1]
    assert sorted(tops) == ["medtop:11000000", "medtop:16000000"]


def test_it_is_about_what_was_talked_of(seed: TaggedArticle) -> None:
    finer = {t.label for t in seed.topics if t.level > 1}
    assert finer >= {"diplomacy", "summit meetings", "war", "peace talks", "military weaponry"}


def test_it_names_each_of_its_people_organisations_and_places_once(seed: TaggedArticle) -> None:
    named = {kind: set[str]() for kind in EntityType}
    for entity in seed.entities:
        named[entity.type].add(entity.name)
    assert named[EntityType.PERSON] == {
        "Donald Trump", "Volodymyr Zelenskyy", "Vladimir Putin", "JD Vance",
        "Ursula von der Leyen", "Mark Rutte",
    }  # fmt: skip
    assert named[EntityType.ORGANISATION] == {
        "NATO", "European Commission", "Hamas", "White House"
    }  # fmt: skip
    assert named[EntityType.PLACE] == {
        "Ukraine", "Russia", "Kyiv", "Moscow", "Washington, D.C.", "Budapest", "Israel",
        "United States", "Europe",
    }  # fmt: skip
    assert len({entity.entity_id for entity in seed.entities}) == len(seed.entities)
    assert [e.name for e in seed.entities if e.in_title][:2] == [
        "Donald Trump", "Volodymyr Zelenskyy"
    ]  # fmt: skip
