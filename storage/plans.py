"""Plans, hints and moves as columns of a feed's row. No input or output."""

from datetime import timedelta
from typing import Any

from storage.values import Hints, Move, NextPoll, Plan


def plan_row(plan: Plan | None) -> dict[str, Any]:
    """The columns that say why the next poll is when it is."""
    return {
        "next_poll_reason": plan.reason if plan else None,
        "rate": plan.rate if plan else None,
        "price": plan.price if plan else None,
        "hint_s": plan.hint.total_seconds() if plan and plan.hint is not None else None,
        "hints_ignored": plan.hints_ignored if plan else 0,
    }


def plan_of(row: Any) -> Plan | None:
    """What `plan_row` kept."""
    if row.next_poll_reason is None:
        return None
    hint = None if row.hint_s is None else timedelta(seconds=row.hint_s)
    reason = NextPoll(row.next_poll_reason)
    return Plan(reason, row.rate, row.price, hint, row.hints_ignored)


def hints_row(hints: Hints) -> dict[str, Any] | None:
    """A document's hints as a JSON object; None for none."""
    said = {
        "every_s": hints.every.total_seconds() if hints.every else None,
        "skip_hours": list(hints.skip_hours),
        "skip_days": list(hints.skip_days),
    }
    return {name: value for name, value in said.items() if value} or None


def hints_of(said: dict[str, Any] | None) -> Hints:
    """What `hints_row` kept."""
    if not said:
        return Hints()
    every = said.get("every_s")
    return Hints(
        every=timedelta(seconds=every) if every else None,
        skip_hours=tuple(said.get("skip_hours", ())),
        skip_days=tuple(said.get("skip_days", ())),
    )


def move_row(move: Move | None) -> dict[str, Any]:
    """The columns that say where a feed is moving."""
    return {
        "moved_to": move.to if move else None,
        "moved_since": move.since if move else None,
        "moved_polls": move.polls if move else None,
    }


def move_of(row: Any) -> Move | None:
    """What `move_row` kept."""
    return None if row.moved_to is None else Move(row.moved_to, row.moved_since, row.moved_polls)
