"""`spreadsheets.get`: the spreadsheet as JSON, with Google's omissions, as far as a mask wants it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.google_api import metadata, values
from tests.google_api.a1 import Box, text_of
from tests.google_api.document import Document, Evaluate
from tests.google_api.errors import bad_request
from tests.google_api.grid import DEFAULT_SIZE, LISTS, Sheet
from tests.google_api.jsontypes import Json, KeptRows
from tests.google_api.masks import ALL, Mask, kept
from tests.google_api.people import Names


@dataclass(frozen=True)
class View:
    """Who reads, and how: formulas' results and chips' names come from outside."""

    user: str = ""
    owner: str = ""
    project: str = ""
    evaluate: Evaluate | None = None
    names: Names = field(default_factory=dict)


def spreadsheet(
    document: Document,
    view: View,
    *,
    mask: Mask = ALL,
    areas: Sequence[tuple[Sheet, Box]] | None = None,
    grid_data: bool = False,
) -> Json:
    """The `Spreadsheet`. With areas: only their tabs, and only their cells."""
    chosen: dict[int, list[Box]] = {}
    for sheet, area in areas or [(sheet, sheet.whole) for sheet in document.sheets]:
        chosen.setdefault(sheet.id, []).append(inside(sheet, area))
    if mask:
        sheets_mask = mask.get("sheets")
        grid_data = sheets_mask is not None and sheets_mask.get("data") is not None
    shown: Json = {
        "spreadsheetId": document.id,
        "properties": document.properties,
        "sheets": [
            _sheet(document, sheet, index, chosen[sheet.id], view, mask.get("sheets"), grid_data)
            for index, sheet in enumerate(document.sheets)
            if sheet.id in chosen and mask.get("sheets") is not None
        ],
        "namedRanges": document.named_ranges,
        "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{document.id}/edit",
        "developerMetadata": [
            entry.shown
            for entry in metadata.entries(document, view.project)
            if entry.location["locationType"] == "SPREADSHEET"
        ],
    }
    return _masked(shown, mask, done=("sheets",))


def _masked(parts: Json, mask: Mask, done: Collection[str]) -> Json:
    """The parts that a mask lets through, without empty lists; `done` ones are masked inside."""
    result: Json = {}
    for name, part in parts.items():
        below = mask.get(name)
        if below is not None and part != []:
            result[name] = part if name in done else kept(part, below)
    return result


def inside(sheet: Sheet, area: Box) -> Box:
    """The part of an area inside the grid; 400 when there is none."""
    clipped = area.clipped(sheet.row_count, sheet.column_count)
    bottom, right = clipped.end
    if clipped.top >= bottom or clipped.left >= right:
        raise bad_request(
            f"Range ({_asked(sheet, area)}) exceeds grid limits."
            f" Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
        )
    return clipped


def _asked(sheet: Sheet, area: Box) -> str:
    bottom = area.bottom if area.bottom is not None else max(sheet.row_count, area.top + 1)
    right = area.right if area.right is not None else max(sheet.column_count, area.left + 1)
    return text_of(sheet.title, Box(area.top, area.left, bottom, right))


def _sheet(
    document: Document,
    sheet: Sheet,
    index: int,
    areas: list[Box],
    view: View,
    mask: Mask | None,
    grid_data: bool,
) -> Json:
    mask = mask or ALL
    shown: Json = {"properties": sheet.properties | {"index": index}}
    if grid_data:
        data_mask = mask.get("data")
        shown["data"] = [_grid_data(document, sheet, area, view, data_mask) for area in areas]
    for name in LISTS:
        if mask.get(name) is not None:
            shown[name] = _list(document, sheet, name, view)
    if sheet.basic_filter:
        shown["basicFilter"] = sheet.basic_filter
    return _masked(shown, mask, done=("data",))


def _list(document: Document, sheet: Sheet, name: str, view: View) -> list[Json]:
    items = sheet.lists.get(name, [])
    if name == "protectedRanges":
        return [_protected(item, view) for item in items]
    if name == "developerMetadata":
        return [
            entry.shown
            for entry in metadata.entries(document, view.project)
            if entry.location == metadata.sheet_location(sheet)
        ]
    return items


def _protected(item: Json, view: View) -> Json:
    editors = item.get("editors", {})
    may = item.get("warningOnly", False) or view.user == view.owner
    if may or view.user in editors.get("users", ()):
        return {**item, "requestingUserCanEdit": True}
    # "only visible to users with edit access to the protected range" (discovery document).
    return {key: value for key, value in item.items() if key != "editors"}


def _grid_data(document: Document, sheet: Sheet, area: Box, view: View, mask: Mask | None) -> Json:
    mask = mask or ALL
    shown: Json = {}
    bottom, right = area.end
    if area.top:
        shown["startRow"] = area.top
    if area.left:
        shown["startColumn"] = area.left
    row_mask = mask.get("rowData")
    if row_mask is not None and (rows := _rows(document, sheet, area, view, row_mask)):
        shown["rowData"] = rows
    for name, dimension, start, end in (
        ("rowMetadata", "ROWS", area.top, bottom),
        ("columnMetadata", "COLUMNS", area.left, right),
    ):
        if mask.get(name) is not None:
            shown[name] = _lines(document, sheet, dimension, start, end, view)
    return _masked(shown, mask, done=("rowData",))


def _lines(
    document: Document, sheet: Sheet, dimension: str, start: int, end: int, view: View
) -> list[Json]:
    plain = {"pixelSize": DEFAULT_SIZE[dimension]}
    properties = sheet.dimensions(dimension)
    result = []
    for index in range(start, end):
        line = properties.get(index)
        if line is None:
            result.append(plain)
            continue
        shown: Json = plain | line
        if "developerMetadata" in line:
            place = metadata.line_location(sheet, dimension, index)
            shown["developerMetadata"] = [
                entry | {"location": place}
                for entry in line["developerMetadata"]
                if document.projects.get(entry["metadataId"], view.project) == view.project
            ]
        result.append(shown)
    return result


def _rows(document: Document, sheet: Sheet, area: Box, view: View, mask: Mask) -> list[Json]:
    """`rowData`, without empty rows and cells at the end.

    What was drawn is kept with the tab until a cell of it changes, unless it shows what comes from
    outside: the results of formulas and the names of chips.
    """
    values_mask = mask.get("values")
    if values_mask is None:
        return []
    # Masks are kept by `masks.parsed`; the one in the value keeps its id from being used again.
    computed = view.evaluate is not None
    kept_under = (id(values_mask), area, computed)
    if kept_under in sheet.drawn:
        rows: list[Json] = sheet.drawn[kept_under][1]
        return rows
    found: dict[int, dict[int, Json]] = {}
    lasting = True
    for row, column, cell in sheet.cells(area):
        found.setdefault(row, {})[column] = cell
        value = cell.get("userEnteredValue")
        if "chipRuns" in cell or (computed and value is not None and "formulaValue" in value):
            lasting = False
    wanted = {name: below for name in CELL_FIELDS if (below := values_mask.get(name)) is not None}
    rows = []
    for row in range(area.top, max(found, default=area.top - 1) + 1):
        cells = found.get(row)
        shown = (
            [
                _cell(document, sheet, (row, column), cells[column], view, wanted)
                if column in cells
                else {}
                for column in range(area.left, max(cells) + 1)
            ]
            if cells
            else []
        )
        rows.append({"values": shown} if shown else {})
    if lasting:
        rows = KeptRows(rows)
        sheet.drawn[kept_under] = (values_mask, rows)
    return rows


# The fields of a cell that this server knows.
CELL_FIELDS = (
    "userEnteredValue",
    "effectiveValue",
    "formattedValue",
    "userEnteredFormat",
    "hyperlink",
    "note",
    "textFormatRuns",
    "dataValidation",
    "pivotTable",
    "chipRuns",
)


def _cell(
    document: Document,
    sheet: Sheet,
    at: tuple[int, int],
    cell: Json,
    view: View,
    wanted: dict[str, Mask],
) -> Json:
    """A `CellData` with what Google adds: the effective and the formatted value, the link."""
    shown: Json = {}
    value = None
    if "effectiveValue" in wanted or "formattedValue" in wanted:
        value = effective_value(document, sheet, at, cell, view)
    for name, below in wanted.items():
        part: Any = cell.get(name)
        if name == "effectiveValue":
            part = value
        elif name == "formattedValue" and value:
            part = values.formatted(value, cell.get("userEnteredFormat", {}))
        elif name == "hyperlink":
            part = _link(cell) or None
        elif name == "chipRuns" and part is not None:
            part = _all_runs(cell)
        if part is not None:
            shown[name] = kept(part, below) if below.below else part
    return shown


def effective_value(
    document: Document, sheet: Sheet, at: tuple[int, int], cell: Json, view: View
) -> Json | None:
    """What a cell comes to; None when it is empty, or a formula that nobody computes."""
    value: Json = cell.get("userEnteredValue", {})
    if "formulaValue" in value:
        return view.evaluate(document, sheet, at, value["formulaValue"]) if view.evaluate else None
    if "stringValue" in value and "chipRuns" in cell:
        return {"stringValue": _text_with_names(value["stringValue"], cell["chipRuns"], view.names)}
    return value or None


def _all_runs(cell: Json) -> list[Json]:
    """Chipped and other runs: those without a chip are answered with an empty one."""
    text = cell.get("userEnteredValue", {}).get("stringValue", "")
    length = len(text.encode("utf-16-le")) // 2
    runs: list[Json] = []
    at = 0
    for run in cell["chipRuns"]:
        start = run.get("startIndex", 0)
        if not run.get("chip"):
            continue
        if start > at:
            runs.append(_run(at, {}))
        runs.append(_run(start, run["chip"]))
        at = start + 1
    if at < length:
        runs.append(_run(at, {}))
    return runs


def _run(start: int, chip: Json) -> Json:
    return {"startIndex": start, "chip": chip} if start else {"chip": chip}


def _text_with_names(text: str, runs: list[Json], names: Names) -> str:
    units = text.encode("utf-16-le")
    pieces, at = [], 0
    for run in runs:
        chip, start = run.get("chip"), run.get("startIndex", 0)
        if not chip:
            continue
        pieces.append(units[2 * at : 2 * start].decode("utf-16-le"))
        pieces.append(_chip_text(chip, names))
        at = start + 1
    return "".join(pieces) + units[2 * at :].decode("utf-16-le")


def _chip_text(chip: Json, names: Names) -> str:
    if "personProperties" in chip:
        person = chip["personProperties"]
        email = str(person["email"])
        name = names.get(email, email)
        style = person.get("displayFormat", "DEFAULT")
        if style == "EMAIL":
            return email
        if style == "LAST_NAME_COMMA_FIRST_NAME" and " " in name:
            first, _, last = name.rpartition(" ")
            return f"{last}, {first}"
        return name
    return str(chip.get("richLinkProperties", {}).get("uri", ""))


def _link(cell: Json) -> str:
    """`hyperlink`: a link of the whole cell; none when the cell has several."""
    runs: list[Json] = cell.get("textFormatRuns", [])
    text_format = cell.get("userEnteredFormat", {}).get("textFormat")
    if not runs and not text_format:
        return ""
    uri = str((text_format or {}).get("link", {}).get("uri", ""))
    linked = [str(run.get("format", {}).get("link", {}).get("uri", "")) for run in runs]
    if len(runs) == 1 and not runs[0].get("startIndex"):
        return linked[0] or uri
    return "" if any(linked) else uri
