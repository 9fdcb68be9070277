"""Turn entries as written into articles as kept: clean, absolute, dated. No input or output."""

from daemon.normalise.article import normalise_entry

__all__ = ["normalise_entry"]
