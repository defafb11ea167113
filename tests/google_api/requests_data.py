"""Requests that move data about: sort, find and replace, copy, cut, insert and delete cells."""

from __future__ import annotations

import re
from typing import Any

from tests.google_api import formulas, rules
from tests.google_api.a1 import Box
from tests.google_api.draft import Draft, handler
from tests.google_api.errors import bad_request
from tests.google_api.grid import Sheet, overlap
from tests.google_api.jsontypes import Json


@handler
def sort_range(draft: Draft, request: Json) -> Json:
    sheet, area = draft.area(request)
    draft.check_cells(sheet, area)
    sort(sheet, area, rules.required(request, "sortSpecs"))
    return {}


def sort(sheet: Sheet, area: Box, specs: list[Json]) -> None:
    """Sort the rows of an area; numbers before texts before truth values, empty cells last."""
    bottom, right = area.end
    rows = list(range(area.top, bottom))
    for spec in reversed(specs):
        column = spec.get("dimensionIndex", 0)
        if not area.left <= column < right:
            raise bad_request(f"Cannot sort by column {column} outside of the range.")
        falling = spec.get("sortOrder") == "DESCENDING"
        filled = [row for row in rows if _sort_key(sheet.cell(row, column)) is not None]
        empty = [row for row in rows if _sort_key(sheet.cell(row, column)) is None]
        filled.sort(key=lambda row: _sort_key(sheet.cell(row, column)) or (9, 0), reverse=falling)
        rows = filled + empty
    taken = [[sheet.cell(row, c) for c in range(area.left, right)] for row in rows]
    for target, (source, cells) in enumerate(zip(rows, taken, strict=True), start=area.top):
        for column, cell in enumerate(cells, start=area.left):
            sheet.put(target, column, _carried(cell, target - source, 0))


def _sort_key(cell: Json) -> tuple[int, Any] | None:
    value = cell.get("userEnteredValue", {})
    if "numberValue" in value:
        return 0, value["numberValue"]
    if "stringValue" in value:
        return 1, value["stringValue"].casefold()
    if "boolValue" in value:
        return 2, value["boolValue"]
    return (3, value["formulaValue"]) if value else None


def _carried(cell: Json, down: int, right: int) -> Json:
    """A cell copied elsewhere: relative references of its formula follow."""
    formula = cell.get("userEnteredValue", {}).get("formulaValue")
    if not formula:
        return cell
    text = formulas.repeated(formula, down, right)
    return cell | {"userEnteredValue": {"formulaValue": text}}


@handler
def find_replace(draft: Draft, request: Json) -> Json:
    if not request.get("find"):
        raise bad_request("find must not be empty.")
    scope = rules.one_of(request, ("range", "sheetId", "allSheets"), "findReplace")
    if scope == "range":
        areas = [draft.area(request)]
    elif scope == "sheetId":
        sheet = draft.sheet(request)
        areas = [(sheet, sheet.whole)]
    else:
        areas = [(sheet, sheet.whole) for sheet in draft.document.all_sheets()]
    counts = dict.fromkeys(
        ("valuesChanged", "formulasChanged", "rowsChanged", "sheetsChanged", "occurrencesChanged"),
        0,
    )
    for sheet, area in areas:
        draft.check_cells(sheet, area)
        _replace(sheet, area, request, counts)
    return {"findReplace": {name: count for name, count in counts.items() if count}}


def _replace(sheet: Sheet, area: Box, request: Json, counts: dict[str, int]) -> None:
    pattern = _pattern(request)
    replacement = request.get("replacement", "")
    if not request.get("searchByRegex"):
        replacement = replacement.replace("\\", r"\\")
    kinds = {"stringValue": "valuesChanged"}
    if request.get("includeFormulas"):
        kinds["formulaValue"] = "formulasChanged"
    rows: set[int] = set()
    for row, column, cell in list(sheet.cells(area)):
        for kind, counter in kinds.items():
            text = cell.get("userEnteredValue", {}).get(kind)
            new, times = pattern.subn(replacement, text) if text else ("", 0)
            if times:
                sheet.put(row, column, cell | {"userEnteredValue": {kind: new}})
                counts["occurrencesChanged"] += times
                counts[counter] += 1
                rows.add(row)
    counts["rowsChanged"] += len(rows)
    counts["sheetsChanged"] += bool(rows)


def _pattern(request: Json) -> re.Pattern[str]:
    text = request["find"] if request.get("searchByRegex") else re.escape(request["find"])
    if request.get("matchEntireCell"):
        text = rf"\A(?:{text})\Z"
    return re.compile(text, 0 if request.get("matchCase") else re.IGNORECASE)


