"""Where the time comes from: a callable, so that a test can hand in a constant."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Returns the present instant, aware and in UTC. The real one is built in `daemon/app.py`."""
