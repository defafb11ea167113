"""Draws a workbook of `gatebook.sheets.model` with openpyxl: what gatebook's own drawing is held against.

    python scripts/bench_openpyxl.py PILOTS.csv FOLDER

makes the forms that `gatebook new --from PILOTS.csv --to FOLDER` makes. Everything on a form is drawn,
but openpyxl cannot store what a formula comes to. Charts, which no form has, are refused.
"""

from __future__ import annotations

import sys
from copy import copy
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles import Protection as Lock
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from gatebook.backends.excel.draw_text import stored_formula
from gatebook.pilots import blank_review, file_name, read_pilots
from gatebook.sheets.model import (
    PLAIN,
    ColourRule,
    Content,
    Formula,
    Link,
    Page,
    Protection,
    Sheet,
    Style,
    Validation,
    Workbook,
)
from gatebook.sheets.review_form import review_workbook
from gatebook.wiring import built_in

_VALIGN = {"top": "top", "middle": "center", "bottom": "bottom"}
_SIDES = {"l": "left", "t": "top", "r": "right", "b": "bottom"}
_PAPERS = {"A4": 9, "Letter": 1}


def _argb(colour: str | None) -> Any:
    return "FF" + colour[1:] if colour else None


def _font(style: Style) -> Font:
    return Font(
        name="Calibri",
        size=style.size or 11,
        bold=style.bold,
        italic=style.italic,
        underline="single" if style.underline else None,
        color=_argb(style.colour),
    )


def _border(style: Style) -> Border:
    side = Side("thin", _argb(style.border))
    sides: dict[str, Any] = {_SIDES[edge]: side for edge in style.edges if style.border}
    return Border(**sides)


class _Pen:
    """Writes cells of one tab. A style is worked out once; then its number is given to each cell,
    which is the quickest way that openpyxl has."""

    def __init__(self, tab: Any) -> None:
        self._tab = tab
        self._known: dict[Style, Any] = {}

    def put(self, row: int, column: int, content: Content, style: Style) -> None:
        """Write one cell."""
        cell = self._tab.cell(row + 1, column + 1)
        if isinstance(content, Formula):
            cell.value = f"={stored_formula(content.text)}"
        elif isinstance(content, Link):
            cell.value = content.text
            cell.hyperlink = content.target
        elif isinstance(content, str):
            cell.value = content
            cell.data_type = "s"
        elif content is not None:
            cell.value = content
        if style is not PLAIN:
            self._dress(cell, style)

    def _dress(self, cell: Any, style: Style) -> None:
        known = self._known.get(style)
        if known is None:
            cell.font = _font(style)
            if style.fill:
                cell.fill = PatternFill("solid", _argb(style.fill))
            cell.border = _border(style)
            cell.alignment = Alignment(
                horizontal=style.align,
                vertical=_VALIGN[style.valign] if style.valign else None,
                wrap_text=style.wrap,
                indent=style.indent,
                text_rotation=style.rotation,
                shrink_to_fit=style.shrink,
            )
            cell.protection = Lock(locked=style.locked)
            if style.number_format:
                cell.number_format = style.number_format
            self._known[style] = copy(cell._style)
        else:
            cell._style = copy(known)


def _validation(validation: Validation) -> DataValidation:
    found: dict[str, Any] = {"type": None if validation.kind == "any" else validation.kind}
    if validation.kind == "list" and validation.source:
        found["formula1"] = validation.source.fixed
    elif validation.kind == "list":
        found["formula1"] = '"' + ",".join(validation.choices).replace('"', '""') + '"'
    elif validation.kind == "date":
        found["operator"] = "between"
        for name, day in (("formula1", validation.earliest), ("formula2", validation.latest)):
            found[name] = f"DATE({day.year},{day.month},{day.day})" if day else None
    elif validation.kind == "custom":
        found["formula1"] = stored_formula(validation.formula)
    return DataValidation(
        **found,
        sqref=validation.range.a1,
        allow_blank=True,
        errorStyle="stop" if validation.strict else "information",
        showErrorMessage=True,
        showInputMessage=True,
        promptTitle=validation.prompt_title or None,
        prompt=validation.prompt or None,
        errorTitle=validation.error_title or None,
        error=validation.error or None,
    )


