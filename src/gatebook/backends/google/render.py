"""A workbook as the requests of one `spreadsheets.batchUpdate`. Pure: nothing is sent from here.

The requests stand in the order in which one atomic batch takes them. The same workbook on the same
ground gives the same requests. https://developers.google.com/workspace/sheets/api/guides/batchupdate

What a `Workbook` says and the API has no word for: page set-up, footer, zoom, cursor, which tab is
open, shrinking text to fit, indents (drawn as padding), single permissions of a protected tab (such
as inserting rows), the error text of a validation beside its prompt, and a formula's stored value.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from gatebook.backends.cell_contents import clean, utf16_length
from gatebook.backends.google.render_cells import (
    Contents,
    Formats,
    Targets,
    clear_looks,
    contents_of,
    write_looks,
    write_values,
)
from gatebook.backends.google.render_charts import add_chart
from gatebook.backends.google.render_formulas import reach
from gatebook.backends.google.render_rules import add_colour_rule, set_validation
from gatebook.backends.google.render_tab import (
    PROTECTED_BY,
    Present,
    RuleThere,
    add_tab,
    make_ready,
    merge,
    protect,
    set_filter,
    set_new_sizes,
    set_sizes,
)
from gatebook.domain.cells import Cell
from gatebook.sheets.model import Formula, Sheet, Workbook

__all__ = ["PROTECTED_BY", "Present", "RuleThere", "draw_requests", "own_charts"]

# https://support.google.com/drive/answer/37603: cells of a spreadsheet, and its last column, ZZZ.
MAX_CELLS = 10_000_000
MAX_COLUMNS = 18_278
# The API's own words for a longer one: "The sheet name cannot be greater than 100 characters."
MAX_TAB_NAME = 100

# What people find free below and beside ours on a new tab.
_SPARE_ROWS = 20
_SPARE_COLUMNS = 3

# The size of an untouched row and column in Sheets.
_ROW_PIXELS = 21
_COLUMN_PIXELS = 100
# A tab of ours has a handful of charts, and a chart one of two ids in turn.
_MOST_CHARTS = 100


def draw_requests(
    workbook: Workbook,
    ids: Mapping[str, int],
    present: Mapping[str, Present],
    *,
    editors: Sequence[str] = (),
    address: str = "",
) -> list[dict[str, Any]]:
    """Requests that draw every tab; `ids`: each tab's sheet id by name; tabs not in `present` are added.

    `editors` are the addresses that may change what is locked. `address` is the spreadsheet's own:
    links to it become links inside it. Raises ValueError, naming tab and cell, for what Sheets
    cannot hold.
    """
    _check_names(workbook, ids)
    formats = Formats(workbook.font)
    targets = Targets(ids, address)
    contents = {s.name: contents_of(s, targets, formats) for s in workbook.sheets}
    sizes = {s.name: _size(s, contents[s.name], present.get(s.name)) for s in workbook.sheets}
    _check_sizes(sizes)
    numbers = _Numbers(present.values())
    requests: list[dict[str, Any]] = []
    # All tabs first: charts refer to them.
    for sheet in workbook.sheets:
        there = present.get(sheet.name)
        if there:
            requests += make_ready(sheet, there, *sizes[sheet.name])
        else:
            requests.append(add_tab(sheet, ids[sheet.name], *sizes[sheet.name]))
    for sheet in workbook.sheets:
        requests += _inside(
            sheet, ids[sheet.name], present.get(sheet.name), contents[sheet.name],
            sizes[sheet.name], formats, editors, numbers,
        )  # fmt: skip
    by_name = {sheet.name: sheet for sheet in workbook.sheets}
    for sheet in workbook.sheets:
        sheet_id = ids[sheet.name]
        for place, chart in enumerate(sheet.charts):
            number = numbers.new(sheet_id, "chart", place)
            requests.append(add_chart(chart, sheet_id, number, ids, by_name))
    return requests


def own_charts(sheet_id: int, chart_ids: Iterable[int]) -> tuple[int, ...]:
    """Those of a tab's charts that were drawn from here."""
    ours = {
        _number(sheet_id, "chart", place, turn) for place in range(_MOST_CHARTS) for turn in (0, 1)
    }
    return tuple(chart_id for chart_id in chart_ids if chart_id in ours)


def _inside(
    sheet: Sheet,
    sheet_id: int,
    there: Present | None,
    contents: Contents,
    size: tuple[int, int],
    formats: Formats,
    editors: Sequence[str],
    numbers: _Numbers,
) -> Iterator[dict[str, Any]]:
    """What stands in a tab whose grid is ready, but for its charts."""
    if there:
        yield clear_looks(sheet_id, *size)
        yield from set_new_sizes(sheet, there, contents.extent[0])
    else:
        yield from set_sizes(sheet, sheet_id)
    yield write_values(sheet_id, contents, *size)
    yield from write_looks(sheet_id, contents, formats)
    yield from merge(sheet, sheet_id)
    for validation in sheet.validations:
        request = set_validation(sheet_id, sheet.name, validation)
        if request:
            yield request
    for index, rule in enumerate(sheet.colour_rules):
        yield add_colour_rule(sheet_id, sheet.name, rule, index)
    if sheet.protection:

        def new_id(place: int) -> int:
            return numbers.new(sheet_id, "protection", place)

        yield from protect(sheet.protection, sheet_id, contents.unlocked, editors, new_id)
    if sheet.filter:
        yield set_filter(sheet.filter, sheet_id)


