"""A tab around its cells: grid, sizes, freezing, merges, protection, filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatebook.backends.google.render_areas import (
    grid_range,
    meet,
    rectangles,
    runs_of_numbers,
    whole,
)
from gatebook.backends.google.render_formulas import any_locale, shape
from gatebook.backends.google.render_styles import colour
from gatebook.domain.cells import Cell, Range
from gatebook.sheets.model import Protection, Row, Sheet

# Pixels of a character of the default font, and around a text: as Excel measures a column
# (ECMA-376 part 1, 18.3.1.13); a point is 4/3 pixels.
_CHARACTER_PIXELS = 7
_COLUMN_PIXELS = 5
# What a protection of ours begins with; a redraw knows it again by that.
PROTECTED_BY = "gatebook"


@dataclass(frozen=True, slots=True)
class RuleThere:
    """A conditional rule of a tab: where it holds, and its formula ("" for one without)."""

    areas: tuple[Range, ...]
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Present:
    """What stands under a tab of ours that is to be drawn anew."""

    sheet_id: int
    rows: int
    columns: int
    colour_rules: tuple[RuleThere, ...] = ()
    protected: tuple[int, ...] = ()
    charts: tuple[int, ...] = ()
    merges: tuple[Range, ...] = ()
    filtered: bool = False


def add_tab(sheet: Sheet, sheet_id: int, rows: int, columns: int) -> dict[str, Any]:
    """A new tab behind those that are there, with room for everything."""
    properties: dict[str, Any] = {
        "sheetId": sheet_id,
        "title": sheet.name,
        "gridProperties": _grid(sheet, rows, columns) | {"hideGridlines": not sheet.gridlines},
    }
    if sheet.tab_colour:
        properties["tabColorStyle"] = colour(sheet.tab_colour)
    if sheet.hidden:
        properties["hidden"] = True
    return {"addSheet": {"properties": properties}}


def _grid(sheet: Sheet, rows: int, columns: int) -> dict[str, int]:
    frozen_rows, frozen_columns = frozen(sheet)
    return {
        "rowCount": rows,
        "columnCount": columns,
        "frozenRowCount": frozen_rows,
        "frozenColumnCount": frozen_columns,
    }


def frozen(sheet: Sheet) -> tuple[int, int]:
    """Rows and columns to freeze: 0 where the border would run through a merged cell, which Sheets
    refuses (as dream-num/univer#724 says too)."""
    if sheet.freeze is None:
        return 0, 0
    rows, columns = sheet.freeze
    if any(area.first.row < rows <= area.last.row for area in sheet.merges):
        rows = 0
    if any(area.first.column < columns <= area.last.column for area in sheet.merges):
        columns = 0
    return rows, columns


def make_ready(sheet: Sheet, present: Present, rows: int, columns: int) -> Iterator[dict[str, Any]]:
    """Take away what the last drawing left, and let the grid grow; nothing of the people's.

    Merges go before the grid is set, because frozen rows and columns may not run through them.
    """
    sheet_id = present.sheet_id
    if present.merges:
        yield {"unmergeCells": {"range": whole(sheet_id, present.rows, present.columns)}}
    grid = _grid(sheet, rows, columns)
    yield {
        "updateSheetProperties": {
            "properties": {"sheetId": sheet_id, "gridProperties": grid},
            "fields": ",".join(f"gridProperties.{name}" for name in grid),
        }
    }
    for index, rule in reversed([*enumerate(present.colour_rules)]):
        if _gives_way(rule, sheet):
            yield {"deleteConditionalFormatRule": {"sheetId": sheet_id, "index": index}}
    for protected_id in present.protected:
        yield {"deleteProtectedRange": {"protectedRangeId": protected_id}}
    for chart_id in present.charts:
        yield {"deleteEmbeddedObject": {"objectId": chart_id}}
    if present.filtered:
        yield {"clearBasicFilter": {"sheetId": sheet_id}}


def _gives_way(rule: RuleThere, sheet: Sheet) -> bool:
    """Whether a rule was drawn from here, or colours what ours do. Columns that people put in between
    move ours out of their place, but leave their formulas alike."""
    if not sheet.colour_rules:
        return False
    places = [one.range for one in sheet.colour_rules]
    coloured = Range(
        Cell(min(area.first.row for area in places), min(area.first.column for area in places)),
        Cell(max(area.last.row for area in places), max(area.last.column for area in places)),
    )
    ours = {shape(any_locale(one.formula)) for one in sheet.colour_rules}
    return shape(rule.formula) in ours or any(meet(area, coloured) for area in rule.areas)


def set_sizes(sheet: Sheet, sheet_id: int) -> Iterator[dict[str, Any]]:
    """Widths, heights and what is out of sight, on a new tab.

    A row that grows gets no height: Sheets fits it to its text until somebody sets one. It does not
    for merged cells, so a row of wrapped merged text gets its height all the same.
    """
    yield from _set_widths(sheet, sheet_id, 0)
    merged = _rows_of_merged_text(sheet)
    heights = {
        number: (_height(row, fixed=number in merged or not row.grows), row.hidden)
        for number, row in sheet.rows.items()
    }
    yield from _set_dimensions(sheet_id, "ROWS", heights)


def set_new_sizes(sheet: Sheet, present: Present, rows: int) -> Iterator[dict[str, Any]]:
    """On a tab that was there: widths of columns that were not, and what is out of sight.

    All sizes that people chose stay. A row that somebody hid is shown again, because another record
    stands in it now; so is a frozen column, because a hidden one of ours was in its place if somebody
    has put a column before that. Other columns that people hid stay hidden.
    """
    yield from _set_widths(sheet, present.sheet_id, present.columns)
    frozen_columns = sheet.freeze.column if sheet.freeze else 0
    yield from _set_dimensions(
        present.sheet_id,
        "COLUMNS",
        {
            number: (None, column.hidden)
            for number, column in sheet.columns.items()
            if column.hidden or number < frozen_columns
        },
        shown=True,
    )
    hidden = {number: sheet.rows.get(number, Row()).hidden for number in range(rows)}
    yield from _set_dimensions(
        present.sheet_id,
        "ROWS",
        {number: (None, out) for number, out in hidden.items()},
        shown=True,
    )


def _set_widths(sheet: Sheet, sheet_id: int, first: int) -> Iterator[dict[str, Any]]:
    widths = {
        number: (round(column.width * _CHARACTER_PIXELS) + _COLUMN_PIXELS, column.hidden)
        for number, column in sheet.columns.items()
        if number >= first
    }
    yield from _set_dimensions(sheet_id, "COLUMNS", widths)


def _height(row: Row, *, fixed: bool) -> int | None:
    return round(row.height * 4 / 3) if row.height is not None and fixed else None


def _rows_of_merged_text(sheet: Sheet) -> set[int]:
    return {
        row
        for area in sheet.merges
        if (first := sheet.cells.get(area.first)) and first.style.wrap
        for row in range(area.first.row, area.last.row + 1)
    }


def _set_dimensions(
    sheet_id: int,
    dimension: str,
    sizes: Mapping[int, tuple[int | None, bool]],
    *,
    shown: bool = False,
) -> Iterator[dict[str, Any]]:
    """One request for each run of equal sizes; `shown`: say so of those that are not hidden."""
    for first, last, (pixels, hidden) in runs_of_numbers(sizes):
        properties: dict[str, Any] = {}
        if pixels is not None:
            properties["pixelSize"] = pixels
        if hidden or shown:
            properties["hiddenByUser"] = hidden
        if properties:
            yield {
                "updateDimensionProperties": {
                    "range": {
                        "sheetId": sheet_id,
                        "dimension": dimension,
                        "startIndex": first,
                        "endIndex": last + 1,
                    },
                    "properties": properties,
                    "fields": ",".join(properties),
                }
            }


def merge(sheet: Sheet, sheet_id: int) -> Iterator[dict[str, Any]]:
    """All merges of a tab."""
    for area in sheet.merges:
        yield {"mergeCells": {"range": grid_range(sheet_id, area), "mergeType": "MERGE_ALL"}}


def protect(
    protection: Protection,
    sheet_id: int,
    unlocked: Iterable[Cell],
    editors: Sequence[str],
    new_id: Callable[[int], int],
) -> Iterator[dict[str, Any]]:
    """Lock a tab but for its open cells, and keep reserved ranges for their people.

    A reserved range stands among the open cells too: otherwise only those who may change the whole
    tab could type there. `new_id` gives the id of the tab's protection number so-and-so.
    """
    yield _protected(
        new_id(0), {"sheetId": sheet_id}, "only the boxes are for typing", editors,
        [grid_range(sheet_id, area) for area in rectangles(unlocked)],
    )  # fmt: skip
    if not protection.reserved_for:
        return
    people = [*editors, *protection.reserved_for]
    for place, area in enumerate(protection.reserved, 1):
        yield _protected(
            new_id(place), grid_range(sheet_id, area), "for the people who sign", people, []
        )


def _protected(
    protected_id: int,
    area: dict[str, Any],
    about: str,
    editors: Sequence[str],
    unprotected: list[dict[str, Any]],
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "protectedRangeId": protected_id,
        "range": area,
        "description": f"{PROTECTED_BY}: {about}",
        "warningOnly": False,
        "editors": {"domainUsersCanEdit": False},
    }
    if unprotected:
        found["unprotectedRanges"] = unprotected
    if editors:
        found["editors"]["users"] = list(dict.fromkeys(editors))
    return {"addProtectedRange": {"protectedRange": found}}


def set_filter(area: Range, sheet_id: int) -> dict[str, Any]:
    """The arrows over a table's headers."""
    return {"setBasicFilter": {"filter": {"range": grid_range(sheet_id, area)}}}
