"""The HTTP API and the feeds it writes: mounted on the daemon's own server."""

from daemon.api.building import build_desk, mounting, read_token
from daemon.api.desk import Desk

__all__ = ["Desk", "build_desk", "mounting", "read_token"]
