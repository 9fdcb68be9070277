"""Lines that a site puts on many of its articles, learned without knowing what they say.

Looked at are the lines that articles begin and end with; what stands on one article in twenty is
furniture of the site. A window of recent articles is all that is remembered: a line that is seen
no more is forgotten with them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from struct import Struct

from xxhash import xxh3_64_intdigest

from daemon.normalise.calendar import MONTHS, WEEKDAYS, folded
from daemon.values import Learned
from storage.lines import LearnedLine, SiteLines
from storage.values import Article

HEAD, TAIL = 4, 8
"""Lines at either end of a text that are looked at."""
SHORTEST, LONGEST = 4, 240
"""Characters of a line that can be furniture."""
LONGEST_NUMBERED = 60
"""Characters of a line in which times and counts may differ: `Seen 14:32`, `3 min of reading`."""
WINDOW = 80
"""Articles of a site that are remembered; one in twenty of them is four."""
SHARE, FEWEST = 0.05, 4
ENOUGH = 40
"""Articles after which `SHARE` is believed."""
EARLY_SHARE, EARLY_FEWEST, EARLY = 0.5, 6, 10
"""A site is known sooner by what stands on half of its articles."""
PROSE_WORDS, PROSE_SHARE, PROSE_FEWEST = 12, 0.2, 8
"""A line of so many words may be a sentence that a newsroom repeats for a while."""
MOST_LEARNED = 60
_SHOWN = 120

_COPY = 0x9E3779B9
"""What a copy's marks are told apart by."""
_RECORD = Struct(f"<{HEAD + TAIL}I")
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\d+(?:[:.,/-]\d+)*")
# a time, a day, a year, a small count; a price or a number of an article tells something
_COUNT = re.compile(r"\d{1,2}|(?:19|20)\d\d|\d{1,2}:\d\d(?::\d\d)?|\d{1,4}([./-])\d{1,2}\1\d{1,4}")
_WORD = re.compile(r"[^\W\d_]+")


def line_hash(line: str) -> int | None:
    """64 bits of a line, whatever its numbers and dates; None: it is too long for furniture."""
    if not SHORTEST <= len(line) <= LONGEST:
        return None
    key = line.casefold()
    if _DIGIT.search(key):
        if len(key) > LONGEST_NUMBERED:
            return None
        key = _WORD.sub(_undated, _NUMBER.sub(_uncounted, key))
    return xxh3_64_intdigest(key.encode())


def _uncounted(match: re.Match[str]) -> str:
    return "0" if _COUNT.fullmatch(match[0]) else match[0]


def _undated(match: re.Match[str]) -> str:
    word = folded(match[0])
    return "0" if word in MONTHS or word in WEEKDAYS else match[0]


def edge_hashes(lines: Sequence[str]) -> dict[int, int]:
    """Line number -> hash, of the lines at both ends that may be furniture."""
    count = len(lines)
    numbers: Iterable[int] = range(count)
    if count > HEAD + TAIL:
        numbers = (*range(HEAD), *range(count - TAIL, count))
    return {n: mark for n in numbers if (mark := line_hash(lines[n])) is not None}


def learn(
    known: SiteLines, articles: Sequence[Article], now: datetime, copies: Sequence[Article] = ()
) -> SiteLines:
    """What is known of a site after these articles of it, oldest first.

    `copies` tell what others told. Those of a running story share sentences, and so their lines
    are furniture only when they stand on half of all; but where furniture is most of a text, all
    look like copies.
    """
    seen = [*articles, *copies]
    records = [_record(one.edges) for one in articles] + [_record(c.edges, _COPY) for c in copies]
    recent = (b"".join(reversed(records)) + known.recent)[: WINDOW * _RECORD.size]
    window = len(recent) // _RECORD.size
    kept = [line for line in known.learned if sum(_counts(recent, line.line_hash))]
    fresh = {mark for one in seen for mark in one.edges} - {line.line_hash for line in kept}
    counts = {mark: _counts(recent, mark) for mark in fresh}
    often = {mark for mark, count in counts.items() if sum(count) >= FEWEST}
    for mark, line in _wordings(seen, often):
        told, total = counts[mark][0], sum(counts[mark])
        if is_recurring(line, told, window) or is_on_most(total, window):
            kept.append(LearnedLine(mark, line[:_SHOWN], total, window, now))
    return replace(known, recent=recent, learned=tuple(kept[-MOST_LEARNED:]))


def recurring_in(articles: Sequence[Article], learned: Learned) -> dict[str, frozenset[int]]:
    """Site -> all its furniture, for sites of which these articles show more than was learned.

    What stands on half of the new articles of one document need not be met elsewhere first.
    """
    if len(articles) < EARLY:
        return {}
    by_site: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        by_site[article.site or article.host or ""].append(article)
    found: dict[str, frozenset[int]] = {}
    for site, group in by_site.items():
        counts = Counter(mark for article in group for mark in article.edges)
        known = frozenset(learned.get(site, ()))
        fewest = max(EARLY_FEWEST, len(group) * EARLY_SHARE)
        often = {mark for mark, count in counts.items() if count >= fewest}
        if len(group) >= EARLY and not often <= known:
            found[site] = known | often
    return found


def is_recurring(line: str, count: int, window: int) -> bool:
    """Whether a line on `count` of the last `window` articles of a site belongs to the site."""
    if is_on_most(count, window):
        return True
    if window < ENOUGH:
        return False
    if len(line.split()) >= PROSE_WORDS:
        return count >= max(PROSE_FEWEST, window * PROSE_SHARE)
    return count >= max(FEWEST, window * SHARE)


def is_on_most(count: int, window: int) -> bool:
    """Whether a line stands on half of the articles of a site, of which there are a few."""
    return count >= EARLY_FEWEST and window >= EARLY and count >= window * EARLY_SHARE


def _record(edges: Iterable[int], salt: int = 0) -> bytes:
    marks = [mark & 0xFFFFFFFF ^ salt for mark in edges][: HEAD + TAIL]
    return _RECORD.pack(*marks, *[0] * (HEAD + TAIL - len(marks)))


def _counts(recent: bytes, mark: int) -> tuple[int, int]:
    """On how many articles the line stood, and on how many copies; 3 us for a whole window."""
    low = mark & 0xFFFFFFFF
    told, copied = low.to_bytes(4, "little"), (low ^ _COPY).to_bytes(4, "little")
    return recent.count(told), recent.count(copied)


def _wordings(articles: Sequence[Article], marks: set[int]) -> list[tuple[int, str]]:
    """Each of the marked lines once, as one of the articles has it."""
    found: dict[int, str] = {}
    for article in articles:
        if not marks.isdisjoint(article.edges):
            for line in (*article.text.split("\n"), *article.furniture):
                mark = line_hash(line)
                if mark in marks:
                    found.setdefault(mark, line)
    return list(found.items())
