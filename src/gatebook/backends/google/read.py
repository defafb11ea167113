"""One spreadsheet in one request, and what the API's answer holds as grids (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gatebook.backends.google.addresses import tab_address
from gatebook.domain.cells import Range
from gatebook.sheets.model import CellError, Grid, Raw

_CELL = "userEnteredValue,effectiveValue,hyperlink,chipRuns,textFormatRuns(format(link(uri)))"
# Everything a form's reader needs. https://developers.google.com/workspace/sheets/api/guides/field-masks
READ_FIELDS = (
    "spreadsheetId,properties(title),"
    "sheets(properties(sheetId,title,index,sheetType,hidden),merges,"
    f"data(startRow,startColumn,rowData(values({_CELL},note))))"
)
# And what a writer must know of its own tabs besides.
OWN_FIELDS = (
    "spreadsheetId,properties(title),developerMetadata,namedRanges(namedRangeId),"
    "sheets(properties(sheetId,title,index,sheetType,hidden,gridProperties(rowCount,columnCount)),"
    "developerMetadata,merges,basicFilter(range),charts(chartId),"
    "conditionalFormats(ranges,booleanRule(condition(values(userEnteredValue)))),"
    "protectedRanges(protectedRangeId,description),"
    "filterViews(filterViewId),bandedRanges(bandedRangeId),"
    f"data(startRow,startColumn,rowData(values({_CELL},note,dataValidation(condition(type))))))"
)
# Kinds of errors by their names in the API and in a sheet.
# https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#ErrorType
_ERRORS = {
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
}
# Stands for a chip in a cell's text. .../rest/v4/spreadsheets/cells#ChipRun
_CHIP = "@"


def grids_of(answer: Mapping[str, Any], skip: frozenset[str] = frozenset()) -> Iterator[Grid]:
    """The tabs of a `spreadsheets.get` answer, in order; those whose first cell starts with a
    text of `skip` are left out. Tabs that are one big chart hold no cells and are left out, too."""
    file_id = answer.get("spreadsheetId", "")
    title = answer.get("properties", {}).get("title", "")
    for place, sheet in enumerate(answer.get("sheets", ())):
        about = sheet.get("properties", {})
        if about.get("sheetType", "GRID") != "GRID":
            continue
        grid = Grid(
            tab=about.get("title", ""),
            values={},
            merges=tuple(merge_of(area) for area in sheet.get("merges", ())),
            hidden=about.get("hidden", False),
            position=about.get("index", place),
            workbook=title,
            url=tab_address(file_id, about.get("sheetId", 0)) if file_id else "",
        )
        for block in sheet.get("data", ()):
            _read_block(block, grid)
        first = grid.values.get((0, 0))
        if not (skip and isinstance(first, str) and first.startswith(tuple(skip))):
            yield grid


def merge_of(area: Mapping[str, int]) -> Range:
    """A range as the API writes it: half open, zeros left out."""
    return Range.of(
        area.get("startRowIndex", 0),
        area.get("startColumnIndex", 0),
        area.get("endRowIndex", 1) - 1,
        area.get("endColumnIndex", 1) - 1,
    )


def _read_block(block: Mapping[str, Any], grid: Grid) -> None:
    top, left = block.get("startRow", 0), block.get("startColumn", 0)
    for row, line in enumerate(block.get("rowData", ()), top):
        for column, cell in enumerate(line.get("values", ()), left):
            if cell:
                _read_cell(cell, (row, column), grid)


def _read_cell(cell: Mapping[str, Any], at: tuple[int, int], grid: Grid) -> None:
    typed = cell.get("userEnteredValue", {})
    if "formulaValue" in typed:
        grid.formulas[at] = typed["formulaValue"].removeprefix("=")
        value = _value(cell.get("effectiveValue", {}))
    else:
        # What stands there without a formula is what was typed; the effective value is the same,
        # and the only one where a formula elsewhere spilled into this cell.
        value = _value(typed or cell.get("effectiveValue", {}))
    chips = [run["chip"] for run in cell.get("chipRuns", ()) if run.get("chip")]
    if chips and isinstance(value, str):
        value = _with_chips(value, cell, chips)
    if value is not None and value != "":
        grid.values[at] = value
    if link := _link(cell, chips):
        grid.links[at] = link
    if note := cell.get("note"):
        grid.notes[at] = note


def _value(value: Mapping[str, Any]) -> Raw | None:
    if "numberValue" in value:
        return float(value["numberValue"])
    if "boolValue" in value:
        return bool(value["boolValue"])
    if "errorValue" in value:
        kind = value["errorValue"].get("type", "ERROR")
        return CellError(_ERRORS.get(kind, "#ERROR!"))
    text = value.get("stringValue")
    return None if text is None else str(text)


def _with_chips(text: str, cell: Mapping[str, Any], chips: list[Mapping[str, Any]]) -> str:
    """A text in which people are named. The API gives the name in the effective value; where it only
    keeps the place of a chip, the address stands for the person."""
    shown = cell.get("effectiveValue", {}).get("stringValue", "")
    if shown and shown.count(_CHIP) < text.count(_CHIP):
        return str(shown)
    # Runs start at a number of UTF-16 units; from the last to the first, the others stay in place.
    units = text.encode("utf-16-le")
    for run in reversed(cell["chipRuns"]):
        chip, start = run.get("chip", {}), 2 * run.get("startIndex", 0)
        person = chip.get("personProperties", {}).get("email", "")
        place = chip.get("richLinkProperties", {}).get("uri", "")
        if (person or place) and units[start : start + 2].decode("utf-16-le") == _CHIP:
            name = str(person or place).encode("utf-16-le")
            units = units[:start] + name + units[start + 2 :]
    return units.decode("utf-16-le")


def _link(cell: Mapping[str, Any], chips: list[Mapping[str, Any]]) -> str:
    """Where a cell leads: its link, else the first one inside of its text, else that of a file's chip.

    A chip of a person leads to no evidence.
    """
    if target := cell.get("hyperlink"):
        return str(target)
    for run in cell.get("textFormatRuns", ()):
        if uri := run.get("format", {}).get("link", {}).get("uri"):
            return str(uri)
    for chip in chips:
        if uri := chip.get("richLinkProperties", {}).get("uri"):
            return str(uri)
    return ""
