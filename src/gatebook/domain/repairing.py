"""A fresh form for a review whose sheet was damaged: what is carried, and what has to be given again.

The repaired form is the same sitting, so it keeps the ids of the old one. It never comes to a better
decision than the old sheet did: a mark that nobody can read is given again, of two rows of a gate the
worse one stays, and where the repair alone would make the decision better, it has to be signed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import msgspec

from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.decision import Decision
from gatebook.domain.effective import effective_rows, worst
from gatebook.domain.fields import HEADER, HEADER_BY_NAME, ROW_BY_NAME
from gatebook.domain.judge import Judged, judge
from gatebook.domain.renewal import asks_otherwise
from gatebook.domain.review import (
    SCHEMA,
    Change,
    GateRow,
    Review,
    SignOff,
    Stamp,
    Status,
    Unreadable,
    as_date,
)
from gatebook.domain.review_rules import STRICTER
from gatebook.domain.row_rules import drawn_from, shown_otherwise, titles_on
from gatebook.domain.systems import GOOD
from gatebook.domain.text import same

UNSTAMPED = "unstamped:"
_BETTER = "the new form would come to a better decision than the old one did, so it has to be signed again"
_NOT_WHOLE = "the old sheet could not be read as a whole, so it has to be signed again"
_MIXED_UP = (
    "rows of the old sheet show another gate than their hidden key, so it has to be signed again"
)
_SIGN_OFF = {"signed_by": "name", "signer_role": "role", "signed_on": "on"}
_ASKS_OTHERWISE = "the gate asks for something else than when it was marked; mark it again"
# Left blank it would count for less than what nobody could read.
_COUNTS_AS = {"customer_data": STRICTER["customer_data"]}
_ROW_FIELDS = ("status", "owner", "next_action", "due", "artifact", "approver")
_WHY = {
    "text": "expected {expected}",
    "error": "an error value, and no answer",
    "formula": "a formula, and nothing that somebody typed",
    "range": "no day that a calendar has",
}


class Place(msgspec.Struct, frozen=True):
    """What a cell of the old sheet is for: the label or header it stands under, and the gate."""

    about: str
    gate: int | None = None


class Repaired(msgspec.Struct, frozen=True):
    """The review for the fresh form.

    By cell of the old tab: `carried` are those whose content the new form has, `why` says of others
    why it has not, `places` what they are for. `sign_again`: why the sign-off was left out ("": it was
    not).
    """

    review: Review
    judged: Judged
    carried: frozenset[Cell]
    why: dict[Cell, str]
    places: dict[Cell, Place]
    sign_again: str


def better(one: Decision, other: Decision) -> bool:
    """Whether one decision lets a system get further than the other."""
    return GOOD[one] > GOOD[other]


def repair(
    old: Review, checklist: Checklist, before: Judged | None, today: date, token: str
) -> Repaired:
    """What a fresh form takes over from a review. `before` is how the sheet as it stood was judged,
    None where it could not be read as a whole. `token` makes the id of a form that lost its own."""
    found = _Carried()
    review: Review = msgspec.structs.replace(
        Review(
            stamp=_stamp(old, checklist, token),
            sign_off=_sign_off(old, found),
            attendees=old.attendees,
            rows=tuple(_rows(old, checklist, found)),
            changes=tuple(_bare(change) for change in old.changes),
        ),
        **_head(old, found),
    )
    judged = judge(review, checklist, today)
    again = _NOT_WHOLE
    if before:
        is_better = better(judged.verdict.decision, before.verdict.decision)
        again = _BETTER if is_better else _MIXED_UP if found.mixed_up else ""
    if not again:
        return found.done(judged, "")
    review = msgspec.structs.replace(
        review,
        sign_off=SignOff(),
        rows=tuple(msgspec.structs.replace(row, approver="") for row in review.rows),
    )
    for cell in (*_cells(old, _SIGN_OFF), *(row.cells.get("approver") for row in old.rows)):
        if cell:
            found.leave(cell, again)
    signed = bool(old.sign_off.name or old.sign_off.on)
    return found.done(judge(review, checklist, today), again if signed else "")


class _Carried:
    """What became of the cells."""

    def __init__(self) -> None:
        self.carried: set[Cell] = set()
        self.why: dict[Cell, str] = {}
        self.places: dict[Cell, Place] = {}
        self.mixed_up = False

    def note(self, cell: Cell, place: Place) -> None:
        self.places[cell] = place

    def take(self, cell: Cell) -> None:
        self.carried.add(cell)

    def leave(self, cell: Cell, why: str) -> None:
        self.carried.discard(cell)
        self.why[cell] = why

    def done(self, judged: Judged, sign_again: str) -> Repaired:
        return Repaired(
            judged.review, judged, frozenset(self.carried), self.why, self.places, sign_again
        )


def _stamp(old: Review, checklist: Checklist, token: str) -> Stamp:
    """The same ids, so that old and new are seen as one sitting; new ones where they were lost."""
    stamp = old.stamp
    if stamp.review_id.startswith(UNSTAMPED) or not stamp.review_id:
        return Stamp.of(checklist, stamp.system_id, as_date(old.review_date), token)
    return Stamp(SCHEMA, checklist.id, checklist.version, stamp.system_id, stamp.review_id)


def _cells(old: Review, names: Mapping[str, str]) -> Iterator[Cell]:
    return (old.cells[name] for name in names if name in old.cells)


def _head(old: Review, found: _Carried) -> dict[str, Any]:
    """The head's fields; what nobody can read is blank."""
    return {
        field.name: _readable(
            getattr(old, field.name), old, field.name, None if field.kind == "date" else "", found
        )
        for field in HEADER
        if field.name not in _SIGN_OFF
    }


