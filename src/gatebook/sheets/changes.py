"""The Changes tab both ways: what was changed about a system, when, by whom.

It is also the log that the gate on access and changes asks for.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from gatebook.domain.cells import Cell, Range
from gatebook.domain.checklist import Checklist, Policy
from gatebook.domain.fields import CHANGES, Field
from gatebook.domain.review import CHANGE_KINDS, Change, Stamp, Unreadable
from gatebook.sheets import look, typed
from gatebook.sheets.headers import find_columns, folded, texts_by_row
from gatebook.sheets.model import Column, Grid, Page, Placed, Protection, Row, Sheet, Validation

MARK = "gatebook:changes"
TAB_NAME = "Changes"
_TITLE = "Changes"
_HINT = (
    "Write down every change. Every kind except Other is a major change and calls for a new review."
)
# What the tab says of itself, besides its headers.
FURNITURE = frozenset({_TITLE, _HINT})
# What to do where the tab's columns cannot be told.
REMEDY = f"Bring the header row back as it was: {' · '.join(field.label for field in CHANGES)}."
_INPUT_ROWS = 60
# Empty rows below a log that was carried along.
_LEAST_ROOM = 20
_HEADER_ROW = 2
_FIRST_COLUMN = 1
_WIDTHS = {"on": 14, "kind": 24, "who": 24, "what": 70}
_KINDS = {kind.lower(): kind for kind in CHANGE_KINDS}
_SYSTEM = re.compile(re.escape(MARK) + r";system=([^;]*)")
_HEADERS = {folded(field.label) for field in CHANGES}


def draw_changes(
    stamp: Stamp,
    checklist: Checklist,
    *,
    name: str = TAB_NAME,
    changes: tuple[Change, ...] = (),
    paper: Literal["A4", "Letter"] = "A4",
) -> Sheet:
    """An empty or filled list of changes for one system."""
    columns = {field.name: _FIRST_COLUMN + place for place, field in enumerate(CHANGES)}
    last = _HEADER_ROW + max(_INPUT_ROWS, len(changes) + _LEAST_ROOM)
    cells = {
        Cell(0, 0): Placed(f"{MARK};system={stamp.system_id}", look.HIDDEN),
        Cell(0, _FIRST_COLUMN): Placed(_TITLE, look.TITLE),
        Cell(1, _FIRST_COLUMN): Placed(_HINT, look.NOTE),
    }
    for field in CHANGES:
        cells[Cell(_HEADER_ROW, columns[field.name])] = Placed(field.label, look.HEADER)
    for place in range(last - _HEADER_ROW):
        change = changes[place] if place < len(changes) else None
        for field in CHANGES:
            style = look.FIELD_DATE if field.kind == "date" else look.FIELD
            value = getattr(change, field.name) if change else None
            shown = value.found if isinstance(value, Unreadable) else value or None
            cells[Cell(_HEADER_ROW + 1 + place, columns[field.name])] = Placed(shown, style)
    area = {
        name: Range.of(_HEADER_ROW + 1, column, last, column) for name, column in columns.items()
    }
    return Sheet(
        name=name,
        cells=cells,
        columns={0: Column(4, hidden=True)}
        | {columns[key]: Column(width) for key, width in _WIDTHS.items()},
        rows={0: Row(26)},
        merges=(Range.of(1, _FIRST_COLUMN, 1, columns["what"]),),
        validations=tuple(
            _validation(area[field.name], field, checklist.policy) for field in CHANGES
        ),
        protection=Protection(insert_rows=True),
        freeze=Cell(_HEADER_ROW + 1, 0),
        page=Page(paper=paper, tall=0, repeat=(_HEADER_ROW, _HEADER_ROW)),
        cursor=Cell(_HEADER_ROW + 1, _FIRST_COLUMN),
    )


def _validation(area: Range, field: Field, policy: Policy) -> Validation:
    """What a column accepts, and what it says while somebody is in it."""
    rule = Validation(
        area, "any", prompt_title=field.label, prompt=field.prompt, error_title=field.label
    )
    if field.kind == "date":
        error = f"Please enter {field.expected}."
        first, last = policy.earliest_date, policy.latest_date
        return replace(rule, kind="date", earliest=first, latest=last, error=error)
    if field.choices:
        error = f"Please choose from the list: {', '.join(field.choices)}."
        return replace(rule, kind="list", choices=field.choices, error=error)
    return rule


def mark_of(grid: Grid) -> str | None:
    """The system id a Changes tab belongs to, "" where it is unmarked, None for any other tab."""
    for value in grid.values.values():
        if type(value) is str and value.startswith(MARK):
            match = _SYSTEM.match(value)
            return match[1] if match else ""
    return "" if len(_headers_in(grid)[1]) == len(_HEADERS) else None


def _headers_in(grid: Grid) -> tuple[int, set[str]]:
    """The row that shows most of the headers, and which of them; the upper one of equals."""
    by_row = {
        row: _HEADERS & {folded(text) for text in texts.values()}
        for row, texts in sorted(texts_by_row(grid.values).items())
    }
    row = max(by_row, key=lambda row: len(by_row[row]), default=0)
    return row, by_row.get(row, set())


def parse_changes(grid: Grid) -> tuple[Change, ...]:
    """The changes on a tab in the sheet's order; rows that say nothing are left out.

    Raises HeaderTrouble where the columns of date and kind cannot be told.
    """
    row, _ = _headers_in(grid)
    columns = find_columns(row, texts_by_row(grid.values).get(row, {}), CHANGES, ("on", "kind"))
    filled = grid.values.keys() | grid.formulas.keys()
    rows = sorted({r for r, column in filled if r > row and column in columns.values()})
    return tuple(_change(grid, columns, r) for r in rows)


def _change(grid: Grid, columns: dict[str, int], row: int) -> Change:
    cells = {name: Cell(row, column) for name, column in columns.items()}

    def value(name: str) -> str:
        return typed.as_text(grid.values.get(cells[name])) if name in cells else ""

    on, kind = grid.values.get(cells["on"]), grid.values.get(cells["kind"])
    return Change(
        on=_formula(grid, cells["on"]) or typed.as_date_value(on, epoch_1904=grid.epoch_1904),
        kind=_formula(grid, cells["kind"]) or typed.as_choice(kind, _KINDS),
        who=value("who"),
        what=value("what"),
        tab=grid.tab,
        cells=cells,
    )


def _formula(grid: Grid, cell: Cell) -> Unreadable | None:
    """A formula where something must be typed: its result can change by itself."""
    formula = grid.formulas.get(cell)
    return None if formula is None else Unreadable("=" + formula, "formula")
