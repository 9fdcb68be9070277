"""Dates in addresses and in words."""

from datetime import UTC, datetime

import pytest

from daemon.normalise.stated import dateline, day_in_url, split_trailing_time
from storage.values import DateSource, Precision
from tests.samples import NOON

HOST = "https://gazette.example"


@pytest.mark.parametrize(
    "path",
    [
        "/2025/10/17/ferry",
        "/2025/10/17",
        "/news/2025/10/17/ferry.html",
        "/2025-10-17-ferry",
        "/2025-10-17/ferry",
        "/20251017/ferry",
        "/20251017_ferry.html",
        "/ferry-2025-10-17.html",
        "/ferry_2025-10-17",
        "/2025/oct/17/ferry",
        "/2025/Oct/17",
        "/2025/10/17/?id=2024/01/02",
    ],
)
def test_a_day_in_a_path(path: str) -> None:
    found = day_in_url(HOST + path)
    assert found is not None
    assert found.parsed.at == datetime(2025, 10, 17, tzinfo=UTC)
    assert (found.parsed.precision, found.source) == (Precision.DAY, DateSource.URL)
    assert found.raw in path


def test_a_day_of_one_digit() -> None:
    found = day_in_url(f"{HOST}/2025/1/7/ferry")
    assert found is not None
    assert found.parsed.at == datetime(2025, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "path",
    [
        "/2025/10/ferry",
        "/2025/13/17/ferry",
        "/2025/02/30/ferry",
        "/20251399/ferry",
        "/ferry-20251017",
        "/story/202510171",
        "/story/120251017",
        "/2025-1017/ferry",
        "/list?date=2025/10/17",
        "/1825/10/17/ferry",
        "/a-2025-10-171",
    ],
)
def test_an_id_is_no_day(path: str) -> None:
    assert day_in_url(HOST + path) is None


@pytest.mark.parametrize(
    "text",
    [
        "PORT ISAAC, Oct 17 (Wire) - Boats sailed.",
        "PORT ISAAC, Oct. 17 (Wire) -- Boats sailed.",
        "Port Isaac, Cornwall, October 17 (Harbour Wire) — Boats sailed.",
        "PORT ISAAC, Oct 17, 2025 (Wire) - Boats sailed.",
        "PORT ISAAC, 17 October (Wire) – Boats sailed.",
        "HAMBURG, 17. Okt (Dienst) - Boote liefen aus.",
        "BREST, 17 octobre (Agence) - Les bateaux.",
        "Cádiz, 17 oct (Agencia).- Los barcos.",
        "Lisboa, 17 out 2025 (Agência) -- Os barcos.",
        "Genova, 17 ottobre (Agenzia) - Le barche.",
        "(AGENZIA) - GENOVA, 17 OTT - Le barche.",
        "ОДЕССА, 17 октября (Агентство) - Корабли.",
    ],
)
def test_a_dateline(text: str) -> None:
    found = dateline(text, NOON)
    assert found is not None
    assert found.parsed.at == datetime(2025, 10, 17, tzinfo=UTC)
    assert (found.parsed.precision, found.source) == (Precision.DAY, DateSource.DATELINE)


@pytest.mark.parametrize(
    ("text", "near", "year"),
    [
        ("ROME, Dec 31 (Wire) - Boats.", NOON, 2024),
        ("ROME, Oct 19 (Wire) - Boats.", NOON, 2025),
        ("ROME, Oct 20 (Wire) - Boats.", NOON, 2024),
        ("ROME, Jan 1 (Wire) - Boats.", datetime(2024, 12, 31, 23, tzinfo=UTC), 2025),
        ("ROME, Mar 5 (Wire) - Boats.", datetime(2011, 3, 6, tzinfo=UTC), 2011),
        ("ROME, Mar 5, 2010 (Wire) - Boats.", NOON, 2010),
    ],
)
def test_a_dateline_without_a_year_is_of_the_last_such_day(
    text: str, near: datetime, year: int
) -> None:
    found = dateline(text, near)
    assert found is not None
    assert found.parsed.at.year == year


@pytest.mark.parametrize(
    "text",
    [
        "LONDON (Wire) - Boats sailed on Oct 17.",
        "Boats sailed, May 17 (a Saturday) and sank.",
        "Boats, Fool 17 (Wire) - sailed.",
        "ROME, Feb 30 (Wire) - Boats.",
        "It was late, Oct 17.",
        "",
    ],
)
def test_prose_has_no_dateline(text: str) -> None:
    assert dateline(text, NOON) is None


@pytest.mark.parametrize(
    "line",
    [
        "2025-10-17 22:37:00",
        "17.10.2025 22:37",
        "Published: October 17, 2025 10:37 PM",
        "Last updated on 17 October 2025, 22:37",
        "Veröffentlicht am 17. Oktober 2025, 22:37 Uhr",
        "Publié le 17 octobre 2025 à 22h37",
        "Actualizado el 17 de octubre de 2025, 22:37",
        "Publicado em 17 de outubro de 2025 às 22h37",
        "Pubblicato il 17 ottobre 2025 alle ore 22:37",
    ],
)
def test_a_last_line_that_is_only_a_time(line: str) -> None:
    text, raw = split_trailing_time(f"Boats sailed.\n{line}")
    assert (text, raw is not None and raw in line) == ("Boats sailed.", True)


@pytest.mark.parametrize(
    "text",
    [
        "Boats sailed.\nOn 17 October 2025 at 22:37 the siren fell silent.",
        "Boats sailed.\nUpdated rules of 2025 say 22:37 is too late.",
        "Boats sailed.\n2025-13-45 22:37:00",
        "Boats sailed.\n17 October 2025",
        "2025-10-17 22:37:00",
    ],
)
def test_a_sentence_is_no_time(text: str) -> None:
    assert split_trailing_time(text) == (text, None)