def _rule(rule: ColourRule) -> Rule:
    style = rule.style
    colour = _argb(style.fill)
    look = DifferentialStyle(
        font=Font(bold=style.bold or None, color=_argb(style.colour)),
        fill=PatternFill("solid", start_color=colour, end_color=colour) if colour else None,
        border=_border(style) if style.border else None,
    )
    formula = [stored_formula(rule.formula)]
    return Rule(type="expression", dxf=look, formula=formula, stopIfTrue=rule.stop)


def _protect(tab: Any, protection: Protection) -> None:
    lock = tab.protection
    lock.sheet = lock.objects = lock.scenarios = True
    lock.insertHyperlinks = False
    # In the file, these say what is locked.
    lock.formatCells = not protection.format_cells
    lock.formatColumns = not protection.format_columns
    lock.formatRows = not protection.format_rows
    lock.insertRows = not protection.insert_rows
    lock.sort = not protection.sort
    lock.autoFilter = not protection.filter


def _set_up_page(tab: Any, page: Page) -> None:
    setup = tab.page_setup
    setup.orientation = "landscape" if page.landscape else "portrait"
    setup.paperSize = _PAPERS[page.paper]
    setup.fitToWidth, setup.fitToHeight = page.wide, page.tall
    tab.sheet_properties.pageSetUpPr.fitToPage = True
    tab.print_options.horizontalCentered = True
    margins = tab.page_margins
    margins.left = margins.right = margins.top = margins.bottom = page.margin
    tab.oddFooter.center.text = page.footer
    if page.area:
        tab.print_area = page.area.a1
    if page.repeat:
        tab.print_title_rows = f"{page.repeat[0] + 1}:{page.repeat[1] + 1}"


def _draw_sheet(sheet: Sheet, tab: Any) -> None:
    if sheet.charts:
        raise ValueError(f"tab {sheet.name!r} has charts, which this drawer does not know")
    pen = _Pen(tab)
    for (row, column), placed in sheet.cells.items():
        pen.put(row, column, placed.content, placed.style)
    for table in sheet.tables:
        for column, text in enumerate(table.header, table.at.column):
            pen.put(table.at.row, column, text, table.header_style)
        for row, contents in enumerate(table.rows, table.at.row + 1):
            for place, (content, style) in enumerate(zip(contents, table.styles, strict=True)):
                pen.put(row, table.at.column + place, content, style)
    for number, column_of in sheet.columns.items():
        dimension = tab.column_dimensions[get_column_letter(number + 1)]
        dimension.width, dimension.hidden = column_of.width, column_of.hidden
    for number, row_of in sheet.rows.items():
        tab.row_dimensions[number + 1].height = row_of.height
        tab.row_dimensions[number + 1].hidden = row_of.hidden
    for area in sheet.merges:
        tab.merge_cells(area.a1)
    for validation in sheet.validations:
        tab.add_data_validation(_validation(validation))
    for rule in sheet.colour_rules:
        tab.conditional_formatting.add(rule.range.a1, _rule(rule))
    if sheet.filter:
        tab.auto_filter.ref = sheet.filter.a1
    if sheet.protection:
        _protect(tab, sheet.protection)
    if sheet.page:
        _set_up_page(tab, sheet.page)
    view = tab.sheet_view
    view.showGridLines, view.zoomScale = sheet.gridlines, sheet.zoom
    if sheet.freeze:
        tab.freeze_panes = sheet.freeze.a1
    if sheet.cursor:
        view.selection[-1].activeCell = view.selection[-1].sqref = sheet.cursor.a1
    if sheet.tab_colour:
        tab.sheet_properties.tabColor = _argb(sheet.tab_colour)
    if sheet.hidden:
        tab.sheet_state = "hidden"


def draw(workbook: Workbook, path: Path) -> None:
    """Write a workbook with openpyxl. Raises ValueError for a chart."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    book.properties.title = workbook.title
    for sheet in workbook.sheets:
        _draw_sheet(sheet, book.create_sheet(sheet.name))
    book.save(path)


def draw_forms(pilots_file: Path, folder: Path) -> None:
    """A form for every pilot of a list."""
    checklist = built_in()
    for pilot in read_pilots(pilots_file.read_bytes(), pilots_file.name, checklist.policy):
        form = review_workbook(blank_review(pilot, checklist, "bench"), checklist)
        draw(form, folder / file_name(pilot))


if __name__ == "__main__":
    draw_forms(Path(sys.argv[1]), Path(sys.argv[2]))
