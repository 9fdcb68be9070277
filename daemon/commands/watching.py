"""Looking on while polls happen: a frame that stays where it is, or plain lines on stderr."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.text import Text

from daemon.commands.say import note, printable

_KEPT = 16
_VERDICTS = ("created", "revised", "duplicates", "rejected")


class View:
    """Tells of each poll that found more than we knew; of a lasting trouble once."""

    def __init__(self, live: Live | None) -> None:
        self._live = live
        self._lines: deque[str] = deque(maxlen=_KEPT)
        self._told: dict[int, str] = {}
        self.last = 0
        """The last poll that was told of."""

    def look(self, counts: Mapping[str, Any], polls: Sequence[Mapping[str, Any]]) -> None:
        """Tell what has happened since the last look."""
        for poll in polls:
            self.last = poll["poll_id"]
            line = sentence(poll)
            if poll["outcome"] != "unchanged" and self._told.get(poll["feed_id"]) != line:
                self._told[poll["feed_id"]] = line
                self.say(line)
        if self._live is not None:
            summary = ", ".join(f"{number or 0} {name}" for name, number in counts.items())
            self._live.update(Text("\n".join([summary, "", *self._lines])))

    def say(self, line: str) -> None:
        """Tell one thing."""
        if self._live is None:
            note(line)
        else:
            self._lines.append(printable(line))


@contextmanager
def status(first: str) -> Iterator[Callable[[str], None]]:
    """One line on stderr that says how far we are; nothing where nobody looks."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status(first) as shown:
        yield lambda line: shown.update(escape(printable(line)))


@contextmanager
def watching() -> Iterator[View]:
    """A view on stderr: a live one on a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield View(None)
        return
    with Live(console=console, refresh_per_second=4) as live:
        yield View(live)


def sentence(poll: Mapping[str, Any]) -> str:
    """What a poll came to, from its row in `newsd_poll_v1` and the address of its feed."""
    name = str(poll["url"]).rpartition("/")[2]
    counts = ", ".join(f"{poll[verdict]} {verdict}" for verdict in _VERDICTS if poll[verdict])
    words = "; ".join(part for part in (counts, poll["error"]) if part)
    return f"{name:14} {poll['outcome']:12} {words or 'nothing new'}"
