"""The files of an archive: begun as `.open`, named for good when they are whole.

A file that a crash left open is cut behind its last whole record when somebody opens the archive
again. Blocking; called in a thread.
"""

import contextlib
import fcntl
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

SUFFIX, OPEN = ".warc.gz", ".warc.gz.open"
_CHUNK = 1 << 16


@dataclass(slots=True)
class Volume:
    """A file that records are put at the end of."""

    path: Path
    file: BinaryIO
    begun: datetime
    size: int = 0

    @classmethod
    def begin(cls, folder: Path, name: str, now: datetime) -> "Volume":
        """A new file. Raises `OSError`."""
        path = folder / f"{name}{OPEN}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        file = os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return cls(path, file, now)

    def put(self, records: bytes) -> None:
        """Write whole records, or nothing of them. Raises `OSError`."""
        try:
            view = memoryview(records)
            while view:
                view = view[self.file.write(view) :]
        except OSError:
            # where even this is refused, reading cuts what is not whole
            with contextlib.suppress(OSError):
                self.file.truncate(self.size)
                self.file.seek(self.size)
            raise
        self.size += len(records)

    def end(self) -> Path:
        """Give the file its name: it is whole. Raises `OSError`."""
        with self.file:
            os.fsync(self.file.fileno())
            return _named(self.path)


def _named(path: Path) -> Path:
    whole = path.with_name(path.name.removesuffix(".open"))
    path.rename(whole)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return whole


@dataclass(frozen=True, slots=True)
class Recovered:
    """A file that a crash had left open."""

    path: Path
    cut: int
    """Bytes of a record that was not whole."""


def recover(folder: Path) -> Iterator[Recovered]:
    """Make the files whole that nobody writes any more. Raises `OSError`."""
    for path in sorted(folder.glob(f"*{OPEN}")):
        with path.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # somebody writes it
                continue
            whole = whole_members(file)
            size = file.seek(0, os.SEEK_END)
            if not whole:
                path.unlink()
                continue
            file.truncate(whole)
            os.fsync(file.fileno())
            yield Recovered(_named(path), size - whole)


def whole_members(file: BinaryIO) -> int:
    """Where the last whole gzip member ends. Nothing of them is held."""
    whole = at = file.seek(0)
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    while chunk := file.read(_CHUNK):
        while chunk:
            try:
                unpacker.decompress(chunk)
            except zlib.error:
                return whole
            rest = unpacker.unused_data
            at += len(chunk) - len(rest)
            if unpacker.eof:
                whole, unpacker = at, zlib.decompressobj(zlib.MAX_WBITS | 16)
            chunk = rest
    return whole


def forget_old(folder: Path, keep: timedelta, now: datetime) -> int:
    """Delete whole files that were last written before `keep` ago; how many. Raises `OSError`."""
    gone = 0
    for path in folder.glob(f"newsd-*{SUFFIX}"):
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if written < now - keep:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
