"""Turn entries as written into articles as kept: clean, absolute, dated. No input or output."""

from daemon.normalise.article import normalise_entry
from daemon.normalise.language import load_model

__all__ = ["load_model", "normalise_entry"]
