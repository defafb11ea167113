"""A drawn tab as it would be read back, without a file in between; and hands that edit it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from gatebook.domain.cells import Cell, Range
from gatebook.sheets.model import Content, Formula, Grid, Link, Noted, Raw, Sheet, Workbook

_DAY_ZERO = {False: date(1899, 12, 30), True: date(1904, 1, 1)}


def serial(day: date, *, epoch_1904: bool = False) -> float:
    """A date as a cell holds it: days since the spreadsheet's first day."""
    return float((day - _DAY_ZERO[epoch_1904]).days)


def _raw(content: Content) -> Raw | None:
    """What a reader finds of a content that is no formula; None where nothing stands there."""
    match content:
        case None | "":
            return None
        case Link():
            return content.text
        case Noted():
            return content.whole
        case Formula():
            return _raw(content.value)
        case date():
            return serial(content)
        case bool() | str():
            return content
        case _:
            return float(content)


def grid_of(sheet: Sheet, position: int = 0) -> Grid:
    """The tab as read back: dates as serial numbers; formulas, links and merges kept."""
    values: dict[tuple[int, int], Raw] = {}
    formulas: dict[tuple[int, int], str] = {}
    links: dict[tuple[int, int], str] = {}
    for cell, content in _contents(sheet):
        value = _raw(content)
        if value is not None:
            values[cell] = value
        if isinstance(content, Formula):
            formulas[cell] = content.text.removeprefix("=")
        if isinstance(content, Link):
            links[cell] = content.target
    return Grid(sheet.name, values, formulas, links, sheet.merges, sheet.hidden, position=position)


def _contents(sheet: Sheet) -> Iterator[tuple[Cell, Content]]:
    """What stands in each cell: those placed one by one, then the tables'."""
    for cell, placed in sorted(sheet.cells.items()):
        yield cell, placed.content
    for table in sheet.tables:
        for down, record in enumerate([table.header, *table.rows]):
            for right, content in enumerate(record):
                yield table.at.down(down).right(right), content


def grids_of(workbook: Workbook) -> list[Grid]:
    """All tabs as read back, in their order."""
    return [grid_of(sheet, position) for position, sheet in enumerate(workbook.sheets)]


@dataclass
class _Held:
    value: Raw | None = None
    formula: str | None = None
    link: str | None = None