# What of a cell each kind of pasting takes.
_PASTED = {
    "PASTE_NORMAL": None,
    "PASTE_NO_BORDERS": None,
    "PASTE_VALUES": ("userEnteredValue",),
    "PASTE_FORMULA": ("userEnteredValue",),
    "PASTE_FORMAT": ("userEnteredFormat",),
    "PASTE_DATA_VALIDATION": ("dataValidation",),
}


def _mixed(old: Json, new: Json, kind: str) -> Json:
    if kind not in _PASTED:
        raise bad_request(f"The test server does not paste {kind}.")
    names = _PASTED[kind]
    if names is None:
        return new
    kept = {key: value for key, value in old.items() if key not in names}
    return kept | {key: new[key] for key in names if key in new}


@handler
def copy_paste(draft: Draft, request: Json) -> Json:
    if request.get("pasteOrientation", "NORMAL") != "NORMAL":
        raise bad_request("The test server does not transpose.")
    source_sheet, source = draft.area(request, "source")
    sheet, target = draft.area(request, "destination")
    rows, columns = source.end[0] - source.top, source.end[1] - source.left
    height, width = target.end[0] - target.top, target.end[1] - target.left
    # "a span that's a multiple of the source's" is filled; otherwise the source is copied once.
    height = height if rows and height % rows == 0 and height else rows
    width = width if columns and width % columns == 0 and width else columns
    area = Box(target.top, target.left, target.top + height, target.left + width)
    _check_inside(sheet, area)
    draft.check_cells(sheet, area)
    block = _block(source_sheet, source)
    kind = request.get("pasteType", "PASTE_NORMAL")
    for down in range(height):
        for right in range(width):
            from_row, from_column = source.top + down % rows, source.left + right % columns
            at = (target.top + down, target.left + right)
            cell = block.get((from_row, from_column), {})
            cell = _carried(cell, at[0] - from_row, at[1] - from_column)
            sheet.put(*at, _mixed(sheet.cell(*at), cell, kind))
    return {}


def _block(sheet: Sheet, area: Box) -> dict[tuple[int, int], Json]:
    return {(row, column): cell for row, column, cell in sheet.cells(area)}


def _check_inside(sheet: Sheet, area: Box) -> None:
    bottom, right = area.end
    if bottom > sheet.row_count or right > sheet.column_count:
        raise bad_request("The destination does not fit into the grid.")


@handler
def cut_paste(draft: Draft, request: Json) -> Json:
    source_sheet, source = draft.area(request, "source")
    given = rules.required(request, "destination")
    sheet = draft.sheet(given)
    top, left = given.get("rowIndex", 0), given.get("columnIndex", 0)
    down, right = top - source.top, left - source.left
    area = Box(top, left, source.end[0] + down, source.end[1] + right)
    _check_inside(sheet, area)
    draft.check_cells(source_sheet, source)
    draft.check_cells(sheet, area)
    block = _block(source_sheet, source)
    for row, column in block:
        source_sheet.put(row, column, {})
    kind = request.get("pasteType", "PASTE_NORMAL")
    for row in range(source.top, source.end[0]):
        for column in range(source.left, source.end[1]):
            at, cell = (row + down, column + right), block.get((row, column), {})
            sheet.put(*at, _mixed(sheet.cell(*at), cell, kind))
    return {}


@handler
def delete_range(draft: Draft, request: Json) -> Json:
    sheet, area = draft.area(request)
    _shift_cells(draft, sheet, area, request, back=True)
    return {}


@handler
def insert_range(draft: Draft, request: Json) -> Json:
    sheet, area = draft.area(request)
    _shift_cells(draft, sheet, area, request, back=False)
    return {}


def _shift_cells(draft: Draft, sheet: Sheet, area: Box, request: Json, *, back: bool) -> None:
    """Move the cells behind an area into it, or out of it. Ranges and formulas stay."""
    bottom, right = area.end
    if rules.required(request, "shiftDimension") == "ROWS":
        step = (bottom - area.top, 0)
        after = Box(bottom if back else area.top, area.left, sheet.row_count, right)
    else:
        step = (0, right - area.left)
        after = Box(area.top, right if back else area.left, bottom, sheet.column_count)
    touched = Box(area.top, area.left, *after.end)
    draft.check_cells(sheet, touched)
    for merge in sheet.lists.get("merges", ()):
        if overlap(rules.bounded(sheet, merge), touched):
            raise bad_request("Cells of a merged range cannot be shifted.")
    block = _block(sheet, after)
    for row, column, _ in list(sheet.cells(touched)):
        sheet.put(row, column, {})
    sign = -1 if back else 1
    for (row, column), cell in block.items():
        to = row + sign * step[0], column + sign * step[1]
        if to[0] < sheet.row_count and to[1] < sheet.column_count:
            sheet.put(*to, cell)
