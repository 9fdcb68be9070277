"""Remember how polls went: what the feed's row says from now on, and one row a poll."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, update

from storage.database import Transaction, upsert
from storage.hashes import pack_hashes
from storage.plans import hints_row, move_row, plan_row
from storage.rhythms import pack_rhythm
from storage.schema import feed, poll, poll_state
from storage.values import Feed, Outcome, Poll

Polled = tuple[Feed, Poll]

_STATE = (
    *("state", "next_poll_at", "next_poll_reason", "interval_s", "failures"),
    *("last_poll_at", "last_success_at", "last_outcome", "last_error"),
    *("etag", "last_modified", "body_hash", "distrusted_until"),
    *("rate", "price", "hint_s", "hints_ignored"),
    *("moved_to", "moved_since", "moved_polls"),
)
_DOCUMENT = ("kind", "title", "site_url", "language")
_COUNTS = (
    *("duration_ms", "outcome", "http_status", "bytes", "items", "created", "revised"),
    *("duplicates", "rejected", "error", "replica", "reasons"),
)


async def remember_polls(tx: Transaction, polls: Sequence[Polled], *, replica: str) -> None:
    """Write each feed as it now is, and one row for each poll; doing it again changes nothing.

    Rows are taken in the order of their feeds, so that two writers never wait for each other.
    """
    ordered = sorted(polls, key=lambda polled: polled[0].id)
    read = [(f, p) for f, p in ordered if p.outcome is Outcome.EMPTY or _counted(p)]
    await _states(tx, ordered)
    await _documents(tx, read)
    await _rows(tx, ordered, replica)


def _counted(done: Poll) -> bool:
    """Whether a document was read: its entries were counted, even if each was known."""
    return done.outcome.is_success and done.items > 0


async def _states(tx: Transaction, polls: Sequence[Polled]) -> None:
    if polls:
        await tx.execute(
            update(poll_state)
            .where(poll_state.c.feed_id == bindparam("feed"))
            .values({name: bindparam(f"new_{name}") for name in _STATE}),
            [{f"new_{k}": v for k, v in _state(f, p).items()} | {"feed": f.id} for f, p in polls],
        )


async def _documents(tx: Transaction, polls: Sequence[Polled]) -> None:
    """What only a whole document can change."""
    if not polls:
        return
    await tx.execute(
        update(poll_state)
        .where(poll_state.c.feed_id == bindparam("feed"))
        .values({name: bindparam(f"new_{name}") for name in ("entry_hashes", "rhythm", "hints")}),
        [{"feed": f.id} | _learned(f) for f, _ in polls],
    )
    await tx.execute(
        update(feed)
        .where(feed.c.id == bindparam("feed"))
        .where(_differs())
        .values({name: bindparam(f"new_{name}") for name in _DOCUMENT}),
        [{"feed": f.id} | {f"new_{n}": getattr(f, n) for n in _DOCUMENT} for f, _ in polls],
    )


def _differs() -> Any:
    kind, *others = (
        feed.c[name].is_distinct_from(bindparam(f"new_{name}", type_=feed.c[name].type))
        for name in _DOCUMENT
    )
    for other in others:
        kind |= other
    return kind


async def _rows(tx: Transaction, polls: Sequence[Polled], replica: str) -> None:
    if not polls:
        return
    row = upsert(tx, poll)
    again = row.on_conflict_do_update(
        index_elements=["feed_id", "started_at"],
        set_={name: row.excluded[name] for name in _COUNTS},
    )
    await tx.execute(again, [_row(p, replica) for _, p in polls])


def _learned(now: Feed) -> dict[str, Any]:
    return {
        "new_entry_hashes": pack_hashes(now.entry_hashes),
        "new_rhythm": pack_rhythm(now.rhythm),
        "new_hints": hints_row(now.hints),
    }


def _state(now: Feed, last: Poll) -> dict[str, Any]:
    return {
        **plan_row(now.plan),
        **move_row(now.move),
        "state": now.state,
        "next_poll_at": now.next_poll_at,
        "interval_s": None if now.interval is None else now.interval.total_seconds(),
        "failures": now.failures,
        "last_poll_at": now.last_poll_at,
        "last_success_at": now.last_success_at,
        "last_outcome": last.outcome,
        "last_error": None if last.outcome.is_success else last.error,
        "etag": now.validators.etag,
        "last_modified": now.validators.last_modified,
        "body_hash": now.validators.body_hash,
        "distrusted_until": now.distrusted_until,
    }


def _row(done: Poll, replica: str) -> dict[str, Any]:
    return {
        "feed_id": done.feed_id,
        "started_at": done.started_at,
        "duration_ms": round(done.duration.total_seconds() * 1000),
        "outcome": done.outcome,
        "http_status": done.http_status,
        "bytes": done.size,
        "items": done.items,
        "created": done.created,
        "revised": done.revised,
        "duplicates": done.duplicates,
        "rejected": done.rejected,
        "error": done.error,
        "replica": replica,
        "reasons": dict(done.reasons) or None,
    }
