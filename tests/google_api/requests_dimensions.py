"""Requests about rows and columns."""

from __future__ import annotations

from tests.google_api import lines, rules
from tests.google_api.a1 import Box
from tests.google_api.draft import Draft, handler
from tests.google_api.errors import bad_request
from tests.google_api.grid import DEFAULT_SIZE, Sheet
from tests.google_api.jsontypes import Json
from tests.google_api.masks import overlaid


def _span(draft: Draft, message: Json, name: str = "range") -> tuple[Sheet, str, int, int]:
    """Tab, dimension, start and end of a required `DimensionRange` inside the grid."""
    given = rules.required(message, name)
    sheet = draft.sheet(given)
    dimension = given.get("dimension", "DIMENSION_UNSPECIFIED")
    if dimension == "DIMENSION_UNSPECIFIED":
        raise bad_request("No dimension specified.")
    size = sheet.size(dimension)
    start, end = given.get("startIndex", 0), given.get("endIndex", size)
    word = "row" if dimension == "ROWS" else "column"
    if start < 0 or start > end:
        raise bad_request(f"{name}.startIndex[{start}] must be before endIndex[{end}].")
    if end > size or start > size:
        raise bad_request(f"{name}.endIndex[{end}] is after last {word} in grid[{size}]")
    return sheet, dimension, start, end


@handler
def update_dimension_properties(draft: Draft, request: Json) -> Json:
    mask = draft.mask(request, "DimensionProperties")
    for name in mask.below:
        if name not in ("pixelSize", "hiddenByUser", "*"):
            raise bad_request(f"fields: {name} is read-only.")
    sheet, dimension, start, end = _span(draft, request)
    draft.check_structure(sheet)
    new = request.get("properties", {})
    properties = sheet.dimensions(dimension)
    for index in range(start, end):
        merged = overlaid(properties.get(index, {}), new, mask) if mask.below else dict(new)
        if not mask.below and "developerMetadata" in properties.get(index, {}):
            merged["developerMetadata"] = properties[index]["developerMetadata"]
        if merged.get("pixelSize") == DEFAULT_SIZE[dimension]:
            del merged["pixelSize"]
        properties[index] = {key: value for key, value in merged.items() if value is not False}
    return {}


@handler
def insert_dimension(draft: Draft, request: Json) -> Json:
    given = rules.required(request, "range")
    for name in ("startIndex", "endIndex", "dimension"):
        rules.required(given, name)
    sheet, dimension = draft.sheet(given), given["dimension"]
    draft.check_structure(sheet)
    start, count = given["startIndex"], given["endIndex"] - given["startIndex"]
    size, before = sheet.size(dimension), request.get("inheritFromBefore", False)
    word = "row" if dimension == "ROWS" else "column"
    if count < 1:
        raise bad_request("range.endIndex must be after startIndex.")
    if start > size or (start == size and not before):
        raise bad_request(f"range.startIndex[{start}] is after last {word} in grid[{size - 1}]")
    if start == 0 and before:
        raise bad_request("inheritFromBefore cannot be true at index 0.")
    insert(draft, sheet, dimension, start, count, before=before)
    return {}


def insert(
    draft: Draft, sheet: Sheet, dimension: str, at: int, count: int, *, before: bool
) -> None:
    """Put empty rows or columns in, formatted like the line before or after them."""
    model = at - 1 if before else at
    looks: dict[int, Json] = {
        key: {name: cell[name] for name in ("userEnteredFormat", "dataValidation") if name in cell}
        for key, cell in _line(sheet, dimension, model).items()
    }
    kept = ("pixelSize", "hiddenByUser")
    size = {k: v for k, v in sheet.dimensions(dimension).get(model, {}).items() if k in kept}
    lines.apply(draft.document, sheet, lines.inserted(dimension, at, count))
    sheet.resize(dimension, sheet.size(dimension) + count)
    for index in range(at, at + count):
        if size:
            sheet.dimensions(dimension)[index] = size
        for other, look in looks.items():
            if look:
                sheet.put(*((index, other) if dimension == "ROWS" else (other, index)), look)


def _line(sheet: Sheet, dimension: str, index: int) -> dict[int, Json]:
    if dimension == "ROWS":
        return dict(sheet.rows.get(index, {}))
    return {row: cells[index] for row, cells in sheet.rows.items() if index in cells}


