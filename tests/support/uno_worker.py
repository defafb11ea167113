"""Drives one LibreOffice for `tests.support.libreoffice`, run by the Python that has uno.

Reads one JSON request a line from standard input, `{"steps": [{"do": NAME, ...}, ...]}`, and
answers each with one line: `{"results": [...]}`, or `{"error": TEXT}` that names the step which
failed. Ends with its LibreOffice when standard input ends, so a test run that dies leaves no
process behind.

Cell addresses are A1 text. Values travel as they are in JSON; what JSON has no type for is a pair:
`["formula", "=A1"]`, `["typed", "1/2/2026"]`, `["serial", 46349.5, "date" or "datetime"]`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import uno

from tests.support.uno_cells import (
    Formats,
    HtmlFills,
    Kept,
    StepError,
    a1,
    cells_in,
    enum_name,
    placed_fills,
    put,
)

_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".ods": "calc8",
    ".pdf": "calc_pdf_Export",
    ".html": "HTML (StarCalc)",
}
_PRINTED = (".pdf", ".html")
_REFUSED: type[Exception] = uno.getClass("com.sun.star.uno.RuntimeException")


def _property(name: str, value: object) -> Any:
    made = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    made.Name, made.Value = name, value
    return made


class Books:
    """The open documents of one LibreOffice, by number, and what can be done with them."""

    def __init__(self, services: Any) -> None:
        self._desktop = services.createInstance("com.sun.star.frame.Desktop")
        self._dispatcher = services.createInstance("com.sun.star.frame.DispatchHelper")
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
        if tab is None:
            self._store(book, path, ending)
            return
        if ending not in _PRINTED:
            raise StepError(f"one tab alone can be written as {' or '.join(_PRINTED)} only")
        # What is out of sight is not printed, unless it has a print area.
        self._sheet(book, tab)
        others = [sheet for sheet in self._open[book].Sheets if sheet.Name != tab]
        before = {sheet.Name: sheet.IsVisible for sheet in self._open[book].Sheets}
        areas = [(sheet, sheet.getPrintAreas()) for sheet in others if sheet.getPrintAreas()]
        try:
            self._show({name: name == tab for name in before}, book)
            for sheet, _ in areas:
                sheet.setPrintAreas(())
            self._store(book, path, ending)
        finally:
            for sheet, area in areas:
                sheet.setPrintAreas(area)
            self._show(before, book)

    def _store(self, book: int, path: str, ending: str) -> None:
        self._open[book].storeToURL(
            uno.systemPathToFileUrl(path), (_property("FilterName", _FILTERS[ending]),)
        )

    def _show(self, visible: dict[str, bool], book: int) -> None:
        """Show and hide tabs; first show, because one must always be in sight."""
        sheets = self._open[book].Sheets
        for name in sorted(visible, key=lambda name: not visible[name]):
            sheets.getByName(name).IsVisible = visible[name]

    def do_recalculate(self, book: int) -> None:
        """Compute every formula anew, whether or not it seems to need it."""
        self._open[book].calculateAll()

    # Cells

    def do_set(self, book: int, tab: str, cells: dict[str, Any]) -> None:
        """Put values into cells; null empties one."""
        document, sheet = self._open[book], self._sheet(book, tab)
        formats = Formats(document)
        for address, value in cells.items():
            put(formats, sheet.getCellRangeByName(address), value)

    def do_read(self, book: int, tab: str, areas: list[str]) -> list[list[dict[str, Any]]]:
        """What stands in each area, row by row: see `cells_in`."""
        sheet, formats = self._sheet(book, tab), Formats(self._open[book])
        return [cells_in(sheet.getCellRangeByName(area), formats) for area in areas]

    def do_shown(self, book: int, tab: str, cells: list[str]) -> list[str]:
        """The text that each cell shows."""
        sheet = self._sheet(book, tab)
        return [sheet.getCellRangeByName(address).String for address in cells]

    def do_try(
        self, book: int, cases: list[dict[str, dict[str, Any]]], wanted: dict[str, list[str]]
    ) -> list[dict[str, list[dict[str, Any]]]]:
        """For each case: type its edits, compute, read, and put back what stood there."""
        document = self._open[book]
        formats = Formats(document)
        areas = {
            tab: [self._sheet(book, tab).getCellRangeByName(area) for area in names]
            for tab, names in wanted.items()
        }
        kept: dict[tuple[str, str], Kept] = {}
        answers = []
        # Once a case is enough; after each cell it would take many times as long.
        document.enableAutomaticCalculation(False)
        for case in cases:
            touched = []
            try:
                for tab, cells in case.items():
                    for address, value in cells.items():
                        if (tab, address) not in kept:
                            kept[tab, address] = Kept(
                                self._sheet(book, tab).getCellRangeByName(address)
                            )
                        touched.append(kept[tab, address])
                        put(formats, touched[-1].cell, value)
                document.calculateAll()
                answers.append(
                    {
                        tab: [cell for area in found for cell in cells_in(area, formats)]
                        for tab, found in areas.items()
                    }
                )
            finally:
                for cell in touched:
                    cell.restore(formats)
        document.enableAutomaticCalculation(True)
        return answers

    # What guides and guards the people

    def do_validation(self, book: int, tab: str, cell: str) -> dict[str, Any] | None:
        """The rule on what a cell accepts, or null."""
        rule = self._sheet(book, tab).getCellRangeByName(cell).Validation
        kind = enum_name(rule.Type)
        if kind == "ANY" and not (rule.InputTitle or rule.InputMessage):
            return None
        first = rule.getFormula1()
        is_list = kind == "LIST"
        entries = re.findall(r'"((?:[^"]|"")*)"', first) if is_list and '"' in first else []
        return {
            "kind": kind.lower(),
            "operator": enum_name(rule.getOperator()).lower(),
            "formula": first,
            "formula2": rule.getFormula2(),
            "entries": [entry.replace('""', '"') for entry in entries],
            "ignore_blank": rule.IgnoreBlankCells,
            "dropdown": is_list and rule.ShowList != 0,
            "prompt_title": rule.InputTitle if rule.ShowInputMessage else "",
            "prompt": rule.InputMessage if rule.ShowInputMessage else "",
            "refuses": rule.ShowErrorMessage and enum_name(rule.ErrorAlertStyle) == "STOP",
            "error_title": rule.ErrorTitle if rule.ShowErrorMessage else "",
            "error": rule.ErrorMessage if rule.ShowErrorMessage else "",
        }

    def do_invalid(self, book: int, tab: str) -> list[str]:
        """Cells whose content breaks their rule: LibreOffice's red circles. Lifts protection."""
        sheet = self._unlocked(book, tab)
        page = sheet.DrawPage
        before = page.Count
        sheet.showInvalid()
        # A circle hangs on the cell that it is around.
        marked = [page.getByIndex(i).Anchor.CellAddress for i in range(before, page.Count)]
        sheet.clearArrows()
        return [a1(row, column) for row, column in sorted((at.Row, at.Column) for at in marked)]

    def do_protection(self, book: int, tab: str, cells: list[str]) -> dict[str, Any]:
        """Whether the tab is protected, and which of the cells are locked."""
        sheet = self._sheet(book, tab)
        locked = [
            address
            for address in cells
            if sheet.getCellRangeByName(address).CellProtection.IsLocked
        ]
        return {"protected": sheet.isProtected(), "locked": locked}

    def do_print_areas(self, book: int, tab: str) -> list[str]:
        """The areas that are printed."""
        return [
            f"{a1(area.StartRow, area.StartColumn)}:{a1(area.EndRow, area.EndColumn)}"
            for area in self._sheet(book, tab).getPrintAreas()
        ]

    def do_colours(self, book: int, tab: str) -> dict[str, str]:
        """The fill each cell is really shown with, colour rules included, as "#RRGGBB".

        The API tells no rule's outcome; the HTML that LibreOffice writes does. Cells of the used
        area that have no fill, or are out of sight, are absent.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "tab.html")
            self.do_save(book, path, tab)
            with open(path, encoding="utf-8", errors="replace") as file:
                rows = HtmlFills(file.read()).rows
        return dict(placed_fills(self._sheet(book, tab), rows))

    # What people do to a sheet

    def do_offer(self, book: int, tab: str, cells: dict[str, str]) -> list[str]:
        """Put texts into cells where protection lets them in; the cells that refuse."""
        sheet, refused = self._sheet(book, tab), []
        for address, text in cells.items():
            try:
                # Of all ways to fill a cell this one asks first whether it may, and says nothing.
                sheet.getCellRangeByName(address).setDataArray(((text,),))
            except _REFUSED:
                refused.append(address)
        return refused

    def do_walk(self, book: int, tab: str, start: str, steps: int) -> list[str]:
        """The cells that the Tab key of a protected tab leads to, one after the other."""
        controller = self._view(book, tab)
        # Not `select`: inside a selection the key would stay.
        self._command(controller, "GoToCell", ToPoint=start)
        visited = []
        for _ in range(steps):
            self._command(controller, "JumpToNextUnprotected")
            at = controller.Selection.RangeAddress
            visited.append(a1(at.StartRow, at.StartColumn))
        return visited

    def _view(self, book: int, tab: str) -> Any:
        controller = self._open[book].CurrentController
        controller.setActiveSheet(self._sheet(book, tab))
        return controller

    def _command(self, controller: Any, name: str, **arguments: object) -> None:
        """Carry out what a key or a menu does; it respects what a person may do."""
        wanted = tuple(_property(key, value) for key, value in arguments.items())
        self._dispatcher.executeDispatch(controller.Frame, f".uno:{name}", "", 0, wanted)

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
        descriptor = cells.createSortDescriptor()
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

    def do_fill_down(self, book: int, tab: str, area: str) -> None:
        """Drag the first row of an area down over the others: copies, or goes on counting."""
        cells = self._unlocked(book, tab).getCellRangeByName(area)
        cells.fillAuto(uno.Enum("com.sun.star.sheet.FillDirection", "TO_BOTTOM"), 1)

    def do_hide(self, book: int, tab: str, area: str, rows: bool) -> None:
        """Hide the rows, or the columns, of an area."""
        cells = self._unlocked(book, tab).getCellRangeByName(area)
        (cells.Rows if rows else cells.Columns).IsVisible = False

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


def _connect(pipe: str, seconds: float, office: subprocess.Popen[bytes]) -> Any:
    """What makes the services of the LibreOffice that listens at the pipe."""
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
            return context.ServiceManager


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
        if os.getpgrp() == os.getpid():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.killpg(0, signal.SIGTERM)
        office.wait(10)
        shutil.rmtree(profile, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
