"""Trouble a database can give.

StorageError
  StorageUnavailableError   nobody answers, or nothing can be written just now: wait and try again
  StorageFullError          the disk is full: make room, then it goes on by itself
  SchemaMismatchError       the tables are not the ones this code was written for
  StorageRefusedError       the database will not take this particular row
  LeaseHeldError            another instance works on this database
  QueryError                somebody's own question cannot be answered
    TooSlowError            not in the time it may take
  CursorExpiredError        what a reader wants to go on from is kept no more
  ConsumerHeldError         another reader goes by this name just now
  ConsumerLostError         somebody else has the cursor of a consumer by now
  OtherOriginError          a key was meant for another server than the one it would be sent to
"""


class StorageError(Exception):
    """Something about the database went wrong; the message is one line for the operator."""


class StorageUnavailableError(StorageError):
    """The database does not answer, is locked, or is read-only; nothing was written; try again."""


class StorageFullError(StorageUnavailableError):
    """No space is left for the database; nothing of the transaction was written; make room."""


class SchemaMismatchError(StorageError):
    """The schema is older or newer than this program; the message holds the command to run."""


class StorageRefusedError(StorageError):
    """The database refuses these rows (a constraint, a value); trying again is no use."""


class LeaseHeldError(StorageError):
    """Another instance of newsd holds this database; the message says which."""


class OtherOriginError(StorageError):
    """Headers are given for an address whose feed is asked elsewhere; the message says where."""


class QueryError(StorageError):
    """The database will not answer a question; the message says why, in its words."""


class TooSlowError(QueryError):
    """A question takes longer than it may; ask for less."""


class CursorExpiredError(StorageError):
    """Changes after a cursor were deleted before it was used: its reader has missed some.

    Begin anew from what is kept: from 0, or from `horizon`.
    """

    def __init__(self, seq: int, horizon: int) -> None:
        super().__init__(
            f"changes {seq + 1} to {horizon} are kept no more, so a reader that stopped at {seq} "
            f"has missed them; go on from {horizon}, or rebuild from 0"
        )
        self.seq = seq
        """The number of the last change that was read."""
        self.horizon = horizon
        """The highest number that was deleted."""


class ConsumerHeldError(StorageError):
    """Another process reads the log under this name; wait for its end, or take another name."""


class ConsumerLostError(StorageError):
    """The cursor went to another process, or an operator moved it; nothing was written."""
