from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.hashes import MOST, NARROW, WIDE, pack_hashes, unpack_hashes
from tests.samples import FEED

HASHES = st.integers(-(2**63), 2**63 - 1)


@given(st.frozensets(HASHES, max_size=WIDE))
def test_a_short_document_is_kept_exactly(hashes: frozenset[int]) -> None:
    assert unpack_hashes(pack_hashes(hashes)) == hashes


@pytest.mark.parametrize("count", [1, WIDE, WIDE + 1, NARROW, NARROW + 1, 20_000, MOST + 1])
def test_what_was_kept_is_remembered(count: int) -> None:
    hashes = frozenset((n * 0x9E3779B97F4A7C15) % 2**64 - 2**63 for n in range(1, count + 1))
    feed = replace(FEED, entry_hashes=unpack_hashes(pack_hashes(hashes)))
    assert sum(feed.remembers(h) for h in hashes) == min(count, MOST)
    assert not any(feed.remembers(h + 1) for h in hashes)


@pytest.mark.parametrize(("count", "size"), [(0, 0), (1, 9), (WIDE, 1441), (WIDE + 1, 725)])
def test_the_hashes_stay_inside_the_row(count: int, size: int) -> None:
    assert len(pack_hashes(range(count)) or b"") == size
    assert len(pack_hashes(range(100_000)) or b"") == 1 + 8 * MOST


def test_packing_what_was_kept_changes_nothing() -> None:
    kept = pack_hashes(range(-500, 500))
    assert pack_hashes(unpack_hashes(kept)) == kept
