"""WARC 1.1 records (ISO 28500:2017), each a gzip member of its own: the one door to warcio."""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from io import BytesIO
from types import ModuleType
from typing import Any
from uuid import uuid4

from daemon.fetch.words import one_line
from daemon.values import Fetched

JSON = "application/json"
_LEVEL = 4
"""Of gzip: a document of 60 kB takes 0.7 ms of CPU; at 9, the library's own, 3 % fewer bytes and
many times as long.
"""


class NoRecordError(Exception):
    """The bytes are no WARC record; the message says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record, as far as we read it."""

    kind: str
    """`warcinfo`, `response`, `metadata` or what others write."""
    record_id: str
    content_type: str
    block: bytes
    """Of a response the HTTP headers and the body."""


def about(fields: Mapping[str, str], file: str, at: datetime) -> bytes:
    """The first record of a file: who wrote it."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    headers = {"WARC-Filename": file, "Content-Type": "application/warc-fields"}
    return _written(None, "warcinfo", lines.encode(), at, headers)


def response(page: Fetched, at: datetime) -> tuple[str, bytes]:
    """The id of a record of a document, and the record.

    The body is as decoded from transfer and content codings, so its headers name neither.
    """
    status = _loaded("warcio.statusandheaders").StatusAndHeaders(
        f"{page.status} {_REASONS.get(page.status, 'OK')}", list(_fields(page)), "HTTP/1.1"
    )
    record_id = f"<urn:uuid:{uuid4()}>"
    headers = {"WARC-Record-ID": record_id}
    url = page.url or f"urn:newsd:{record_id[10:-1]}"
    return record_id, _written(url, "response", page.body, at, headers, status)


_REASONS = {200: "OK", 203: "Non-Authoritative Information", 226: "IM Used"}


def _fields(page: Fetched) -> Iterator[tuple[str, str]]:
    yield "Content-Type", page.content_type or "application/octet-stream"
    if page.etag:
        yield "ETag", page.etag
    if page.last_modified:
        yield "Last-Modified", page.last_modified
    for link in page.links:
        yield "Link", link
    yield "Content-Length", str(len(page.body))


def metadata(url: str, block: bytes, at: datetime, refers_to: str | None = None) -> bytes:
    """A record of JSON that says something of a document."""
    headers = {"Content-Type": JSON}
    if refers_to is not None:
        headers["WARC-Concurrent-To"] = refers_to
    return _written(url, "metadata", block, at, headers)


def _written(  # noqa: PLR0913, PLR0917  the parts of a record
    url: str | None,
    kind: str,
    block: bytes,
    at: datetime,
    headers: Mapping[str, str],
    status: Any = None,
) -> bytes:
    out = BytesIO()
    writer = _loaded("warcio.warcwriter").WARCWriter(out, gzip=False, warc_version="1.1")
    # WARC 1.1 allows fractions of a second
    dated = {"WARC-Date": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}", **headers}
    record = writer.create_warc_record(
        url,
        kind,
        payload=BytesIO(block),
        length=len(block),
        warc_content_type=headers.get("Content-Type", ""),
        warc_headers_dict=dated,
        http_headers=status,
    )
    writer.write_record(record)
    return gzip.compress(out.getvalue(), _LEVEL, mtime=0)


def read_record(member: bytes) -> Record:
    """The record in one unpacked gzip member. Raises `NoRecordError`."""
    iterator = _loaded("warcio.archiveiterator").ArchiveIterator
    try:
        record = next(iterator(BytesIO(member), no_record_parse=True), None)
    except Exception as error:  # warcio raises what it likes at damage
        raise NoRecordError(f"no WARC record ({one_line(str(error))[:200]})") from error
    if record is None:
        raise NoRecordError("no WARC record")
    block = record.raw_stream.read()
    if len(block) != record.length:
        raise NoRecordError(f"a record of {len(block)} bytes that says it has {record.length}")
    headers = record.rec_headers
    return Record(
        kind=record.rec_type or "",
        record_id=headers.get_header("WARC-Record-ID") or "",
        content_type=headers.get_header("Content-Type") or "",
        block=block,
    )


def body_of(block: bytes) -> bytes:
    """What stands behind the HTTP headers of a response."""
    return block.partition(b"\r\n\r\n")[2]


@cache
def _loaded(name: str) -> ModuleType:
    """A part of the library, which only whoever archives has to have."""
    return import_module(name)