@dataclass
class Desk:
    """One tab on somebody's desk: what it holds, and what hands do to it.

    A place is "5 Due" (the gate's number and the column's header), a label such as "Pilot lead"
    (the cell right of it), or an address such as "F19".
    """

    tab: str
    held: dict[Cell, _Held] = field(default_factory=dict)
    merges: tuple[Range, ...] = ()
    epoch_1904: bool = False

    @classmethod
    def of(cls, grid: Grid) -> Desk:
        """Put a tab on the desk."""
        held: dict[Cell, _Held] = {}
        for place in grid.values.keys() | grid.formulas.keys():
            held[Cell(*place)] = _Held(
                grid.values.get(place), grid.formulas.get(place), grid.links.get(place)
            )
        return cls(grid.tab, held, grid.merges, grid.epoch_1904)

    def grid(self) -> Grid:
        """What a reader finds now."""
        cells = sorted(self.held.items())
        return Grid(
            self.tab,
            {cell: held.value for cell, held in cells if held.value is not None},
            {cell: held.formula for cell, held in cells if held.formula is not None},
            {cell: held.link for cell, held in cells if held.link is not None},
            self.merges,
            epoch_1904=self.epoch_1904,
        )

    # Finding the way about, as a person does: by what is written there.

    def find(self, text: str) -> Cell:
        """The first cell, row by row, in which exactly this text was typed."""
        found = [
            cell for cell, held in self.held.items() if held.value == text and held.formula is None
        ]
        if not found:
            raise LookupError(f"nothing reads {text!r}")
        return min(found)

    def header(self, text: str) -> Cell:
        """A column's header."""
        row = self.find("Next action").row
        found = [cell for cell, held in self.held.items() if held.value == text and cell.row == row]
        return min(found)

    def gate_row(self, number: int) -> int:
        """The first row that shows this number under #."""
        column = self.header("#").column
        rows = [c.row for c, h in self.held.items() if c.column == column and h.value == number]
        return min(rows)

    def cell(self, place: str) -> Cell:
        """The cell of a place."""
        number, _, header = place.partition(" ")
        if number.isdigit():
            return Cell(self.gate_row(int(number)), self.header(header).column)
        try:
            return Cell.parse(place)
        except ValueError:
            return self.find(place).right()

    def name(self, cell: Cell) -> str:
        """The place of a cell on a tab that is as it was drawn: the way back from `cell`."""
        header = self.header("#")
        number = self.held.get(Cell(cell.row, header.column), _Held()).value
        title = self.held.get(Cell(header.row, cell.column), _Held()).value
        if isinstance(number, float) and cell.row > header.row:
            return f"{number:g} {title}"
        label = self.held.get(cell.right(-1), _Held()).value
        return str(label) if label else cell.a1

    # What people do.

    def type(self, place: str | Cell, value: Raw | date, link: str | None = None) -> None:
        """Type a value over whatever stands there."""
        raw = serial(value, epoch_1904=self.epoch_1904) if isinstance(value, date) else value
        self.held[self._at(place)] = _Held(raw, None, link)

    def type_formula(self, place: str | Cell, formula: str, value: Raw | None = None) -> None:
        """Type a formula (without "="); `value` is its stored result."""
        self.held[self._at(place)] = _Held(value, formula)

    def clear(self, place: str | Cell) -> None:
        """Empty a cell."""
        self.held.pop(self._at(place), None)

    def rename(self, old: str, new: str) -> None:
        """Type another text over a label or a header."""
        self.type(self.find(old), new)

    def insert_rows(self, before: int, count: int = 1) -> None:
        """Empty rows before a 0-based row."""
        self._move(lambda c: c.down(count) if c.row >= before else c)

    def insert_columns(self, before: int, count: int = 1) -> None:
        """Empty columns before a 0-based column."""
        self._move(lambda c: c.right(count) if c.column >= before else c)

    def delete_row(self, row: int) -> None:
        """Delete a whole row; those below move up."""
        self._move(lambda c: None if c.row == row else c.down(-1) if c.row > row else c)

    def delete_column(self, column: int) -> None:
        """Delete a whole column; those right of it move left."""
        self._move(
            lambda c: None if c.column == column else c.right(-1) if c.column > column else c
        )

    def swap_columns(self, one: int, other: int, rows: range) -> None:
        """Let two columns change places within these 0-based rows."""
        places = {one: other, other: one}
        self._move(lambda c: Cell(c.row, places.get(c.column, c.column)) if c.row in rows else c)

    def order_rows(self, rows: Sequence[int], ordered: Sequence[int]) -> None:
        """Sort: whole rows; what stood in `ordered[i]` then stands in `rows[i]`."""
        goes_to = dict(zip(ordered, rows, strict=True))
        self._move(lambda c: Cell(goes_to.get(c.row, c.row), c.column))

    def copy_row(self, row: int, to: int) -> None:
        """Copy a whole row over another one."""
        kept = {cell: held for cell, held in self.held.items() if cell.row != to}
        copied = {Cell(to, c.column): held for c, held in self.held.items() if c.row == row}
        self.held = kept | copied

    def merge(self, area: str) -> None:
        """Merge cells: all but the first lose what they hold."""
        merged = Range.parse(area)
        self.held = {c: h for c, h in self.held.items() if c not in merged or c == merged.first}
        self.merges = (*self.merges, merged)

    def _at(self, place: str | Cell) -> Cell:
        return place if isinstance(place, Cell) else self.cell(place)

    def _move(self, to: Callable[[Cell], Cell | None]) -> None:
        moved = {to(cell): held for cell, held in self.held.items()}
        self.held = {cell: held for cell, held in moved.items() if cell is not None}
        areas = [(to(area.first), to(area.last)) for area in self.merges]
        self.merges = tuple(Range(first, last) for first, last in areas if first and last)
