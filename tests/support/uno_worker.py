"""Drives one LibreOffice for `tests.support.libreoffice`; run by the system's Python, which has uno.

Reads one JSON request a line from standard input, `{"steps": [{"do": NAME, ...}, ...]}`, and answers
each with one line: `{"results": [...]}`, or `{"error": TEXT}` that names the step which failed. Ends
with its LibreOffice when standard input ends, so a test run that dies leaves no process behind.

Cell addresses are A1 text. Values travel as they are in JSON; what JSON has no type for is a pair:
`["formula", "=A1"]`, `["number of a date", 46349.5, "date" or "datetime"]`, `["typed", "1/2/2026"]`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from html.parser import HTMLParser
from typing import Any

import uno

# The API's constants, from com.sun.star: table.CellContentType and sheet.FormulaResult are numbers
# and enums of its IDL; NumberFormat.DATE is 2, TIME 4, LOGICAL 1024.
_DATE, _LOGICAL = 2, 1024
_ERROR_RESULT = 4
_VALUE, _TEXT = 1, 2
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
_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".ods": "calc8",
    ".pdf": "calc_pdf_Export",
    ".html": "HTML (StarCalc)",
}


class StepError(Exception):
    """A step that cannot be done, in words for the person who wrote the test."""


def _property(name: str, value: object) -> Any:
    made = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    made.Name, made.Value = name, value
    return made


def _enum_name(value: Any) -> str:
    return str(value.value)


class Books:
    """The open documents of one LibreOffice, by number, and what can be done with them."""

    def __init__(self, desktop: Any) -> None:
        self._desktop = desktop
        self._open: dict[int, Any] = {}
        self._next = 1

    def do(self, step: dict[str, Any]) -> object:
        """Carry out one step and return what it found."""
        arguments = {key: value for key, value in step.items() if key != "do"}
        action: Callable[..., object] | None = getattr(self, f"do_{step['do']}", None)
        if action is None:
            raise StepError("there is no such step")
        return action(**arguments)

    # Documents

    def do_open(self, path: str) -> int:
        """Load a file without a window, macros or links; its number."""
        loaded = self._desktop.loadComponentFromURL(
            uno.systemPathToFileUrl(path),
            "_blank",
            0,
            (
                _property("Hidden", True),
                _property("MacroExecutionMode", 0),
                _property("UpdateDocMode", 0),
            ),
        )
        if loaded is None:
            raise StepError(f"LibreOffice cannot open {path}")
        number, self._next = self._next, self._next + 1
        self._open[number] = loaded
        return number

    def do_close(self, book: int) -> None:
        """Close without saving."""
        self._open.pop(book).close(True)

    def do_save(self, book: int, path: str, tab: str | None = None) -> None:
        """Write a copy; the path's ending says which format. With `tab`, of this tab only."""
        ending = os.path.splitext(path)[1].lower()
        if ending not in _FILTERS:
            raise StepError(f"{ending!r} is no format that is known here: {', '.join(_FILTERS)}")
        document = self._open[book]
        hidden = [
            sheet
            for sheet in document.Sheets
            if tab is not None and sheet.Name != tab and sheet.IsVisible
        ]
        if tab is not None:
            self._sheet(book, tab)
        for sheet in hidden:
            sheet.IsVisible = False
        try:
            document.storeToURL(
                uno.systemPathToFileUrl(path), (_property("FilterName", _FILTERS[ending]),)
            )
        finally:
            for sheet in hidden:
                sheet.IsVisible = True

    def do_recalculate(self, book: int) -> None:
        """Compute every formula anew, whether or not it seems to need it."""
        self._open[book].calculateAll()

    # Cells

    def do_set(self, book: int, tab: str, cells: dict[str, Any]) -> None:
        """Put values into cells; null empties one."""
        document, sheet = self._open[book], self._sheet(book, tab)
        document.enableAutomaticCalculation(False)
        try:
            for address, value in cells.items():
                self._put(document, sheet.getCellRangeByName(address), value)
        finally:
            document.enableAutomaticCalculation(True)

    def _put(self, document: Any, cell: Any, value: Any) -> None:
        if value is None:
            cell.setFormula("")
        elif isinstance(value, bool):
            cell.setValue(float(value))
            self._show_as(document, cell, _LOGICAL)
        elif isinstance(value, (int, float)):
            cell.setValue(float(value))
        elif isinstance(value, str):
            cell.setString(value)
        elif value[0] == "formula":
            cell.setFormula(value[1])
        elif value[0] == "typed":
            cell.FormulaLocal = value[1]
        else:
            null = document.NullDate
            shift = (date(1899, 12, 30) - date(null.Year, null.Month, null.Day)).days
            cell.setValue(value[1] + shift)
            self._show_as(document, cell, _DATE if value[2] == "date" else _DATE | 4)

    @staticmethod
    def _show_as(document: Any, cell: Any, kind: int) -> None:
        """Give the cell a number format of this kind unless it has one, as typing does."""
        formats = document.NumberFormats
        if formats.getByKey(cell.NumberFormat).Type & kind != kind:
            cell.NumberFormat = formats.getStandardFormat(kind, document.CharLocale)

    def do_read(self, book: int, tab: str, areas: list[str]) -> list[list[dict[str, Any]]]:
        """What stands in each area, row by row: see `_area`."""
        sheet = self._sheet(book, tab)
        return [self._area(self._open[book], sheet.getCellRangeByName(area)) for area in areas]

    def _area(self, document: Any, area: Any) -> list[dict[str, Any]]:
        """Cells that hold something: address, value, formula, error and LibreOffice's error number.

        Whole areas are fetched at once, because each call across the pipe costs a tenth of a
        millisecond; only what an area cannot tell (errors, booleans) is asked of the cell.
        """
        values, formulas = area.getDataArray(), area.getFormulaArray()
        wrong = {
            (found.Row, found.Column)
            for part in area.queryFormulaCells(_ERROR_RESULT).RangeAddresses
            for found in _cells_of(part)
        }
        start, cells = area.RangeAddress, []
        for row, (line, texts) in enumerate(zip(values, formulas)):
            for column, (value, text) in enumerate(zip(line, texts)):
                place = (start.StartRow + row, start.StartColumn + column)
                if value == "" and text == "":
                    continue
                cell = area.getCellByPosition(column, row)
                found: dict[str, Any] = {"at": _a1(*place), "value": value}
                is_formula = text.startswith("=") and _enum_name(cell.Type) == "FORMULA"
                found["formula"] = cell.Formula if is_formula else None
                if place in wrong:
                    found["code"] = cell.getError()
                    found["error"] = _ERRORS.get(found["code"], cell.String)
                    found["value"] = None
                elif value in (0.0, 1.0) and not isinstance(value, str):
                    kind = document.NumberFormats.getByKey(cell.NumberFormat).Type
                    if kind & _LOGICAL:
                        found["value"] = bool(value)
                cells.append(found)
        return cells

    def do_shown(self, book: int, tab: str, cells: list[str]) -> list[str]:
        """The text that each cell shows."""
        sheet = self._sheet(book, tab)
        return [sheet.getCellRangeByName(address).String for address in cells]

    def do_try(
        self, book: int, cases: list[dict[str, dict[str, Any]]], wanted: dict[str, list[str]]
    ) -> list[dict[str, list[dict[str, Any]]]]:
        """For each case: type its edits, compute, read, and put back what stood there."""
        answers = []
        for case in cases:
            before = {tab: self._contents(book, tab, list(cells)) for tab, cells in case.items()}
            for tab, cells in case.items():
                self.do_set(book, tab, cells)
            self.do_recalculate(book)
            answers.append(
                {
                    tab: [cell for area in self.do_read(book, tab, areas) for cell in area]
                    for tab, areas in wanted.items()
                }
            )
            for tab, contents in before.items():
                self._restore(book, tab, contents)
        return answers

    def _contents(self, book: int, tab: str, addresses: list[str]) -> dict[str, Any]:
        sheet, kept = self._sheet(book, tab), {}
        for address in addresses:
            cell = sheet.getCellRangeByName(address)
            kind = _enum_name(cell.Type)
            content: Any = None
            if kind == "FORMULA":
                content = ["formula", cell.Formula]
            elif kind == "TEXT":
                content = cell.String
            elif kind == "VALUE":
                content = cell.Value
            kept[address] = (content, cell.NumberFormat)
        return kept

    def _restore(self, book: int, tab: str, contents: dict[str, Any]) -> None:
        sheet = self._sheet(book, tab)
        self.do_set(book, tab, {address: content for address, (content, _) in contents.items()})
        for address, (_, number_format) in contents.items():
            sheet.getCellRangeByName(address).NumberFormat = number_format

    # What guides and guards the people

    def do_validation(self, book: int, tab: str, cell: str) -> dict[str, Any] | None:
        """The rule on what a cell accepts, or null."""
        rule = self._sheet(book, tab).getCellRangeByName(cell).Validation
        kind = _enum_name(rule.Type)
        if kind == "ANY" and not (rule.InputTitle or rule.InputMessage):
            return None
        first = rule.getFormula1()
        is_list = kind == "LIST"
        entries = re.findall(r'"((?:[^"]|"")*)"', first) if is_list and '"' in first else []
        return {
            "kind": kind.lower(),
            "operator": _enum_name(rule.getOperator()).lower(),
            "formula": first,
            "formula2": rule.getFormula2(),
            "entries": [entry.replace('""', '"') for entry in entries],
            "ignore_blank": rule.IgnoreBlankCells,
            "dropdown": is_list and rule.ShowList != 0,
            "prompt_title": rule.InputTitle if rule.ShowInputMessage else "",
            "prompt": rule.InputMessage if rule.ShowInputMessage else "",
            "refuses": rule.ShowErrorMessage and _enum_name(rule.ErrorAlertStyle) == "STOP",
            "error_title": rule.ErrorTitle if rule.ShowErrorMessage else "",
            "error": rule.ErrorMessage if rule.ShowErrorMessage else "",
        }

    def do_invalid(self, book: int, tab: str) -> list[str]:
        """Cells whose content breaks their rule: LibreOffice's red circles. Lifts protection."""
        sheet = self._unlocked(book, tab)
        page = sheet.DrawPage
        before = page.Count
        sheet.showInvalid()
        circles = [page.getByIndex(index) for index in range(before, page.Count)]
        found = [_cell_under(sheet, circle) for circle in circles]
        sheet.clearArrows()
        return [_a1(row, column) for row, column in sorted(found)]

    def do_protection(self, book: int, tab: str, cells: list[str]) -> dict[str, Any]:
        """Whether the tab is protected, and which of the cells are locked."""
        sheet = self._sheet(book, tab)
        locked = [
            address
            for address in cells
            if sheet.getCellRangeByName(address).CellProtection.IsLocked
        ]
        return {"protected": sheet.isProtected(), "locked": locked}

    def do_colours(self, book: int, tab: str) -> dict[str, str]:
        """The fill each cell is really shown with, colour rules included, as "#RRGGBB".

        The API tells no rule's outcome; the HTML that LibreOffice writes does. Cells of the used
        area that have no fill, or are out of sight, are absent.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "tab.html")
            self.do_save(book, path, tab)
            with open(path, encoding="utf-8", errors="replace") as file:
                rows = _HtmlFills(file.read()).rows
        return dict(self._placed(self._sheet(book, tab), rows))

    @staticmethod
    def _placed(sheet: Any, rows: list[list[tuple[int, int, str]]]) -> Iterator[tuple[str, str]]:
        """Addresses for the fills of an HTML table, which leaves out what is hidden."""
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.RangeAddress
        seen_rows = [r for r in range(end.EndRow + 1) if sheet.Rows.getByIndex(r).IsVisible]
        seen_columns = [
            c for c in range(end.EndColumn + 1) if sheet.Columns.getByIndex(c).IsVisible
        ]
        taken: set[tuple[int, int]] = set()
        for row, cells in enumerate(rows):
            column = 0
            for wide, tall, fill in cells:
                while (row, column) in taken:
                    column += 1
                area = [(row + r, column + c) for r in range(tall) for c in range(wide)]
                taken.update(area)
                inside = row < len(seen_rows) and column < len(seen_columns)
                if fill and inside:
                    yield _a1(seen_rows[row], seen_columns[column]), fill

    # What people do to a sheet

    def do_unprotect(self, book: int, tab: str) -> None:
        """Lift a protection that has no password."""
        self._unlocked(book, tab)

    def do_rename(self, book: int, tab: str, name: str) -> None:
        """Give a tab another name."""
        self._sheet(book, tab).Name = name

    def do_copy_tab(self, book: int, tab: str, name: str) -> None:
        """A copy of a tab, behind all others."""
        self._sheet(book, tab)
        sheets = self._open[book].Sheets
        sheets.copyByName(tab, name, sheets.Count)

    def do_delete_tab(self, book: int, tab: str) -> None:
        """Remove a tab."""
        self._sheet(book, tab)
        self._open[book].Sheets.removeByName(tab)

    def do_tabs(self, book: int) -> list[dict[str, Any]]:
        """Names of the tabs, in order, and which are in sight."""
        return [
            {"name": sheet.Name, "visible": sheet.IsVisible} for sheet in self._open[book].Sheets
        ]

    def do_show_tab(self, book: int, tab: str, visible: bool) -> None:
        """Show or hide a tab."""
        self._sheet(book, tab).IsVisible = visible

    def do_sort(
        self, book: int, tab: str, area: str, column: str, descending: bool, header: bool
    ) -> None:
        """Sort an area's rows by one of its columns; formulas move as in LibreOffice's dialog."""
        cells = self._unlocked(book, tab).getCellRangeByName(area)
        key = uno.createUnoStruct("com.sun.star.table.TableSortField")
        by = self._sheet(book, tab).getCellRangeByName(f"{column}1").RangeAddress.StartColumn
        key.Field = by - cells.RangeAddress.StartColumn
        key.IsAscending = not descending
        wanted = {
            "SortFields": uno.Any("[]com.sun.star.table.TableSortField", (key,)),
            "IsSortColumns": False,
            "ContainsHeader": header,
            "BindFormatsToContent": True,
        }
        descriptor = cells.createSortDescriptor2()
        for entry in descriptor:
            entry.Value = wanted.get(entry.Name, entry.Value)
        cells.sort(descriptor)

    def do_insert_rows(self, book: int, tab: str, before: int, count: int) -> None:
        """Insert rows before the row with this number, as people count."""
        self._unlocked(book, tab).Rows.insertByIndex(before - 1, count)

    def do_delete_rows(self, book: int, tab: str, first: int, count: int) -> None:
        """Remove rows from the one with this number, as people count."""
        self._unlocked(book, tab).Rows.removeByIndex(first - 1, count)

    def do_insert_columns(self, book: int, tab: str, before: str, count: int) -> None:
        """Insert columns before the one with these letters."""
        sheet = self._unlocked(book, tab)
        at = sheet.getCellRangeByName(f"{before}1").RangeAddress.StartColumn
        sheet.Columns.insertByIndex(at, count)

    def do_delete_columns(self, book: int, tab: str, first: str, count: int) -> None:
        """Remove columns from the one with these letters."""
        sheet = self._unlocked(book, tab)
        at = sheet.getCellRangeByName(f"{first}1").RangeAddress.StartColumn
        sheet.Columns.removeByIndex(at, count)

    def do_merge(self, book: int, tab: str, area: str) -> None:
        """Make one cell of an area."""
        self._unlocked(book, tab).getCellRangeByName(area).merge(True)

    def do_paste(self, book: int, tab: str, area: str, to: str, cut: bool) -> None:
        """Copy or cut an area and paste it with everything: value, format, rules, validation."""
        sheet = self._unlocked(book, tab)
        source = sheet.getCellRangeByName(area).RangeAddress
        target = sheet.getCellRangeByName(to).getCellByPosition(0, 0).CellAddress
        if cut:
            sheet.moveRange(target, source)
        else:
            sheet.copyRange(target, source)

    def _sheet(self, book: int, tab: str) -> Any:
        sheets = self._open[book].Sheets
        if not sheets.hasByName(tab):
            names = ", ".join(repr(name) for name in sheets.ElementNames)
            raise StepError(f"there is no tab {tab!r}; the workbook has {names}")
        return sheets.getByName(tab)

    def _unlocked(self, book: int, tab: str) -> Any:
        """The tab without protection: LibreOffice ignores changes to a protected one in silence."""
        sheet = self._sheet(book, tab)
        if sheet.isProtected():
            sheet.unprotect("")
        if sheet.isProtected():
            raise StepError(f"the tab {tab!r} is protected by a password")
        return sheet


class _HtmlFills(HTMLParser):
    """The first table of an HTML text: per row and cell its width, height and fill ("" for none)."""

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


def _cells_of(address: Any) -> Iterator[Any]:
    """Each cell of a range's address."""
    for row in range(address.StartRow, address.EndRow + 1):
        for column in range(address.StartColumn, address.EndColumn + 1):
            cell = uno.createUnoStruct("com.sun.star.table.CellAddress")
            cell.Row, cell.Column = row, column
            yield cell


