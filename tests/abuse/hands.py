"""A person's hands on a review form, the same on both backends.

Places are named, and mean what stood there in the form as drawn (see `at`): "3 status", "header due",
"lead", "row 3". What was moved since is named by where it is now. Rows are counted as sheets do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import date
from itertools import islice, product
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import openpyxl
from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries
from openpyxl.utils.datetime import to_excel

from gatebook.domain.cells import Cell, Range
from gatebook.sheets.layout import COLUMNS, DECISION_ROW, HELPERS_FROM, TABLE_ROW, layout_for
from gatebook.sheets.model import Formula
from tests.abuse.marks import Crashed
from tests.conformance.desks import Desk, ExcelDesk, GoogleDesk, Ran
from tests.google_api.jsontypes import Json
from tests.support.builders import TODAY, TWELVE
from tests.support.libreoffice import Book

_LAYOUT = layout_for(TWELVE)
HEADER = TABLE_ROW + 1
# Row of each gate, by its number, in a form as drawn.
ROWS = {gate.number: _LAYOUT.gate_rows[gate.key] + 1 for gate in TWELVE.gates}
FIRST, LAST = ROWS[1], ROWS[12]
# Rows with nothing in them: right below the gates, and far below the form.
BELOW, SPARE = LAST + 1, 60
# The last column that anything of a form stands in.
END = get_column_letter(HELPERS_FROM + 60)
TAB = "Review"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def letter(column: str) -> str:
    """The letters of a column of the table."""
    return get_column_letter(COLUMNS[column] + 1)


def _index(column: str) -> int:
    """The number of a column, counted from 1, by its name in the table or its letters."""
    if column in COLUMNS:
        return COLUMNS[column] + 1
    return int(column_index_from_string(column))


def at(place: str) -> str:
    """The cells of a place: of "3 status", "below due", "header due", "lead", "label lead", "stamp",
    of "row 3", "row below", "row spare" and "table" (whole rows), of "3 gate:4 check"; and A1 itself."""
    first, colon, second = place.partition(":")
    if colon:
        return f"{at(first)}:{at(second)}"
    start, _, rest = place.rpartition(" ")
    lines = {"header": HEADER, "below": BELOW, "spare": SPARE} | {
        str(n): r for n, r in ROWS.items()
    }
    if start == "row":
        return f"A{lines[rest]}:{END}{lines[rest]}"
    if start == "label":
        return _LAYOUT.labels[rest].a1
    if start:
        return f"{letter(rest)}{lines[start]}"
    if place == "table":
        return f"A{FIRST}:{END}{LAST}"
    if place == "stamp":
        return f"{letter('key')}{DECISION_ROW + 1}"
    return _LAYOUT.value(place).a1 if place in _LAYOUT.labels else place


class Typed(NamedTuple):
    """A formula, as it was typed."""

    formula: str


# What stands in cells by row and column, counted from 0: days as numbers, blanks left out.
Cells = dict[tuple[int, int], str | float | bool | Typed]


class Hands(Protocol):
    """What a person does to a tab. Protection is taken off where it is in the way."""

    desk: Desk
    location: str
    tab: str

    def value(self, cell: str) -> Any:
        """What stands in a cell: text, number, None; a formula as its text."""
        ...

    def type(self, cell: str, text: str) -> None:
        """Type or paste a text over a cell; numbers, dates and formulas are understood."""
        ...

    def clear(self, cells: str) -> None:
        """Press Delete on a range."""
        ...

    def copy(self, cells: str, to: str) -> None:
        """Copy a range and paste it, with everything, from a cell on."""
        ...

    def sort(self, cells: str, column: str, *, falling: bool = False) -> None:
        """Sort the rows of a range by a column."""
        ...

    def insert_rows(self, before: int, count: int = 1) -> None: ...

    def delete_rows(self, first: int, count: int = 1) -> None: ...

    def insert_columns(self, before: str) -> None: ...

    def delete_columns(self, first: str) -> None: ...

    def merge(self, cells: str) -> None: ...

    def hide_rows(self, first: int, count: int = 1) -> None: ...

    def hide_column(self, column: str) -> None: ...

    def rename(self, title: str) -> None:
        """Give the tab another name."""
        ...

    def duplicate(self) -> None:
        """A copy of the tab beside it, as the program names it."""
        ...

    def hide(self) -> None:
        """Hide the tab."""
        ...

    def delete_tab(self, tab: str) -> None: ...

    def cut(self, cells: str, to: str) -> None:
        """Cut a range out, and paste it from a cell on."""
        ...

    def save(self) -> None:
        """Let go of the sheet, so that others see what was done."""
        ...


class Eyes(Hands, Protocol):
    """Hands whose work can be looked at."""

    def tabs(self) -> dict[str, Cells]:
        """What stands on each tab, with no help of gatebook's."""
        ...


