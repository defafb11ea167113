"""Draws a workbook as .xlsx with XlsxWriter. The same workbook gives the same bytes."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.worksheet import (
    CellBlankTuple,
    CellFormulaTuple,
    CellStringTuple,
    Worksheet,
)

from gatebook.backends.cell_contents import check_merge, utf16_length
from gatebook.backends.excel.draw_cells import Pen
from gatebook.backends.excel.draw_charts import chart_object
from gatebook.backends.excel.draw_fault import DrawFault, done, warnings_as_errors
from gatebook.backends.excel.draw_rules import draw_colour_rule, draw_validation
from gatebook.backends.excel.draw_styles import Formats
from gatebook.backends.excel.draw_text import clean
from gatebook.backends.excel.replace import replace_file
from gatebook.domain.cells import Cell, Range
from gatebook.sheets.model import PLAIN, Page, Protection, Sheet, Workbook

MAX_TAB_NAME = 31
_NO_TAB_CHARACTER = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_PAPERS = {"A4": 9, "Letter": 1}  # Excel's numbers of paper sizes
_THEME_FONT = "Calibri"


class _Tab(Worksheet):
    """XlsxWriter's tab, with formulas written as they are given: ours come prepared.

    The library's own way looks for newer functions with 70 patterns, also inside of texts, where it
    changes them. This leans on private parts of the library; the tests see if they move.
    """

    def put_formula(
        self, row: int, col: int, formula: str, cell_format: Any = None, value: Any = 0
    ) -> int:
        """Write one formula, as a file stores it. Anything but 0: outside of the sheet."""
        if self._check_dimensions(row, col):
            return -1
        self.table[row][col] = CellFormulaTuple(formula, cell_format, value)
        return 0

    def share(self, row: int, column: int) -> None:
        """Keep one object for all cells of a tab that hold the same in the same look: most do.

        By type, because a text number 1 and the number 1 are equal as tuples.
        """
        cells = self.table[row]
        cell = cells.get(column)
        if isinstance(cell, (CellStringTuple, CellBlankTuple)):
            same = self.__dict__.setdefault("_same", {}).setdefault(type(cell), {})
            cells[column] = same.setdefault(cell, cell)

    def let_grow(self, row: int) -> None:
        """Keep a row's height as a start only: programs fit it to the text when people type."""
        self._growing = {*getattr(self, "_growing", ()), row}

    def _write_row(
        self, row: int, spans: Any, row_info: Any = None, empty_row: bool = False
    ) -> None:
        self._row_grows = row in getattr(self, "_growing", ())
        super()._write_row(row, spans, row_info, empty_row)

    def _xml_start_tag_unencoded(self, tag: str, attributes: Any = ()) -> None:
        if tag == "row" and self._row_grows:
            attributes = [pair for pair in attributes if pair[0] != "customHeight"]
        super()._xml_start_tag_unencoded(tag, attributes)

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        # For colour rules and validations, which pass through here.
        return formula.removeprefix("=")


def draw_workbook(workbook: Workbook, path: Path) -> None:
    """Write a workbook to a file, replacing what is there, never half.

    Raises Unwritable, what was there being intact; ValueError and DrawFault as `workbook_bytes`.
    """
    content = workbook_bytes(workbook)
    replace_file(path, lambda temporary: _write(temporary, content))


def workbook_bytes(workbook: Workbook) -> bytes:
    """The workbook as an .xlsx file.

    Raises ValueError for what a workbook cannot hold (naming tab and cell), DrawFault where the
    library skipped something.
    """
    _check_names(workbook)
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, _options(workbook))
    try:
        with warnings_as_errors():
            _draw(workbook, book)
            book.close()
    except XlsxWriterException as problem:
        raise DrawFault(str(problem)) from problem
    return stream.getvalue()


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


# With more records than this, the library's parts wait on disk instead of in memory.
_SMALL = 2_000


def _options(workbook: Workbook) -> dict[str, Any]:
    font = workbook.font
    small = sum(len(table.rows) for sheet in workbook.sheets for table in sheet.tables) <= _SMALL
    look: dict[str, Any] = {"font_name": font, "font_size": 11}
    if font != _THEME_FONT:
        # A font that follows the theme is shown as the theme's Calibri, whatever its name.
        look["font_scheme"] = "none"
    return {"in_memory": small, "default_format_properties": look}


def _check_names(workbook: Workbook) -> None:
    """Raises ValueError for tab names that Excel refuses or keeps for itself."""
    if not workbook.sheets:
        raise ValueError("a workbook needs at least one tab")
    if workbook.sheets[0].hidden:
        raise ValueError(f"tab {workbook.sheets[0].name!r} is the first, so it cannot be hidden")
    seen: dict[str, str] = {}
    for sheet in workbook.sheets:
        problem = _name_problem(sheet.name)
        if problem:
            raise ValueError(f"tab name {sheet.name!r} {problem}")
        folded = sheet.name.casefold()
        if folded in seen:
            raise ValueError(f"tab names {seen[folded]!r} and {sheet.name!r} are the same to Excel")
        seen[folded] = sheet.name


