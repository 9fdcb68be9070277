"""Lines that belong to the page and not to the article: sign-ups, pointers, cookie notices.

Only lines at the head and the tail of a text are looked at, and only short ones: inside an article
the same words may be news. Rules are for kinds of line, never for one outlet's wording.
"""

import re
from dataclasses import dataclass

LONGEST = 240
"""Characters; a longer line is prose."""

# One kind of line a row; NEWS is any of the things one can be asked to sign up for.
_RULES = r"""
(?:open|unlock|get|try|read|join) (?:the|our|your|this) .{0,80}\bNEWS(?: for free| free)?[.!]?
(?:open|unlock|get) (?:the|our|your) .{0,80}\bNEWS,? (?:delivered|straight|sent|direct\w*) .{0,60}
(?:please )?(?:sign[- ]?up|subscribe|register)\b.{0,120}\b(?:NEWS|inbox|free|here)\b.{0,80}
(?:sign[- ]?(?:up|in)|subscribe|register|log[- ]?in)(?: (?:here|now|today|free|for free))?[.!]?
(?:click|tap) here (?:to|for) .{1,120}
(?:we|this (?:web)?site|our (?:web)?site) uses? cookies\b.{0,200}
(?:accept|manage|reject)(?: all)? cookies(?: .{0,40})?
by (?:continuing|clicking|subscribing|signing up)\b.{0,160}\b(?:cookies|terms|policy)\b.{0,80}
(?:continue|keep) reading(?: .{0,120})?
read (?:more|on|the full (?:story|article|report|post))(?: ?[.…»→›>]{0,4})
read (?:more|on|the full (?:story|article)) ?[:»→›>…].{0,150}
read (?:more|the full (?:story|article)) (?:here|at|on|in|about|from)\b.{0,150}
(?:also read|read also|read next|related|see also|more on this(?: story)?)(?: ?[:|–—-].{0,160})?
(?:recommended(?: for you)?|you (?:may|might) also like)(?: ?[:|–—-].{0,160})?
(?:related|recommended|more) (?:articles|stories|coverage|topics):?
advertisements?|sponsored(?: content)?|(?:story|article) continues (?:below|after).{0,40}
(?:follow|like|find) us on .{1,80}|share|share (?:this|on|via)\b.{0,60}
(?:print|email|save)(?: this)?(?: (?:article|story|page))?
leave a comment|comments?(?: \(\d+\))?|\d+ comments?|view comments
join the (?:conversation|discussion)
(?:the|this) (?:post|article|story) .{0,200}appeared first (?:on|in|at) .{1,80}
(?:the|this) (?:post|article|story) .{0,200}was (?:first|originally) published .{1,80}
(?:©|\(c\)|copyright) .{0,120}|all rights reserved\.?
(?:weiterlesen|mehr (?:lesen|dazu)|lees (?:meer|verder)|читать далее|läs mer) ?[.…»→>]*
(?:leer más|leia mais|lire la suite|leggi tutto) ?[.…»→>]*|(?:lire aussi|leggi anche) ?:?.{0,120}
\[?(?:…|\.\.\.)\]?
"""
_NEWS = r"(?:newsletters?|briefings?|digest|alerts?|bulletins?|e-?mails?|updates?|notifications)"
_FURNITURE = re.compile(
    "|".join(f"(?:{rule})" for rule in _RULES.replace("NEWS", _NEWS).split("\n") if rule),
    re.IGNORECASE,
)
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
    gone: frozenset[str]


def without_furniture(text: str) -> Stripped:
    """Take the furniture off both ends; a text that is nothing else stays as it is."""
    lines = text.split("\n")
    head = _head(lines)
    tail = _tail(lines, head)
    kept = lines[head : len(lines) - tail]
    if not kept or len(kept) == len(lines):
        return Stripped(text, frozenset())
    gone = frozenset(lines[:head] + lines[len(lines) - tail :]) - frozenset(kept)
    return Stripped("\n".join(kept), gone)


def is_furniture(line: str) -> bool:
    """Whether the whole line is one of the known kinds."""
    return len(line) <= LONGEST and _FURNITURE.fullmatch(line.strip()) is not None


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
    """How many lines at the tail are furniture."""
    count = 0
    while count < len(lines) - head and is_furniture(lines[-1 - count]):
        count += 1
    return count
