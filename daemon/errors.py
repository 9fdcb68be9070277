"""Trouble the daemon can give. A feed that fails is not trouble: see `Failed` in `values`.

NewsdError
  SettingsError     the configuration cannot be used
  UsageError        the command was given something it cannot work with
  NotAFeedError     the bytes are no feed format we read
  DigestLimitError  a document took more than a document may
  ParseLimitError   the document is nested or padded beyond what any feed needs
"""


class NewsdError(Exception):
    """Base of everything the daemon raises on purpose; its message is one line for people."""


class SettingsError(NewsdError):
    """The configuration cannot be used; its message names file, line or variable."""


class UsageError(NewsdError):
    """A command was given a file or an argument it cannot work with; the message names it."""


class NotAFeedError(NewsdError):
    """The bytes are no feed format we read."""


class DigestLimitError(NewsdError):
    """A document took more CPU time, wall time or memory than a document may."""


class ParseLimitError(NewsdError):
    """The document goes beyond what any feed needs; it is not read at all."""
