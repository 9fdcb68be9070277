"""Tell the new from the known: marks of an article, names of an entry, and the judgement."""

from daemon.dedup.fingerprint import fingerprint, hashed
from daemon.dedup.identity import hash_entry, is_shared, name_entries, shared_links
from daemon.dedup.judge import judge_all

__all__ = [
    "fingerprint",
    "hash_entry",
    "hashed",
    "is_shared",
    "judge_all",
    "name_entries",
    "shared_links",
]
