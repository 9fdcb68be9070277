"""Logs: one line an event on stderr, JSON for machines, pretty for a terminal."""

import io
import logging
import sys
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, WrappedLogger
from typing_extensions import override

from daemon.credentials import without_credentials
from daemon.settings import LogSettings

_CONTROLS = {c: f"\\x{c:02x}" for c in (*range(32), *range(127, 160))}


def set_up_logs(settings: LogSettings) -> None:
    """Send structlog's and the libraries' logs to stderr in one form."""
    pretty = settings.format == "pretty" or (settings.format == "auto" and sys.stderr.isatty())
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _discreet,
    ]
    rendering: list[Any] = (
        [_printable, _on_a_terminal()] if pretty else [structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(_STDERR),
    )
    logging.basicConfig(
        stream=sys.stderr, level=max(level, logging.WARNING), format="%(name)s: %(message)s"
    )


class _Unbroken(io.TextIOBase):
    """The stderr of the moment; what a full disk or a closed pipe will not take stops no work."""

    @override
    def write(self, text: str) -> int:
        with suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    @override
    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


# one for all: structlog keeps a lock for each file it ever wrote to
_STDERR = cast("TextIO", _Unbroken())


def _on_a_terminal() -> structlog.dev.ConsoleRenderer:
    # the default would print the values of all variables, feeds' texts among them
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)


def _discreet(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """No log holds the password of a feed."""
    return {
        key: without_credentials(value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def _printable(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Text from feeds cannot move the cursor or forge a second line (THREATS G4)."""
    return {
        key: value.translate(_CONTROLS)
        if isinstance(value, str) and key not in {"exc_info", "exception"}
        else value
        for key, value in event.items()
    }
