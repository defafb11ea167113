"""Requests that write cells."""

from __future__ import annotations

from tests.google_api import cellwrites, formulas, rules
from tests.google_api.a1 import Box
from tests.google_api.draft import Draft, handler
from tests.google_api.errors import bad_request
from tests.google_api.grid import Sheet, box_of, overlap, range_of
from tests.google_api.jsontypes import Json
from tests.google_api.masks import Mask


@handler
def update_cells(draft: Draft, request: Json) -> Json:
    mask = _cell_mask(draft, request)
    rows = request.get("rows", [])
    kind = rules.one_of(request, ("range", "start"), "updateCells")
    if kind == "range":
        sheet, area = draft.area(request)
        whole = area
    else:
        sheet = draft.sheet(request["start"])
        top, left = request["start"].get("rowIndex", 0), request["start"].get("columnIndex", 0)
        area = Box(top, left, sheet.row_count, sheet.column_count)
        width = max((len(row.get("values", ())) for row in rows), default=0)
        whole = Box(top, left, top + len(rows), left + width)
    _check_fits(area, rows)
    draft.check_cells(sheet, whole)
    if kind == "range":
        write_range(sheet, area, rows, mask)
    else:
        _write_rows(sheet, area.top, area.left, rows, mask)
    return {}


def _cell_mask(draft: Draft, request: Json) -> Mask:
    mask = draft.mask(request, "CellData")
    rules.check_cell_mask(mask)
    return cellwrites.with_colors(mask)


def _check_fits(area: Box, rows: list[Json]) -> None:
    bottom, right = area.end
    if area.top + len(rows) > bottom:
        raise bad_request(
            f"Attempting to write row: {bottom}, beyond the last requested row of: {bottom - 1}"
        )
    if any(area.left + len(row.get("values", ())) > right for row in rows):
        raise bad_request(
            f"Attempting to write column: {right}, beyond the last requested column of: {right - 1}"
        )


def write_range(sheet: Sheet, area: Box, rows: list[Json], mask: Mask) -> None:
    """Write rows, and clear the mask's fields in the cells of the area that they do not cover."""
    bottom, right = area.end
    covered: set[tuple[int, int]] = set()
    for down, row in enumerate(rows):
        covered |= {
            (area.top + down, area.left + along) for along in range(len(row.get("values", ())))
        }
    for row_index, column, old in list(sheet.cells(Box(area.top, area.left, bottom, right))):
        if (row_index, column) not in covered:
            sheet.put(row_index, column, cellwrites.written(old, {}, mask))
    _write_rows(sheet, area.top, area.left, rows, mask)


def _write_rows(sheet: Sheet, top: int, left: int, rows: list[Json], mask: Mask) -> None:
    for down, row in enumerate(rows):
        for along, cell in enumerate(row.get("values", ())):
            rules.check_cell(cell)
            at = (top + down, left + along)
            sheet.put(*at, cellwrites.written(sheet.cell(*at), cell, mask))


@handler
def repeat_cell(draft: Draft, request: Json) -> Json:
    mask = _cell_mask(draft, request)
    sheet, area = draft.area(request)
    draft.check_cells(sheet, area)
    cell = request.get("cell", {})
    rules.check_cell(cell)
    formula = cell.get("userEnteredValue", {}).get("formulaValue")
    bottom, right = area.end
    for row in range(area.top, bottom):
        for column in range(area.left, right):
            if formula:
                text = formulas.repeated(formula, row - area.top, column - area.left)
                cell = cell | {"userEnteredValue": {"formulaValue": text}}
            sheet.put(row, column, cellwrites.written(sheet.cell(row, column), cell, mask))
    return {}


