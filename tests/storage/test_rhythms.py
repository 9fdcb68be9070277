from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rhythms import pack_rhythm, unpack_rhythm
from storage.values import Rhythm
from tests.samples import NOON

BLANK = Rhythm(NOON - timedelta(days=3), NOON - timedelta(days=2), NOON, (0.0,) * 168)


def test_a_rhythm_takes_368_bytes() -> None:
    assert len(pack_rhythm(BLANK) or b"") == 368


def test_no_rhythm_takes_none() -> None:
    assert unpack_rhythm(pack_rhythm(None)) is None


@given(
    st.lists(st.floats(0, 60_000, width=32), min_size=168, max_size=168),
    st.floats(0, 1e4),
    st.floats(0, 1e5),
)
def test_a_rhythm_comes_back_to_half_precision_and_then_stays(
    week: list[float], burst: float, window: float
) -> None:
    rhythm = Rhythm(BLANK.since, BLANK.epoch, BLANK.at, tuple(week), burst, window)
    packed = pack_rhythm(rhythm)
    back = unpack_rhythm(packed)
    assert back is not None
    assert (back.since, back.epoch, back.at) == (rhythm.since, rhythm.epoch, rhythm.at)
    assert back.week == pytest.approx(rhythm.week, rel=1e-3, abs=1e-6)
    assert (back.burst, back.window) == pytest.approx((burst, window), rel=1e-6, abs=1e-30)
    assert pack_rhythm(back) == packed