def _cell_under(sheet: Any, shape: Any) -> tuple[int, int]:
    """Row and column of the cell in the middle of a shape (positions in 1/100 mm)."""
    x = shape.Position.X + shape.Size.Width // 2
    y = shape.Position.Y + shape.Size.Height // 2

    def last_before(limit: int, start: Callable[[int], int], count: int) -> int:
        low, high = 0, count - 1
        while low < high:
            middle = (low + high + 1) // 2
            if start(middle) <= limit:
                low = middle
            else:
                high = middle - 1
        return low

    row = last_before(y, lambda r: int(sheet.getCellByPosition(0, r).Position.Y), 65_536)
    column = last_before(x, lambda c: int(sheet.getCellByPosition(c, 0).Position.X), 1024)
    return row, column


def _a1(row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _connect(pipe: str, seconds: float, office: subprocess.Popen[bytes]) -> Any:
    """The desktop of the LibreOffice that listens at the pipe."""
    resolver = uno.getComponentContext().ServiceManager.createInstance(
        "com.sun.star.bridge.UnoUrlResolver"
    )
    address = f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext"
    end = time.monotonic() + seconds
    while True:
        try:
            context = resolver.resolve(address)
        except Exception as problem:  # uno raises its own classes, one a cause
            if time.monotonic() > end or office.poll() not in (None, 0):
                raise StepError(f"LibreOffice did not start: {problem}") from problem
            time.sleep(0.05)
        else:
            return context.ServiceManager.createInstance("com.sun.star.frame.Desktop")


def _serve(books: Books) -> None:
    for line in sys.stdin:
        results: list[object] = []
        answer: dict[str, object] = {"results": results}
        for number, step in enumerate(json.loads(line)["steps"], 1):
            try:
                results.append(books.do(step))
            except Exception as problem:  # whatever it is, the test must hear of it
                text = str(problem) or type(problem).__name__
                answer = {"error": f"step {number}, {step.get('do')!r}: {text}"}
                break
        print(json.dumps(answer), flush=True)


def main(soffice: str, profile: str, pipe: str, seconds: str) -> None:
    """Start a LibreOffice of our own and serve it until standard input ends."""
    office = subprocess.Popen(
        [
            soffice,
            f"-env:UserInstallation={uno.systemPathToFileUrl(profile)}",
            f"--accept=pipe,name={pipe};urp;",
            "--headless",
            "--norestore",
            "--nologo",
            "--nodefault",
            "--nolockcheck",
            "--nofirststartwizard",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        books = Books(_connect(pipe, float(seconds), office))
        print(json.dumps({"results": []}), flush=True)
        _serve(books)
    except StepError as problem:
        print(json.dumps({"error": str(problem)}), flush=True)
    finally:
        # The launcher is a chain of processes; all are in this process's own group.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
        office.wait(10)


if __name__ == "__main__":
    main(*sys.argv[1:])