@handler
def append_cells(draft: Draft, request: Json) -> Json:
    mask = _cell_mask(draft, request)
    sheet, rows = draft.sheet(request), request.get("rows", [])
    top = sheet.used()[0]
    width = max((len(row.get("values", ())) for row in rows), default=0)
    if width > sheet.column_count:
        raise bad_request(
            f"Attempting to write column: {sheet.column_count},"
            f" beyond the last requested column of: {sheet.column_count - 1}"
        )
    if top + len(rows) > sheet.row_count:
        draft.check_structure(sheet)
        sheet.resize("ROWS", top + len(rows))
    draft.check_cells(sheet, Box(top, 0, top + len(rows), width))
    _write_rows(sheet, top, 0, rows, mask)
    return {}


@handler
def set_data_validation(draft: Draft, request: Json) -> Json:
    sheet, area = draft.area(request)
    draft.check_cells(sheet, area)
    rule = request.get("rule")
    if rule:
        rules.check_validation(rule)
    bottom, right = area.end
    for row in range(area.top, bottom):
        for column in range(area.left, right):
            cell = {k: v for k, v in sheet.cell(row, column).items() if k != "dataValidation"}
            sheet.put(row, column, cell | {"dataValidation": rule} if rule else cell)
    return {}


@handler
def merge_cells(draft: Draft, request: Json) -> Json:
    sheet, area = draft.area(request)
    draft.check_cells(sheet, area)
    merges = sheet.items("merges")
    merges[:] = [other for other in merges if not _swallowed(area, other)]
    for part in _merged_parts(area, request.get("mergeType", "MERGE_ALL")):
        if (part.end[0] - part.top) * (part.end[1] - part.left) < 2:
            continue
        merges.append(range_of(sheet.id, part))
        for row, column, cell in list(sheet.cells(part)):
            if (row, column) != (part.top, part.left):
                sheet.put(row, column, {k: v for k, v in cell.items() if "Value" not in k})
    return {}


def _swallowed(area: Box, other: Json) -> bool:
    """Whether a merge lies inside a new one; 400 when it is cut by it."""
    box = box_of(other)
    if not overlap(area, box):
        return False
    bottom, right = area.end
    inside = area.top <= box.top and area.left <= box.left
    if not (inside and box.end[0] <= bottom and box.end[1] <= right):
        raise bad_request("You must select all cells in a merged range to merge or unmerge them.")
    return True


def _merged_parts(area: Box, kind: str) -> list[Box]:
    bottom, right = area.end
    if kind == "MERGE_ROWS":
        return [Box(row, area.left, row + 1, right) for row in range(area.top, bottom)]
    if kind == "MERGE_COLUMNS":
        return [Box(area.top, column, bottom, column + 1) for column in range(area.left, right)]
    return [area]


@handler
def unmerge_cells(draft: Draft, request: Json) -> Json:
    sheet, area = draft.area(request)
    draft.check_cells(sheet, area)
    merges = sheet.items("merges")
    merges[:] = [other for other in merges if not _swallowed(area, other)]
    return {}


_SIDES = ("top", "bottom", "left", "right")


@handler
def update_borders(draft: Draft, request: Json) -> Json:
    sheet, area = draft.area(request)
    draft.check_cells(sheet, area)
    bottom, right = area.end
    for row in range(area.top, bottom):
        for column in range(area.left, right):
            inner = {"top": row > area.top, "bottom": row < bottom - 1}
            inner |= {"left": column > area.left, "right": column < right - 1}
            _set_borders(sheet, row, column, request, inner)
    return {}


def _set_borders(
    sheet: Sheet, row: int, column: int, request: Json, inner: dict[str, bool]
) -> None:
    cell = sheet.cell(row, column)
    cell_format = cell.get("userEnteredFormat", {})
    borders = dict(cell_format.get("borders", {}))
    for side in _SIDES:
        within = "innerHorizontal" if side in ("top", "bottom") else "innerVertical"
        border = request.get(within if inner[side] else side)
        if border is None:
            continue
        borders[side] = border
        if border.get("style") == "NONE":
            del borders[side]
    new = {"userEnteredFormat": cell_format | {"borders": borders}}
    mask = Mask({"userEnteredFormat": Mask()})
    if borders or "borders" in cell_format:
        sheet.put(row, column, cellwrites.written(cell, new, mask))
