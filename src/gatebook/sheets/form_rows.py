"""Reading the rows of gates, and what cells of a form hold: answers, and what is odd about them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from sys import intern

from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist
from gatebook.domain.fields import HEADER
from gatebook.domain.review import GateRow, Unreadable
from gatebook.domain.text import clean, says_something
from gatebook.sheets import typed
from gatebook.sheets.formulas import KEY_PREFIX
from gatebook.sheets.model import CellError, Grid, Raw

# For the many rows with nothing odd about them; like `shared`, nobody changes it.
_NOTHING: dict[str, str] = {}
_IS_HYPERLINK = re.compile(r"\s*HYPERLINK\s*\(", re.IGNORECASE)
_HYPERLINK = re.compile(r'\s*HYPERLINK\s*\(\s*"((?:[^"]|"")*)"', re.IGNORECASE)


class CellReader:
    """Reads cells of one grid, and keeps what is odd about them."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.formulas: dict[str, str] = {}
        self.remarks: dict[str, str] = {}

    def typed(self, name: str, cell: Cell) -> Raw | None:
        """What was typed into a cell: None for a blank and for a formula, which is noted."""
        formula = self.grid.formulas.get(cell)
        if formula is not None:
            self.formulas[name] = formula
            self.remarks[name] = "its cell holds a formula"
            return None
        value = self.grid.values.get(cell)
        if value is None:
            self._note_merge(name, cell)
        elif isinstance(value, CellError):
            self.remarks[name] = f"its cell shows the error {value}"
        return value

    def note_missing(self, cells: dict[str, Cell]) -> None:
        """Fields of the head that have no cell."""
        for field in HEADER:
            if field.name not in cells:
                self.remarks[field.name] = f"no box beside a label “{field.label}” was found"

    def _note_merge(self, name: str, cell: Cell) -> None:
        row, column = cell
        for area in self.grid.merges:
            # Asked of every empty cell: comparing here takes a third of the time of "cell in area".
            (top, left), (bottom, right) = area
            if top <= row <= bottom and left <= column <= right and cell != area.first:
                self.remarks[name] = (
                    f"its cell is part of the merged range {area.a1}, whose value stands in "
                    f"{area.first.a1}"
                )

    def formula(self, name: str) -> Unreadable | None:
        """A formula where a date, status or choice must be typed."""
        formula = self.formulas.get(name)
        return None if formula is None else Unreadable("=" + formula, "formula")


@lru_cache(4_096)
def shared(cells: tuple[tuple[str, Cell], ...]) -> dict[str, Cell]:
    """Where fields stand: one object for all sheets that are laid out alike, which nobody changes.
    Thousands of reviews would take twice the memory with one each."""
    return dict(cells)


@lru_cache(4_096)
def _row_cells(row: int, columns: tuple[tuple[str, int], ...]) -> dict[str, Cell]:
    return shared(tuple((name, Cell(row, column)) for name, column in columns))


def gate_rows(
    grid: Grid,
    checklist: Checklist,
    columns: dict[str, int],
    keys: list[Cell],
    table_row: int,
    wordings: dict[str, str],
) -> Iterator[GateRow]:
    """The rows of gates in the sheet's order: those at `keys`, and those that have lost their key.

    `columns` by field; `wordings` has what stands on the tab of each gate's wording, by its key.
    """
    keyed = {cell.row: intern(str(grid.values[cell])[len(KEY_PREFIX) :].strip()) for cell in keys}
    yield_rows = dict.fromkeys(keyed, False) | _lost_rows(
        grid, checklist, columns, keyed, table_row
    )
    by_title = {clean(gate.title).lower(): gate.key for gate in checklist.gates}
    for row in sorted(yield_rows):
        lost = yield_rows[row]
        key = by_title[_title(grid, columns, row)[0].lower()] if lost else keyed[row]
        yield _gate_row(grid, columns, row, key, wordings.get(key, ""), lost=lost)


def title_column(grid: Grid, checklist: Checklist) -> int | None:
    """The column with the most titles of gates, for a table whose header Gate is gone."""
    titles = {clean(gate.title).lower() for gate in checklist.gates}
    found = Counter(
        column
        for (_, column), value in grid.values.items()
        if isinstance(value, str) and clean(value.partition("\n")[0]).lower() in titles
    )
    return max(sorted(found), key=found.__getitem__, default=None)


def _title(grid: Grid, columns: dict[str, int], row: int) -> tuple[str, str]:
    """The title in a gate's row, and the note on the lines below it."""
    text = typed.as_text(grid.values.get((row, columns.get("gate", -1))))
    title, _, note = text.partition("\n")
    return clean(title), note


def _lost_rows(
    grid: Grid,
    checklist: Checklist,
    columns: dict[str, int],
    keyed: dict[int, str],
    table_row: int,
) -> dict[int, bool]:
    """Rows that have no key, and whose title is a gate's: marked, or with its number. A title alone
    is somebody's note."""
    if "gate" not in columns:
        return {}
    numbers = {clean(gate.title).lower(): str(gate.number) for gate in checklist.gates}
    rows = {row for row, column in grid.values if row != table_row and column == columns["gate"]}
    lost: dict[int, bool] = {}
    for row in rows - keyed.keys():
        number = numbers.get(_title(grid, columns, row)[0].lower())
        shown = typed.as_name(grid.values.get((row, columns.get("number", -1))))
        mark = (row, columns["status"])
        marked = mark in grid.values or mark in grid.formulas
        if number and (marked or shown == number):
            lost[row] = True
    return lost


def _gate_row(
    grid: Grid, columns: dict[str, int], row: int, key: str, wording: str, *, lost: bool
) -> GateRow:
    reader = CellReader(grid)
    cells = _row_cells(row, tuple(columns.items()))

    def value(name: str) -> Raw | None:
        return reader.typed(name, cells[name]) if name in cells else None

    status = value("status")
    due = value("due")
    artifact, link = _artifact(grid, cells["artifact"], reader)
    title, note = _title(grid, columns, row)
    number = None
    if "number" in cells:
        number = typed.as_name(grid.values.get(cells["number"]))
    return GateRow(
        key=key,
        status=reader.formula("status") or typed.as_status(status),
        owner=typed.as_name(value("owner")),
        next_action=typed.as_text(value("next_action")),
        due=reader.formula("due") or typed.as_date_value(due, epoch_1904=grid.epoch_1904),
        artifact=artifact,
        artifact_link=link,
        approver=typed.as_name(value("approver")),
        number_shown=number,
        lost_key=lost,
        title=intern(title),
        wording=wording,
        note=intern(note),
        cells=cells,
        formulas=reader.formulas or _NOTHING,
        remarks=reader.remarks or _NOTHING,
    )


def _artifact(grid: Grid, cell: Cell, reader: CellReader) -> tuple[str, str]:
    """Text and link target. A link's target counts as much as its text, and so does HYPERLINK; any
    other formula is not an answer."""
    link = grid.links.get(cell, "")
    formula = grid.formulas.get(cell)
    if formula is None or not _IS_HYPERLINK.match(formula):
        return typed.as_text(reader.typed("artifact", cell)), link
    text = typed.as_text(grid.values.get(cell))
    if match := _HYPERLINK.match(formula):
        link = match[1].replace('""', '"')
    # The sheet takes every HYPERLINK for proof, whatever it shows.
    return text if says_something(text) else link or f"={formula}", link