class _Numbers:
    """Ids of protections and charts, from tab and place. One that is just being deleted is passed
    over, since nobody says that it is free again within the same batch."""

    def __init__(self, present: Iterable[Present]) -> None:
        self._taken = set(chain.from_iterable((*one.charts, *one.protected) for one in present))

    def new(self, sheet_id: int, kind: str, place: int) -> int:
        turn = 0
        while (number := _number(sheet_id, kind, place, turn)) in self._taken:
            turn += 1
        self._taken.add(number)
        return number


def _number(sheet_id: int, kind: str, place: int, turn: int) -> int:
    """A positive number of 31 bits."""
    text = f"gatebook {sheet_id} {kind} {place} {turn}"
    return zlib.crc32(text.encode()) & 0x7FFFFFFF or 1


def _size(sheet: Sheet, contents: Contents, there: Present | None) -> tuple[int, int]:
    """Rows and columns of a tab's grid: all it holds, some room, and all that its formulas name.

    A tab that is there never shrinks.
    """
    rows, columns = contents.extent
    for last in _last_cells(sheet):
        rows, columns = max(rows, last.row + 1), max(columns, last.column + 1)
    rows, columns = rows + _SPARE_ROWS, columns + _SPARE_COLUMNS
    for formula in _formulas(sheet):
        named = reach(formula)
        rows, columns = max(rows, named[0]), max(columns, named[1])
    return (max(rows, there.rows), max(columns, there.columns)) if there else (rows, columns)


def _last_cells(sheet: Sheet) -> Iterator[Cell]:
    """The last cell of everything that is no content but must stand within the grid."""
    yield Cell(max(sheet.rows, default=0), max(sheet.columns, default=0))
    yield sheet.freeze or Cell(0, 0)
    reserved = sheet.protection.reserved if sheet.protection else ()
    areas = [*sheet.merges, *reserved, *([sheet.filter] if sheet.filter else [])]
    areas += [validation.range for validation in sheet.validations]
    areas += [validation.source for validation in sheet.validations if validation.source]
    areas += [rule.range for rule in sheet.colour_rules]
    yield from (area.last for area in areas)
    for chart in sheet.charts:
        yield chart.at.down(chart.height // _ROW_PIXELS).right(chart.width // _COLUMN_PIXELS)


def _formulas(sheet: Sheet) -> Iterator[str]:
    for placed in sheet.cells.values():
        if isinstance(placed.content, Formula):
            yield placed.content.text
    for table in sheet.tables:
        for row in table.rows:
            yield from (content.text for content in row if isinstance(content, Formula))
    yield from (v.formula for v in sheet.validations if v.kind == "custom")
    yield from (rule.formula for rule in sheet.colour_rules)


def _check_sizes(sizes: Mapping[str, tuple[int, int]]) -> None:
    """Raises ValueError for more cells than a spreadsheet takes."""
    for name, (rows, columns) in sizes.items():
        if columns > MAX_COLUMNS:
            raise ValueError(
                f"tab {name!r} needs {columns:,} columns and Google Sheets takes {MAX_COLUMNS:,}"
            )
        if rows * columns > MAX_CELLS:
            raise ValueError(
                f"tab {name!r} needs {rows:,} rows of {columns:,} cells and Google Sheets takes "
                f"{MAX_CELLS:,} cells"
            )
    cells = sum(rows * columns for rows, columns in sizes.values())
    if cells > MAX_CELLS:
        raise ValueError(
            f"the tabs {', '.join(sizes)} need {cells:,} cells and Google Sheets takes "
            f"{MAX_CELLS:,} in a spreadsheet"
        )


def _check_names(workbook: Workbook, ids: Mapping[str, int]) -> None:
    """Raises ValueError for tab names that Sheets refuses, and for a tab without an id."""
    if not workbook.sheets:
        raise ValueError("a workbook needs at least one tab")
    if all(sheet.hidden for sheet in workbook.sheets):
        raise ValueError("all tabs are hidden; Google Sheets shows at least one")
    seen: dict[str, str] = {}
    for sheet in workbook.sheets:
        problem = _name_problem(sheet.name)
        if problem:
            raise ValueError(f"tab name {sheet.name!r} {problem}")
        folded = sheet.name.casefold()
        if folded in seen:
            raise ValueError(
                f"tab names {seen[folded]!r} and {sheet.name!r} are the same to Google Sheets"
            )
        seen[folded] = sheet.name
        if sheet.name not in ids:
            raise ValueError(f"tab {sheet.name!r} has no sheet id")


def _name_problem(name: str) -> str:
    if not name.strip():
        return "is empty"
    if utf16_length(name) > MAX_TAB_NAME:
        return f"is longer than {MAX_TAB_NAME} characters"
    return "has a control character" if clean(name, MAX_TAB_NAME) != name else ""
