"""Content codings of the extra `speed`: brotli (RFC 7932) and zstd (RFC 8878), where installed."""

from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from daemon.fetch.errors import DecodeError

WINDOW = 8 << 20
"""Bytes of window a zstd body may ask for (RFC 9659, 3)."""


def available(piece: int) -> Mapping[str, Callable[[], Any]]:
    """Coding -> maker of a decoder that gives pieces of about `piece` bytes."""
    makers: dict[str, Callable[[], Any]] = {}
    if find_spec("brotli"):
        makers["br"] = lambda: Brotli(piece)
    if find_spec("backports") and find_spec("backports.zstd"):
        makers["zstd"] = lambda: Zstd(piece)
    return makers


class Brotli:
    """One brotli stream."""

    def __init__(self, piece: int) -> None:
        import brotli  # noqa: PLC0415  an extra

        self._stream = brotli.Decompressor()
        self._error = brotli.error
        self._piece = piece
        self._begun = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Decode `chunk` piece by piece; what stands behind the stream is ignored."""
        self._begun = self._begun or bool(chunk)
        try:
            while not self._stream.is_finished():
                made = self._stream.process(chunk, output_buffer_limit=self._piece)
                if made:
                    yield made
                elif not chunk or self._stream.can_accept_more_data():
                    return
                chunk = b""
        except self._error as error:
            raise DecodeError(f"not brotli: {error}") from error

    def close(self) -> None:
        """Raise `DecodeError` if the stream was cut."""
        if self._begun and not self._stream.is_finished():
            raise DecodeError("the brotli body is cut")


class Zstd:
    """One zstd frame."""

    def __init__(self, piece: int) -> None:
        from backports import zstd  # noqa: PLC0415  an extra

        limit = {int(zstd.DecompressionParameter.window_log_max): WINDOW.bit_length() - 1}
        self._frame = zstd.ZstdDecompressor(options=limit)
        self._error = zstd.ZstdError
        self._piece = piece
        self._begun = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Decode `chunk` piece by piece; what stands behind the frame is ignored."""
        self._begun = self._begun or bool(chunk)
        try:
            while not self._frame.eof and (chunk or not self._frame.needs_input):
                made = self._frame.decompress(chunk, max_length=self._piece)
                chunk = b""
                if made:
                    yield made
        except self._error as error:
            raise DecodeError(f"not zstd: {error}") from error

    def close(self) -> None:
        """Raise `DecodeError` if the frame was cut."""
        if self._begun and not self._frame.eof:
            raise DecodeError("the zstd body is cut")
