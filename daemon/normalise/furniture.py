"""Lines that belong to the page and not to the article: sign-ups, pointers, cookie notices.

Only lines at the head and the tail of a text are looked at, and only short ones: inside an article
the same words may be news. Some are known by rule (`furniture.txt`), others are learned for each
site (`daemon.normalise.recurring`).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from daemon.normalise.dates import parse_date
from daemon.normalise.recurring import LONGEST, edge_hashes
from daemon.normalise.stated import LABEL, is_whole_time

FEWEST_WORDS = 8
"""A text of which learned lines would leave less, and less than half, keeps them."""

# The promise under a newsletter's name; alone it could be an article's first words.
_PROMISE = re.compile(
    r"(?:your (?:\w+ )?(?:guide|digest|briefing|update)|our (?:\w+ )?(?:guide|pick|digest)|"
    r"(?:the )?(?:latest|best|top) (?:news|stories|of)|(?:news|insight|analysis|everything)\b)"
    r".{0,180}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stripped:
    """A text without the furniture at its ends, and the lines that went."""

    text: str
    gone: tuple[str, ...] = ()
    edges: tuple[int, ...] = ()
    """Hashes of its first and last lines, but for those that a rule knows."""


def without_furniture(text: str, learned: Collection[int] = ()) -> Stripped:
    """Take the furniture off both ends; a text that is nothing else stays as it is.

    `learned` are the hashes of lines that recur on the text's site.
    """
    if "\n" not in text:  # as many summaries are
        return Stripped(text)
    lines = text.split("\n")
    kept = by_rule = _without_known(lines)
    edges = edge_hashes(kept)
    marks = dict.fromkeys(edges.values())
    while found := {n for n, mark in edges.items() if mark in learned}:
        left = [line for n, line in enumerate(kept) if n not in found]
        if not left or _is_too_little(left, by_rule):
            kept = by_rule
            break
        kept = _without_known(left)
        edges = edge_hashes(kept)
        # what is not learned yet comes first: only so many are remembered
        marks = dict.fromkeys([m for m in edges.values() if m not in learned]) | marks
    if len(kept) == len(lines):
        return Stripped(text, (), tuple(marks))
    here = frozenset(kept)
    gone = dict.fromkeys(line for line in lines if line not in here)
    return Stripped("\n".join(kept), tuple(gone), tuple(marks))


def _is_too_little(left: list[str], whole: list[str]) -> bool:
    words = sum(len(line.split()) if line.isascii() else len(line) // 3 for line in left)
    return words < FEWEST_WORDS and 2 * sum(map(len, left)) < sum(map(len, whole))


# ---------------------------------------------------------------- kinds of line known by rule


def is_furniture(line: str) -> bool:
    """Whether the whole line is one of the known kinds."""
    if len(line) > LONGEST:
        return False
    core = line.casefold().strip(_AROUND)
    first = _TOKEN.match(core)
    if first is None:
        return True  # marks, and no word
    word = "0" if first[0].isdecimal() else first[0]
    rest = core[first.end() :]
    return any(rule.fullmatch(rest) for rule in _rules_for(word)) or _is_stamp(core)


_AROUND = " \t»«›‹→←>•·*-–—|+▶►▸■◆[](){}:.…!_=#\u00a0"
_TOKEN = re.compile(r"[^\W\d_]+|\d|\S")


@cache
def _rules_for(word: str) -> tuple[re.Pattern[str], ...]:
    """The rules for lines that begin with a word; few are ever asked for, so few are compiled."""
    return tuple(map(re.compile, load_rules().get(word, ())))


@cache
def load_rules() -> dict[str, list[str]]:
    """First word -> patterns for the rest of the line, as `furniture.txt` has them."""
    lists: dict[str, str] = {}
    rules: dict[str, list[str]] = {}
    for line in files("daemon.normalise").joinpath("furniture.txt").read_text("utf-8").split("\n"):
        words, is_rule, rest = line.partition(" :: ")
        name, is_list, pattern = line.partition(" = ")
        if line.startswith("#"):
            continue
        if is_rule:
            filled = _LIST.sub(lambda match: lists[match[0]], rest)
            for word in words.split():
                rules.setdefault(word, []).append(filled)
        elif is_list:
            lists[name] = rf"\b(?:{pattern})\b"
            lists[f"{name}S"] = _several(lists[name])
    return rules


_LIST = re.compile(r"\b(?:NEWS|NETS?|PIECE|AGENCY)\b")


def _several(one: str) -> str:
    """One or more of a list, and what is said after them."""
    between = r"(?:,? (?:and|or|und|oder|et|ou|y|e|o) |, ?| ?[/|&] ?)(?:on |auf |sur |en |su )?"
    after = r"(?: (?:and|to|for|und|para|per|pour) .{1,60}| channel| page)?"
    return f"(?:{one}(?:{between}{one})*{after})"


# ---------------------------------------------------------------- when it was touched

_CLOCK = re.compile(
    r"\d{1,2}[:.h]\d\d(?: ?[ap]\.?m\.?)?(?: (?:[a-z]{2,4}|uhr))?|"
    r"(?:vor |il y a |hace |há )?\d{1,2} \w{1,10}(?: ago| fa)?"
)


def _is_stamp(core: str) -> bool:
    """`Updated 14:32`, `Stand: 17.10.2025`, `Publié le 17 octobre 2025`."""
    label = LABEL.match(core)
    if label is None:
        return False
    rest = core[label.end() :]
    return bool(_CLOCK.fullmatch(rest)) or (rest[-1:].isalnum() and parse_date(rest) is not None)


# ---------------------------------------------------------------- both ends


def _without_known(lines: list[str]) -> list[str]:
    head = _head(lines)
    tail = _tail(lines, head)
    return lines[head : len(lines) - tail] or lines


def _head(lines: list[str]) -> int:
    """How many lines at the head are furniture."""
    count = 0
    while count < len(lines) - 1 and is_furniture(lines[count]):
        count += 1
        if count < len(lines) - 1 and _is_promise(lines[count]):
            count += 1
    return count


def _is_promise(line: str) -> bool:
    return len(line) <= LONGEST and line[-1:] not in ".?!" and bool(_PROMISE.fullmatch(line))


def _tail(lines: list[str], head: int) -> int:
    """How many lines at the tail are furniture; a whole date there says when it was published."""
    count = 0
    while count < len(lines) - head:
        line = lines[-1 - count]
        if not is_furniture(line) or is_whole_time(line):
            break
        count += 1
    return count
