"""How much room the form's texts have: widths of columns, heights of rows, sizes of letters.

No program fits a row to merged cells or to what is drawn, so it is worked out here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from textwrap import wrap

from gatebook.domain.cells import Cell, Range
from gatebook.domain.review import Review
from gatebook.sheets.layout import (
    COLUMNS,
    DECISION_ROW,
    GAP_POINTS,
    HEAD_ROW,
    HEAD_ROWS,
    LOGO,
    NEEDS_ROW,
    PAPER_COLUMN,
    REASON_ROW,
    TABLE_ROW,
    TITLE_ROW,
    Layout,
)
from gatebook.sheets.model import Content, Formula, Link, Noted, Placed, Row, Style
from gatebook.sheets.monday import cut

# In sum little enough for a window of 1280 pixels, the size of a 13-inch screen.
WIDTHS = {
    "number": 4,
    "key": 12,
    "gate": 26,
    "status": 10,
    "owner": 17.5,
    "next_action": 40.5,
    "due": 11.5,
    "approver": 13,
    "artifact": 21,
    "check": 24,
}
# The lines under the decision: why it is so, and which boxes are empty.
WHY, NEEDS = Cell(REASON_ROW, COLUMNS["status"]), Cell(NEEDS_ROW, COLUMNS["status"])
# As many lines as they have room for at least: the titles of twelve gates take three.
_LEAST_LINES = {WHY: 3, NEEDS: 2}
_SMALL_POINTS = 13.0
_LINE_POINTS = 15.0
_GATE_POINTS = 24.0
_BOX_POINTS = 17.0
# Letters of a line for each character of a column's width, which is counted in digits: those of prose
# are narrower, in names more are capitals, and those of the title are larger (measured in Calibri).
_LETTERS, _OF_NAMES, _OF_TITLE = 1.25, 1.05, 0.78
# An indent takes the room of two.
_INDENT = 2
_TITLE_SIZE, _LEAST_SIZE = 16, 9
_WRAPPED = ("gate", "owner", "next_action", "approver", "check")


def box_width(area: Range) -> float:
    """How wide the columns of a range of the form are together, in characters."""
    places = range(area.first.column, area.last.column + 1)
    return sum(width for name, width in WIDTHS.items() if COLUMNS[name] in places)


def title_in(organisation: str, title: str, *, beside_logo: bool) -> tuple[str, float]:
    """The form's title, with the organisation's name before it, and the size in which it ends before
    the logo or the paper's edge; a name that is too long for that is cut, and the title never."""
    last = LOGO.first.column - 1 if beside_logo else PAPER_COLUMN
    room = (box_width(Range.of(0, 0, 0, last)) - WIDTHS["key"]) * _OF_TITLE
    most = int(room * _TITLE_SIZE / _LEAST_SIZE)
    over = f"{cut(organisation, most - len(title) - 3)} · {title}" if organisation else title
    return over, max(min(_TITLE_SIZE, int(_TITLE_SIZE * room / len(over))), _LEAST_SIZE)


def in_box(style: Style, content: Content, width: float) -> Style:
    """The style of a box for a short text. Letters become smaller where somebody types more than
    fits; what is drawn already wraps instead, and its row is as tall as it needs."""
    wraps = _box_lines(content, width) > 1
    return replace(style, valign="middle", wrap=wraps, shrink=not wraps)


def row_heights(review: Review, layout: Layout, cells: Mapping[Cell, Placed]) -> dict[int, Row]:
    """The heights of all rows of the form."""
    heights = {
        TITLE_ROW: Row(26),
        DECISION_ROW: Row(30),
        TABLE_ROW - 1: Row(GAP_POINTS),
        TABLE_ROW: Row(31),
        layout.last_gate_row + 1: Row(GAP_POINTS),
        layout.last_row - 2: Row(6),
    }
    heights |= {row: Row(_BOX_POINTS) for row in layout.theme_rows}
    return heights | _boxes(layout, cells) | _lines(cells) | _gates(review, cells)


def _boxes(layout: Layout, cells: Mapping[Cell, Placed]) -> dict[int, Row]:
    """Rows of boxes at the top and at the bottom: a line each, or as many as a text in them needs.
    Those of the people in the room, where nothing is merged, grow from there."""
    lowest = dict.fromkeys(range(HEAD_ROW, HEAD_ROW + HEAD_ROWS), _BOX_POINTS)
    people = range(layout.attendees.row, layout.attendees.row + layout.people)
    lowest |= dict.fromkeys(people, _BOX_POINTS)
    lowest |= {layout.last_row - 1: _BOX_POINTS + 1, layout.last_row: _BOX_POINTS + 1}
    lines = dict.fromkeys(lowest, 1)
    for area in (*layout.value_ranges.values(), *_people(layout)):
        count = _box_lines(cells[area.first].content, box_width(area))
        lines[area.first.row] = max(lines[area.first.row], count)
    return {
        row: Row(points + _LINE_POINTS * (lines[row] - 1), grows=row in people)
        for row, points in lowest.items()
    }


def _people(layout: Layout) -> list[Range]:
    """The cells of the attendees' names and roles."""
    names = [layout.names.first.down(place) for place in range(layout.people)]
    return [Range(cell, cell) for name in names for cell in (name, name.right())]


def _box_lines(content: Content, width: float) -> int:
    room = max(int(width * _OF_NAMES) - _INDENT, 1)
    return len(wrap(_as_text(content), room)) or 1


def _lines(cells: Mapping[Cell, Placed]) -> dict[int, Row]:
    """Room for as many lines of letters of 10 points as there are already, or may come."""
    wide = int(box_width(Range.of(0, COLUMNS["status"], 0, PAPER_COLUMN)) * _LETTERS)
    lines = {
        cell: max(len(wrap(_as_text(cells[cell].content), wide)), least)
        for cell, least in _LEAST_LINES.items()
    }
    return {cell.row: Row(_SMALL_POINTS * count + 1) for cell, count in lines.items()}


def _gates(review: Review, cells: Mapping[Cell, Placed]) -> dict[int, Row]:
    """Room for what a gate's row says already; it grows from there."""
    heights = {}
    for row in review.rows:
        lines = 1
        for name in _WRAPPED:
            text = _as_text(cells[row.cells[name]].content)
            wide = int(WIDTHS[name] * _LETTERS) - _INDENT
            lines = max(lines, sum(len(wrap(part, wide)) or 1 for part in text.split("\n")))
        points = max(_LINE_POINTS * min(lines, 12), _GATE_POINTS)
        heights[row.cells["gate"].row] = Row(points, grows=True)
    return heights


def _as_text(content: Content) -> str:
    if isinstance(content, Formula):
        content = content.value
    if isinstance(content, Link):
        return content.text
    if isinstance(content, Noted):
        return content.whole
    return str(content or "")
