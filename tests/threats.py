"""What newsd must stand, and which tests show that it does: `python -m tests.threats`.

The tests say themselves which rows they cover, by `@pytest.mark.threat("A1", "A2")`; the marks are
read from their sources.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

SECTIONS = {
    "A": "Where it may connect",
    "B": "Bounds on the transfer",
    "C": "Manners of HTTP",
    "D": "Parsers",
    "E": "Text",
    "F": "Identity and time",
    "G": "What flows out",
    "H": "Store, crash, replicas",
    "I": "Running it",
}

ROWS = """
A1 | an address that is not public | refused when the socket is made; nothing is sent
A2 | the metadata service of a cloud | the same
A3 | decimal, hexadecimal, short or full-width spellings of an address | refused
A4 | IPv4 inside IPv6 | unwrapped, then judged; roads to any IPv4 address are closed
A5 | a name with good and bad addresses | only the good ones are tried
A6 | a name that answers differently when connected to | judged is the address given to connect()
A7 | a redirect to any of these | every hop is judged alike
A8 | another scheme than http and https | refused at import, at polling and at a redirect
A9 | what a feed names: pictures, hubs, next pages, DTDs, XInclude | a poll fetches the feed alone
A10 | proxies of the environment | not read
A11 | passwords, keys, cookies behind a redirect or in a log | stay with their origin; never told
A12 | a permanent redirect to an attacker's choice | adopted after three polls and a day agree
B1 | compression bombs | decoded piece by piece up to the cap; one coding, not two
B2 | thousands of empty compressed members | counted and cut; fixed releases are required
B3 | endless bodies, headers, trailers, early hints | cut at a cap or at the deadline
B4 | a server that drips or is silent | one deadline over all phases and hops of a fetch
B5 | a body cut short, reset or longer than said | a named failure, which moves no validators
B6 | old, odd and broken HTTP | what is sound is read, the rest is `bad_http`
B7 | a forged second answer on a kept connection | the connection is dropped
B8 | redirects without end | so many hops, then `redirect`
B9 | a certificate nobody vouches for; no TLS at all | `tls`, and no way round it
B10 | dead hosts, dead names, dead name servers | `dns`, `connect` or `timeout`; nobody else waits
C1 | a 304 with a body, or one unasked | the body is nobody's; unasked it is `bad_http`
C2 | odd validators | both go back byte for byte, or are not kept
C3 | a login page, an empty page, 204 | `not_a_feed`; the validators stay
C4 | Retry-After in every shape | kept between a minute and a day, across restarts and by hand
C5 | absurd Cache-Control and Expires | capped, believed only if plausible, within our interval
C6 | gone or missing for weeks, then back | asked ever more seldom, never deleted; recovers
C7 | many feeds on one host; all due at once | limits per host, jitter, one after the other
C8 | an error status with a feed in its body | `http_status`; the body is not read
C9 | a robots.txt that is broken, slow or endless | bounded as in B; a feed is polled without
D1 | entity bombs | the declaration is gone before parsing; no entity is expanded
D2 | external entities, DTDs, XInclude | never opened
D3 | junk before the root | skipped in linear time
D4 | texts that make readers quadratic | linear here; else a CPU limit that the kernel keeps
D5 | depth, width and length beyond reason | `parse_limit`, or kept; workers have a memory limit
D6 | damaged documents | what can be read is kept, and the damage noted
D7 | JSON of wrong types | the sound items are kept, the others counted
D8 | endless sitemaps; sitemaps of sitemaps | so many entries and sitemaps a poll, two levels
D9 | a document that takes minutes | digested in another process
E1 | NUL in any field | removed at the edge, from values and keys
E2 | lone surrogates | the same
E3 | control characters, noncharacters, escapes of terminals | removed but for tabs and line ends
E4 | turned directions, zero widths, piles of marks | removed from titles
E5 | charsets that lie, are none, or flip | mark, declaration, header, UTF-8; a flip is no news
E6 | fields without end | cut, counted, or kept as a hash
E7 | a wrong Content-Type | the content decides
F1 | one guid for several items | told apart by link or title
F2 | a new guid at every poll | known by its address, then by its words
F3 | session ids, tracking, http or https | one canonical address
F4 | neither guid nor link | the words are the name
F5 | another feed's guid or address with other words | kept apart and flagged; nothing overwritten
F6 | every date is now | dates are no edit
F7 | impossible dates | no date, or the readable part; what was written is kept
F8 | dates of the future | not believed, flagged
F9 | rotating, refilling and huge documents | newest first, the rest next time; gaps are recorded
F10 | an edited item | the same article, a new revision, a change
F11 | a feed taken over by somebody else | flagged until accepted; its items are new articles
F12 | a wall clock that jumps | noticed; who was polled in the future is due
G1 | script and all that acts in HTML | an allow-list
G2 | markup in titles and names | plain text
G3 | links that are no web address | absolute http(s), or none
G4 | forged lines in logs and on terminals | one printable line
G5 | SQL, templates and paths in any text | bound parameters; text is only text
G6 | hostile lists of feeds | no declarations, bounded memory, every refusal named by its line
G7 | formulas in cells of a CSV | for a spreadsheet such a cell begins with an apostrophe
G8 | forged pings of a hub | signed, or dropped; a ping only hastens a poll
G9 | a web page whose own name leads to the local API | refused: it is asked under a foreign name
G10 | reading or writing over HTTP without the token | refused; nothing writes where there is none
G11 | requests that ask too much, and readers that do not read | bounded, each with a clear answer
H1 | a kill at any instant | nothing acknowledged is lost, nothing is double
H2 | validators without their items | one transaction
H3 | a power cut after a commit | databases are opened for full durability
H4 | rows that commit out of order | numbers are given under a clock's lock
H5 | a late replica | its lease is checked where it writes
H6 | refused or repeated writes | tried again as a whole; costs only its own poll
H7 | a database that is away, full or locked | polls wait and nothing is lost
H8 | a stop in the middle of polls | a grace, then whole polls are dropped
H9 | two daemons, another schema | refused in clear words
H10 | ids given twice | never
H11 | an article that expired or was taken back is still in a feed | its tombstone keeps it away
H12 | a reader beside writers, or too late | no gaps; from 0 all that is kept; too late is an error
I3 | the network is down | a few trial polls, no storm
I4 | a mistake in the configuration | named with its line
I6 | secrets in logs | never written
"""

NOT_YET: Mapping[str, str] = {}
"""What of a row newsd does not do so far."""


@dataclass(frozen=True, slots=True)
class Row:
    """A fault, by its number, and what newsd does about it."""

    number: str
    fault: str
    answer: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A test that says it covers a row."""

    number: str
    path: str
    test: str


