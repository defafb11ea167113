"""Cells of an open LibreOffice document: put in, read out, found again. Part of `uno_worker`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from typing import Any

# Constants of LibreOffice's API: util.NumberFormat and sheet.FormulaResult of com.sun.star.
_DATE, _TIME, _LOGICAL = 2, 4, 1024
_ERROR_RESULT = 4
# LibreOffice's own error numbers (formula/errorcodes.hxx) as Excel names them.
_ERRORS = {
    502: "#VALUE!",
    503: "#NUM!",
    504: "#REF!",
    519: "#VALUE!",
    521: "#NULL!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}


class StepError(Exception):
    """A step that cannot be done, in words for the person who wrote the test."""


def enum_name(value: Any) -> str:
    """The name of a value of one of LibreOffice's enumerations."""
    return str(value.value)


class Formats:
    """The kinds of a document's number formats, asked once each."""

    def __init__(self, document: Any) -> None:
        self._formats = document.NumberFormats
        self._locale = document.CharLocale
        self._kinds: dict[int, int] = {}
        null = document.NullDate
        self.days_to_1900 = (date(1899, 12, 30) - date(null.Year, null.Month, null.Day)).days

    def is_kind(self, cell: Any, kind: int) -> bool:
        """Whether the cell is shown as a date, a boolean and so on."""
        key = cell.NumberFormat
        if key not in self._kinds:
            self._kinds[key] = self._formats.getByKey(key).Type
        return self._kinds[key] & kind == kind

    def show_as(self, cell: Any, kind: int) -> None:
        """Give the cell a format of this kind unless it has one, as typing does."""
        if not self.is_kind(cell, kind):
            cell.NumberFormat = self._formats.getStandardFormat(kind, self._locale)


class Kept:
    """What stood in a cell before it was edited."""

    def __init__(self, cell: Any) -> None:
        self.cell = cell
        self._kind = enum_name(cell.Type)
        self._content = cell.String if self._kind == "TEXT" else cell.Formula
        self._number = cell.Value
        self._format = cell.NumberFormat

    def restore(self, formats: Formats) -> None:
        """Put it back."""
        if self._kind == "TEXT":
            put(formats, self.cell, self._content)
        elif self._kind == "VALUE":
            put(formats, self.cell, self._number)
        else:
            put(formats, self.cell, ["formula", self._content])
        self.cell.NumberFormat = self._format


def put(formats: Formats, cell: Any, value: Any) -> None:
    if value is None:
        cell.setFormula("")
    elif isinstance(value, bool):
        cell.setValue(float(value))
        formats.show_as(cell, _LOGICAL)
    elif isinstance(value, (int, float)):
        cell.setValue(float(value))
    elif isinstance(value, str):
        cell.setString(value)
    elif value[0] == "formula":
        cell.setFormula(value[1])
    elif value[0] == "typed":
        cell.FormulaLocal = value[1]
    else:
        cell.setValue(value[1] + formats.days_to_1900)
        formats.show_as(cell, _DATE if value[2] == "date" else _DATE | _TIME)


def cells_in(area: Any, formats: Formats) -> list[dict[str, Any]]:
    """Cells of an area that hold something: address, value, formula, and its error if it has one.

    The area is fetched as a whole, because each call across the pipe costs up to a millisecond;
    only what the arrays do not tell (errors, booleans) is asked of the cell.
    """
    values, formulas, start = area.getDataArray(), area.getFormulaArray(), area.RangeAddress
    # A plain text that begins with "=" is its own "formula"; a formula never has itself as value.
    live = any(text.startswith("=") for line in formulas for text in line)
    wrong = set(_wrong_places(area)) if live else set()
    cells = []
    for row, (line, texts) in enumerate(zip(values, formulas, strict=True)):
        for column, (value, text) in enumerate(zip(line, texts, strict=True)):
            place = (start.StartRow + row, start.StartColumn + column)
            if text == "":
                continue
            found: dict[str, Any] = {
                "at": a1(*place),
                "value": value,
                "formula": text if text.startswith("=") and text != value else None,
            }
            if place in wrong:
                cell = area.getCellByPosition(column, row)
                found["value"], found["code"] = None, cell.getError()
                found["error"] = _ERRORS.get(found["code"], cell.String)
            elif value in (0.0, 1.0) and formats.is_kind(
                area.getCellByPosition(column, row), _LOGICAL
            ):
                found["value"] = bool(value)
            cells.append(found)
    return cells


def _wrong_places(area: Any) -> Iterator[tuple[int, int]]:
    """Row and column of each formula in an area that is in error."""
    for part in area.queryFormulaCells(_ERROR_RESULT).RangeAddresses:
        for row in range(part.StartRow, part.EndRow + 1):
            for column in range(part.StartColumn, part.EndColumn + 1):
                yield row, column


def placed_fills(sheet: Any, rows: list[list[tuple[int, int, str]]]) -> Iterator[tuple[str, str]]:
    """Addresses for the fills of an HTML table, which leaves out what is hidden."""
    cursor = sheet.createCursor()
    cursor.gotoStartOfUsedArea(False)
    cursor.gotoEndOfUsedArea(True)
    used = cursor.RangeAddress
    lines = [
        row for row in range(used.StartRow, used.EndRow + 1) if sheet.Rows.getByIndex(row).IsVisible
    ]
    stripes = [
        column
        for column in range(used.StartColumn, used.EndColumn + 1)
        if sheet.Columns.getByIndex(column).IsVisible
    ]
    taken: set[tuple[int, int]] = set()
    for row, cells in enumerate(rows):
        column = 0
        for wide, tall, fill in cells:
            while (row, column) in taken:
                column += 1
            area = [(row + r, column + c) for r in range(tall) for c in range(wide)]
            taken.update(area)
            if row >= len(lines) or column + wide > len(stripes):
                raise StepError("the HTML table is larger than the tab's visible used area")
            if fill:
                yield a1(lines[row], stripes[column]), fill


class HtmlFills(HTMLParser):
    """The first table of an HTML text: each cell's width, height and fill ("" for none), by row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[tuple[int, int, str]]] = []
        self._done = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if self._done:
            return
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            wide, tall = int(found.get("colspan") or 1), int(found.get("rowspan") or 1)
            self.rows[-1].append((wide, tall, (found.get("bgcolor") or "").upper()))

    def handle_endtag(self, tag: str) -> None:
        self._done = self._done or tag == "table"


def a1(row: int, column: int) -> str:
    """A cell's address, as `gatebook.domain.cells` writes it; that module is not at hand here."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
