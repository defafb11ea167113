"""Where things stand on a freshly drawn review tab. Reading never depends on it.

Columns from left: number, the hidden gate key (between number and gate, so that any selection of
whole rows takes it along), the visible columns, three spare hidden ones that keep values and helper
formulas apart, then the hidden helpers.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatebook.domain.cells import Cell, Range
from gatebook.domain.checklist import Checklist

COLUMNS = {
    "number": 0,
    "key": 1,
    "gate": 2,
    "status": 3,
    "owner": 4,
    "next_action": 5,
    "due": 6,
    "artifact": 7,
    "approver": 8,
    "check": 9,
}
LAST_COLUMN = COLUMNS["check"]
HELPERS_FROM = LAST_COLUMN + 4

TITLE_ROW = 0
DECISION_ROW = 1
REASON_ROW = 2
NEEDS_ROW = 3
HEAD_ROW = 4

# Where each header field's label stands: column of the label, and the last column of its value.
_GROUPS = (
    (2, 4, ("system", "lead", "owner", "backup", "review_date")),
    (5, 7, ("stakes", "customer_data", "regulated_area", "live", "launch_date")),
    (8, 9, ("regate_on",)),
)
HEAD_ROWS = max(len(names) for _, _, names in _GROUPS)
TABLE_ROW = HEAD_ROW + HEAD_ROWS + 1

# Hidden rows of helper cells above the table, where no sorting or deleting of gates reaches them.
TEXTS_ROW = TITLE_ROW
FLAGS_ROW = DECISION_ROW
MARKS_ROW = REASON_ROW
TOTALS_ROW = NEEDS_ROW

SIGN_OFF = ("signed_by", "signer_role", "signed_on")
_ATTENDEES_COLUMN = COLUMNS["status"]
_SIGN_OFF_COLUMN = COLUMNS["due"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Places for one checklist: rows of themes and gates, then attendees and sign-off below."""

    labels: dict[str, Cell]
    value_ranges: dict[str, Range]
    theme_rows: dict[int, str]
    gate_rows: dict[str, int]
    last_gate_row: int
    attendees: Cell
    last_row: int

    def value(self, field: str) -> Cell:
        """The cell of a header field's value."""
        return self.value_ranges[field].first

    @property
    def body(self) -> tuple[int, int]:
        """First and last row that ranges over gates cover: the header and one spare row included."""
        return TABLE_ROW, self.last_gate_row + 1

    def column(self, column: int) -> Range:
        """The rows of the table in one column, as ranges in formulas use them."""
        first, last = self.body
        return Range.of(first, column, last, column)


def layout_for(checklist: Checklist, attendees: int = 0) -> Layout:
    """Work out the places for a checklist of any number of gates, and room for so many people."""
    labels: dict[str, Cell] = {}
    values: dict[str, Range] = {}
    for label_column, last_column, names in _GROUPS:
        for offset, name in enumerate(names):
            row = HEAD_ROW + offset
            labels[name] = Cell(row, label_column)
            values[name] = Range.of(row, label_column + 1, row, last_column)
    row = TABLE_ROW
    theme_rows: dict[int, str] = {}
    gate_rows: dict[str, int] = {}
    for theme in checklist.themes:
        row += 1
        theme_rows[row] = theme
        for gate in checklist.gates:
            if gate.theme == theme:
                row += 1
                gate_rows[gate.key] = row
    below = row + 2
    for offset, name in enumerate(SIGN_OFF):
        labels[name] = Cell(below + offset, _SIGN_OFF_COLUMN)
        values[name] = Range.of(below + offset, _SIGN_OFF_COLUMN + 1, below + offset, 7)
    people = max(checklist.policy.max_attendees, len(SIGN_OFF), attendees)
    return Layout(
        labels=labels,
        value_ranges=values,
        theme_rows=theme_rows,
        gate_rows=gate_rows,
        last_gate_row=row,
        attendees=Cell(below, _ATTENDEES_COLUMN),
        last_row=below + people - 1,
    )
