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

# Where each header field's label stands: column of the label, and the last column of its value. The
# groups end in one row, so that the Tab key meets the day to meet again after all else.
_GROUPS = (
    (2, 4, ("system", "lead", "owner", "backup", "review_date")),
    (5, 7, ("stakes", "customer_data", "regulated_area", "live", "launch_date")),
    (8, 9, ("regate_on",)),
)
HEAD_ROWS = max(len(names) for _, _, names in _GROUPS)
TABLE_ROW = HEAD_ROW + HEAD_ROWS + 1
LOGO = Range.of(HEAD_ROW, 8, HEAD_ROW + HEAD_ROWS - 2, 9)

# Hidden rows of helper cells above the table, where no sorting or deleting of gates reaches them.
TEXTS_ROW = TITLE_ROW
FLAGS_ROW = DECISION_ROW
MARKS_ROW = REASON_ROW
TOTALS_ROW = NEEDS_ROW
NAMES_ROW = HEAD_ROW
NUMBERS_ROW = HEAD_ROW + 1
PEOPLE_ROW = HEAD_ROW + 2

# The sign-off's labels, and the last column of each value: one row under the attendees, in columns
# where their names and roles do not stand, so that none is taken for the other.
_SIGN_OFF = (("signed_by", 2, 4), ("signer_role", 6, 7), ("signed_on", 8, 9))
_ATTENDEES_COLUMN = COLUMNS["status"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Places for one checklist: rows of themes and gates, then attendees and sign-off below.

    `attendees`: the label of so many `people`, whose names stand right of it and downwards.
    """

    labels: dict[str, Cell]
    value_ranges: dict[str, Range]
    theme_rows: dict[int, str]
    gate_rows: dict[str, int]
    last_gate_row: int
    attendees: Cell
    people: int
    last_row: int

    def value(self, field: str) -> Cell:
        """The cell of a header field's value."""
        return self.value_ranges[field].first

    @property
    def names(self) -> Range:
        """The cells of the attendees' names."""
        first = self.attendees.right()
        return Range(first, first.down(self.people - 1))

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
        for row, name in enumerate(names, HEAD_ROW + HEAD_ROWS - len(names)):
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
    people = max(checklist.policy.max_attendees, attendees)
    last_row = below + people + 1
    for name, label_column, last_column in _SIGN_OFF:
        labels[name] = Cell(last_row, label_column)
        values[name] = Range.of(last_row, label_column + 1, last_row, last_column)
    return Layout(
        labels=labels,
        value_ranges=values,
        theme_rows=theme_rows,
        gate_rows=gate_rows,
        last_gate_row=row,
        attendees=Cell(below, _ATTENDEES_COLUMN),
        people=people,
        last_row=last_row,
    )
