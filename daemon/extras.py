"""What is there only if somebody installed it."""

from functools import cache
from importlib.util import find_spec

EXTRACT = "pip install newsd[extract]"
"""What brings `reads_pages` about."""
NER = "pip install newsd[ner]"
"""What `topics.ner` needs."""
STREAM = "pip install newsd[stream]"
"""What brings `relays` about."""


@cache
def relays() -> bool:
    """Whether the libraries are installed that speak to NATS and Redis."""
    return find_spec("nats") is not None and find_spec("redis") is not None


@cache
def reads_pages() -> bool:
    """Whether the library is installed that finds the article in a web page."""
    return find_spec("trafilatura") is not None
