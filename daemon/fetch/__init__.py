"""Fetch a feed politely and safely: the only package that talks to other people's servers."""

from daemon.fetch.fetcher import Fetcher
from daemon.fetch.robots import Robots
from daemon.fetch.session import open_session

__all__ = ["Fetcher", "Robots", "open_session"]
