"""What categories, codes and addresses say about a topic."""

import pytest

from daemon.errors import SettingsError
from daemon.tag.sections import Stated, parse_sections, stated_topics, topic_of_section
from daemon.tag.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()


def label(topic_id: str | None) -> str | None:
    return TAXONOMY.concepts[topic_id].label if topic_id else None


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("SPORTS", "sport"),
        ("Arts & Culture", "arts, culture, entertainment and media"),
        ("Wirtschaft", "economy, business and finance"),
        ("Économie", "economy, business and finance"),
        ("Política", "politics"),
        ("Meio Ambiente", "environment"),
        ("Calcio", "soccer"),
        ("life_and_style", "lifestyle and leisure"),
        ("ukraine-war", "conflict, war and peace"),
    ],
)
def test_a_section_is_known_in_six_languages(name: str, topic: str) -> None:
    assert label(topic_of_section(name)) == topic


@pytest.mark.parametrize(
    "name",
    ["Uncategorized", "Featured", "Top Stories", "News", "World", "Aktuell", "À la une", ""],
)
def test_a_name_of_no_topic_says_nothing(name: str) -> None:
    assert topic_of_section(name) is None


@pytest.mark.parametrize(
    ("category", "topic"),
    [
        ("medtop:20000639", "medtop:20000639"),
        ("http://cv.iptc.org/newscodes/mediatopic/20000639", "medtop:20000639"),
        ("medtop:20000030", "medtop:20000029"),
        ("subj:15054000", "medtop:20001065"),
        ("15054000", "medtop:20001065"),
    ],
)
def test_a_code_of_iptc_is_certain(category: str, topic: str) -> None:
    assert list(stated_topics(TAXONOMY, [category], None)) == [
        Stated(topic, f"category:{category}", is_certain=True)
    ]


@pytest.mark.parametrize("category", ["medtop:99999999", "20240131", "medtop:1"])
def test_a_number_that_is_no_code_says_nothing(category: str) -> None:
    assert list(stated_topics(TAXONOMY, [category], None)) == []


def test_the_head_of_an_address_is_read_and_its_end_is_not() -> None:
    stated = stated_topics(TAXONOMY, [], "https://a.example/news/politics/2025/10/sport")
    assert list(stated) == [Stated("medtop:11000000", "url:politics")]


@pytest.mark.parametrize("line", ["sport: sport", "15000000 sport", "15000000:"])
def test_a_malformed_line_is_refused_by_file_and_line(line: str) -> None:
    with pytest.raises(SettingsError, match="x:2: expected"):
        parse_sections(f"# names\n{line}", "x", TAXONOMY)
