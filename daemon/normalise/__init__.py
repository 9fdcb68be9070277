"""Turn entries as written into articles as kept: clean, absolute, dated. No input or output."""

from daemon.normalise.article import Document, document_of, masthead_of, normalise_entry
from daemon.normalise.language import load_model
from daemon.normalise.url import load_suffixes

__all__ = [
    "Document",
    "document_of",
    "load_model",
    "load_suffixes",
    "masthead_of",
    "normalise_entry",
]
