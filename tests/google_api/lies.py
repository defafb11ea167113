"""Deliberate faults of honesty: each makes the server say something that Google would not.

A test suite that runs against the server must turn red under each of them. They are switched on
by name (`server.lies.tell("raw-parsed")`). All that they do is in this module: it is asked at
five places, and changes nothing while no lie is told.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.google_api import batch, values
from tests.google_api.a1 import Box, box, split, text_of
from tests.google_api.document import Context, Document
from tests.google_api.errors import ApiError
from tests.google_api.jsontypes import Json

if TYPE_CHECKING:
    from tests.google_api.calls import Call
    from tests.google_api.store import File

NAMES = {
    "raw-parsed": "a value sent RAW is parsed as if it were typed, and a stringValue too",
    "ranges-not-clipped": "a range of values that leaves the grid is answered unclipped",
    "forgets-a-tab": "the last tab of a spreadsheet with several is missing from answers",
    "stale-read": "a spreadsheet is answered as it was before its last change",
    "drops-hidden-column": "the cells of hidden columns are missing from answers",
    "ignores-range-clear": "updateCells with a range does not clear what the rows leave over",
    "no-atomicity": "a batch that fails keeps the requests before the one that failed",
    "version-frozen": "a file's version does not grow",
    "loses-metadata": "developer metadata and appProperties are accepted and forgotten",
    "renumbers-ids": "a tab's chosen sheetId is replaced by another",
    "truncates-pages": "files.list forgets nextPageToken",
    "dates-as-text": "a date is answered as the text that the cell shows",
}


class Lies:
    """The lies that are told at the moment."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, name: str) -> None:
        """Start a lie; KeyError when there is no such."""
        NAMES[name]
        self._told.add(name)

    def stop(self) -> None:
        """Be honest again."""
        self._told.clear()

    def __contains__(self, name: str) -> bool:
        NAMES[name]
        return name in self._told

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._told))

    # What comes in.

    def asked(self, call: Call) -> Call:
        """A call as the server takes it."""
        if not self._told:
            return call
        body, query = copy.deepcopy(call.body), dict(call.query)
        if "raw-parsed" in self:
            _parse(body, query, call.store.today)
        if "ignores-range-clear" in self:
            for request in body.get("requests", ()):
                _start_only(request.get("updateCells", {}))
        if "loses-metadata" in self and call.method.api == "drive":
            body.pop("appProperties", None)
        return type(call)(call.method, call.path, query, body, call.caller, call.store)

    # What is kept.

    def half_done(
        self, document: Document, requests: list[Json], context: Context
    ) -> Document | None:
        """What is kept of a batch that failed: nothing, unless `no-atomicity` is told."""
        if "no-atomicity" not in self:
            return None
        for request in requests:
            try:
                document, _ = batch.apply(document, [request], context)
            except ApiError:
                break
        return document

    def kept(self, old: Document, new: Document) -> Document:
        """A spreadsheet as it is kept after a change."""
        if "loses-metadata" in self:
            new = _without_metadata(new)
        if "renumbers-ids" in self:
            known = {sheet.id for sheet in old.sheets}
            new = new.draft()
            for sheet in [sheet for sheet in new.sheets if sheet.id not in known]:
                new.sheet(sheet.id).properties["sheetId"] = sheet.id + 1
        return new

    # What goes out.

    def seen(self, file: File) -> Document:
        """A spreadsheet as it is read."""
        document = file.document
        if document is None:
            raise KeyError(file.id)
        if "stale-read" in self and file.before is not None:
            document = file.before
        if "forgets-a-tab" in self and len(document.sheets) > 1:
            document = document.draft()
            document.sheets.pop()
        if "drops-hidden-column" in self:
            document = _without_hidden_columns(document)
        if "dates-as-text" in self:
            document = _with_dates_as_text(document)
        return document

    def said(self, call: Call, body: Json) -> Json:
        """An answer as it is sent."""
        if "truncates-pages" in self and call.method.id == "drive.files.list":
            return {name: value for name, value in body.items() if name != "nextPageToken"}
        if "ranges-not-clipped" in self and call.method.id == "sheets.spreadsheets.values.get":
            return _unclipped(body, call.path["range"])
        if "ranges-not-clipped" in self and call.method.id == "sheets.spreadsheets.get":
            return _with_empty_rows(body)
        return body


def _parse(body: Json, query: dict[str, list[str]], today: date) -> None:
    if query.get("valueInputOption") == ["RAW"]:
        query["valueInputOption"] = ["USER_ENTERED"]
    if body.get("valueInputOption") == "RAW":
        body["valueInputOption"] = "USER_ENTERED"

    def walk(value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                walk(item)
        elif isinstance(value, dict):
            entered = value.get("userEnteredValue")
            if isinstance(entered, dict) and "stringValue" in entered:
                value["userEnteredValue"] = values.typed(entered["stringValue"], today)[0]
            for item in value.values():
                walk(item)

    walk(body.get("requests", []))


def _start_only(request: Json) -> None:
    """An `updateCells` that says where to begin, but no longer what to clear."""
    grid_range = request.pop("range", None)
    if grid_range is not None:
        request["start"] = {
            "sheetId": grid_range.get("sheetId", 0),
            "rowIndex": grid_range.get("startRowIndex", 0),
            "columnIndex": grid_range.get("startColumnIndex", 0),
        }


def _without_metadata(document: Document) -> Document:
    document = document.draft()
    document.metadata = []
    for sheet in document.all_sheets():
        sheet.lists["developerMetadata"] = []
        for properties in (sheet.row_properties, sheet.column_properties):
            for index, value in properties.items():
                properties[index] = {k: v for k, v in value.items() if k != "developerMetadata"}
    return document


def _without_hidden_columns(document: Document) -> Document:
    document = document.draft()
    for sheet in document.all_sheets():
        hidden = {
            column
            for column, properties in sheet.column_properties.items()
            if properties.get("hiddenByUser")
        }
        for row, cells in list(sheet.rows.items()):
            for column in hidden & set(cells):
                sheet.put(row, column, {})
    return document


def _with_dates_as_text(document: Document) -> Document:
    document = document.draft()
    for sheet in document.all_sheets():
        for row, column, cell in list(sheet.cells(sheet.whole)):
            value, look = cell.get("userEnteredValue", {}), cell.get("userEnteredFormat", {})
            if "numberValue" in value and values.is_date(look):
                text = values.formatted(value, look)
                sheet.put(row, column, cell | {"userEnteredValue": {"stringValue": text}})
    return document


def _unclipped(body: Json, asked: str) -> Json:
    title, rest = split(asked)
    area = box(rest)
    if title is None or area is None:
        return body
    grown = Box(area.top, area.left, area.bottom or 2000, area.right or 52)
    rows = [[*row, ""] for row in body.get("values", [])] or [[""]]
    return body | {"range": text_of(title, grown), "values": [*rows, [""]]}


def _with_empty_rows(body: Json) -> Json:
    """Grid data with empty rows after the last one."""
    body = copy.deepcopy(body)
    for sheet in body.get("sheets", ()):
        for data in sheet.get("data", ()):
            if "rowData" in data:
                data["rowData"] += [{}, {"values": [{}]}]
    return body
