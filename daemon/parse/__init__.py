"""Read a document into entries as they were written, whatever its format. No input or output."""

from daemon.parse.articles import parse_articles, read_web_page
from daemon.parse.feed import parse_feed
from daemon.parse.hubs import hub_links

__all__ = ["hub_links", "parse_articles", "parse_feed", "read_web_page"]
