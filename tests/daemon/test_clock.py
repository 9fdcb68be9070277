from datetime import datetime, timedelta

import pytest

from daemon.clock import Drift
from tests.samples import NOON


@pytest.mark.threat("F12")
@pytest.mark.parametrize(
    ("moved", "jumped"),
    [(0, 0), (30, 0), (-30, 0), (3600, 3600), (-86400, -86400)],
    ids=["not moved", "set right", "set right", "an hour ahead", "a day back"],
)
def test_a_jump_of_the_wall_clock_is_noticed_once(moved: int, jumped: int) -> None:
    wall, steady = [NOON], [0.0]

    def clock() -> datetime:
        return wall[0]

    drift = Drift(clock, lambda: steady[0])
    wall[0] += timedelta(seconds=100 + moved)
    steady[0] += 100
    assert drift.jump() == jumped
    assert drift.jump() == 0
