"""`spreadsheets.values.*`: reading and writing plain values by A1 ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.google_api import a1, cellwrites, reading, values
from tests.google_api.a1 import Box
from tests.google_api.document import Document
from tests.google_api.draft import Draft
from tests.google_api.errors import bad_request
from tests.google_api.grid import Sheet, check_size
from tests.google_api.jsontypes import Json
from tests.google_api.reading import View
from tests.google_api.requests_dimensions import insert


@dataclass(frozen=True)
class Options:
    """How values are read."""

    render: str = "FORMATTED_VALUE"
    dates: str = "SERIAL_NUMBER"
    major: str = "ROWS"


def get(document: Document, text: str, view: View, options: Options) -> Json:
    """A `ValueRange`: clipped to the grid, without empty rows and cells at the end."""
    sheet, asked = document.area(text)
    area = reading.inside(sheet, asked)
    return of_area(document, sheet, area, view, options)


def of_area(document: Document, sheet: Sheet, area: Box, view: View, options: Options) -> Json:
    """The `ValueRange` of a bounded box."""
    table: dict[int, dict[int, Any]] = {}
    by_rows = options.major != "COLUMNS"
    for row, column, cell in sheet.cells(area):
        shown = _shown(document, sheet, (row, column), cell, view, options)
        if shown != "":
            down, along = row - area.top, column - area.left
            major, minor = (down, along) if by_rows else (along, down)
            table.setdefault(major, {})[minor] = shown
    result: Json = {
        "range": a1.text_of(sheet.title, area),
        "majorDimension": options.major if not by_rows else "ROWS",
    }
    if table:
        result["values"] = [
            [line.get(minor, "") for minor in range(max(line) + 1)] if line else []
            for line in (table.get(major, {}) for major in range(max(table) + 1))
        ]
    return result


def _shown(
    document: Document,
    sheet: Sheet,
    at: tuple[int, int],
    cell: Json,
    view: View,
    options: Options,
) -> Any:
    entered = cell.get("userEnteredValue", {})
    if options.render == "FORMULA" and "formulaValue" in entered:
        return entered["formulaValue"]
    value = reading.effective_value(document, sheet, at, cell, view) or {}
    cell_format = cell.get("userEnteredFormat", {})
    as_text = options.render == "FORMATTED_VALUE" or (
        options.dates == "FORMATTED_STRING"
        and options.render != "FORMULA"
        and values.is_date(cell_format)
    )
    if as_text or "errorValue" in value:
        return values.formatted(value, cell_format) or ""
    return next(iter(value.values()), "")


def update(draft: Draft, text: str, body: Json, *, typed: bool) -> tuple[Json, Sheet, Box]:
    """Write values at a range; answers the `UpdateValuesResponse` and where it wrote."""
    sheet, asked = draft.document.area(text)
    sheet = draft.document.sheet(sheet.id)
    if "range" in body and _place(draft.document, body["range"]) != (sheet.id, asked):
        raise bad_request(
            f"Requested writing within range [{text}], but tried writing to [{body['range']}]"
        )
    lines = by_rows(body)
    area = reading.inside(sheet, asked)
    _check_fits(sheet, asked, area, lines)
    return (*write(draft, sheet, (area.top, area.left), lines, typed=typed),)


def _place(document: Document, text: str) -> tuple[int, Box]:
    sheet, area = document.area(text)
    return sheet.id, area


def by_rows(body: Json) -> list[list[Any]]:
    """The values of a `ValueRange` as rows; None: leave the cell as it is."""
    lines: list[list[Any]] = body.get("values", [])
    if body.get("majorDimension", "ROWS") != "COLUMNS":
        return lines
    height = max((len(line) for line in lines), default=0)
    return [[line[row] if row < len(line) else None for line in lines] for row in range(height)]


def _check_fits(sheet: Sheet, asked: Box, area: Box, lines: list[list[Any]]) -> None:
    """A range of one cell only says where to begin; a larger one also where to end."""
    width = max((len(line) for line in lines), default=0)
    bottom, right = area.end
    whole = a1.text_of(sheet.title, area)
    if asked.bottom != asked.top + 1 or asked.right != asked.left + 1:
        if len(lines) > bottom - area.top:
            raise bad_request(
                f"Requested writing within range [{whole}], but tried writing to row [{bottom + 1}]"
            )
        if width > right - area.left:
            raise bad_request(
                f"Requested writing within range [{whole}],"
                f" but tried writing to column [{a1.letters(right)}]"
            )
    end = (area.top + len(lines), area.left + width)
    if end[0] > sheet.row_count or end[1] > sheet.column_count:
        beyond = a1.text_of(sheet.title, Box(area.top, area.left, *end))
        raise bad_request(
            f"Range ({beyond}) exceeds grid limits."
            f" Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
        )


def write(
    draft: Draft, sheet: Sheet, at: tuple[int, int], lines: list[list[Any]], *, typed: bool
) -> tuple[Json, Sheet, Box]:
    """Write rows of values from a cell on."""
    top, left = at
    width = max((len(line) for line in lines), default=0)
    area = Box(top, left, top + len(lines), left + width)
    draft.check_cells(sheet, area)
    rows, columns, count = set(), set(), 0
    for row, line in enumerate(lines, start=top):
        for column, value in enumerate(line, start=left):
            if value is None:
                continue
            old, today = sheet.cell(row, column), draft.context.today
            sheet.put(row, column, cellwrites.entered(old, value, typed=typed, today=today))
            rows.add(row)
            columns.add(column)
            count += 1
    shown = Box(top, left, max(area.end[0], top + 1), max(area.end[1], left + 1))
    answer: Json = {
        "spreadsheetId": draft.document.id,
        "updatedRange": a1.text_of(sheet.title, shown),
    }
    counts = {"updatedRows": len(rows), "updatedColumns": len(columns), "updatedCells": count}
    return answer | {name: number for name, number in counts.items() if number}, sheet, shown


def append(
    draft: Draft, text: str, body: Json, *, typed: bool, insert_rows: bool
) -> tuple[Json, Sheet, Box]:
    """Write values below the table that a range touches; the grid grows if need be."""
    found, asked = draft.document.area(text)
    sheet = draft.document.sheet(found.id)
    area = reading.inside(sheet, asked)
    table = last_table(sheet, area)
    lines = by_rows(body)
    at = (table.end[0], table.left) if table else (area.top, area.left)
    if insert_rows and lines and at[0] < sheet.row_count:
        draft.check_structure(sheet)
        insert(draft, sheet, "ROWS", at[0], len(lines), before=at[0] > 0)
    width = max((len(line) for line in lines), default=0)
    for dimension, size in (("ROWS", at[0] + len(lines)), ("COLUMNS", at[1] + width)):
        if size > sheet.size(dimension):
            draft.check_structure(sheet)
            sheet.resize(dimension, size)
    check_size(draft.document.sheets)
    updates, _, written = write(draft, sheet, at, lines, typed=typed)
    answer: Json = {"spreadsheetId": draft.document.id}
    if table:
        answer["tableRange"] = a1.text_of(sheet.title, table)
    return answer | {"updates": updates}, sheet, written


def last_table(sheet: Sheet, area: Box) -> Box | None:
    """The last of the blocks of filled cells that an area touches. Recorded, and
    https://developers.google.com/workspace/sheets/api/guides/values#append_values.
    """
    filled = {
        (row, column)
        for row, column, cell in sheet.cells(sheet.whole)
        if "userEnteredValue" in cell
    }
    tables: list[Box] = []
    while filled:
        block, edge = set(), [filled.pop()]
        while edge:
            row, column = edge.pop()
            block.add((row, column))
            for near in ((row + a, column + b) for a in (-1, 0, 1) for b in (-1, 0, 1)):
                if near in filled:
                    filled.remove(near)
                    edge.append(near)
        rows, columns = {row for row, _ in block}, {column for _, column in block}
        tables.append(Box(min(rows), min(columns), max(rows) + 1, max(columns) + 1))
    touched = [table for table in tables if _touches(table, area)]
    return max(touched, key=lambda table: (table.top, table.left), default=None)


def _touches(table: Box, area: Box) -> bool:
    bottom, right = area.end
    return (
        table.top < bottom
        and area.top < table.end[0]
        and table.left < right
        and area.left < table.end[1]
    )


def clear(draft: Draft, text: str) -> str:
    """Clear the values of a range, not its formats; answers the range."""
    found, asked = draft.document.area(text)
    sheet = draft.document.sheet(found.id)
    area = reading.inside(sheet, asked)
    draft.check_cells(sheet, area)
    gone = ("userEnteredValue", "textFormatRuns", "chipRuns")
    for row, column, cell in list(sheet.cells(area)):
        if "userEnteredValue" in cell:
            sheet.put(row, column, {k: v for k, v in cell.items() if k not in gone})
    return a1.text_of(sheet.title, area)
