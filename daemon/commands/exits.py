"""What the exit status of `newsd` means; README.md has the same table for operators."""

from enum import IntEnum

from daemon.errors import SettingsError, UsageError
from storage.errors import (
    ConsumerHeldError,
    ConsumerLostError,
    CursorExpiredError,
    LeaseHeldError,
    OtherOriginError,
    QueryError,
    SchemaMismatchError,
    StorageUnavailableError,
)


class Exit(IntEnum):
    """How a run of `newsd` ended. From 64 on the numbers are those of sysexits.h."""

    RAN = 0
    INTERNAL = 1
    """A bug, or a database that refused our rows."""
    USAGE = 2
    TOO_MANY_FAILED = 3
    """More than `--max-failed` of the polls failed."""
    HELD = 4
    """Another instance works on this database, or reads by this name."""
    WORK_LEFT = 5
    """The deadline came, or a signal, before every due feed was polled."""
    EXPIRED = 6
    """The changes to go on from are kept no more: a reader has missed some."""
    UNAVAILABLE = 69
    """The database does not answer, or is full."""
    SCHEMA = 75
    """The database's schema is older or newer than this program."""
    CONFIG = 78
    """The configuration cannot be used."""
    INTERRUPTED = 130


_MEANINGS: tuple[tuple[type[Exception], Exit], ...] = (
    (SettingsError, Exit.CONFIG),
    (UsageError, Exit.USAGE),
    (LeaseHeldError, Exit.HELD),
    (ConsumerHeldError, Exit.HELD),
    (ConsumerLostError, Exit.HELD),
    (CursorExpiredError, Exit.EXPIRED),
    (OtherOriginError, Exit.USAGE),
    (QueryError, Exit.USAGE),
    (SchemaMismatchError, Exit.SCHEMA),
    (StorageUnavailableError, Exit.UNAVAILABLE),
)


def exit_for(error: Exception) -> Exit:
    """The exit status that says what `error` says."""
    return next((status for kind, status in _MEANINGS if isinstance(error, kind)), Exit.INTERNAL)