@handler
def append_dimension(draft: Draft, request: Json) -> Json:
    sheet = draft.sheet(request)
    draft.check_structure(sheet)
    dimension, length = rules.required(request, "dimension"), request.get("length", 0)
    if length < 1:
        raise bad_request("length must be greater than 0.")
    sheet.resize(dimension, sheet.size(dimension) + length)
    return {}


@handler
def delete_dimension(draft: Draft, request: Json) -> Json:
    given = rules.required(request, "range")
    sheet, dimension = draft.sheet(given), rules.required(given, "dimension")
    word, size = ("row" if dimension == "ROWS" else "column"), sheet.size(dimension)
    if given.get("endIndex", size) > size:
        raise bad_request(
            f"Cannot delete a {word} that doesn't exist."
            f" Tried to delete {word} index {size}, but there are only {size} {word}s."
        )
    sheet, dimension, start, end = _span(draft, request)
    draft.check_structure(sheet)
    draft.check_cells(sheet, _lines_box(sheet, dimension, start, end))
    if start == 0 and end == size:
        raise bad_request(f"You can't delete all the {word}s on the sheet.")
    grid = sheet.properties["gridProperties"]
    frozen = f"frozen{word.title()}Count"
    left = grid.get(frozen, 0) - max(0, min(end, grid.get(frozen, 0)) - start)
    if left >= size - (end - start):
        raise bad_request(f"Sorry, it is not possible to delete all non-frozen {word}s.")
    lines.apply(draft.document, sheet, lines.deleted(dimension, start, end))
    sheet.resize(dimension, size - (end - start))
    if frozen in grid:
        grid[frozen] = left
        if not left:
            del grid[frozen]
    return {}


def _lines_box(sheet: Sheet, dimension: str, start: int, end: int) -> Box:
    if dimension == "ROWS":
        return Box(start, 0, end, sheet.column_count)
    return Box(0, start, sheet.row_count, end)


@handler
def move_dimension(draft: Draft, request: Json) -> Json:
    sheet, dimension, start, end = _span(draft, request, "source")
    draft.check_structure(sheet)
    to, size = request.get("destinationIndex", 0), sheet.size(dimension)
    if not 0 <= to <= size or start < to < end:
        raise bad_request(f"destinationIndex[{to}] is not outside of the source.")
    lines.apply(draft.document, sheet, lines.reordered(dimension, start, end, to, size))
    return {}


@handler
def auto_resize_dimensions(draft: Draft, request: Json) -> Json:
    """Sizes depend on fonts: nothing is changed."""
    _span(draft, request, "dimensions")
    return {}


_GROUPS = {"ROWS": "rowGroups", "COLUMNS": "columnGroups"}


@handler
def add_dimension_group(draft: Draft, request: Json) -> Json:
    sheet, dimension, start, end = _span(draft, request)
    draft.check_structure(sheet)
    groups = sheet.items(_GROUPS[dimension])
    span = {"dimension": dimension, "startIndex": start, "endIndex": end}
    if sheet.id:
        span = {"sheetId": sheet.id, **span}
    groups.append({"range": span, "depth": 1})
    _set_depths(groups)
    word = "row" if dimension == "ROWS" else "column"
    # Recorded: the first group sets it, and it stays.
    sheet.properties["gridProperties"][f"{word}GroupControlAfter"] = True
    return {"addDimensionGroup": {"dimensionGroups": list(groups)}}


@handler
def delete_dimension_group(draft: Draft, request: Json) -> Json:
    sheet, dimension, start, end = _span(draft, request)
    draft.check_structure(sheet)
    groups = sheet.items(_GROUPS[dimension])
    same = [
        group
        for group in groups
        if (group["range"].get("startIndex", 0), group["range"]["endIndex"]) == (start, end)
    ]
    if not same:
        raise bad_request("There is no group over the specified range.")
    groups.remove(same[-1])
    _set_depths(groups)
    reply = {"dimensionGroups": list(groups)} if groups else {}
    return {"deleteDimensionGroup": reply}


def _set_depths(groups: list[Json]) -> None:
    """Order groups by start and depth; a group inside others is as deep as they are many."""

    def ends(group: Json) -> tuple[int, int]:
        return group["range"].get("startIndex", 0), group["range"]["endIndex"]

    groups.sort(key=lambda group: (ends(group)[0], -ends(group)[1]))
    for index, group in enumerate(groups):
        start, end = ends(group)
        around = [other for other in groups[:index] if ends(other)[1] >= end]
        groups[index] = group | {"depth": 1 + len([o for o in around if ends(o)[0] <= start])}
