"""Edits by a person in the browser: straight on the spreadsheet, with a new version."""

from __future__ import annotations

import re
from typing import Any

from tests.google_api import batch, cellwrites
from tests.google_api.a1 import Box
from tests.google_api.document import Document
from tests.google_api.draft import Draft
from tests.google_api.grid import Sheet, range_of
from tests.google_api.jsontypes import Json
from tests.google_api.people import Caller, Person
from tests.google_api.reading import effective_value
from tests.google_api.store import File, Store


class Refused(Exception):
    """The browser would not let the person do that."""


class Editor:
    """A person with a spreadsheet open. Cells are named as in A1 notation, with the tab's name."""

    def __init__(self, store: Store, file: File, person: Person) -> None:
        self._store = store
        self._file = file
        self._caller = Caller(person, "browser", frozenset())

    @property
    def document(self) -> Document:
        """The spreadsheet as it is now."""
        return self._store.document(self._file)

    def value(self, cell: str) -> Any:
        """What a cell comes to: a text, a number, a truth value, or None."""
        sheet, area = self.document.area(cell)
        at = (area.top, area.left)
        view = self._store.view(self._file, self._caller)
        value = effective_value(self.document, sheet, at, sheet.cell(*at), view) or {}
        return next(iter(value.values()), None)

    def cell(self, cell: str) -> Json:
        """The user's part of a `CellData`."""
        sheet, area = self.document.area(cell)
        return sheet.cell(area.top, area.left)

    def titles(self) -> list[str]:
        """The tabs, from left to right."""
        return [sheet.title for sheet in self.document.sheets]

    # Cells.

    def type(self, cell: str, text: str) -> None:
        """Type into a cell. A strict dropdown refuses what it does not list."""
        rule = self.cell(cell).get("dataValidation", {})
        listed = [
            item.get("userEnteredValue") for item in rule.get("condition", {}).get("values", ())
        ]
        is_list = rule.get("condition", {}).get("type") == "ONE_OF_LIST"
        if text and rule.get("strict") and is_list and text not in listed:
            raise Refused(f"{cell} takes one of {listed}, not {text!r}")
        self._enter(cell, [[text]])

    def paste(self, cell: str, rows: list[list[str]]) -> None:
        """Paste plain text from a cell on, past every dropdown."""
        self._enter(cell, rows)

    def _enter(self, cell: str, rows: list[list[str]]) -> None:
        draft = self._draft()
        sheet, area = draft.document.area(cell)
        sheet = draft.document.sheet(sheet.id)
        for row, line in enumerate(rows, start=area.top):
            for column, text in enumerate(line, start=area.left):
                draft.check_cells(sheet, Box(row, column, row + 1, column + 1))
                old, today = sheet.cell(row, column), draft.context.today
                sheet.put(row, column, cellwrites.entered(old, text, typed=True, today=today))
        self._commit(draft.document)

    def clear(self, cells: str) -> None:
        """Press Delete on a range."""
        self._apply("updateCells", {"range": self._range(cells), "fields": "userEnteredValue"})

    def note(self, cell: str, text: str) -> None:
        """Write a note on a cell."""
        rows = [{"values": [{"note": text}]}]
        self._apply("updateCells", {"range": self._range(cell), "rows": rows, "fields": "note"})

    def chip(self, cell: str, *emails: str, text: str | None = None) -> None:
        """Insert people chips, after each other, or where `text` has its at signs."""
        text = text if text is not None else ", ".join("@" for _ in emails)
        places = [len(text[: m.start()].encode("utf-16-le")) // 2 for m in re.finditer("@", text)]
        runs = [
            {"startIndex": place, "chip": {"personProperties": {"email": email}}}
            for place, email in zip(places, emails, strict=True)
        ]
        rows = [{"values": [{"userEnteredValue": {"stringValue": text}, "chipRuns": runs}]}]
        fields = "userEnteredValue,chipRuns"
        self._apply("updateCells", {"range": self._range(cell), "rows": rows, "fields": fields})

    def format(self, cells: str, cell_format: Json) -> None:
        """Format cells (`CellFormat`)."""
        cell, fields = {"userEnteredFormat": cell_format}, "userEnteredFormat"
        self._apply("repeatCell", {"range": self._range(cells), "cell": cell, "fields": fields})

    def sort(self, cells: str, column: int, *, falling: bool = False) -> None:
        """Sort a range by a column (0: the grid's first)."""
        order = "DESCENDING" if falling else "ASCENDING"
        specs = [{"dimensionIndex": column, "sortOrder": order}]
        self._apply("sortRange", {"range": self._range(cells), "sortSpecs": specs})

    # Rows and columns, counted from 1 as the browser shows them.

    def insert_rows(self, tab: str, before: int, count: int = 1) -> None:
        """Insert empty rows above a row."""
        self._apply("insertDimension", {"range": self._lines(tab, "ROWS", before, count)})

    def delete_rows(self, tab: str, first: int, count: int = 1) -> None:
        """Delete rows."""
        self._apply("deleteDimension", {"range": self._lines(tab, "ROWS", first, count)})

    def insert_columns(self, tab: str, before: int, count: int = 1) -> None:
        """Insert empty columns left of a column."""
        self._apply("insertDimension", {"range": self._lines(tab, "COLUMNS", before, count)})

    def delete_columns(self, tab: str, first: int, count: int = 1) -> None:
        """Delete columns."""
        self._apply("deleteDimension", {"range": self._lines(tab, "COLUMNS", first, count)})

    def move_rows(self, tab: str, first: int, count: int, before: int) -> None:
        """Drag rows above another one."""
        source = self._lines(tab, "ROWS", first, count)
        self._apply("moveDimension", {"source": source, "destinationIndex": before - 1})

    def hide_columns(self, tab: str, first: int, count: int = 1, *, hidden: bool = True) -> None:
        """Hide columns, or show them."""
        self._size(tab, "COLUMNS", first, count, {"hiddenByUser": hidden})

    def width(self, tab: str, column: int, pixels: int) -> None:
        """Make a column wider or narrower."""
        self._size(tab, "COLUMNS", column, 1, {"pixelSize": pixels})

    def _size(self, tab: str, dimension: str, first: int, count: int, properties: Json) -> None:
        span = self._lines(tab, dimension, first, count)
        request = {"range": span, "properties": properties, "fields": next(iter(properties))}
        self._apply("updateDimensionProperties", request)

    # Tabs.

    def add(self, title: str) -> None:
        """Add a tab at the end."""
        self._apply("addSheet", {"properties": {"title": title}})

    def rename(self, tab: str, title: str) -> None:
        """Give a tab another name."""
        self._tab(tab, {"title": title})

    def move(self, tab: str, index: int) -> None:
        """Move a tab to a place, counted from 0 among the tabs as they are."""
        self._tab(tab, {"index": index})

    def hide(self, tab: str, *, hidden: bool = True) -> None:
        """Hide a tab, or show it."""
        self._tab(tab, {"hidden": hidden})

    def duplicate(self, tab: str, title: str = "") -> None:
        """Duplicate a tab, right of itself."""
        sheet = self._sheet(tab)
        index = self.document.sheets.index(sheet) + 1
        request: Json = {"sourceSheetId": sheet.id, "insertSheetIndex": index}
        self._apply("duplicateSheet", request | ({"newSheetName": title} if title else {}))

    def delete(self, tab: str) -> None:
        """Delete a tab."""
        self._apply("deleteSheet", {"sheetId": self._sheet(tab).id})

    def _tab(self, tab: str, properties: Json) -> None:
        given = {"sheetId": self._sheet(tab).id, **properties}
        request = {"properties": given, "fields": ",".join(properties)}
        self._apply("updateSheetProperties", request)

    # Whatever else the API can say.

    def request(self, *requests: Json) -> list[Json]:
        """Requests of `batchUpdate`, for what has no method here; answers the replies."""
        context = self._store.context(self._file, self._caller)
        document, replies = batch.apply(self.document, list(requests), context)
        self._commit(document)
        return replies

    def _apply(self, name: str, request: Json) -> None:
        self.request({name: request})

    def _draft(self) -> Draft:
        return Draft(self.document, self._store.context(self._file, self._caller))

    def _commit(self, document: Document) -> None:
        self._store.commit(self._file, document, self._caller.email)

    def _sheet(self, tab: str) -> Sheet:
        sheet = self.document.titled(tab)
        if sheet is None:
            raise KeyError(tab)
        return sheet

    def _range(self, cells: str) -> Json:
        sheet, area = self.document.area(cells)
        return range_of(sheet.id, area.clipped(sheet.row_count, sheet.column_count))

    def _lines(self, tab: str, dimension: str, first: int, count: int) -> Json:
        span = {"dimension": dimension, "startIndex": first - 1, "endIndex": first - 1 + count}
        return {"sheetId": self._sheet(tab).id, **span}
