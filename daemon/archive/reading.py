"""Read an archive, whatever a crash, a disk or a stranger did to it. Blocking.

A file is read member by member, each within bounds, so that one which unfolds without end takes
no more than one that is whole. What is damaged is named by its place; the rest is read.
"""

import zlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from typing_extensions import override

from daemon.archive.traces import Again, Recorded, Retracted, StrangeError, poll_of
from daemon.archive.warc import JSON, NoRecordError, Record, body_of, read_record

LARGEST = 64 << 20
"""Bytes of a record; newsd takes no document that is half as large."""
MOST_HELD = 512 << 20
"""Bytes of documents that wait for the record which says whose they are."""
_CHUNK = 1 << 16
_MAGIC = b"\x1f\x8b\x08"


@dataclass(frozen=True, slots=True)
class Damage:
    """A part of a file that cannot be read."""

    path: Path
    offset: int
    """Bytes from the beginning of the file."""
    why: str

    @override
    def __str__(self) -> str:
        return f"{self.path}: byte {self.offset}: {self.why}"


@dataclass(frozen=True, slots=True)
class Stray:
    """A record that is not of newsd, or that nothing speaks of."""

    path: Path
    offset: int


Found = Recorded | Again | Retracted | Damage | Stray


class _MemberError(Exception):
    """A gzip member that is damaged or too large."""


def read_archive(path: Path) -> Iterator[Found]:
    """The polls of a file, in its order. Raises `OSError`."""
    held = _Held()
    with path.open("rb") as file:
        for offset, member in _members(file):
            if isinstance(member, str):
                yield Damage(path, offset, member)
                continue
            try:
                record = read_record(member)
                if record.kind == "response":
                    held.put(record)
                elif record.kind == "metadata" and record.content_type == JSON:
                    found = poll_of(record.block, held.taken())
                    yield found or Stray(path, offset)
                elif record.kind != "warcinfo":
                    yield Stray(path, offset)
            except (NoRecordError, StrangeError) as error:
                yield Damage(path, offset, str(error))


class _Held:
    """Documents that wait for what says whose they are; of too many the oldest are dropped."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def put(self, record: Record) -> None:
        body = body_of(record.block)
        self._bodies[record.record_id] = body
        self._size += len(body)
        while self._size > MOST_HELD:
            _, dropped = self._bodies.popitem(last=False)
            self._size -= len(dropped)

    def taken(self) -> dict[str, bytes]:
        """All of them; from now on none is held."""
        bodies = dict(self._bodies)
        self._bodies.clear()
        self._size = 0
        return bodies


def _members(file: BinaryIO) -> Iterator[tuple[int, bytes | str]]:
    """Each gzip member with its offset, unpacked; or why what stands there is none."""
    at: int | None = 0
    is_lost = False
    while at is not None:
        file.seek(at)
        try:
            member, after = _member(file, at)
        except EOFError:
            return
        except _MemberError as error:
            if not is_lost:  # else what looked like a beginning was none
                yield at, str(error)
            is_lost = True
            at = _next_magic(file, at + 1)
            continue
        is_lost = False
        yield at, member
        at = after


def _member(file: BinaryIO, at: int) -> tuple[bytes, int]:
    """The member that begins here, unpacked, and where it ends. Raises `EOFError` at the end."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    unpacked = bytearray()
    read = 0
    while not unpacker.eof:
        chunk = unpacker.unconsumed_tail
        if not chunk:
            chunk = file.read(_CHUNK)
            read += len(chunk)
        if not chunk:
            if not read:
                raise EOFError
            raise _MemberError("the file ends inside a record")
        try:
            unpacked += unpacker.decompress(chunk, LARGEST + 1 - len(unpacked))
        except zlib.error as error:
            raise _MemberError(f"not gzip as it should be ({error})") from error
        if len(unpacked) > LARGEST:
            raise _MemberError(f"a record of more than {LARGEST >> 20} MiB")
    return bytes(unpacked), at + read - len(unpacker.unused_data)


def _next_magic(file: BinaryIO, at: int) -> int | None:
    """Where the next gzip member may begin."""
    file.seek(at)
    before = b""
    while chunk := file.read(_CHUNK):
        found = (before + chunk).find(_MAGIC)
        if found >= 0:
            return at - len(before) + found
        at += len(chunk)
        before = (before + chunk)[-len(_MAGIC) + 1 :]
    return None
