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
    "approver": 7,
    "artifact": 8,
    "check": 9,
}
LAST_COLUMN = COLUMNS["check"]
# What stands on paper ends here: Check guides those who fill the form in, and what a row still needs
# is tinted as well. Its text also ends an artifact that is longer than its column.
PAPER_COLUMN = COLUMNS["artifact"]
HELPERS_FROM = LAST_COLUMN + 4

TITLE_ROW = 0
DECISION_ROW = 1
REASON_ROW = 2
NEEDS_ROW = 3
HEAD_ROW = 4

# Where each header field's label stands: its row below HEAD_ROW, its column, and the last column of
# its value. The three days share a row, so that the Tab key meets the day to meet again last.
_HEAD = {
    "system": (0, 2, 4), "lead": (1, 2, 4), "owner": (2, 2, 4), "backup": (3, 2, 4),
    "stakes": (0, 5, 7), "customer_data": (1, 5, 7), "regulated_area": (2, 5, 7), "live": (3, 5, 7),
    "review_date": (4, 2, 4), "launch_date": (4, 5, 6), "regate_on": (4, 7, 8),
}  # fmt: skip
HEAD_ROWS = 5
TABLE_ROW = HEAD_ROW + HEAD_ROWS + 1
# Height in points of the blank rows above and below the table; marks.py writes into the upper one.
GAP_POINTS = 8
LOGO = Range.of(TITLE_ROW, 6, TITLE_ROW, PAPER_COLUMN)
DECISION = Range.of(DECISION_ROW, 3, DECISION_ROW, 6)
COUNTS = Range.of(DECISION_ROW, 7, DECISION_ROW, PAPER_COLUMN)

# Hidden rows of helper cells above the table, where no sorting or deleting of gates reaches them.
TEXTS_ROW = TITLE_ROW
FLAGS_ROW = DECISION_ROW
MARKS_ROW = REASON_ROW
TOTALS_ROW = NEEDS_ROW
NAMES_ROW = HEAD_ROW
NUMBERS_ROW = HEAD_ROW + 1
PEOPLE_ROW = HEAD_ROW + 2

# The same for the sign-off, in the last two rows. No label stands in the columns of the attendees'
# names and roles, so that none is taken for the other.
_SIGN_OFF = {"signed_by": (-1, 2, 4), "signer_role": (-1, 6, 8), "signed_on": (0, 2, 4)}
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
    last_row = below + people + 2
    labels: dict[str, Cell] = {}
    values: dict[str, Range] = {}
    for base, places in ((HEAD_ROW, _HEAD), (last_row, _SIGN_OFF)):
        for name, (down, column, last_column) in places.items():
            labels[name] = Cell(base + down, column)
            values[name] = Range.of(base + down, column + 1, base + down, last_column)
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
