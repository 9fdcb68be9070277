"""Write our articles as feeds that others read: Atom and JSON Feed. No input or output."""

from daemon.syndicate.atom import write_atom
from daemon.syndicate.jsonfeed import write_json_feed
from daemon.syndicate.values import Channel, Item, stable_id

__all__ = ["Channel", "Item", "stable_id", "write_atom", "write_json_feed"]
