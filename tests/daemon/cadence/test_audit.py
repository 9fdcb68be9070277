from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.cadence import audit_due, unconditional
from daemon.cadence.audit import ONE_IN
from storage.values import Validators
from tests.samples import FEED, NOON

HELD = replace(FEED, validators=Validators('"1"', None, 7), last_poll_at=NOON)
POLLS = 64_000


def test_one_poll_in_sixty_four_is_an_audit() -> None:
    times = (NOON + timedelta(minutes=n) for n in range(POLLS))
    audits = sum(audit_due(replace(HELD, last_poll_at=at)) for at in times)
    assert audits == pytest.approx(POLLS / ONE_IN, rel=0.1)


def test_where_nothing_is_sent_nothing_is_left_out() -> None:
    bare = replace(HELD, validators=Validators(body_hash=7))
    times = (NOON + timedelta(minutes=n) for n in range(1000))
    assert not any(audit_due(replace(bare, last_poll_at=at)) for at in times)


def test_an_audit_still_knows_an_equal_body() -> None:
    assert unconditional(HELD).validators == Validators(body_hash=7)
