"""When to poll: the price of a request (docs: SCHEDULING). Pure functions of what is remembered.

`rhythm` learns, `forecast` expects, `rule` decides, `said` heeds, `plan` puts them together and
`polled` remembers; `backoff` and `audit` are for servers that fail and lie, `gaps` for items
that were missed, `takeover` for feeds that are no longer themselves, `price` steers the one knob,
`herd` spreads those that are overdue together.
"""

from daemon.cadence.audit import audit_due, draw, has_conditions, is_trusted, unconditional
from daemon.cadence.explained import explain
from daemon.cadence.gaps import find_gap
from daemon.cadence.herd import spread
from daemon.cadence.moves import is_move_certain
from daemon.cadence.plan import JITTER
from daemon.cadence.polled import after_poll
from daemon.cadence.price import first_price, steer
from daemon.cadence.takeover import find_takeover, is_replaced

__all__ = [
    "JITTER",
    "after_poll",
    "audit_due",
    "draw",
    "explain",
    "find_gap",
    "find_takeover",
    "first_price",
    "has_conditions",
    "is_move_certain",
    "is_replaced",
    "is_trusted",
    "spread",
    "steer",
    "unconditional",
]
