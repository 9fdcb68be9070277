"""Content codings (RFC 9110, 8.4.1), undone piece by piece so that a bomb never unfolds."""

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

from daemon.fetch.codings import available
from daemon.fetch.errors import DecodeError

PIECE = 64 << 10
"""Bytes decoded at most before the caller may say that it is enough."""

_MOST_MEMBERS = 1000  # an honest gzip file has one; each costs CPU and gives nothing
_GZIP, _ZLIB, _RAW = 31, 15, -15
_MAGIC = 0x1F


_EXTRA = available(PIECE)
ACCEPTED = ", ".join(("gzip", "deflate", *_EXTRA))
"""What we say in Accept-Encoding."""


class Decoder(Protocol):
    """Takes a body in chunks."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Decode `chunk` into pieces of about `PIECE` bytes, or one as large as `chunk`."""

    def close(self) -> None:
        """Say that the body ended; raises `DecodeError` if it should not have."""


def decoder_for(content_encoding: str) -> Decoder:
    """The decoder of a Content-Encoding header; `DecodeError` for one that was not asked for."""
    name = content_encoding.strip().lower()
    makers: dict[str, Callable[[], Decoder]] = {
        **_EXTRA,
        "": _Identity,
        "identity": _Identity,
        "none": _Identity,  # no coding at all, but servers say it
        "utf-8": _Identity,
        "gzip": _Gzip,
        "x-gzip": _Gzip,
        "deflate": _Deflate,
    }
    if name not in makers:
        raise DecodeError(f"content coding {name!r} was not asked for")
    return makers[name]()


class _Identity:
    def feed(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def close(self) -> None:
        """Any end is a good one."""


class _Gzip:
    """One or more gzip members (RFC 1952, 2.2); whatever else stands behind them is padding."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._members = 1
        self._begun = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._member.eof:
                if chunk[0] != _MAGIC:
                    return
                self._next_member()
            self._begun = True
            yield from _inflate(self._member, chunk)
            chunk = self._member.unused_data

    def _next_member(self) -> None:
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise DecodeError(f"more than {_MOST_MEMBERS} gzip members")
        self._member = zlib.decompressobj(_GZIP)

    def close(self) -> None:
        if self._begun and not self._member.eof:
            raise DecodeError("the gzip body is cut")


class _Deflate:
    """zlib (RFC 1950) as the standard says, or raw deflate as some servers send it."""

    def __init__(self) -> None:
        self._stream: zlib._Decompress | None = None

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        if not chunk:
            return
        if self._stream is None:
            self._stream = zlib.decompressobj(_ZLIB if chunk[0] & 0x0F == 8 else _RAW)
        if not self._stream.eof:
            yield from _inflate(self._stream, chunk)

    def close(self) -> None:
        if self._stream is not None and not self._stream.eof:
            raise DecodeError("the deflate body is cut")


def _inflate(stream: "zlib._Decompress", chunk: bytes) -> Iterator[bytes]:
    try:
        while not stream.eof:
            piece = stream.decompress(chunk, PIECE)
            if piece:
                yield piece
            chunk = stream.unconsumed_tail
            # zlib may have taken in the whole chunk and still owe us what it stands for
            if not chunk and len(piece) < PIECE:
                return
    except zlib.error as error:
        raise DecodeError(str(error)) from error
