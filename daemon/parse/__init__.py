"""Read a document into entries as they were written, whatever its format. No input or output."""

from daemon.parse.articles import parse_articles
from daemon.parse.feed import parse_feed

__all__ = ["parse_articles", "parse_feed"]
