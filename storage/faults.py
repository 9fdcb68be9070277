"""What a driver says went wrong, in the words of `storage.errors`: the one place that knows."""

import re

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from storage.errors import (
    SchemaMismatchError,
    StorageError,
    StorageFullError,
    StorageRefusedError,
    StorageUnavailableError,
)

# https://www.sqlite.org/rescode.html, primary codes
_SQLITE = {
    5: (
        StorageUnavailableError,
        "is locked by another program; try again, or look for who holds it",
    ),
    6: (
        StorageUnavailableError,
        "is locked by another program; try again, or look for who holds it",
    ),
    8: (StorageUnavailableError, "is read-only; check the owner and mode of file and directory"),
    10: (StorageFullError, "cannot be read or written; check the disk and its free space"),
    11: (StorageUnavailableError, "is damaged; restore it from a backup"),
    13: (StorageFullError, "has no space left; make room, then it goes on by itself"),
    14: (StorageUnavailableError, "cannot be opened; check that directory and file are writable"),
    19: (StorageRefusedError, "refuses these rows"),
    20: (StorageRefusedError, "refuses these rows"),
    26: (StorageUnavailableError, "is not a SQLite file; name another one"),
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html, the longest prefix counts
_POSTGRESQL = {
    "08": (
        StorageUnavailableError,
        "does not answer; check that it runs and can be reached from here",
    ),
    "22": (StorageRefusedError, "refuses these rows"),
    "23": (StorageRefusedError, "refuses these rows"),
    "25006": (StorageUnavailableError, "is read-only; point newsd at the primary"),
    "25P03": (
        StorageUnavailableError,
        "ended a session that waited too long; try again in a moment",
    ),
    "28": (StorageUnavailableError, "refuses this user; check name, password and pg_hba.conf"),
    "3D": (StorageUnavailableError, "does not exist; create it with createdb"),
    "2BP01": (
        StorageRefusedError,
        "has views of yours on those of newsd; drop them and try again",
    ),
    "40": (StorageUnavailableError, "was busy with the same rows; try again in a moment"),
    "42P01": (SchemaMismatchError, "lacks tables; run newsd db upgrade and newsd db check"),
    "42703": (SchemaMismatchError, "has other tables than this newsd; run newsd db upgrade"),
    "53": (StorageUnavailableError, "is short of connections or memory; try again in a moment"),
    "53100": (StorageFullError, "has no space left; make room, then it goes on by itself"),
    "55P03": (StorageUnavailableError, "is locked by another session; try again in a moment"),
    "57": (StorageUnavailableError, "is shutting down or starting; try again in a moment"),
}
_NO_MODULE = (
    SchemaMismatchError,
    "needs SQLite with FTS5, which this Python's sqlite3 lacks; use another Python",
)
_AWAY = (
    StorageUnavailableError,
    "does not answer; check that it runs and can be reached from here",
)
_Kind = tuple[type[StorageError], str]


def in_our_words(error: SQLAlchemyError, database: str) -> StorageError | None:
    """The error an operator can act on, or None when it is a bug of ours."""
    if isinstance(error, PoolTimeoutError):
        return StorageUnavailableError(f"{database} is busy: every connection is taken")
    if not isinstance(error, DBAPIError) or error.orig is None:
        return None
    kind = _kind(error.orig) or (_AWAY if error.connection_invalidated else None)
    return _worded(kind, database, error.orig) if kind else None


def no_connection(error: BaseException, database: str) -> StorageError:
    """The error for a connection that could not even be made."""
    driver = getattr(error, "orig", None) or error
    return _worded(_kind(driver) or _AWAY, database, driver)


def _worded(kind: _Kind, database: str, error: BaseException) -> StorageError:
    made, advice = kind
    detail = getattr(error.__cause__, "detail", None) or ""
    said = re.sub(r"^<class '[^']*'>: ", "", " ".join(f"{error} {detail}".split()))[:300]
    return made(f"{database} {advice} ({said or type(error).__name__})")


def _kind(error: BaseException) -> _Kind | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        if str(error).startswith(("no such table", "no such column")):
            return _POSTGRESQL["42P01"]
        if str(error).startswith("no such module"):
            return _NO_MODULE
        return _SQLITE.get(code & 0xFF)
    state = str(getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or "")
    return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
