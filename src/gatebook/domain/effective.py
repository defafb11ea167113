"""The effective status of a gate: the mark, with permitted downgrades and the gate's own rule on yellow.

Source: SPEC, "Decision". A red counts as yellow only on a low-stakes internal system, on a gate that
is not never-optional, where a person approved it; a gate that does not allow yellow counts it as red.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.review import GateRow, Review, Status
from gatebook.domain.text import is_person


def gate_rows(review: Review, checklist: Checklist) -> Iterator[tuple[GateRow, Gate]]:
    """Each row that belongs to a gate of the checklist, in the sheet's order, doubles included."""
    gates = {gate.key: gate for gate in checklist.gates}
    for row in review.rows:
        if gate := gates.get(row.key):
            yield row, gate


def downgrade_refusal(row: GateRow, gate: Gate, review: Review, checklist: Checklist) -> str:
    """Why an approved downgrade of this gate does not count, in words; "" where it would count."""
    if gate.never_optional:
        return "this gate is never optional"
    if not gate.yellow_allowed:
        return "this gate does not allow yellow"
    if not review.low_stakes:
        return "the system is not marked as low-stakes internal"
    if not is_person(row.approver, checklist.policy.person_marks):
        return f"“{row.approver}” is not one person"
    return ""


def effective_status(
    row: GateRow, gate: Gate, review: Review, checklist: Checklist
) -> Status | None:
    """What the row counts as; None where it is not marked or cannot be read."""
    status = row.status
    if not isinstance(status, Status):
        return None
    if (
        status is Status.RED
        and row.approver
        and not downgrade_refusal(row, gate, review, checklist)
    ):
        return Status.YELLOW
    if status is Status.YELLOW and not gate.yellow_allowed:
        return Status.RED
    return status


def effective_rows(
    review: Review, checklist: Checklist
) -> tuple[tuple[GateRow, Gate, Status | None], ...]:
    """Every gate's row with what it counts as."""
    return tuple(
        (row, gate, effective_status(row, gate, review, checklist))
        for row, gate in gate_rows(review, checklist)
    )


_WORST_FIRST = (Status.RED, None, Status.YELLOW, Status.GREEN)


def worst(statuses: list[Status | None]) -> Status | None:
    """The status that counts for a gate: red before unmarked before yellow before green."""
    return next((status for status in _WORST_FIRST if status in statuses), None)


def plausible(value: object, checklist: Checklist) -> date | None:
    """The value if it is a date within the checklist's range, else None."""
    policy = checklist.policy
    if isinstance(value, date) and policy.earliest_date <= value <= policy.latest_date:
        return value
    return None
