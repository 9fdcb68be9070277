"""What is there only if somebody installed it."""

from functools import cache
from importlib.util import find_spec

EXTRACT = "pip install newsd[extract]"
"""What brings `reads_pages` about."""
NER = "pip install newsd[ner]"
"""What `topics.ner` needs."""


@cache
def reads_pages() -> bool:
    """Whether the library is installed that finds the article in a web page."""
    return find_spec("trafilatura") is not None
