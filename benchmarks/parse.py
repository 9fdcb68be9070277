"""The two readers of XML side by side: `make bench-parse`.

    python -m benchmarks.parse [FOLDER]

FOLDER holds documents, each with NAME.expected.json beside it. Prints how many documents the fast
reader accepts, every field in which it differs from feedparser's readers, and the CPU time of an
entry by each way of reading. Ends with 1 when a bar is missed: 94 % of the documents in `real`
accepted, no difference that `EXPLAINED` does not explain, 8 times the speed of feedparser.

Compared are bytes to raw records. feedparser works without its sanitiser and resolver and without
the document's address, so that it has the least to do; that it reads dates meanwhile is 3 % of its
time. "newsd" is all of `parse_feed`: what it does with a record is the same for both its readers.
"""

import argparse
import io
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import feedparser

from benchmarks.farm import ROOT
from benchmarks.real import saved
from daemon.digest import digest
from daemon.errors import NewsdError
from daemon.parse import parse_feed
from daemon.parse.decode import decode
from daemon.parse.fast import read_fast
from daemon.parse.prolog import resolved, root_of
from daemon.tag import load_tagger
from daemon.values import Fetched, ParsedFeed, Reader

OPEN = ROOT.parent / "shared" / "eval" / "parse" / "open"
URL = "https://paper.example/feed"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS = 3
ACCEPTED, FASTER = 0.94, 8
FEEDPARSER, READING = "feedparser, raw", "newsd, reading alone"

EXPLAINED: dict[tuple[str, str], str] = {}
"""(document, field) -> why the fast reader may differ there. There is no such case."""


def documents(folder: Path) -> list[tuple[str, Fetched]]:
    """The documents that go to one of the two readers, by their names below the folder."""
    found = []
    for place in sorted({note.parent for note in folder.rglob("*.expected.json")}):
        for document in saved(place):
            page = Fetched(URL, document.body, document.content_type)
            parsed = _parsed(page)
            if parsed and parsed.reader:
                found.append((f"{place.name}/{document.name}", page))
    return found


def _parsed(page: Fetched, *, fast: bool = True) -> ParsedFeed | None:
    try:
        return parse_feed(page, fast=fast)
    except NewsdError:
        return None


def report_accepted(pages: Sequence[tuple[str, Fetched]]) -> float:
    """Print what is declined and why; the share of the real documents that is accepted."""
    real = [(name, page) for name, page in pages if name.startswith("real/")]
    reasons = Counter[str]()
    for name, page in real:
        if (parsed := _parsed(page)) and parsed.declined:
            reasons[parsed.declined] += 1
            print(f"  declined  {name}: {parsed.declined}")
    share = 1 - reasons.total() / len(real) if real else 0.0
    print(f"accepted {share:.1%} of {len(real)} real documents (bar {ACCEPTED:.0%})")
    return share


def report_differences(pages: Sequence[tuple[str, Fetched]]) -> int:
    """Print the fields that differ between the two readers; how many are not explained."""
    unexplained = compared = 0
    for name, page in pages:
        fast, slow = _parsed(page), _parsed(page, fast=False)
        if not fast or not slow or fast.reader is not Reader.FAST:
            continue
        compared += 1
        for field in _differing(fast, slow):
            why = EXPLAINED.get((name, field))
            unexplained += why is None
            print(f"  differs  {name}: {field}: {why or 'not explained'}")
    print(f"{unexplained} unexplained differences in {compared} accepted documents (bar 0)")
    return unexplained


def _differing(fast: ParsedFeed, slow: ParsedFeed) -> Iterator[str]:
    for field in fields(ParsedFeed):
        if field.compare and getattr(fast, field.name) != getattr(slow, field.name):
            yield field.name


# ---------------------------------------------------------------- CPU time


def _raw_feedparser(page: Fetched) -> None:
    feedparser.parse(
        io.BytesIO(page.body),
        response_headers={"content-type": page.content_type},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _read_fast(page: Fetched) -> None:
    text = decode(page.body, page.content_type).lstrip("\ufeff \t\r\n\0")
    read_fast(resolved(root_of(text)[0]), page.url)


def _ways() -> Iterator[tuple[str, Callable[[Fetched], object] | None]]:
    """Each way of reading a document by its name; None where it is not installed."""
    tagger = load_tagger()
    yield FEEDPARSER, _raw_feedparser
    yield "newsd by feedparser", lambda page: parse_feed(page, fast=False)
    yield READING, _read_fast
    yield "newsd", parse_feed
    has = find_spec("fastfeedparser")
    rival = import_module("fastfeedparser").parse if has else None
    yield "fastfeedparser", rival and (lambda page: rival(page.body))
    yield (
        "newsd, whole digest",
        lambda page: digest(page, frozenset(), NOW, tagger, max_entries=100_000),
    )


def report_times(pages: Sequence[Fetched], entries: int) -> float:
    """Print the CPU time of each way; how many times faster than feedparser we are."""
    print(f"CPU time of an entry, best of {ROUNDS}: {entries} entries, {len(pages)} documents")
    took: dict[str, float] = {}
    for name, way in _ways():
        if way is None:
            print(f"  {name:22} not installed")
            continue
        took[name] = min(_seconds(way, pages) for _ in range(ROUNDS)) / entries * 1e6
        print(f"  {name:22} {took[name]:8.1f} us {took[FEEDPARSER] / took[name]:7.1f} x")
    return took[FEEDPARSER] / took[READING]


def _seconds(way: Callable[[Fetched], object], pages: Sequence[Fetched]) -> float:
    start = time.process_time()
    for page in pages:
        try:
            way(page)
        except Exception:  # noqa: BLE001, S112  a rival may refuse what we read
            continue
    return time.process_time() - start


def main() -> None:
    """Compare, measure, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=OPEN)
    folder = parser.parse_args().folder
    pages = documents(folder)
    if not pages:
        sys.exit(f"{folder}: no documents here (each needs NAME.expected.json beside it)")
    share = report_accepted(pages)
    differences = report_differences(pages)
    accepted = [
        (page, len(parsed.entries))
        for name, page in pages
        if name.startswith("real/") and (parsed := _parsed(page)) and parsed.reader is Reader.FAST
    ]
    faster = report_times([page for page, _ in accepted], sum(count for _, count in accepted))
    print(f"{faster:.1f} times as fast as feedparser (bar {FASTER})")
    sys.exit(0 if share >= ACCEPTED and not differences and faster >= FASTER else 1)


if __name__ == "__main__":
    main()
