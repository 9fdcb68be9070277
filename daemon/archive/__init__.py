"""Keep the documents that articles were made of, as WARC files, and read them again."""

from daemon.archive.archive import Archive, open_archive
from daemon.archive.reading import Damage, Stray, read_archive
from daemon.archive.traces import Again, Place, Recorded, Retracted

__all__ = [
    "Again",
    "Archive",
    "Damage",
    "Place",
    "Recorded",
    "Retracted",
    "Stray",
    "open_archive",
    "read_archive",
]
