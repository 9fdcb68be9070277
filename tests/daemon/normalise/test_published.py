"""Which of several dates is believed, and what becomes of the others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from daemon.normalise.published import Moment, dated, doubted, region_of
from daemon.values import Entry
from storage.values import DateSource, GaveWay, Precision, Published, StatedDate, Zone
from tests.samples import NOON

MOMENT = Moment(NOON)
ENTRY = Entry(published="Fri, 17 Oct 2025 08:00:00 GMT")
URL = "https://gazette.example/2025/10/16/ferry"
LINE = "PORT ISAAC, Oct 15 (Wire) - Boats sailed."


def test_every_date_that_gave_way_is_kept_and_why() -> None:
    made = dated(ENTRY, URL, LINE, "2025-10-17 09:30", MOMENT)
    assert (made.published.source, made.published.raw) == (DateSource.FEED, ENTRY.published)
    better = GaveWay.BETTER_SOURCE
    day, none = Precision.DAY, Zone.NONE
    assert made.others == (
        StatedDate("2025/10/16", DateSource.URL, better, at(16), day, none),
        StatedDate("PORT ISAAC, Oct 15 (Wire)", DateSource.DATELINE, better, at(15), day, none),
        StatedDate(
            "2025-10-17 09:30",
            DateSource.BODY_TRAILING,
            better,
            at(17) + timedelta(hours=9, minutes=30),
            Precision.MINUTE,
            Zone.ASSUMED,
        ),
    )


def at(day: int) -> datetime:
    return datetime(2025, 10, day, tzinfo=UTC)


def test_one_date_alone_has_none_that_gave_way() -> None:
    assert dated(ENTRY, None, "", None, MOMENT).others == ()
    future = replace(ENTRY, published="2036-01-01T00:00:00Z")
    assert dated(future, None, "", None, MOMENT).others == ()


@pytest.mark.parametrize(
    ("raw", "because", "flag"),
    [
        ("soon", GaveWay.UNREADABLE, "unreadable_date"),
        ("2036-01-01T00:00:00Z", GaveWay.FUTURE, "future_date"),
        ("1970-01-01T00:00:00Z", GaveWay.ANCIENT, "ancient_date"),
    ],
)
def test_a_date_that_cannot_be_gives_way_to_the_next(
    raw: str, because: GaveWay, flag: str
) -> None:
    made = dated(replace(ENTRY, published=raw), URL, "", None, MOMENT)
    assert (made.published.source, made.flags) == (DateSource.URL, (flag,))
    assert [(other.raw, other.because) for other in made.others] == [(raw, because)]


@pytest.mark.parametrize("doubt", [GaveWay.FEED_SAYS_NOW, GaveWay.FEED_SAYS_ONE])
def test_a_feed_that_lost_its_word_gives_way_to_the_address(doubt: GaveWay) -> None:
    made = dated(ENTRY, URL, "", None, replace(MOMENT, doubt=doubt))
    assert (made.published.source, made.published.at) == (DateSource.URL, at(16))
    assert made.flags == (doubt.value,)
    assert [(other.raw, other.because) for other in made.others] == [(ENTRY.published, doubt)]


def test_a_feed_that_lost_its_word_leaves_an_article_undated_but_its_date_as_written() -> None:
    when = replace(MOMENT, doubt=GaveWay.FEED_SAYS_NOW)
    entry = replace(ENTRY, updated="2025-10-17T08:00:00Z")
    made = dated(entry, None, "", None, when)
    assert made.published == Published(raw=ENTRY.published)
    assert made.flags == ("feed_says_now", "no_date")


def test_a_page_s_own_date_is_believed_whatever_its_feed_does() -> None:
    entry = replace(ENTRY, published_source=DateSource.META)
    made = dated(entry, None, "", None, replace(MOMENT, doubt=GaveWay.FEED_SAYS_ONE))
    assert made.published.source is DateSource.META


def test_the_year_of_a_dateline_is_that_of_the_feed_s_date() -> None:
    entry = Entry(published="Sun, 06 Mar 2011 08:00:00 GMT")
    made = dated(entry, None, "ROME, Mar 5 (Wire) - Boats.", None, MOMENT)
    assert [other.at for other in made.others] == [datetime(2011, 3, 5, tzinfo=UTC)]
    assert made.flags == ()


def entries(*times: datetime) -> list[Entry]:
    return [Entry(published=time.isoformat()) for time in times]


BUILD = datetime(2025, 10, 14, 3, 17, 42, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.threat("F6")
@pytest.mark.parametrize(
    ("times", "doubt"),
    [
        pytest.param([NOON] * 3, GaveWay.FEED_SAYS_NOW, id="the moment of the request"),
        pytest.param([NOON - SECOND, NOON, NOON], GaveWay.FEED_SAYS_NOW, id="written one by one"),
        pytest.param([NOON + 30 * SECOND] * 9, GaveWay.FEED_SAYS_NOW, id="a clock ahead of ours"),
        pytest.param(
            [NOON - 600 * SECOND] * 9, GaveWay.FEED_SAYS_NOW, id="ten minutes in a cache"
        ),
        pytest.param([BUILD] * 5, GaveWay.FEED_SAYS_ONE, id="the build"),
        pytest.param([BUILD] * 4, None, id="four at once may be chance"),
        pytest.param([NOON] * 2, None, id="two at once may be chance"),
        pytest.param([NOON - 600 * SECOND] * 3, None, id="three that came together"),
        pytest.param([BUILD, *[NOON] * 9], None, id="one of another time"),
        pytest.param([at(17)] * 9, None, id="a day, written as its midnight"),
        pytest.param([NOON - 60 * n * SECOND for n in range(9)], None, id="a busy wire"),
        pytest.param([], None, id="no entries"),
    ],
)
def test_a_document_that_dates_all_its_entries_to_itself_is_doubted(
    times: list[datetime], doubt: GaveWay | None
) -> None:
    assert doubted(entries(*times), NOON) is doubt


def test_days_and_missing_dates_raise_no_doubt() -> None:
    assert doubted([Entry(published="2025-10-14")] * 9, NOON) is None
    assert doubted([Entry()] * 9, NOON) is None
    assert doubted([*entries(*[BUILD] * 8), Entry()], NOON) is None
    assert doubted([Entry(updated=BUILD.isoformat())] * 9, NOON) is GaveWay.FEED_SAYS_ONE


@pytest.mark.parametrize(
    ("url", "language", "region"),
    [
        ("https://paper.co.il/feed", "en", "il"),
        ("https://paper.example.com/feed", "zh-TW", "tw"),
        ("https://paper.example.com/feed", "zh-Hant-HK", "hk"),
        ("https://paper.example.com/feed", "he", "il"),
        ("https://paper.io/feed", "en_IE", "ie"),
        ("https://paper.example.com/feed", "en", ""),
        ("https://paper.example.com/feed", None, ""),
        ("https://[x/", None, ""),
        ("", None, ""),
    ],
)
def test_the_country_of_a_feed(url: str, language: str | None, region: str) -> None:
    assert region_of(url, language) == region
