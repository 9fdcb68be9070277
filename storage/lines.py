"""The lines that a site's articles have in common: nouns, as in `storage/values.py`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LearnedLine:
    """A line that recurs on so many articles of a site that it belongs to the site."""

    line_hash: int
    words: str
    """Its beginning, for people."""
    articles: int
    """On how many articles it stood when it was learned."""
    window: int
    """Of how many."""
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class SiteLines:
    """The lines that a site's recent articles begin and end with, and what they taught."""

    site: str
    """Registrable domain; the host where there is none."""
    recent: bytes = b""
    """Newest first: a record for each article, of equal lengths, of the marks of its lines."""
    learned: tuple[LearnedLine, ...] = ()

    @property
    def hashes(self) -> frozenset[int]:
        """The hashes of what is learned."""
        return frozenset(line.line_hash for line in self.learned)
