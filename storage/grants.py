"""Who else may read: PostgreSQL roles that see the public views and nothing beside them."""

import base64
import hashlib
import hmac
import os
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, text

from storage.contract import VIEWS
from storage.database import Transaction
from storage.schema import metadata

LONGEST = 63
"""Bytes of a name (PostgreSQL, 4.1.1)."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A role that reads, and within which bounds."""

    role: str
    statement_timeout: timedelta = timedelta(seconds=60)
    idle_timeout: timedelta = timedelta(seconds=60)
    """For a transaction that does nothing: it keeps VACUUM from its work."""
    is_made: bool = False
    """Whether the role is made where there is none."""
    verifier: str | None = None
    """Its password, as `scram` made it."""


def grants(reader: Reader, database: str) -> Iterator[str]:
    """The statements that let a role read, and no more; running them again changes nothing.

    The views run with the rights of their owner, so that the tables need not be granted.
    """
    role, here = quoted(reader.role), quoted(database)
    if reader.is_made:
        yield (
            "DO $newsd$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = "
            f"{literal(reader.role)}) THEN CREATE ROLE {role} LOGIN; END IF; END $newsd$"
        )
    if reader.verifier is not None:
        yield f"ALTER ROLE {role} LOGIN PASSWORD {literal(reader.verifier)}"
    settings = {
        "statement_timeout": _milliseconds(reader.statement_timeout),
        "idle_in_transaction_session_timeout": _milliseconds(reader.idle_timeout),
        "default_transaction_read_only": "on",
        "search_path": "newsd, public",
    }
    yield f"GRANT CONNECT ON DATABASE {here} TO {role}"
    for name, value in settings.items():
        yield f"ALTER ROLE {role} IN DATABASE {here} SET {name} = {value}"
    yield f"GRANT USAGE ON SCHEMA newsd, public TO {role}"
    for view in VIEWS:
        yield f"GRANT SELECT ON public.{view.name}, newsd.{view.alias} TO {role}"
    # views that are made anew; in schema public that would grant tables as well
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA newsd GRANT SELECT ON TABLES TO {role}"


def _milliseconds(span: timedelta) -> str:
    return str(max(1, round(span / timedelta(milliseconds=1))))


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text as SQL has it, whatever is in it."""
    return "'" + value.replace("'", "''") + "'"


def scram(password: str, salt: bytes | None = None) -> str:
    """What PostgreSQL keeps of a password (RFC 5803), so that it stands in no statement or log."""
    salt, rounds = salt or os.urandom(16), 4096
    plain = unicodedata.normalize("NFKC", password).encode()
    salted = hashlib.pbkdf2_hmac("sha256", plain, salt, rounds)
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored, server = hashlib.sha256(client).digest(), hmac.digest(salted, b"Server Key", "sha256")
    shown = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${rounds}:{shown[0]}${shown[1]}:{shown[2]}"


async def grant(tx: Transaction, reader: Reader, database: str) -> None:
    """Run the statements of `grants`."""
    for statement in grants(reader, database):
        await tx.exec_driver_sql(statement)


async def has_role(tx: Transaction, role: str) -> bool:
    """Whether there is such a role."""
    found = await tx.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
    return found.scalar() is not None


async def beyond_views(tx: Transaction, role: str) -> list[str]:
    """What of our tables a role may read or write, for whatever reason; it should be nothing."""
    query = (
        "SELECT has_table_privilege(CAST(:role AS name), CAST(:name AS text),"
        " 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')"
    )
    return [
        name
        for name in sorted(metadata.tables)
        if (await tx.execute(text(query), {"role": role, "name": f"public.{name}"})).scalar()
    ]


# ---------------------------------------------------------------- views that are made anew

_READERS = text(
    "SELECT n.nspname, c.relname, CASE a.grantee WHEN 0 THEN 'PUBLIC'"
    " ELSE CAST(CAST(a.grantee AS regrole) AS text) END AS grantee"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,"
    " LATERAL aclexplode(c.relacl) a"
    " WHERE c.relkind = 'v' AND n.nspname IN ('public', 'newsd')"
    " AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner"
)
Readers = Mapping[str, frozenset[str]]
"""Role, as SQL has it -> the views that it may read."""


def readers_of_views(connection: Connection) -> Readers:
    """Who may read which of the views; they lose it when these go."""
    ours = {name for view in VIEWS for name in _names(view.name, view.alias)}
    found: dict[str, set[str]] = {}
    for schema, name, grantee in connection.execute(_READERS):
        if f"{schema}.{name}" in ours:
            found.setdefault(grantee, set()).add(f"{schema}.{name}")
    return {grantee: frozenset(names) for grantee, names in found.items()}


def grant_again(readers: Readers) -> Iterator[str]:
    """The statements that let everybody read what they read before.

    Who could read `newsd_contract` reads the contract as a whole, views of this release included.
    """
    for grantee, held in sorted(readers.items()):
        for view in VIEWS:
            names = _names(view.name, view.alias)
            wanted = names if "public.newsd_contract" in held else held.intersection(names)
            for name in sorted(wanted):
                yield f"GRANT SELECT ON {name} TO {grantee}"


def _names(name: str, alias: str) -> tuple[str, str]:
    return f"public.{name}", f"newsd.{alias}"