def area_of(cells: str) -> Range:
    """A range of cells, or one cell, by its place."""
    cells = at(cells)
    return Range.parse(cells if ":" in cells else f"{cells}:{cells}")


class ExcelHands:
    """Hands in a file, by openpyxl, which knows less of a workbook than the program that people use."""

    def __init__(self, desk: Desk, location: str) -> None:
        self.desk = desk
        self.location = location
        self.tab = TAB
        self._book = openpyxl.load_workbook(location)

    @property
    def _sheet(self) -> Any:
        return self._book[self.tab]

    def value(self, cell: str) -> Any:
        return self._sheet[at(cell)].value

    def type(self, cell: str, text: str) -> None:
        # Whoever types into a merged range types into its first cell.
        found = self._sheet[at(cell)]
        if type(found).__name__ == "MergedCell":
            return
        if text.startswith("'"):
            # As in Excel: what follows the apostrophe is text, whatever it looks like.
            found.value = text[1:]
            found.data_type = "s"
        else:
            found.value = _understood(text)

    def clear(self, cells: str) -> None:
        for row in _cells(self._sheet, cells):
            for cell in row:
                if type(cell).__name__ != "MergedCell":
                    cell.value = None

    def copy(self, cells: str, to: str) -> None:
        first = Cell.parse(at(to))
        taken = [[_taken(cell) for cell in row] for row in _cells(self._sheet, cells)]
        for down, row in enumerate(taken):
            for right, held in enumerate(row):
                _put(self._sheet[first.down(down).right(right).a1], held)

    def cut(self, cells: str, to: str) -> None:
        self.copy(cells, "spare number")
        self.clear(cells)
        area = area_of(cells)
        first = Cell.parse(at("spare number"))
        height, width = area.last.row - area.first.row, area.last.column - area.first.column
        spare = Range(first, first.down(height).right(width)).a1
        self.copy(spare, to)
        self.clear(spare)

    def sort(self, cells: str, column: str, *, falling: bool = False) -> None:
        area = area_of(cells)
        by = _index(column) - 1 - area.first.column
        rows = [[_taken(cell) for cell in row] for row in _cells(self._sheet, cells)]
        # Blanks come last, whichever way.
        filled = [row for row in rows if row[by].value is not None]
        blank = [row for row in rows if row[by].value is None]
        filled.sort(key=lambda row: _order(row[by].value), reverse=falling)
        for down, row in enumerate(filled + blank):
            for right, held in enumerate(row):
                _put(self._sheet[area.first.down(down).right(right).a1], held)

    def insert_rows(self, before: int, count: int = 1) -> None:
        self._sheet.insert_rows(before, count)
        self._shift(before, 0, count)

    def delete_rows(self, first: int, count: int = 1) -> None:
        self._sheet.delete_rows(first, count)
        self._shift(first, 0, -count)

    def insert_columns(self, before: str) -> None:
        at = _index(before)
        self._sheet.insert_cols(at)
        self._shift(0, at, 1)

    def delete_columns(self, first: str) -> None:
        at = _index(first)
        self._sheet.delete_cols(at)
        self._shift(0, at, -1)

    def _shift(self, row: int, column: int, by: int) -> None:
        """What openpyxl leaves where it was: merged ranges. Those that are cut are given up."""
        merged = self._sheet.merged_cells.ranges
        for area in list(merged):
            first = area.min_row if row else area.min_col
            last = area.max_row if row else area.max_col
            at = row or column
            if last < at:
                continue
            merged.discard(area)
            if first < at or first < at - min(by, 0):
                for line in self._sheet.iter_rows(
                    area.min_row, area.max_row, area.min_col, area.max_col
                ):
                    for cell in line:
                        if type(cell).__name__ == "MergedCell":
                            del self._sheet._cells[cell.row, cell.column]
                continue
            area.shift(row_shift=by if row else 0, col_shift=0 if row else by)
            merged.add(area)

    def merge(self, cells: str) -> None:
        self._sheet.merge_cells(at(cells))

    def hide_rows(self, first: int, count: int = 1) -> None:
        for row in range(first, first + count):
            self._sheet.row_dimensions[row].hidden = True

    def hide_column(self, column: str) -> None:
        self._sheet.column_dimensions[get_column_letter(_index(column))].hidden = True

    def rename(self, title: str) -> None:
        self._sheet.title = title
        self.tab = title

    def duplicate(self) -> None:
        self._book.copy_worksheet(self._sheet)

    def hide(self) -> None:
        self._book.active = 1
        self._sheet.sheet_state = "hidden"

    def delete_tab(self, tab: str) -> None:
        del self._book[tab]

    def save(self) -> None:
        self._book.save(self.location)

    def tabs(self) -> dict[str, Cells]:
        found: dict[str, Cells] = {}
        for sheet in self._book:
            found[sheet.title] = cells = {}
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is not None and cell.value != "":
                        place = cell.row - 1, cell.column - 1
                        cells[place] = _held(cell.value, cell.data_type == "f")
        return found


