"""What a feed calls its entries."""

import pytest

from daemon.dedup.identity import hash_entry, is_shared, name_entries, shared_links
from daemon.values import Entry


@pytest.mark.threat("F1", "F4")
@pytest.mark.parametrize(
    ("entries", "names"),
    [
        pytest.param([Entry(guid="a", link="x"), Entry(guid="b")], ("a", "b"), id="a guid"),
        pytest.param([Entry(link="x"), Entry(link="y")], ("x", "y"), id="a link for want of one"),
        pytest.param(
            [Entry(guid="a", link="x"), Entry(guid="a", link="y")],
            ("a x", "a y"),
            id="one guid for all, told apart by links",
        ),
        pytest.param(
            [Entry(guid="a", title="One"), Entry(guid="a", title="Two")],
            ("a One", "a Two"),
            id="one guid for all, told apart by titles",
        ),
        pytest.param(
            [Entry(guid="a", link="x", title="t")] * 2, ("a", "a"), id="the same entry twice"
        ),
    ],
)
def test_names(entries: list[Entry], names: tuple[str, ...]) -> None:
    assert name_entries(entries) == names


@pytest.mark.threat("F4")
def test_without_guid_and_link_the_words_are_the_name() -> None:
    one, same, other = name_entries([Entry(title="a"), Entry(title="a"), Entry(title="b")])
    assert one == same != other


@pytest.mark.threat("E6")
def test_a_name_is_bounded_and_still_tells_apart() -> None:
    one, other = name_entries([Entry(guid="g" * 10**6), Entry(guid="g" * 10**6 + "!")])
    assert one != other
    assert len(one) < 1_100


def test_a_live_page_s_address_is_shared() -> None:
    live = [
        Entry(guid="1", link="https://a.example/live#1", title="One"),
        Entry(guid="2", link="https://a.example/live#2", title="Two"),
        Entry(guid="3", link="https://a.example/other", title="Three"),
    ]
    shared = shared_links(live)
    assert [is_shared(entry, shared) for entry in live] == [True, True, False]


def test_an_entry_listed_twice_under_new_guids_shares_nothing() -> None:
    twice = [Entry(guid=g, link="https://a.example/1", title="One") for g in "ab"]
    assert shared_links(twice) == frozenset()


@pytest.mark.parametrize(
    "other",
    [
        Entry(title="a", summary="b"),
        Entry(title="a", authors=("b",)),
        Entry(summary="a"),
        Entry(title="a", published="x"),
    ],
)
def test_a_raw_hash_covers_every_field(other: Entry) -> None:
    assert hash_entry(other) != hash_entry(Entry(title="a"))
