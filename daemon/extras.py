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


ARCHIVE = "pip install 'newsd[archive]'"
"""What brings `writes_archives` about."""
PARQUET = "pip install 'newsd[parquet]'"
"""What brings `writes_parquet` about."""


@cache
def reads_pages() -> bool:
    """Whether the library is installed that finds the article in a web page."""
    return find_spec("trafilatura") is not None


@cache
def writes_archives() -> bool:
    """Whether the library is installed that writes and reads WARC files."""
    return find_spec("warcio") is not None


@cache
def writes_parquet() -> bool:
    """Whether the library is installed that writes Parquet files."""
    return find_spec("pyarrow") is not None