class _Held(NamedTuple):
    at: str
    value: Any
    style: Any
    link: str | None


def _cells(sheet: Any, cells: str) -> Any:
    left, top, right, bottom = range_boundaries(at(cells))
    return sheet.iter_rows(top, bottom, left, right)


def _taken(cell: Any) -> _Held:
    merged = type(cell).__name__ == "MergedCell"
    link = None if merged or cell.hyperlink is None else cell.hyperlink.target
    return _Held(cell.coordinate, cell.value, None if merged else copy(cell._style), link)


def _put(cell: Any, held: _Held) -> None:
    if type(cell).__name__ == "MergedCell":
        return
    value = held.value
    if isinstance(value, str) and value.startswith("="):
        value = Translator(value, origin=held.at).translate_formula(cell.coordinate)
    cell.hyperlink = None
    if held.link:
        cell.hyperlink = held.link
    cell.value = value
    if held.style is not None:
        cell._style = copy(held.style)


def _held(value: Any, is_formula: bool) -> str | float | bool | Typed:
    if is_formula:
        return Typed(str(value))
    if isinstance(value, date):
        # A datetime is a date as well.
        return float(to_excel(value))  # type: ignore[no-untyped-call]
    return value if isinstance(value, (str, bool)) else float(value)


def _order(value: Any) -> tuple[int, Any]:
    """Numbers and dates before texts, as spreadsheets sort."""
    if isinstance(value, str):
        return 1, value.lower()
    return 0, value.toordinal() if isinstance(value, date) else float(value)


