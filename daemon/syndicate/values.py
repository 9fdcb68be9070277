"""What a feed of ours says, whatever it is written in. No input or output."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed was last changed that has never held anything."""


@dataclass(frozen=True, slots=True)
class Item:
    """An article in a feed of ours."""

    public_id: str
    """32 hex digits: its name for good, whatever feed it stands in."""
    title: str
    """Plain text."""
    url: str | None
    host: str | None
    """Whose article it is."""
    changed_at: datetime
    published_at: datetime | None = None
    summary: str | None = None
    """Plain text."""
    html: str | None = None
    """The whole of it, sanitised; None: the summary is all that is given."""
    authors: Sequence[str] = ()
    topics: Sequence[tuple[str, str]] = ()
    """Id and label of each."""
    language: str | None = None
    image_url: str | None = None

    @property
    def name(self) -> str:
        """A URN that no other article has and that never changes (RFC 4122, 3)."""
        return UUID(self.public_id).urn


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed of ours, the newest item first."""

    title: str
    url: str
    """Its own address, without a token."""
    home: str
    """Of newsd."""
    items: Sequence[Item]
    language: str | None = None

    @property
    def updated_at(self) -> datetime:
        """When anything in it last changed."""
        return max((item.changed_at for item in self.items), default=BEGINNING)


def stable_id(url: str) -> str:
    """A URN for what has only an address."""
    return uuid5(NAMESPACE_URL, url).urn
