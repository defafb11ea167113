"""Requests about the spreadsheet and its tabs."""

from __future__ import annotations

import copy

from tests.google_api import colors, formulas, rules
from tests.google_api.cellwrites import with_colors
from tests.google_api.document import Document, new_sheet, without_unset
from tests.google_api.draft import Draft, handler
from tests.google_api.errors import bad_request
from tests.google_api.grid import Sheet
from tests.google_api.jsontypes import Json
from tests.google_api.masks import Mask, overlaid


@handler
def update_spreadsheet_properties(draft: Draft, request: Json) -> Json:
    mask = draft.mask(request, "SpreadsheetProperties")
    if mask.get("defaultFormat") and "defaultFormat" in mask.below:
        raise bad_request("defaultFormat is read-only.")
    new = request.get("properties", {})
    updated = overlaid(draft.document.properties, new, mask) if mask.below else new
    draft.document.properties = draft.document.properties | updated
    if not draft.document.properties.get("title"):
        raise bad_request("The title of a spreadsheet must not be empty.")
    return {}


@handler
def add_sheet(draft: Draft, request: Json) -> Json:
    document, given = draft.document, dict(request.get("properties", {}))
    if given.get("sheetType", "GRID") != "GRID":
        raise bad_request("Only sheets of type GRID can be added.")
    taken = sheet_ids(document)
    if "sheetId" in given:
        rules.check_new_id("sheetId", given["sheetId"], taken, "a sheet")
    else:
        given["sheetId"] = draft.new_id(taken)
    given.setdefault("title", _free_title(document))
    rules.check_title(document, given["title"], given["sheetId"])
    index = given.pop("index", len(document.sheets))
    if not 0 <= index <= len(document.sheets):
        raise bad_request(f"index[{index}] is not within the sheets.")
    sheet = new_sheet({k: v for k, v in given.items() if v not in (False, "") or k == "title"})
    _check_grid(sheet)
    document.adopt(sheet, index)
    return {"addSheet": {"properties": shown_properties(document, sheet)}}


def _free_title(document: Document) -> str:
    number = len(document.sheets) + 1
    while document.titled(f"Sheet{number}"):
        number += 1
    return f"Sheet{number}"


def sheet_ids(document: Document) -> set[int]:
    """The ids of tabs, which those of objects share: charts on their own sheets."""
    return {sheet.id for sheet in document.sheets}


def shown_properties(document: Document, sheet: Sheet) -> Json:
    """A tab's properties as answers give them, with its place among the tabs."""
    index = next(i for i, other in enumerate(document.sheets) if other.id == sheet.id)
    return sheet.properties | {"index": index}


@handler
def delete_sheet(draft: Draft, request: Json) -> Json:
    sheet = draft.sheet(request)
    draft.check_structure(sheet)
    others = [other for other in draft.document.sheets if other.id != sheet.id]
    if not others:
        raise bad_request("You can't remove all the sheets in a document.")
    if all(other.properties.get("hidden") for other in others):
        raise bad_request("You can't remove all the visible sheets in a document.")
    draft.document.sheets = others
    draft.document.named_ranges = [
        named
        for named in draft.document.named_ranges
        if named["range"].get("sheetId", 0) != sheet.id
    ]
    return {}


@handler
def duplicate_sheet(draft: Draft, request: Json) -> Json:
    document = draft.document
    source = draft.sheet({"sheetId": request.get("sourceSheetId", 0)})
    taken = sheet_ids(document)
    if "newSheetId" in request:
        rules.check_new_id("newSheetId", request["newSheetId"], taken, "a sheet")
    new_id = request.get("newSheetId") if "newSheetId" in request else draft.new_id(taken)
    title = request.get("newSheetName") or copy_title(document, source.title)
    rules.check_title(document, title, -1)
    copied = copy_of(draft, source, int(new_id or 0), title)
    document.adopt(copied, min(request.get("insertSheetIndex", 0), len(document.sheets)))
    return {"duplicateSheet": {"properties": shown_properties(document, copied)}}


def copy_title(document: Document, title: str) -> str:
    """A free name for a copy of a tab."""
    name, number = f"Copy of {title}", 2
    while document.titled(name):
        name, number = f"Copy of {title} {number}", number + 1
    return name


