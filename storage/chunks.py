"""Cut long lists into what one statement takes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

CHUNK = 500
"""SQLite before 3.32 takes 999 variables in a statement; plans of both engines stay small."""


def chunked(things: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The things in their order, at most `size` at a time."""
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk
