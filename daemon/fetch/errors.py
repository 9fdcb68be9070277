"""Trouble that stays inside fetching: it leaves as a `Failed`."""


class DecodeError(ValueError):
    """The body is not what its Content-Encoding says, or it was cut."""
