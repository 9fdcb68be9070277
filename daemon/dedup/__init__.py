"""Tell the new from the known: marks of an article, names of an entry, and the judgement."""

from daemon.dedup.copies import nearest
from daemon.dedup.fingerprint import fingerprint, hashed
from daemon.dedup.identity import hash_entry, is_shared, name_entries, shared_links
from daemon.dedup.judge import IDENTITY_CONFLICT, copy_of, judge_all
from daemon.dedup.marks import likeness
from daemon.dedup.names import names_of
from daemon.dedup.placing import Shelf
from daemon.dedup.stories import SPAN, Window
from daemon.dedup.terms import terms_of
from daemon.dedup.vocabulary import Vocabulary

__all__ = [
    "IDENTITY_CONFLICT",
    "SPAN",
    "Shelf",
    "Vocabulary",
    "Window",
    "copy_of",
    "fingerprint",
    "hash_entry",
    "hashed",
    "is_shared",
    "judge_all",
    "likeness",
    "name_entries",
    "names_of",
    "nearest",
    "shared_links",
    "terms_of",
]