def _name_problem(name: str) -> str:
    if not name.strip():
        return "is empty"
    if utf16_length(name) > MAX_TAB_NAME:
        return f"is longer than {MAX_TAB_NAME} characters"
    if _NO_TAB_CHARACTER.search(name) or clean(name) != name:
        return r"has a character that Excel does not take there: [ ] : * ? / \ or a control"
    if name.startswith("'") or name.endswith("'"):
        return "begins or ends with an apostrophe, which Excel does not take"
    return "is one that Excel keeps for itself" if name.casefold() == "history" else ""


def _draw(workbook: Workbook, book: Any) -> None:
    book.set_properties({"title": clean(workbook.title), "created": workbook.created})
    formats = Formats(book)
    # All tabs first: charts and print titles refer to them.
    tabs = [book.add_worksheet(sheet.name, _Tab) for sheet in workbook.sheets]
    for sheet, tab in zip(workbook.sheets, tabs, strict=True):
        _draw_sheet(sheet, tab, formats)
        for chart in sheet.charts:
            code = tab.insert_chart(
                *chart.at, chart_object(book, chart), {"description": clean(chart.title)}
            )
            done(code, sheet.name, f"the chart {chart.title!r}")


def _draw_sheet(sheet: Sheet, tab: Any, formats: Formats) -> None:
    _draw_grid(sheet, tab)
    _draw_merges(sheet, tab, formats)
    pen = Pen(tab, sheet.name, formats)
    # Sorted, so that the bytes do not depend on the order in which cells were put together.
    for (row, column), placed in sorted(sheet.cells.items(), key=_place):
        pen.put(row, column, placed.content, placed.style)
    for table in sheet.tables:
        pen.put_table(table)
    for validation in sheet.validations:
        draw_validation(tab, sheet.name, validation)
    for rule in sheet.colour_rules:
        draw_colour_rule(tab, sheet.name, rule, formats)
    if sheet.filter is not None:
        done(tab.autofilter(*_corners(sheet.filter)), sheet.name, "the filter")
    if sheet.protection is not None:
        tab.protect("", _permissions(sheet.protection))
    if sheet.page is not None:
        _draw_page(sheet.page, sheet.name, tab)
    _draw_view(sheet, tab)


def _place(item: tuple[Cell, object]) -> Cell:
    return item[0]


def _corners(area: Range) -> tuple[int, int, int, int]:
    return (*area.first, *area.last)


def _draw_grid(sheet: Sheet, tab: Any) -> None:
    for number, column in sheet.columns.items():
        code = tab.set_column(number, number, column.width, None, {"hidden": column.hidden})
        done(code, sheet.name, f"the width of column {number}")
    for number, row in sheet.rows.items():
        code = tab.set_row(number, row.height, None, {"hidden": row.hidden})
        done(code, sheet.name, f"the height of row {number}")
        if row.grows:
            tab.let_grow(number)


def _draw_merges(sheet: Sheet, tab: Any, formats: Formats) -> None:
    """Merge, all in the style of the first cell; contents come with the other cells."""
    for area in sheet.merges:
        check_merge(sheet, area)
        first = sheet.cells.get(area.first)
        style = formats.of(first.style if first else PLAIN)
        done(tab.merge_range(*_corners(area), "", style), sheet.name, f"the merging of {area.a1}")


def _permissions(protection: Protection) -> dict[str, bool]:
    """What stays allowed. Notes, comments and links are always: evidence is mostly a link."""
    return {
        "objects": True,
        "scenarios": True,
        "insert_hyperlinks": True,
        "format_cells": protection.format_cells,
        "format_columns": protection.format_columns,
        "format_rows": protection.format_rows,
        "insert_rows": protection.insert_rows,
        "sort": protection.sort,
        "autofilter": protection.filter,
    }


def _draw_page(page: Page, name: str, tab: Any) -> None:
    if page.landscape:
        tab.set_landscape()
    tab.set_paper(_PAPERS[page.paper])
    tab.fit_to_pages(page.wide, page.tall)
    # Inches, as the library takes them; the footer needs room below the cells.
    bottom = max(page.margin, 0.6) if page.footer else page.margin
    tab.set_margins(left=page.margin, right=page.margin, top=page.margin, bottom=bottom)
    tab.center_horizontally()
    if page.area is not None:
        done(tab.print_area(*_corners(page.area)), name, "the print area")
    if page.repeat is not None:
        done(tab.repeat_rows(*page.repeat), name, "the repeated rows")
    if page.footer:
        tab.set_footer(_footer(page.footer))


def _footer(text: str) -> str:
    """A footer with its part named: without "&L", "&C" or "&R" some readers take none of it."""
    return clean(text if text[:2] in ("&L", "&C", "&R") else f"&C{text}", 255)


def _draw_view(sheet: Sheet, tab: Any) -> None:
    tab.hide_gridlines(1 if sheet.gridlines else 2)
    if sheet.freeze is not None:
        tab.freeze_panes(*sheet.freeze)
    if sheet.cursor is not None:
        tab.set_selection(*sheet.cursor, *sheet.cursor)
    if sheet.zoom != 100:
        tab.set_zoom(sheet.zoom)
    if sheet.tab_colour:
        tab.set_tab_color(sheet.tab_colour)
    if sheet.hidden:
        tab.hide()
