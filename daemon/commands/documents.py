"""Files as documents: found in folders, read one by one, each within bounds."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from mimetypes import guess_type
from pathlib import Path
from typing import BinaryIO

import orjson

from daemon.ingest import Document
from daemon.values import Fetched

LARGEST = 32 << 20
"""Bytes of a document, or of one line of JSON lines."""
SLICE_BYTES, SLICE_LINES = 256 << 10, 200
"""JSON lines are digested in slices of about so many."""

_LINES = {".jsonl", ".ndjson"}
_HTML = (b"<!doctype html", b"<html")
_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Pile:
    """The documents in files and folders; `-` is stdin. Can be gone through once."""

    files: Sequence[Path]
    url: str | None = None
    published: str | None = None
    opened: int = 0
    """Files so far."""
    pages: int = 0
    """Of these, web pages."""

    def __iter__(self) -> Iterator[Document]:
        """Each document; what cannot be read, and why."""
        for path in _walk(self.files):
            self.opened += 1
            try:
                yield from self._read(path)
            except OSError as error:
                yield Document(str(path), None, trouble=error.strerror or str(error))

    def _read(self, path: Path) -> Iterator[Document]:
        if str(path) == "-":
            yield from self._documents(path, sys.stdin.buffer)
        elif not path.is_file() and not path.is_char_device():
            yield Document(str(path), None, trouble="not a file")
        else:
            with path.open("rb") as file:
                yield from self._documents(path, file)

    def _documents(self, path: Path, file: BinaryIO) -> Iterator[Document]:
        first = file.readline(LARGEST + 1)
        bare = first.removeprefix(_BOM).strip()
        if path.suffix.lower() in _LINES or (bare[:1] == b"{" and bare[-1:] == b"}"):
            yield from self._slices(path, first.removeprefix(_BOM), file)
            return
        body = first + file.read(LARGEST + 1 - len(first))
        if len(body) > LARGEST:
            yield Document(str(path), None, trouble=f"larger than {LARGEST >> 20} MiB; split it")
            return
        kind = guess_type(path.name)[0] or ""
        self.pages += kind == "text/html" or bare[:14].lower().startswith(_HTML)
        yield Document(str(path), Fetched(self.url or "", body, kind), self.published)

    def _slices(self, path: Path, first: bytes, file: BinaryIO) -> Iterator[Document]:
        """JSON lines: the sound ones some at a time, the others one by one."""
        numbers: list[int] = []
        lines: list[bytes] = []
        for number, line in _numbered(first, file):
            if reason := _unsound(line):
                yield Document(f"{path}:{number}", None, trouble=reason)
                continue
            numbers.append(number)
            lines.append(line)
            if len(lines) == SLICE_LINES or sum(map(len, lines)) > SLICE_BYTES:
                yield self._slice(path, numbers, lines)
                numbers, lines = [], []
        if lines:
            yield self._slice(path, numbers, lines)

    def _slice(self, path: Path, numbers: Sequence[int], lines: Sequence[bytes]) -> Document:
        page = Fetched(self.url or "", b"\n".join(lines), "application/json")
        return Document(str(path), page, self.published, tuple(numbers))


def _walk(files: Sequence[Path]) -> Iterator[Path]:
    """The files, and those in folders, to their depths; hidden ones only where they are named."""
    for file in files:
        if not file.is_dir():
            yield file
            continue
        for inside in sorted(p for p in file.rglob("*") if not p.is_dir()):
            if not any(part.startswith(".") for part in inside.relative_to(file).parts):
                yield inside


def _numbered(first: bytes, file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each line that is not blank, with its number; of an endless one only the beginning."""
    number, line = 1, first
    read = partial(file.readline, LARGEST + 1)
    while line:
        if line.strip():
            yield number, line.strip()
        while line and not line.endswith(b"\n"):
            line = read()
        number, line = number + 1, read()


def _unsound(line: bytes) -> str | None:
    """Why a line is no article in JSON; what the article lacks is found out later."""
    if len(line) > LARGEST:
        return f"a line of more than {LARGEST >> 20} MiB"
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return f"not valid JSON: {error}"
    return None if isinstance(found, dict) else "not a JSON object"