def _understood(text: str) -> Any:
    """What Excel makes of typed text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return float(text) if _NUMBER.fullmatch(text) else text or None


class GoogleHands:
    """Hands in the browser, on the test server."""

    def __init__(self, desk: GoogleDesk, location: str) -> None:
        self.desk: Desk = desk
        self.location = location
        self.tab = TAB
        self._editor = desk.editor(location)

    @property
    def _id(self) -> int:
        sheet = self._editor.document.titled(self.tab)
        assert sheet is not None
        return int(sheet.id)

    def _named(self, cells: str) -> str:
        return f"'{self.tab}'!{at(cells)}"

    def _area(self, cells: str) -> Json:
        (top, left), (bottom, right) = area_of(cells)
        return {
            "sheetId": self._id,
            "startRowIndex": top,
            "endRowIndex": bottom + 1,
            "startColumnIndex": left,
            "endColumnIndex": right + 1,
        }

    def value(self, cell: str) -> Any:
        entered = self._editor.cell(self._named(cell)).get("userEnteredValue", {})
        return next(iter(entered.values()), None)

    def type(self, cell: str, text: str) -> None:
        self._editor.paste(self._named(cell), [[text]])

    def clear(self, cells: str) -> None:
        self._editor.clear(self._named(cells))

    def copy(self, cells: str, to: str) -> None:
        source = area_of(cells)
        height = source.last.row - source.first.row
        width = source.last.column - source.first.column
        first = Cell.parse(at(to))
        target = Range(first, first.down(height).right(width))
        request = {
            "source": self._area(cells),
            "destination": self._area(target.a1),
            "pasteType": "PASTE_NORMAL",
        }
        self._editor.request({"copyPaste": request})

    def cut(self, cells: str, to: str) -> None:
        row, column = Cell.parse(at(to))
        target = {"sheetId": self._id, "rowIndex": row, "columnIndex": column}
        request = {"source": self._area(cells), "destination": target, "pasteType": "PASTE_NORMAL"}
        self._editor.request({"cutPaste": request})

    def sort(self, cells: str, column: str, *, falling: bool = False) -> None:
        by = _index(column) - 1
        self._editor.sort(self._named(cells), by, falling=falling)

    def insert_rows(self, before: int, count: int = 1) -> None:
        self._editor.insert_rows(self.tab, before, count)

    def delete_rows(self, first: int, count: int = 1) -> None:
        self._editor.delete_rows(self.tab, first, count)

    def insert_columns(self, before: str) -> None:
        self._editor.insert_columns(self.tab, _index(before))

    def delete_columns(self, first: str) -> None:
        self._editor.delete_columns(self.tab, _index(first))

    def merge(self, cells: str) -> None:
        self._editor.request({"mergeCells": {"range": self._area(cells), "mergeType": "MERGE_ALL"}})

    def hide_rows(self, first: int, count: int = 1) -> None:
        span = {"sheetId": self._id, "dimension": "ROWS"}
        span |= {"startIndex": first - 1, "endIndex": first - 1 + count}
        request = {"range": span, "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}
        self._editor.request({"updateDimensionProperties": request})

    def hide_column(self, column: str) -> None:
        self._editor.hide_columns(self.tab, _index(column))

    def rename(self, title: str) -> None:
        self._editor.rename(self.tab, title)
        self.tab = title

    def duplicate(self) -> None:
        self._editor.duplicate(self.tab)

    def hide(self) -> None:
        self._editor.hide(self.tab)

    def delete_tab(self, tab: str) -> None:
        self._editor.delete(tab)

    def save(self) -> None:
        """Nothing: everybody sees what is typed at once."""

    def tabs(self) -> dict[str, Cells]:
        found: dict[str, Cells] = {}
        for sheet in self._editor.document.sheets:
            found[sheet.title] = cells = {}
            unseen = {at for area in sheet.lists.get("merges", ()) for at in _covered(area)}
            for row, line in sheet.rows.items():
                for column, cell in line.items():
                    if (row, column) in unseen:
                        continue
                    for kind, value in cell.get("userEnteredValue", {}).items():
                        if value != "":
                            is_formula = kind == "formulaValue"
                            cells[row, column] = Typed(str(value)) if is_formula else value
        return found


def _covered(area: Json) -> Iterator[tuple[int, int]]:
    """The cells of a merged range that nobody sees: all but the first."""
    rows = range(area["startRowIndex"], area["endRowIndex"])
    columns = range(area["startColumnIndex"], area["endColumnIndex"])
    return islice(product(rows, columns), 1, None)


class OfficeHands:
    """Hands in LibreOffice: a program that people use does all of it, and writes the file anew."""

    def __init__(self, desk: ExcelDesk, location: str, book: Book) -> None:
        self.desk: Desk = desk
        self.location = location
        self.tab = TAB
        self.book = book
        book.unprotect(TAB)

    def value(self, cell: str) -> Any:
        return self.book.value(self.tab, at(cell))

    def type(self, cell: str, text: str) -> None:
        self.book.put(self.tab, {at(cell): _edit(text)})

    def clear(self, cells: str) -> None:
        self.book.put(self.tab, {place.a1: None for place in _places(area_of(cells))})

    def copy(self, cells: str, to: str) -> None:
        self.book.paste(self.tab, at(cells), at(to))

    def cut(self, cells: str, to: str) -> None:
        self.book.paste(self.tab, at(cells), at(to), cut=True)

    def sort(self, cells: str, column: str, *, falling: bool = False) -> None:
        by = get_column_letter(_index(column))
        self.book.sort(self.tab, at(cells), by, descending=falling)

    def insert_rows(self, before: int, count: int = 1) -> None:
        self.book.insert_rows(self.tab, before, count)

    def delete_rows(self, first: int, count: int = 1) -> None:
        self.book.delete_rows(self.tab, first, count)

    def insert_columns(self, before: str) -> None:
        self.book.insert_columns(self.tab, get_column_letter(_index(before)))

    def delete_columns(self, first: str) -> None:
        self.book.delete_columns(self.tab, get_column_letter(_index(first)))

    def merge(self, cells: str) -> None:
        # The program asks whether the others may be emptied; the answer is yes.
        first = area_of(cells).first
        others = [place for place in _places(area_of(cells)) if place != first]
        self.book.put(self.tab, {place.a1: None for place in others})
        self.book.merge(self.tab, at(cells))

    def hide_rows(self, first: int, count: int = 1) -> None:
        self.book.hide(self.tab, f"A{first}:A{first + count - 1}", rows=True)

    def hide_column(self, column: str) -> None:
        name = get_column_letter(_index(column))
        self.book.hide(self.tab, f"{name}1:{name}1", rows=False)

    def rename(self, title: str) -> None:
        self.book.rename(self.tab, title)
        self.tab = title

    def duplicate(self) -> None:
        self.book.copy_tab(self.tab, f"{self.tab}_2")

    def hide(self) -> None:
        self.book.show_tab(self.tab, visible=False)

    def delete_tab(self, tab: str) -> None:
        self.book.delete_tab(tab)

    def save(self) -> None:
        self.book.save(Path(self.location))


def _places(area: Range) -> list[Cell]:
    (top, left), (bottom, right) = area
    return [Cell(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)]


def _edit(text: str) -> Any:
    if text.startswith("'"):
        return text[1:]
    return Formula(text) if text.startswith("=") else _understood(text)


def hands_on(desk: Desk, location: str) -> Eyes:
    """A person's hands on a form."""
    if isinstance(desk, GoogleDesk):
        return GoogleHands(desk, location)
    assert isinstance(desk, ExcelDesk)
    return ExcelHands(desk, location)


# What gatebook makes of it.

# What `check --json` says of a gate, named as the columns are.
FIELDS = ("status", "owner", "next_action", "due", "artifact")
Answers = dict[str, Any]


def checked(desk: Desk) -> Ran:
    """`check --json` over the desk's reviews. Raises Crashed where gatebook itself failed."""
    try:
        ran = desk.run("check", desk.reviews, "--json", "--today", TODAY)
    except AssertionError:
        raise
    except BaseException as error:
        raise Crashed(repr(error)) from error
    if "gatebook itself failed" in ran.out + ran.err or "Traceback" in ran.out + ran.err:
        raise Crashed(ran.out + ran.err)
    return ran


def answers(review: Mapping[str, Any]) -> Answers:
    """What was read, by places such as "3 status"."""
    return {
        f"{gate['number']} {field}": gate[field] for gate in review["gates"] for field in FIELDS
    }


def findings(review: Mapping[str, Any]) -> list[str]:
    """What was said: "D16 status-unreadable: the message"."""
    return [
        f"{found['cell'] or '-'} {found['code']}: {found['message']}"
        for found in review["findings"]
        # Only of a file whose formulas somebody has computed; tests/engines holds them to ours.
        if found["code"] != "sheet-disagrees"
    ]