def copy_of(draft: Draft, source: Sheet, sheet_id: int, title: str) -> Sheet:
    """A tab with the same contents. What has an id of its own gets a new one."""
    copied = source.copy()
    copied.properties |= {"sheetId": sheet_id, "title": title}
    copied.properties.pop("hidden", None)
    ids = {"protectedRanges": "protectedRangeId", "charts": "chartId"}
    ids |= {"filterViews": "filterViewId", "bandedRanges": "bandedRangeId"}
    for name, items in copied.lists.items():
        moved = [retargeted(copy.deepcopy(item), source.id, sheet_id) for item in items]
        if name in ids:
            moved = [item | {ids[name]: draft.context.ids.number()} for item in moved]
        copied.lists[name] = moved
    if copied.basic_filter:
        copied.basic_filter = retargeted(copied.basic_filter, source.id, sheet_id)
    # Developer metadata is copied under ids of its own. [U]
    for properties in (copied.row_properties, copied.column_properties):
        for index, value in properties.items():
            if "developerMetadata" in value:
                properties[index] = value | {
                    "developerMetadata": [
                        entry | {"metadataId": draft.context.ids.number()}
                        for entry in value["developerMetadata"]
                    ]
                }
    copied.lists["developerMetadata"] = [
        entry | {"metadataId": draft.context.ids.number()}
        for entry in source.lists.get("developerMetadata", ())
    ]
    return copied


def retargeted(value: object, old: int, new: int) -> Json:
    """A message whose ranges on one tab are on another."""

    def walk(item: object) -> object:
        if isinstance(item, list):
            return [walk(part) for part in item]
        if not isinstance(item, dict):
            return item
        result = {key: walk(part) for key, part in item.items()}
        is_range = {"startRowIndex", "startColumnIndex", "rowIndex", "dimension"} & set(item)
        if (is_range or set(item) == {"sheetId"}) and item.get("sheetId", 0) == old:
            result["sheetId"] = new
        return result

    walked = walk(value)
    return walked if isinstance(walked, dict) else {}


@handler
def update_sheet_properties(draft: Draft, request: Json) -> Json:
    given = request.get("properties", {})
    sheet, mask = draft.sheet(given), draft.mask(request, "SheetProperties")
    draft.check_structure(sheet)
    for name in ("sheetId", "sheetType", "dataSourceSheetProperties"):
        if name in mask.below:
            raise bad_request(f"{name} cannot be changed.")
    old_title = sheet.title
    before = (sheet.row_count, sheet.column_count)
    if not mask.below:
        mask = Mask({name: Mask() for name in given if name not in ("sheetId", "sheetType")})
    index = given.get("index") if "index" in mask.below else None
    new = colors.settled({key: value for key, value in given.items() if key != "index"})
    merged = overlaid(sheet.properties, new, with_colors(mask))
    merged["gridProperties"] = without_unset(merged.get("gridProperties", {}))
    merged = {key: value for key, value in merged.items() if value is not False}
    merged |= {"sheetId": sheet.id, "index": 0}
    sheet.properties = merged
    rules.check_title(draft.document, merged.get("title", ""), sheet.id)
    _check_grid(sheet)
    if all(other.properties.get("hidden") for other in draft.document.sheets):
        raise bad_request("You can't hide all the sheets in a document.")
    _cut(sheet, before)
    if sheet.title != old_title:
        _rename(draft.document, old_title, sheet.title)
    if index is not None:
        _place(draft.document, sheet, index)
    return {}


def _check_grid(sheet: Sheet) -> None:
    grid = sheet.properties["gridProperties"]
    for kind in ("row", "column"):
        count, frozen = grid.get(f"{kind}Count", 0), grid.get(f"frozen{kind.title()}Count", 0)
        if count < 1:
            raise bad_request(f"gridProperties.{kind}Count must be greater than 0.")
        if frozen < 0 or frozen >= count:
            raise bad_request(f"You can't freeze all visible {kind}s on the sheet.")


def _cut(sheet: Sheet, before: tuple[int, int]) -> None:
    """Forget what lies beyond a grid that shrank."""
    rows, columns = sheet.row_count, sheet.column_count
    if rows >= before[0] and columns >= before[1]:
        return
    sheet.set_rows(
        {
            row: {column: cell for column, cell in cells.items() if column < columns}
            for row, cells in sheet.rows.items()
            if row < rows
        }
    )
    for dimension, size in (("ROWS", rows), ("COLUMNS", columns)):
        properties = sheet.dimensions(dimension)
        for index in [index for index in properties if index >= size]:
            del properties[index]


def _rename(document: Document, old: str, new: str) -> None:
    """Formulas follow a tab's new name."""
    for sheet in document.all_sheets():
        for row, cells in list(sheet.rows.items()):
            for column, cell in list(cells.items()):
                formula = cell.get("userEnteredValue", {}).get("formulaValue")
                if formula and (text := formulas.renamed(formula, old, new)) != formula:
                    sheet.put(row, column, cell | {"userEnteredValue": {"formulaValue": text}})


def _place(document: Document, sheet: Sheet, index: int) -> None:
    """Move a tab; `index` counts the tabs as they stand before the move (discovery document)."""
    here = next(i for i, other in enumerate(document.sheets) if other.id == sheet.id)
    if not 0 <= index <= len(document.sheets):
        raise bad_request(f"index[{index}] is not within the sheets.")
    document.sheets.pop(here)
    document.sheets.insert(index if index <= here else index - 1, sheet)
