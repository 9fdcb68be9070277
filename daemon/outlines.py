"""The OPML file that an operator names: read within bounds, and named when it cannot be."""

import sys
from contextlib import nullcontext
from pathlib import Path

from daemon.errors import SettingsError, UsageError
from daemon.opml import Outlines, read_opml
from daemon.settings import Settings

LARGEST = 64 << 20
"""Bytes."""


def outlines_of(file: Path) -> Outlines:
    """The feeds of an OPML file (`-`: stdin). Raises `UsageError`."""
    return read_opml(_bytes_of(file), str(file))


def outlines_in(settings: Settings) -> Outlines | None:
    """The feeds of the file that the settings name. Raises `SettingsError`."""
    if settings.feeds.file is None:
        return None
    try:
        return outlines_of(settings.feeds.file)
    except UsageError as error:
        raise SettingsError(f"feeds.file: {error}") from error


def _bytes_of(file: Path) -> bytes:
    try:
        with nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as opened:
            found = opened.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    if len(found) > LARGEST:
        raise UsageError(f"{file}: larger than {LARGEST >> 20} MiB; split it")
    return found
