"""Our reading of web pages beside trafilatura alone, on the pages of tests/pages, in one run.

`python -m benchmarks.extract` prints for each page the F1 of the tokens that are found, and the
CPU time it takes; the text that a page should give stands beside it.
"""

import logging
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import trafilatura

from daemon.digest import complete
from daemon.normalise import load_model, load_suffixes
from daemon.origins import pack
from daemon.tag import Tagger, load_tagger
from daemon.values import Entry, Fetched, Masthead, Origin, Rejected
from storage.values import FeedKind

PAGES = Path(__file__).parent.parent / "tests" / "pages"
Reading = tuple[float, float]
"""F1, and CPU milliseconds."""
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\w+")
_ADDRESS = "https://post.example/news/an-article"
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def f1(found: str, wanted: str) -> float:
    """Harmonic mean of precision and recall of the tokens."""
    ours, theirs = (Counter(_TOKEN.findall(text.casefold())) for text in (found, wanted))
    both = sum((ours & theirs).values())
    return 2 * both / (sum(ours.values()) + sum(theirs.values())) if both else 0.0


def pages(folder: Path = PAGES) -> list[tuple[str, str, str]]:
    """Name, HTML and wanted text of each page."""
    return [
        (path.stem, path.read_text("utf-8"), path.with_suffix(".txt").read_text("utf-8"))
        for path in sorted(folder.glob("*.html"))
    ]


def ours(html: str, tagger: Tagger) -> str:
    """What we keep of the page of an entry that has nothing but its address."""
    masthead = Masthead(FeedKind.RSS, "https://post.example/feed", _NOW)
    origin = Origin(masthead, Entry(link=_ADDRESS), _ADDRESS)
    page = Fetched(_ADDRESS, html.encode(), "text/html; charset=utf-8")
    made = complete(pack(origin), page, tagger)
    return "" if isinstance(made, Rejected) else made.article.text


def theirs(html: str) -> str:
    """What trafilatura finds, set as ours is."""
    return trafilatura.extract(html, fast=True, include_comments=False) or ""


def main() -> None:
    """Print a line a page, and the means."""
    for name in ("trafilatura", "htmldate"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    load_model()
    load_suffixes()
    tagger = load_tagger()
    found = pages(Path(sys.argv[1]) if sys.argv[1:] else PAGES)
    mine = [_timed(lambda h: ours(h, tagger), *page) for _, *page in found]
    others = [_timed(theirs, *page) for _, *page in found]
    print(f"{'page':<16}{'newsd F1':>10}{'ms':>8}{'trafilatura F1':>18}{'ms':>8}")
    for (name, *_), us, them in zip(found, mine, others, strict=True):
        _tell(name, us, them)
    _tell("mean", _mean(mine), _mean(others))


def _tell(name: str, us: Reading, them: Reading) -> None:
    print(f"{name:<16}{us[0]:>10.3f}{us[1]:>8.1f}{them[0]:>18.3f}{them[1]:>8.1f}")


def _mean(readings: Sequence[Reading]) -> Reading:
    return statistics.fmean(f for f, _ in readings), statistics.fmean(ms for _, ms in readings)


def _timed(read: Callable[[str], str], html: str, wanted: str) -> Reading:
    """F1, and the least CPU milliseconds of three readings."""
    spent = []
    for _ in range(3):
        began = time.process_time()
        text = read(html)
        spent.append(time.process_time() - began)
    return f1(text, wanted), min(spent) * 1000


if __name__ == "__main__":
    main()