def rows() -> list[Row]:
    """All faults, in order."""
    return [Row(*line.split(" | ")) for line in ROWS.strip().splitlines()]


def marks(folder: Path = ROOT / "tests") -> Iterator[Mark]:
    """The marks in the sources under `folder`, in the order of paths and lines."""
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for number in _numbers(node.decorator_list):
                    yield Mark(number, path.relative_to(folder).as_posix(), node.name)


def _numbers(decorators: Sequence[ast.expr]) -> Iterator[str]:
    """The rows named by a test's decorators, those on single parameters included."""
    calls = (node for part in decorators for node in ast.walk(part) if isinstance(node, ast.Call))
    for call in calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr == "threat":
            yield from (str(ast.literal_eval(argument)) for argument in call.args)


def render(found: Sequence[Mark], missing: Mapping[str, str] = NOT_YET) -> str:
    """The page, in Markdown."""
    tests: dict[str, list[str]] = defaultdict(list)
    for mark in found:
        tests[mark.number].append(f"`{mark.path}::{mark.test}`")
    lines = [HEAD]
    section = ""
    for row in rows():
        if row.number[0] != section:
            section = row.number[0]
            lines += ["", f"## {section}. {SECTIONS[section]}", "", *TABLE]
        cells = [f"**not yet:** {missing[row.number]}"] if row.number in missing else []
        cells += dict.fromkeys(tests[row.number])
        lines.append(f"| {row.number} | {row.fault} | {row.answer} | {'<br>'.join(cells)} |")
    return "\n".join(lines) + "\n"


HEAD = """\
# Faults and who tests them

Everything a server, a disk, a clock or a second replica does is input. Paths are below `tests/`.
This page is written by `python -m tests.threats > docs/threats.md` from the marks of the tests."""
TABLE = ("| | fault | what newsd does | tests |", "|---|---|---|---|")


if __name__ == "__main__":
    sys.stdout.write(render(list(marks())))