def _sign_off(old: Review, found: _Carried) -> SignOff:
    values = {
        part: _readable(getattr(old.sign_off, part), old, name, None if part == "on" else "", found)
        for name, part in _SIGN_OFF.items()
    }
    return msgspec.convert(values, SignOff)


def _readable(
    value: object, old: Review, name: str, blank: object, found: _Carried
) -> object:  # fmt: skip
    cell = old.cells.get(name)
    field = HEADER_BY_NAME[name]
    if cell:
        found.note(cell, Place(field.label))
        strict = f"; until then it counts as {_COUNTS_AS[name]}" if name in _COUNTS_AS else ""
        _settle(cell, value, name in old.formulas, field.expected + strict, found)
    if isinstance(value, Unreadable):
        return _COUNTS_AS.get(name, blank)
    return value


def _settle(cell: Cell, value: object, is_formula: bool, expected: str, found: _Carried) -> None:
    """Say whether the cell's content came along."""
    if isinstance(value, Unreadable):
        found.leave(cell, _WHY[value.why].format(expected=expected))
    elif is_formula:
        found.leave(cell, _WHY["formula"])
    elif value:
        found.take(cell)


def _rows(old: Review, checklist: Checklist, found: _Carried) -> Iterator[GateRow]:
    """A row for each gate of the checklist that has one."""
    by_gate: dict[str, list[tuple[GateRow, Status | None]]] = {}
    for row, gate, status in effective_rows(old, checklist):
        by_gate.setdefault(gate.key, []).append((row, status))
        _note_row(row, gate.number, found)
    for row in old.rows:
        if row.key not in by_gate:
            _note_row(row, None, found)
            _leave_row(row, "a row that belongs to no gate of the checklist", found)
    for gate in checklist.gates:
        pairs = by_gate.get(gate.key, [])
        if not pairs:
            continue
        counts = worst([status for _, status in pairs])
        taken = next(row for row, status in pairs if status is counts)
        for row, _ in pairs:
            if row is not taken:
                why = "the gate stands in several rows, and the one with the worse mark was carried"
                _leave_row(row, why, found)
        yield _row(taken, gate, old, checklist, found)


def _note_row(row: GateRow, number: int | None, found: _Carried) -> None:
    for name, cell in row.cells.items():
        found.note(cell, Place(ROW_BY_NAME[name].label, number))


def _leave_row(row: GateRow, why: str, found: _Carried) -> None:
    for cell in row.cells.values():
        found.leave(cell, why)


def _row(row: GateRow, gate: Gate, old: Review, checklist: Checklist, found: _Carried) -> GateRow:
    for name in _ROW_FIELDS:
        if cell := row.cells.get(name):
            value = getattr(row, name) or (row.artifact_link if name == "artifact" else None)
            is_link = name == "artifact" and name not in row.formulas
            formula = name in row.formulas and not is_link
            _settle(cell, value, formula, ROW_BY_NAME[name].expected, found)
    # The fresh form has its own number and title.
    if (cell := row.cells.get("number")) and row.number_shown == str(gate.number):
        found.take(cell)
    if (cell := row.cells.get("gate")) and same(row.title, gate.title):
        found.take(cell)
    status = None if isinstance(row.status, Unreadable) else row.status
    mixed_up = _mixed_up(row, gate, old, checklist)
    if mixed_up:
        found.mixed_up = True
        if (cell := row.cells.get("gate")) and cell not in found.carried:
            found.leave(cell, mixed_up)
    doubt = mixed_up or (_ASKS_OTHERWISE if asks_otherwise(row, gate) else "")
    # A red stays red.
    if doubt and status in (Status.GREEN, Status.YELLOW):
        status = None
        if cell := row.cells.get("status"):
            found.leave(cell, doubt)
    return GateRow(
        key=row.key,
        status=status,
        owner=row.owner,
        next_action=row.next_action,
        due=None if isinstance(row.due, Unreadable) else row.due,
        artifact=row.artifact,
        artifact_link=row.artifact_link,
        approver=row.approver,
        note=row.note,
    )


def _mixed_up(row: GateRow, gate: Gate, old: Review, checklist: Checklist) -> str:
    """Why a row's answers may be another gate's; "" where they are this one's."""
    number = row.number_shown
    if drawn_from(old, checklist) and number and number != str(gate.number):
        shown = f"the number “{number}”"
    else:
        shown = shown_otherwise(row, gate, titles_on(old, checklist))
    if not shown:
        return ""
    return (
        f"the row shows {shown} and carries the hidden key of gate {gate.number}: nobody can tell which "
        "one was marked"
    )


def _bare(change: Change) -> Change:
    return msgspec.structs.replace(change, tab="", cells={}, where="")
